"""An address somebody registers, to be told at or watched: judged by spelling and by what its name stands for now.

Today's answer counts for nothing at delivery, where the name is looked up and judged again; it only keeps out what is
bad already. A name that does not resolve, or not in time, is not refused: it may tomorrow.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from ipaddress import ip_address
from urllib.parse import urlsplit

from services.egress.addresses import allowed, judge_url
from services.egress.answer import Refusal
from services.egress.network import look_up
from services.egress.policy import Policy

#: All addresses a name stands for. Raises OSError where it stands for none.
NameLookup = Callable[[str], Sequence[str]]
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Registered:
    """`opened`: the operator opened every address it stands for, it is a machine of ours."""

    url: str
    opened: bool


def judge_receiver(url: str, policy: Policy, lookup: NameLookup) -> Registered | Refusal:
    """`url` in its one spelling, or why it is refused; one bad address among many refuses the name."""
    schemes = ("https",) if policy.https_only else ("http", "https")
    return judge_column(url, policy, lookup, schemes)


def judge_column(
    url: str, policy: Policy, lookup: NameLookup, schemes: Collection[str] = ("http", "https")
) -> Registered | Refusal:
    """The same for a column that is to be watched, which need not be encrypted."""
    judged = judge_url(url, schemes=schemes, ports=policy.ports, allow=policy.allow)
    if isinstance(judged, Refusal):
        return judged
    parts = urlsplit(judged)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    addresses = _addresses(host, lookup)
    refused = [reason for address in addresses if (reason := policy.refusal(address, port)) is not None]
    if refused:
        return Refusal("port" if set(refused) == {"port"} else "forbidden_address")
    opened = all(allowed(ip_address(address), port, policy.allow) for address in addresses)
    return Registered(judged, bool(addresses) and opened)


def look_up_in_time(host: str) -> Sequence[str]:
    """The system's resolver, given up after five seconds. Raises OSError."""
    return _threads().submit(look_up, host).result(_PATIENCE)


def _addresses(host: str, lookup: NameLookup) -> Sequence[str]:
    try:
        return [str(ip_address(host))]
    except ValueError:
        pass
    try:
        return lookup(host)
    except (OSError, UnicodeError):
        return []


@cache
def _threads() -> ThreadPoolExecutor:
    """Threads of their own: a dead name server must not take those that answer requests."""
    return ThreadPoolExecutor(8, "egress-names")
