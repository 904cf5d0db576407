"""The command line answers with one JSON value where it is asked to, offers names after TAB, and shows tables."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from services import cli

RUNNER = CliRunner()
#: They go on until they are ended and say what they do in their log, which is JSON.
_SERVE = {"run", "api", "fetcher", "parser", "webhooks", "relay"}

_ADD = ("sources", "add", "https://www.example.gov.cn/jytabl/", "--id", "example", "--no-look", "--yes", "--json")


@pytest.fixture(autouse=True)
def _house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAFU_DATA", str(tmp_path))
    monkeypatch.setenv("LANG", "en_GB.UTF-8")


def _run(*args: str) -> Any:
    result = RUNNER.invoke(cli.app, list(args))
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def _commands(group: Any, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], Any]]:
    found: list[tuple[tuple[str, ...], Any]] = []
    for name, command in group.commands.items():
        inner = hasattr(command, "commands")
        found += _commands(command, (*path, name)) if inner else [((*path, name), command)]
    return found


def test_every_command_that_ends_can_answer_in_json() -> None:
    for path, command in _commands(typer.main.get_command(cli.app)):
        options = {option for parameter in command.params for option in parameter.opts}
        assert "--json" in options or path[0] in _SERVE, " ".join(path)


def test_what_was_done_is_one_json_value() -> None:
    assert _run(*_ADD)["added"] is True
    assert "example" in [one["id"] for one in _run("sources", "list", "--json")["items"]]
    made = _run("tokens", "create", "--json")
    assert _run("tokens", "revoke", made["id"], "--json") == {"id": made["id"], "revoked": True}
    assert _run("documents", "--json") == _run("changes", "--json") == {"items": [], "next": None}
    assert _run("events", "redrive", "--json") == {"count": 0}


def test_names_are_offered_after_tab() -> None:
    _run(*_ADD)

    def offered(words: str) -> str:
        env = {"_DAFU_COMPLETE": "complete_bash", "COMP_WORDS": words, "COMP_CWORD": str(len(words.split(" ")) - 1)}
        return RUNNER.invoke(cli.app, [], prog_name="dafu", env=env).stdout

    assert "documents" in offered("dafu doc")
    assert "example" in offered("dafu sources check exa")
    assert "reply_npc" in offered("dafu changes --kind reply")
    assert "critical" in offered("dafu changes --severity c")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("changes", "--severity", "awful"), "--severity: no 'awful'; there are none, info"),
        (("changes", "--since", "yesterday"), "--since: 'yesterday' is no day; write 2026-01-31"),
        (("documents", "--kind", "poem"), "--kind: no 'poem'; there are reply_npc"),
        (("demo", "--json"), "add --once"),
        (("chnges",), "Did you mean 'changes'"),
    ],
)
def test_an_error_says_what_to_do(
    args: tuple[str, ...], says: str, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    monkeypatch.setattr("sys.argv", ["dafu", *args])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    assert says in capsys.readouterr().err
