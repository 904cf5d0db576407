"""The network behind the door: httpx's transport over aiohttp, where every address is judged before it is used.

A name is looked up once for a connection (no cache, no second lookup between judging and connecting); the connection
goes to the judged address while Host, SNI and the certificate check keep the name. The socket factory judges once
more, so that no path through the library, literals included, reaches an address nobody looked at.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from services.egress.faults import ForbiddenAddressError, LookupFailedError
from services.egress.policy import Policy
from services.egress.watch import WatchedConnector, WatchedTransport, ask_once

#: All addresses (IPv4 and IPv6, as text) a name stands for. Raises OSError where it stands for none.
Lookup = Callable[[str], Awaitable[Sequence[str]]]

#: A name may stand for a hundred addresses: all are judged, so many are tried.
TRIED = 8
#: Connections to one host at a time; who shares them is the callers' politeness.
PER_HOST = 8
#: Browsers take more, nobody needs more.
HEADERS, HEADER_BYTES = 128, 16 * 1024


class Resolver(AbstractResolver):
    """Looks up and judges: one bad answer refuses the name. Raises ForbiddenAddressError or LookupFailedError."""

    def __init__(self, policy: Policy, lookup: Lookup) -> None:
        self._policy = policy
        self._lookup = lookup

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        try:
            addresses = tuple(dict.fromkeys(await self._lookup(host)))
        except (OSError, UnicodeError) as error:
            raise LookupFailedError(f"{host}: {error}") from error
        if not addresses:
            raise LookupFailedError(f"{host}: no address")
        for address in addresses:
            if (reason := self._policy.refusal(address, port)) is not None:
                raise ForbiddenAddressError(f"{host} resolves to {address}: {reason}")
        return [self._result(host, port, address) for address in addresses[:TRIED]]

    def _result(self, host: str, port: int, address: str) -> ResolveResult:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        flags = socket.AI_NUMERICHOST
        return ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=flags)

    async def close(self) -> None:
        """Nothing is held."""


def open_socket(policy: Policy, address: tuple[Any, ...]) -> socket.socket:
    """A socket for one `getaddrinfo` row, refused for an address the policy forbids."""
    family, kind, protocol, _, place = address
    if (reason := policy.refusal(str(place[0]), int(place[1]))) is not None:
        raise ForbiddenAddressError(f"{place[0]}: {reason}")
    return socket.socket(family, kind, protocol)


def system_lookup(threads: ThreadPoolExecutor) -> Lookup:
    """The system's resolver, in threads of its own: a dead name server must not block anybody else's work."""

    async def lookup(host: str) -> Sequence[str]:
        return await asyncio.get_running_loop().run_in_executor(threads, look_up, host)

    return lookup


def look_up(host: str) -> Sequence[str]:
    """All addresses `host` stands for. Raises OSError."""
    return [str(row[4][0]) for row in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)]


def open_transport(policy: Policy, lookup: Lookup, tls: ssl.SSLContext) -> WatchedTransport:
    """One pool, kept per host by aiohttp: no cookies, proxies, retries, redirects or decoding."""

    def session() -> aiohttp.ClientSession:
        connector = WatchedConnector(
            resolver=Resolver(policy, lookup),
            use_dns_cache=False,
            ssl=tls,
            limit=0,
            limit_per_host=PER_HOST,
            socket_factory=partial(open_socket, policy),
        )
        return aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),
            auto_decompress=False,
            trust_env=False,
            max_line_size=HEADER_BYTES,
            max_field_size=HEADER_BYTES,
            max_headers=HEADERS,
            middlewares=(ask_once,),
        )

    return WatchedTransport(verify=tls, trust_env=False, client=session)
