"""Names for things, made from what they name: the same thing gets the same id after any restart."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import urlsplit, urlunsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


def canonical_url(url: str) -> str:
    """One spelling per address: lower-case scheme and punycode host, no default port, fragment or trailing dot.

    Raises ValueError for an address that is not absolute http or https.
    """
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme.lower() not in _DEFAULT_PORTS or not host:
        raise ValueError(f"not an absolute http(s) address: {url!r}")
    scheme = parts.scheme.lower()
    if not host.isascii():
        host = host.encode("idna").decode("ascii")
    netloc = f"[{host}]" if ":" in host else host
    if parts.port is not None and parts.port != _DEFAULT_PORTS[scheme]:
        netloc += f":{parts.port}"
    return urlunsplit((scheme, netloc, parts.path or "/", parts.query, ""))


def host_of(url: str) -> str:
    """`host` or `host:port` of a canonical address: what politeness is counted by."""
    return urlsplit(url).netloc


def digest_id(prefix: str, *parts: str) -> str:
    """`prefix_` and 26 characters of base32: matches `^[A-Za-z0-9_-]{1,64}$` (DELIVERY.md)."""
    digest = hashlib.sha256("\x1f".join(parts).encode("utf-8", "surrogatepass")).digest()
    return f"{prefix}_{base64.b32encode(digest)[:26].decode('ascii').lower()}"


def document_id(url: str) -> str:
    """Id of the document at `url` (SPEC §11: a document is a stable page identity)."""
    return digest_id("doc", canonical_url(url))


def event_id(type_: str, subject: str, sequence: int) -> str:
    """Id of the event `type_` about `subject`: the same fact never gets two ids."""
    return digest_id("evt", type_, subject, str(sequence))
