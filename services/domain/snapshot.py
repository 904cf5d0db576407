"""What one visit brought back. A broken page is a value, never an exception."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Fetched:
    """An answer with a body, 200 or an error page. Header names are lower-case."""

    url: str
    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class NotModified:
    url: str


@dataclass(frozen=True, slots=True)
class Moved:
    """A redirect, not followed: the next hop is a visit of its own, paced like any other."""

    url: str
    to: str
    permanent: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """404 or 410, with the body that came with it."""

    url: str
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Blocked:
    """The server refused or hid the page (403, 412, 429, 5xx, robots): never news about the document.

    `retry_after` in seconds where the server asked for it.
    """

    url: str
    reason: str
    status: int | None = None
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Unreachable:
    """No complete answer: timeout, reset, incomplete, too_large, dns, tls, forbidden_address, unsupported_encoding …"""

    url: str
    reason: str


Outcome = Fetched | NotModified | Moved | Gone | Blocked | Unreachable


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A stored visit. The bytes are stored once per SHA-256. Times are aware."""

    id: int
    document: str
    #: When the page said it.
    observed: datetime
    #: Last visit that saw the same bytes.
    last_seen: datetime
    #: When the page before this one was last seen; None for the first snapshot.
    previous_seen: datetime | None
    status: int
    url: str
    headers: dict[str, str]
    sha256: str
    body: bytes
    #: The address answered with a permanent redirect to `url`.
    moved: bool = False
