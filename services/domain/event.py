"""What is told: the event envelope, CloudEvents 1.0 that is also a Standard Webhooks payload (DELIVERY.md)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, get_args

EventType = Literal[
    "document.published", "document.revised", "document.removed", "document.restored", "document.moved",
    "source.failing", "source.recovered", "source.blind", "source.noisy",
    "subscription.disabled", "ping",
]  # fmt: skip
#: Steps inside the line, never delivered.
InternalType = Literal["snapshot.taken"]

EVENT_TYPES: tuple[str, ...] = get_args(EventType)

#: Above this many bytes an event carries the first changes, a count and a link (DELIVERY.md: target 20 KB).
SIZE_LIMIT = 20_000


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


def envelope(
    id_: str, type_: EventType | InternalType, *, source: str, subject: str, time: datetime, sequence: int, data: Any
) -> Event:
    """An event whose `body` is serialised once, here. `data` must be JSON; `time` aware."""
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
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Event(id_, type_, subject, time, body)
