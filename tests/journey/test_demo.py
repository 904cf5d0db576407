"""The main job from outside: `dafu demo --once`, from the checkout and from an installed wheel."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent


def environment(data: Path, **more: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("DAFU_")}
    return {**kept, "DAFU_DATA": str(data), "PYTHONWARNINGS": "ignore", **more}


def test_the_installed_wheel_runs_the_demo_in_an_empty_folder(tmp_path: Path) -> None:
    built, installed, empty = tmp_path / "built", tmp_path / "installed", tmp_path / "empty"
    empty.mkdir()
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    (wheel,) = built.glob("*.whl")
    install = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "-q",
        "--no-deps",
        "--no-index",
        "--target",
        str(installed),
        str(wheel),
    ]
    subprocess.run(install, check=True, capture_output=True)
    command = [sys.executable, "-m", "services.cli", "demo", "--once"]
    env = environment(empty / "data", PYTHONPATH=str(installed), COLUMNS="200")
    run = subprocess.run(command, cwd=empty, env=env, capture_output=True, text=True, timeout=280, check=False)
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert "5 of 5 expected alerts arrived, 0 others; every signature verified: yes" in run.stdout
    for what in ("目标降低", "300 → 200", "到2025年 → ", "措辞弱化", "新文件", "页面撤下"):
        assert what in run.stdout


def test_a_finished_demo_starts_afresh_and_an_unfinished_one_goes_on(tmp_path: Path) -> None:
    from services.demo.state import DemoState, resume, save

    save(tmp_path, DemoState(site_port=1, secret="s", clock="2023-04-03T08:00:00+08:00"))
    (tmp_path / "received.jsonl").write_text("{}\n", encoding="utf-8")
    assert resume(tmp_path).site_port == 1
    save(tmp_path, DemoState(site_port=1, finished=True))
    assert resume(tmp_path) == DemoState()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("broken", ["", "{", "[]", '{"colour": 1}'])
def test_a_broken_state_is_cleared_away(tmp_path: Path, broken: str) -> None:
    from services.demo.state import DemoState, resume

    (tmp_path / "demo.json").write_text(broken, encoding="utf-8")
    (tmp_path / "old").mkdir()
    assert resume(tmp_path) == DemoState()
    assert list(tmp_path.iterdir()) == []
