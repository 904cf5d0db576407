"""Sources as the API shows them, with how watching them goes. Pure."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

from services.storage.source_health import Health, health
from services.storage.sources import Watch


def health_of(watch: Watch) -> Health:
    return health(watch.status, watch.last_visit, watch.told_health)


def source_data(watch: Watch, address: str) -> dict[str, Any]:
    """Settings as in sources.toml, `every` in seconds; whose it is stays with us."""
    source = watch.source
    settings = {key: value for key, value in asdict(source).items() if key not in ("owner", "every")}
    own = f"{address}/sources/{source.id}"
    return {
        **settings,
        "must_contain": list(source.must_contain),
        "every_seconds": source.every.total_seconds(),
        "status": watch.status,
        "health": health_of(watch),
        "created": _moment(watch.created),
        "last_visit": _moment(watch.last_visit),
        "last_readable": _moment(watch.last_readable),
        "next_visit": _moment(watch.state.next_visit),
        "failures": watch.state.failures,
        "raw_changes": watch.noise.count,
        "moved_to": watch.state.visit_url if watch.state.moved else None,
        "links": {"self": own, "documents": f"{address}/documents?source={source.id}"},
    }


def _moment(value: datetime | None) -> str | None:
    return value.isoformat() if value is not None else None
