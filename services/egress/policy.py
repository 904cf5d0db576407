"""What this door connects to: the address table, minus what was explicitly opened, plus our own listeners."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from services.domain.errors import ConfigError
from services.egress.addresses import Rule, allowed, forbidden
from services.egress.table import PORTS


@dataclass(frozen=True, slots=True)
class Policy:
    """`allow` wins over everything; `own` are our own listeners, never connected to although they may be public.

    `https_only` concerns receivers: what they are told is not to be read on the way.
    """

    allow: tuple[Rule, ...] = ()
    own: tuple[Rule, ...] = ()
    ports: frozenset[int] = PORTS
    https_only: bool = False

    def refusal(self, address: str, port: int) -> str | None:
        """Why nothing connects to `address` at `port`; None where it may."""
        reason = forbidden(address)
        if reason == "no address":
            return reason
        parsed = ip_address(address)
        if allowed(parsed, port, self.allow):
            return None
        if allowed(parsed, port, self.own):
            return "our own listener"
        return reason or (None if port in self.ports else "port")


def read_rules(written: Sequence[str]) -> tuple[Rule, ...]:
    """`127.0.0.1/32:8000`, `127.0.0.0/8:*`, `::1/128:*`: CIDR, colon, port or `*`. Raises ConfigError."""
    return tuple(_read_rule(rule) for rule in written)


def _read_rule(written: str) -> Rule:
    network, _, port = written.rpartition(":")
    try:
        return Rule(ip_network(network), None if port == "*" else _read_port(port))
    except ValueError as error:
        raise ConfigError(f"egress rule {written!r} is not CIDR:port or CIDR:*: {error}") from error


def _read_port(written: str) -> int:
    port = int(written)
    if not 0 < port < 65536:
        raise ValueError(f"no such port: {port}")
    return port
