"""What is told: the event envelope, CloudEvents 1.0 that is also a Standard Webhooks payload (DELIVERY.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

from services.domain.identity import event_id

EventType = Literal[
    "document.published", "document.revised", "document.removed", "document.restored", "document.moved",
    "source.failing", "source.recovered", "source.blind", "source.noisy",
    "subscription.failing", "subscription.disabled", "subscription.challenge", "digest", "ping",
]  # fmt: skip
#: Steps inside the line, never delivered.
InternalType = Literal["snapshot.taken"]

EVENT_TYPES: tuple[str, ...] = get_args(EventType)

#: Above this many bytes an event carries the first changes, a count and a link (DELIVERY.md: target 20 KB).
SIZE_LIMIT = 20_000
#: No message is larger than this many bytes: what would be is thin, it says what it is about and where to read it.
HARD_LIMIT = 256 * 1024


@dataclass(frozen=True, slots=True)
class Event:
    """One fact. `key` orders events: same key, same order (a document's id, a source's id).

    `body` is the serialised envelope: what is stored is what is sent, byte for byte.
    """

    id: str
    type: EventType | InternalType
    key: str
    time: datetime
    body: bytes

    @property
    def data(self) -> dict[str, Any]:
        """The envelope's `data`."""
        return dict(json.loads(self.body)["data"])


def snapshot_taken(document: str, snapshot: int, time: datetime) -> Event:
    """The step from visiting to reading. The same snapshot always has the same event id."""
    return envelope(
        event_id("snapshot.taken", document, snapshot),
        "snapshot.taken",
        source="urn:dafu:fetcher",
        subject=document,
        time=time,
        sequence=snapshot,
        data={"document": document, "snapshot": snapshot},
    )


def envelope(
    id_: str, type_: EventType | InternalType, *, source: str, subject: str, time: datetime, sequence: int, data: Any
) -> Event:
    """An event whose `body` is serialised once, here. `data` must be JSON; `time` aware.

    Above HARD_LIMIT the message is thin: `data.thin` is true, long values are left out, identity and links stay.
    """
    stamp = time.isoformat()
    value = {
        "specversion": "1.0",
        "id": id_,
        "source": source,
        "type": type_,
        "subject": subject,
        "time": stamp,
        "datacontenttype": "application/json",
        "dataschema": f"urn:dafu:schema:{type_}:1",
        "sequence": str(sequence),
        "timestamp": stamp,
        "data": data,
    }
    body = _serialised(value)
    if len(body) > HARD_LIMIT:
        body = _serialised({**value, "data": _thin(data)})
    return Event(id_, type_, subject, time, body)


def _serialised(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _thin(data: dict[str, Any]) -> dict[str, Any]:
    """What is short in `data` and in its first objects: at most 200 members of a kilobyte each."""
    objects = [name for name, value in data.items() if isinstance(value, dict)][:3]
    return {**_short(data), **{name: _short(data[name]) for name in objects}, "thin": True}


def _short(data: dict[str, Any]) -> dict[str, Any]:
    return dict([(name, value) for name, value in data.items() if len(_serialised({name: value})) <= 1024][:50])
