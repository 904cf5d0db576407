"""Bad input from outside: one clear line on stderr that names thing and remedy, the right exit code, nothing half."""

from __future__ import annotations

import io
import json
import logging
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import files
import pytest
import structlog

from services.cli import main

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Run:
    returncode: int
    stdout: str
    stderr: str


Dafu = Callable[..., Run]


@pytest.fixture
def dafu(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Iterator[Dafu]:
    """`dafu …` in this process: the same `main`, without the start-up of an interpreter for each case."""

    def run(*arguments: str, **environment: str) -> Run:
        for name in [name for name in os.environ if name.startswith("DAFU_")]:
            monkeypatch.delenv(name)
        for name, value in environment.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setattr(sys, "argv", ["dafu", *arguments])
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main()
        out, err = capfd.readouterr()
        return Run(int(end.value.code or 0), out, err)

    yield run
    # a command sets up logging for its own process
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)
    structlog.reset_defaults()


def assert_refused(run: Run, *says: str, code: int = 2) -> None:
    assert run.returncode == code, run.stderr
    assert run.stderr.count("\n") == 1, run.stderr
    assert run.stderr.startswith("dafu: ")
    for word in says:
        assert word in run.stderr


def test_the_command_itself_refuses_in_one_line() -> None:
    command = [sys.executable, "-m", "services.cli", "parse", "none.txt"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert_refused(Run(run.returncode, run.stdout, run.stderr), "none.txt", "No such file")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("empty.html", b"", "is empty"),
        ("blank.txt", b" \n\t\n", "is empty"),
        ("binary.html", bytes(range(256)) * 20, "binary"),
        ("picture.txt", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "binary"),
        ("broken.txt", "承诺".encode("gb18030")[:3] + b"\xff\xff\xfe" * 40, "cannot be decoded"),
        ("large.txt", "答复\n".encode() * 1_600_000, "larger than 10 MiB"),
    ],
)
def test_a_file_that_is_no_page_or_text(dafu: Dafu, tmp_path: Path, name: str, content: bytes, says: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    for command in (("parse", str(path)), ("parse", str(path), "--json"), ("diff", str(path), str(path))):
        run = dafu(*command)
        assert_refused(run, str(path), says)
        assert run.stdout == ""


@pytest.mark.parametrize("name", ["plan.docx", "plan.pdf", "plan"])
def test_a_file_as_offices_attach_them_is_read(dafu: Dafu, tmp_path: Path, name: str) -> None:
    text = "一、工作目标\n到2025年底,全市建成社区养老服务站120个。"
    (tmp_path / name).write_bytes(files.word(text) if name == "plan.docx" else files.pdf(files.wrapped(text)))
    run = dafu("parse", str(tmp_path / name), "--json")
    document = json.loads(run.stdout)
    assert (run.returncode, document["text"]) == (0, text)
    assert [target["norm_value"] for target in document["targets"]] == [120]


@pytest.mark.parametrize(
    ("body", "reason"),
    [(files.pdf([], picture=True), "scan"), (files.archive({"a.txt": b"a"}), "format"), (b"%PDF-1.4 x", "damaged")],
)
def test_a_file_that_cannot_be_read_says_why(dafu: Dafu, tmp_path: Path, body: bytes, reason: str) -> None:
    (tmp_path / "plan.pdf").write_bytes(body)
    run = dafu("parse", str(tmp_path / "plan.pdf"))
    assert run.returncode == 1
    assert f"no document: {reason}" in run.stderr


def test_a_missing_file_a_folder_and_an_empty_stdin(
    dafu: Dafu, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert_refused(dafu("parse", str(tmp_path / "none.txt")), "none.txt", "No such file")
    assert_refused(dafu("parse", str(tmp_path)), str(tmp_path), "directory")
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    assert_refused(dafu("parse", "-"), "-: is empty")


def test_a_page_without_a_document_says_so_and_exits_1(dafu: Dafu, tmp_path: Path) -> None:
    page = "<html><head><title>安全验证</title></head><body><p>请完成安全验证后继续访问</p></body></html>"
    (tmp_path / "p.html").write_text(page, encoding="utf-8")
    run = dafu("parse", str(tmp_path / "p.html"), "--json")
    assert_refused(run, "no document", "challenge", code=1)
    assert run.stdout.startswith("{")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--bogus",), "--bogus"),
        (("parse", "--bogus", "x"), "--bogus"),
        (("parse",), "PATH"),
        (("frobnicate",), "frobnicate"),
        (("diff", "one"), "argument"),
        ((), "command"),
    ],
)
def test_wrong_usage(dafu: Dafu, arguments: tuple[str, ...], says: str) -> None:
    assert_refused(dafu(*arguments), says, "--help")


def test_a_broken_replay_and_an_unread_one(dafu: Dafu, tmp_path: Path) -> None:
    assert_refused(dafu("replay", str(tmp_path)), "replay.toml", "cannot be read")
    (tmp_path / "replay.toml").write_text("start = ", encoding="utf-8")
    assert_refused(dafu("replay", str(tmp_path)), "replay.toml", "not valid TOML")


def test_a_replay_without_expectations_fails_until_somebody_read_them(dafu: Dafu, tmp_path: Path) -> None:
    (tmp_path / "replay.toml").write_text(
        "start = 2023-03-27T09:00:00+08:00\nend = 2023-03-27T12:00:00+08:00\n"
        '[[source]]\nid = "a"\nurl = "https://e.gov.cn/"\nevery = "1h"\n',
        encoding="utf-8",
    )
    assert_refused(dafu("replay", str(tmp_path)), "expected.json", "--accept", code=1)
    assert not (tmp_path / "expected.json").exists()
    assert_refused(dafu("replay", str(tmp_path), "--accept"), "expected.json written", code=1)
    assert dafu("replay", str(tmp_path)).returncode == 0
    (tmp_path / "expected.json").write_text('[{"type": "document.published"}]', encoding="utf-8")
    assert dafu("replay", str(tmp_path)).returncode == 1
    (tmp_path / "expected.json").write_text("{", encoding="utf-8")
    assert_refused(dafu("replay", str(tmp_path)), "expected.json", "not valid JSON")


def test_a_port_in_use(dafu: Dafu, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        for command in ("run", "demo"):
            run = dafu(command, DAFU_DATA=str(tmp_path / "data"), DAFU_PORT=port)
            assert_refused(run, f"127.0.0.1:{port}", "DAFU_PORT")
    assert not list(tmp_path.rglob("*.sqlite"))


@pytest.mark.parametrize("command", [("run",), ("demo", "--once"), ("sources", "list")])
def test_a_data_folder_that_cannot_be_written(dafu: Dafu, tmp_path: Path, command: tuple[str, ...]) -> None:
    (tmp_path / "file").write_text("in the way", encoding="utf-8")
    run = dafu(*command, DAFU_DATA=str(tmp_path / "file" / "data"), DAFU_PORT="0")
    assert_refused(run, str(tmp_path / "file"), "DAFU_DATA")


def test_a_folder_that_another_dafu_holds(dafu: Dafu, tmp_path: Path) -> None:
    from services.line.folder import held

    with held(tmp_path):
        assert_refused(dafu("run", DAFU_DATA=str(tmp_path), DAFU_PORT="0"), str(tmp_path), "another dafu")


def test_a_database_that_is_none(dafu: Dafu, tmp_path: Path) -> None:
    (tmp_path / "dafu.sqlite").write_text("not a database, but long enough to be looked at" * 50, encoding="utf-8")
    assert_refused(dafu("sources", "list", DAFU_DATA=str(tmp_path)), "dafu.sqlite")


@pytest.mark.parametrize(
    ("setting", "value"),
    [("DAFU_PORT", "http"), ("DAFU_SPACING", "0"), ("DAFU_DATABASE_URL", "mysql://x/y"), ("DAFU_SECRET_KEY", "short")],
)
def test_a_wrong_setting(dafu: Dafu, tmp_path: Path, setting: str, value: str) -> None:
    run = dafu("run", **{"DAFU_DATA": str(tmp_path), "DAFU_PORT": "0", setting: value})
    assert_refused(run, setting)


def test_a_source_that_is_none(dafu: Dafu, tmp_path: Path) -> None:
    def add(*arguments: str) -> Run:
        return dafu("sources", "add", *arguments, DAFU_DATA=str(tmp_path))

    assert_refused(add("ftp://e.cn/", "--id", "x"), "ftp://e.cn/")
    assert_refused(add("https://e.cn/", "--id", "x", "--every", "soon"), "soon")
    assert_refused(add("https://e.cn/", "--id", "a b"), "a b")
    assert add("https://e.cn/list/", "--id", "mine", "--no-look").returncode == 0
    assert_refused(add("https://e.cn/list/", "--id", "other", "--no-look"), "mine")
    listed = dafu("sources", "list", "--json", DAFU_DATA=str(tmp_path))
    assert '"mine"' in listed.stdout
    assert '"other"' not in listed.stdout


def test_a_python_that_cannot_make_environments(tmp_path: Path) -> None:
    """`make` on a machine without python3-venv, or with an old Python."""
    for script, says in (
        ('case "$*" in *ensurepip*) exit 1;; *) exit 0;; esac', "python3-venv"),
        ('case "$*" in *version_info*) exit 1;; *) exit 0;; esac', "Python 3.11 or newer"),
    ):
        fake = tmp_path / "python3"
        fake.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
        fake.chmod(0o755)
        make = ["make", "-s", "-C", str(ROOT), f"PYTHON={fake}", f"VENV={tmp_path / 'venv'}", "demo"]
        run = subprocess.run(make, capture_output=True, text=True, check=False)
        assert run.returncode == 2
        assert says in run.stderr.splitlines()[0]
        assert not (tmp_path / "venv").exists()
