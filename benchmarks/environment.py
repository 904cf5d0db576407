"""A virtual environment for peers: they are nobody's dependency, and live no longer than the figures they give."""

from __future__ import annotations

import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path


def environment(folder: Path, peers: Sequence[str], alone: Sequence[str] = ()) -> str:
    """A new one with `peers` from the package index, and `alone` without what those depend on; its Python."""
    venv.create(folder, with_pip=True)
    python = str(folder / ("Scripts" if sys.platform == "win32" else "bin") / "python")
    install = [python, "-m", "pip", "install", "-q", "--disable-pip-version-check"]
    # pip before 24 cannot resolve lxml[html_clean] beside lxml[html-clean]
    subprocess.run([*install, "--upgrade", "pip"], check=True)
    subprocess.run([*install, *peers], check=True)
    if alone:
        subprocess.run([*install, "--no-deps", *alone], check=True)
    return python
