"""`dafu replay`."""

from __future__ import annotations

import difflib
import json
import sys
from pathlib import Path
from typing import Any

from services.commands.progress import waiting
from services.domain.errors import ConfigError, Unavailable
from services.logs import configure_logs
from services.replay.recording import read_recording
from services.replay.run import replay


def replay_command(folder: Path, *, as_json: bool, accept: bool) -> int:
    """0 when the events are the expected ones; 1 when not, or when expected.json was just written or is missing."""
    configure_logs("error")
    recording = read_recording(folder)
    path = folder / "expected.json"
    expected = None if accept else _read(path)
    with waiting(f"{folder.name}: 重演 replaying"):
        told = replay(recording)
    text = _text(told)
    print(text if as_json else _for_people(told))
    if accept:
        _write(path, text)
        print(f"dafu: {path} written; read it, then run the replay again without --accept", file=sys.stderr)
        return 1
    if expected is None:
        print(f"dafu: {path} is missing; write it with --accept, then read it", file=sys.stderr)
        return 1
    if told == expected:
        return 0
    print("dafu: not as expected", file=sys.stderr)
    lines = difflib.unified_diff(_text(expected).splitlines(), text.splitlines(), "expected", "told", lineterm="")
    print("\n".join(lines), file=sys.stderr)
    return 1


def _read(path: Path) -> list[Any] | None:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read ({error.strerror})") from None
    except ValueError as error:
        raise ConfigError(f"{path}: is not valid JSON ({error}); write it anew with --accept") from None
    if not isinstance(value, list):
        raise ConfigError(f"{path}: must hold a list of events; write it anew with --accept")
    return value


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise Unavailable(f"{path}: cannot be written ({error.strerror})") from None


def _text(told: list[Any]) -> str:
    return json.dumps(told, ensure_ascii=False, indent=2)


def _for_people(told: list[dict[str, Any]]) -> str:
    lines = []
    for event in told:
        lines.append(f"{event['type']}  {event['url']}")
        lines += [f"    {c['severity']:8} {c['type']}: {c['before']} → {c['after']}" for c in event["changes"]]
    return "\n".join(lines) or "no events"
