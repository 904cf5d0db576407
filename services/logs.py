"""Logging: one JSON line per fact on stderr, control characters escaped, nothing else.

`event` is a stable name, `thing.happened`; what it is about stands in fields of its own (document_id, event_id,
delivery_id, subscription_id, source_id), never in the name. deploy/RUNBOOK.md lists the names.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog

_LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
_SECRETS = ("secret", "token", "authorization", "password")
#: Characters of one value; a page may have a title, and an error a message, of any length.
_LONGEST = 2_000
_TRACE = 4_000


def configure_logs(level: str) -> None:
    """Send structlog's and the standard library's records to stderr as JSON lines from `level` on."""
    chain: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _without_secrets,
        structlog.processors.format_exc_info,
        _bounded,
        structlog.processors.JSONRenderer(ensure_ascii=True),
    ]
    structlog.configure(
        processors=chain,
        wrapper_class=structlog.make_filtering_bound_logger(_LEVELS[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    theirs: list[structlog.typing.Processor] = [structlog.stdlib.ExtraAdder(), *chain[1:-1]]
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=chain[-1], foreign_pre_chain=theirs))
    # libraries speak up from warnings on, our own rooms from the level asked for
    logging.basicConfig(handlers=[handler], level=max(_LEVELS[level], logging.WARNING), force=True)
    logging.getLogger("services").setLevel(_LEVELS[level])


def _bounded(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    """Strings as they are up to a length; a traceback keeps its end, which says what happened."""
    return {key: _cut(key, value) for key, value in event.items()}


def _cut(key: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if key == "exception":
        return value if len(value) <= _TRACE else "…" + value[-_TRACE:]
    return value if len(value) <= _LONGEST else value[:_LONGEST] + "…"


def _without_secrets(_: object, __: str, event: MutableMapping[str, Any]) -> Mapping[str, Any]:
    return {key: "…" if any(word in key.lower() for word in _SECRETS) else value for key, value in event.items()}
