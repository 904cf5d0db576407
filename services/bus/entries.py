"""What stands on the streams, for us and for other programs; docs/bus.md is the same in prose. Pure.

A stream is one partition of what one consumer group is owed: `dafu:GROUP:0` … `dafu:GROUP:7`. All events of a key are
in one partition. An event may stand there more than once; its id tells.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from zlib import crc32

from services.bus.interface import Offered

PARTITIONS = 8
#: About how many entries a stream keeps. What is cut off before it was claimed is offered again.
KEPT = 2_000
#: Where a process says after a commit that something is owed.
OWED_CHANNEL = "dafu:owed"


def stream_of(group: str, key: str) -> str:
    return f"dafu:{group}:{crc32(key.encode()) % PARTITIONS}"


def streams_of(group: str) -> tuple[str, ...]:
    return tuple(f"dafu:{group}:{partition}" for partition in range(PARTITIONS))


def fields_of(offered: Offered) -> dict[Any, Any]:
    """An entry's fields. `body` is the event as webhooks carry it (CloudEvents 1.0, JSON in UTF-8)."""
    event = offered.event
    return {"id": event.id, "type": event.type, "key": event.key, "seq": str(offered.seq), "body": event.body}


def event_id_of(fields: Mapping[bytes, bytes] | None) -> str | None:
    """The event an entry is about; None for an entry that is none of ours, or was deleted."""
    named = (fields or {}).get(b"id")
    return None if named is None else named.decode("utf-8", "replace")
