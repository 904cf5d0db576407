"""One fact, one line of JSON, whatever a page, a receiver or a caller put into it."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from services.logs import configure_logs

HOSTILE = [
    'x\n{"event": "forged", "level": "error"}',
    "\r\n\x1b[31mred\x1b[0m\x07\x00",
    "\u202eabc\u2028\u2029\x85",
    "\ud800 half a character",
    "答复" * 5_000,
]


@pytest.fixture(autouse=True)
def _ours() -> Iterator[None]:
    yield
    logging.basicConfig(handlers=[logging.NullHandler()], force=True)
    structlog.reset_defaults()


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("by", ["structlog", "logging", "exception"])
def test_nothing_written_into_a_fact_makes_a_second_line(text: str, by: str, capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    if by == "structlog":
        structlog.get_logger().info("visit.done", url=f"https://e.cn/{text}", title=text, agent=text)
    elif by == "logging":
        logging.getLogger("services.x").warning("said %s", text)
    else:
        structlog.get_logger().error("event.failed", event_id="evt_1", exc_info=ValueError(text))
    line = capfd.readouterr().err
    assert line.endswith("}\n")
    assert line.isascii()
    assert all(character == "\n" or character.isprintable() for character in line)
    assert line.count("\n") == 1
    assert len(line) < 60_000
    told = json.loads(line)
    assert told["level"] in ("info", "warning", "error")
    assert told["event"] != "forged"


def test_a_library_s_facts_keep_their_fields(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    logging.getLogger("services.x").warning("clock.unreadable", extra={"error": "gone"})
    told = json.loads(capfd.readouterr().err)
    assert (told["event"], told["error"]) == ("clock.unreadable", "gone")


def test_secrets_are_left_out(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logs("info")
    structlog.get_logger().info("x.done", token="dafu_abc", Authorization="Bearer dafu_abc", password="dafu_abc")
    assert "dafu_abc" not in capfd.readouterr().err
