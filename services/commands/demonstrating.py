"""`dafu demo`."""

from __future__ import annotations

import asyncio

from rich.console import Console

from services.demo.run import run_demo
from services.demo.script import read_script
from services.logs import configure_logs
from services.seeds import seeds_folder
from services.settings import load_settings


def demo_command(*, once: bool) -> int:
    """0 when exactly the expected alerts arrived (or Ctrl-C ended it), 1 when not."""
    settings = load_settings()
    configure_logs("error")
    script = read_script(seeds_folder())
    demo = run_demo(script, settings.data / "demo", Console(highlight=False), once=once, api_port=settings.port)
    try:
        return 0 if asyncio.run(demo) else 1
    except KeyboardInterrupt:
        return 0
