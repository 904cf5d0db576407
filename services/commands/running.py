"""`dafu run`, and its stages as processes of their own: `dafu fetcher`, `parser`, `webhooks`, `relay`, `api`."""

from __future__ import annotations

import sys

from services.line.process import run_stage
from services.line.serve import run, run_api
from services.logs import configure_logs
from services.settings import Settings, load_settings


def run_command() -> None:
    """Serve until the process is asked to stop."""
    run(_settings(), _say)


def api_command() -> None:
    run_api(_settings(), _say)


def stage_command(name: str) -> None:
    run_stage(_settings(), name)


def _settings() -> Settings:
    settings = load_settings()
    configure_logs(settings.log_level)
    return settings


def _say(address: str) -> None:
    print(f"dafu: {address}/pages/  (the API: {address}/docs)", file=sys.stderr)
