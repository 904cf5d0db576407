"""What may be asked: addresses judged by the table, URLs judged by their spelling. Pure, total, never raises."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from urllib.parse import quote

from services.egress.answer import Refusal
from services.egress.host import read_host
from services.egress.table import GLOBAL_UNICAST, IPV4, IPV4_KEPT, IPV6, ISATAP, NAT64, PORTS

__all__ = ["Refusal", "Rule", "allowed", "forbidden", "judge_url"]

_LENGTH = 4096
_DEFAULT_PORT = {"http": 80, "https": 443}
_SHAPE = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*)://(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?P<query>\?[^#]*)?")
_AUTHORITY = re.compile(r"(?P<host>\[[^\]]*\]|[^:]*)(?::(?P<port>[0-9]{0,5}))?", re.ASCII)
#: Left as they are in a path or a query; everything else is escaped, an escape that is there already stays.
_KEPT = "/%:@!$&'()*+,;=~?-._"


@dataclass(frozen=True, slots=True)
class Rule:
    """Addresses in `network`, on `port` (None: on any)."""

    network: IPv4Network | IPv6Network
    port: int | None

    def covers(self, address: IPv4Address | IPv6Address, port: int) -> bool:
        return address in self.network and self.port in (None, port)


def forbidden(address: str) -> str | None:
    """Why `address` is never connected to, None for a public unicast address. What is no address is forbidden."""
    try:
        parsed = ip_address(address)
    except ValueError:
        return "no address"
    return _reason(parsed)


def _reason(address: IPv4Address | IPv6Address) -> str | None:
    if isinstance(address, IPv4Address):
        if any(address in network for network in IPV4_KEPT):
            return None
        return next((reason for network, reason in IPV4 if address in network), None)
    if address.scope_id is not None:
        return "scoped"
    if address in NAT64:
        return _reason(IPv4Address(address.packed[12:]))
    if (reason := next((reason for network, reason in IPV6 if address in network), None)) is not None:
        return reason
    if address not in GLOBAL_UNICAST:
        return "unassigned"
    return _reason(IPv4Address(address.packed[12:])) if address.packed[8:12] in ISATAP else None


def allowed(address: IPv4Address | IPv6Address, port: int, rules: Sequence[Rule]) -> bool:
    return any(rule.covers(address, port) for rule in rules)


def judge_url(
    url: str,
    *,
    schemes: Collection[str] = ("http", "https"),
    ports: Collection[int] = PORTS,
    allow: Sequence[Rule] = (),
) -> str | Refusal:
    """`url` in the one spelling every parser reads alike, or why it is not asked.

    Lower-case scheme and host (punycode, or a canonical address), no default port, user name or fragment, path and
    query in ASCII. An address literal is judged here; what a name resolves to is judged when it is resolved.
    `allow` opens literals, and a port that some rule opens is left to the judging of the resolved address.
    """
    url = url.strip(" ")
    if len(url) > _LENGTH:
        return Refusal("too_long")
    plain = url.isascii() and url.isprintable()  # nearly every one is; the rest is looked at character by character
    if not plain and any(_invisible(character) for character in url):
        return Refusal("control_character")
    shape = _SHAPE.match(url)
    if shape is None or shape["scheme"].lower() not in schemes:
        return Refusal("scheme")
    place = _judge_authority(shape["scheme"].lower(), shape["authority"], ports, allow)
    if isinstance(place, Refusal):
        return place
    return f"{place}{quote(shape['path'] or '/', _KEPT)}{quote(shape['query'] or '', _KEPT)}"


def _invisible(character: str) -> bool:
    """Control, format (bidirectional marks, zero width), line separators, surrogates, unassigned."""
    return unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp", "Cs", "Cn"}


def _judge_authority(scheme: str, authority: str, ports: Collection[int], allow: Sequence[Rule]) -> str | Refusal:
    if "@" in authority:
        return Refusal("userinfo")
    shape = _AUTHORITY.fullmatch(authority)
    if shape is None or "\\" in authority or not shape["host"]:
        return Refusal("malformed")
    port = int(shape["port"] or _DEFAULT_PORT.get(scheme, 0))
    opened = any(rule.port in (None, port) for rule in allow)
    if not 0 < port < 65536 or (port not in ports and not opened):
        return Refusal("port")
    host = read_host(shape["host"])
    if isinstance(host, Refusal):
        return host
    if not isinstance(host, str):
        if not allowed(host, port, allow) and (_reason(host) is not None or port not in ports):
            return Refusal("forbidden_address")
        host = f"[{host}]" if isinstance(host, IPv6Address) else str(host)
    return f"{scheme}://{host}" + ("" if port == _DEFAULT_PORT.get(scheme) else f":{port}")
