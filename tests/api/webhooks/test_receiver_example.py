"""docs/receiver.py, copied out with verify.py as its reader is told to, and real messages on a real socket."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from services.api.webhooks.sign import headers, secret_text

ROOT = Path(__file__).parents[3]
KEY = b"k" * 32


class Example:
    """A started receiver; `printed` is the next line it prints."""

    def __init__(self, folder: Path) -> None:
        environment = os.environ | {"DAFU_WEBHOOK_SECRET": secret_text(KEY), "PYTHONIOENCODING": "utf-8"}
        command = [sys.executable, "receiver.py", "0"]
        self.process = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, encoding="utf-8"
        )
        self.place = urlsplit(self.printed().split()[-1]).netloc

    def printed(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def stop(self) -> str:
        """Ends it; answers what it printed and nobody read."""
        self.process.terminate()
        return self.process.communicate(timeout=10)[0]

    def post(self, body: bytes, sent: dict[str, str]) -> tuple[int, bytes]:
        with closing(http.client.HTTPConnection(self.place, timeout=10)) as connection:
            connection.request("POST", "/", body, sent)
            answer = connection.getresponse()
            return answer.status, answer.read()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(ROOT / "docs" / "receiver.py", tmp_path)
    shutil.copy(ROOT / "services" / "api" / "webhooks" / "verify.py", tmp_path)
    return tmp_path


@pytest.fixture
def example(folder: Path) -> Iterator[Example]:
    started = Example(folder)
    yield started
    started.stop()


def message(type_: str = "document.revised", **data: object) -> bytes:
    return json.dumps({"type": type_, "subject": "doc_1", "data": data}, ensure_ascii=False).encode()


def signed(body: bytes, id_: str = "evt_1", key: bytes = KEY, age: int = 0) -> dict[str, str]:
    return headers([key], id_, int(time.time()) - age, body)


def test_a_message_is_taken_once(folder: Path, example: Example) -> None:
    body = message(title="关于养老服务的答复")
    assert example.post(body, signed(body)) == (204, b"")
    assert "document.revised doc_1" in (line := example.printed())
    assert "关于养老服务的答复" in line
    assert example.post(body, signed(body)) == (204, b"")
    assert example.stop() == ""
    again = Example(folder)  # what was seen is remembered over a restart
    assert again.post(body, signed(body))[0] == 204
    assert again.post(body, signed(body, "evt_2"))[0] == 204
    assert again.stop().count("\n") == 1


def test_a_forged_message_is_refused(example: Example) -> None:
    body = message()
    assert example.post(body, signed(body, key=b"x" * 32))[0] == 401
    assert example.post(body + b" ", signed(body))[0] == 401
    assert example.post(body, signed(body, age=600))[0] == 401
    assert example.post(body, {})[0] == 401
    assert example.post(body, signed(body) | {"content-length": "99999999"})[0] == 413
    assert example.stop() == ""


def test_a_message_it_could_not_handle_is_taken_when_it_comes_again(example: Example) -> None:
    broken, mended = b'{"type": "document.revised"}', message()
    assert example.post(broken, signed(broken))[0] == 500
    assert example.post(mended, signed(mended))[0] == 204
    assert example.printed()


def test_the_challenge_is_answered(example: Example) -> None:
    body = message("subscription.challenge", challenge="c-123")
    assert example.post(body, signed(body)) == (200, b"c-123")
    assert example.stop() == ""
