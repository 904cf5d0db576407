"""Bytes to structured document (metadata, sections, units; no commitments) beside what peers take for the bare text."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import venv
from collections.abc import Mapping
from functools import partial
from pathlib import Path

from benchmarks import peers
from benchmarks.material import pages
from benchmarks.table import show
from benchmarks.timing import cpu_ms
from services.parser.page.extract import read_page
from services.parser.page.model import Page
from services.parser.reading.read import read_structure

#: Issue B: at least so many times trafilatura's pages per CPU-second.
BAR = 8.0
PEERS = ("trafilatura", "readability-lxml", "lxml_html_clean")
ROUNDS = 5

Figures = dict[str, dict[str, float | None]]


def run() -> bool:
    material = pages()
    theirs = _peers(material)
    ours = {name: _ours(body) for name, body in material.items()}
    rows = {name: ours[name] | theirs[name] for name in material}
    names = list(next(iter(rows.values())))
    show(
        f"reading: CPU ms a page, {len(rows)} pages, median of {ROUNDS}",
        ("page", "KB", "characters", *names),
        [(name, f"{len(material[name]) / 1000:.0f}", f"{len(read_page(material[name]).text)}",
          *(_figure(row[each]) for each in names)) for name, row in rows.items()],
    )  # fmt: skip
    return _summary(rows)


def _structured(body: bytes) -> Page:
    page = read_page(body)
    read_structure(page)
    return page


def _ours(body: bytes) -> dict[str, float | None]:
    return {
        "dafu, lines": cpu_ms(partial(read_page, body), ROUNDS),
        "dafu, structured": cpu_ms(partial(_structured, body), ROUNDS),
    }


def _figure(milliseconds: float | None) -> str:
    return "-" if milliseconds is None else f"{milliseconds:.2f}"


def _summary(rows: Mapping[str, Mapping[str, float | None]]) -> bool:
    """Pages per CPU-second over all pages both sides could read, and the median of the pages' own ratios."""
    table = []
    whole = 0.0
    for name in next(iter(rows.values())):
        both = [(row["dafu, structured"] or 0, row[name] or 0) for row in rows.values() if row[name] is not None]
        ours, theirs = (sum(column) for column in zip(*both, strict=True))
        ratio = statistics.median(its / own for own, its in both)
        table.append((name, f"{len(both) / theirs * 1000:.1f}", f"{theirs / ours:.2f}", f"{ratio:.2f}"))
        whole = theirs / ours if name == "trafilatura" else whole
    head = ("", "pages per CPU-second", "its time / dafu, structured", "median ratio of a page")
    show("reading: in all", head, table)
    print(f"\nbar: dafu, structured at least {BAR:g} times trafilatura: {whole:.2f}, {_verdict(whole)}")
    return whole >= BAR


def _verdict(ratio: float) -> str:
    return "met" if ratio >= BAR else "MISSED"


def _peers(material: Mapping[str, bytes]) -> Figures:
    """The peers' figures on the same pages, in an environment of their own that is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="dafu-bench-") as folder:
        home = Path(folder)
        venv.create(home / "venv", with_pip=True)
        python = home / "venv" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
        install = [str(python), "-m", "pip", "install", "-q", "--disable-pip-version-check"]
        # pip before 24 cannot resolve lxml[html_clean] beside lxml[html-clean]
        subprocess.run([*install, "--upgrade", "pip"], check=True)
        subprocess.run([*install, *PEERS], check=True)
        files = [home / f"{name}.html" for name in material]
        for file, body in zip(files, material.values(), strict=True):
            file.write_bytes(body)
        command = [str(python), str(peers.__file__), str(ROUNDS), *map(str, files)]
        answer = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    figures: Figures = json.loads(answer.stdout)
    return figures
