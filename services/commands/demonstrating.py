"""`dafu demo`."""

from __future__ import annotations

import asyncio
import json

from rich.console import Console

from services.demo.run import run_demo
from services.demo.script import read_script
from services.domain.errors import InputError
from services.logs import configure_logs
from services.seeds import seeds_folder
from services.settings import load_settings


def demo_command(*, once: bool, as_json: bool = False) -> int:
    """0 when exactly the expected alerts arrived (or Ctrl-C ended it), 1 when not."""
    if as_json and not once:
        raise InputError("--json: the demo goes on until it is ended; add --once")
    settings = load_settings()
    configure_logs("error")
    script = read_script(seeds_folder())
    demo = run_demo(
        script, settings.data / "demo", Console(highlight=False, stderr=as_json), once=once, api_port=settings.port
    )
    try:
        good = asyncio.run(demo)
    except KeyboardInterrupt:
        return 0
    if as_json:
        lines = (settings.data / "demo" / "received.jsonl").read_text(encoding="utf-8").splitlines()
        print(json.dumps({"ok": good, "alerts": [json.loads(line) for line in lines]}, ensure_ascii=False))
    return 0 if good else 1
