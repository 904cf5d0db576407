"""`dafu run`."""

from __future__ import annotations

import sys

from services.line.serve import run
from services.logs import configure_logs
from services.settings import load_settings


def run_command() -> None:
    """Serve until the process is asked to stop."""
    settings = load_settings()
    configure_logs(settings.log_level)
    run(settings, lambda address: print(f"dafu: {address}  (API page: {address}/docs)", file=sys.stderr))
