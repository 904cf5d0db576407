"""`dafu run`."""

from __future__ import annotations

import sys

from services.line.serve import run
from services.logs import configure_logs
from services.settings import load_settings


def run_command() -> None:
    settings = load_settings()
    configure_logs(settings.log_level)
    print(f"dafu: {settings.address}  (API page: {settings.address}/docs; data: {settings.data})", file=sys.stderr)
    run(settings)
