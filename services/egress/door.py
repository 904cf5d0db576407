"""The door: one request, one lookup, one judged connection, one deadline, bounded bytes, and no redirects.

judge the URL ─► send (Accept-Encoding: gzip, identity) ─► head: encoding and declared length ─► body, chunk by chunk
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import httpx
import structlog

from services.domain.errors import ConfigError
from services.egress.addresses import judge_url
from services.egress.answer import Answer, Failure, Refusal
from services.egress.body import Body, declared_length, encoding_of
from services.egress.faults import EXPECTED, failure
from services.egress.network import Lookup, open_transport, system_lookup
from services.egress.policy import Policy, read_rules
from services.egress.table import PORTS

__all__ = ["Answer", "Door", "Failure"]

_log = structlog.get_logger()

MIB = 1024 * 1024
#: What a URL's refusal is called among the failures.
_REFUSED = {"forbidden_address": "forbidden_address", "internal_name": "forbidden_address", "port": "bad_port"}


@dataclass(frozen=True, slots=True)
class _Reading:
    """How an answer is read: for how long, how much, decoded or as it came, cut at the limit or refused there."""

    deadline: float
    limit: int
    decode: bool
    cut: bool


class Door:
    """Asks one URL and answers `Answer | Failure`; a broken peer never raises.

    `allow` opens addresses of the table (`127.0.0.1/32:*`), for tests and the demo; `own` closes our own listeners,
    written alike; other ports than `ports` are not asked. `transport` replaces the network: then names are not
    resolved, literals are still judged. `lookup` replaces the system's resolver, `tls` the trusted certificates. One
    door serves one event loop; `aclose` it there.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow: Sequence[str] = (),
        own: Sequence[str] = (),
        ports: Collection[int] = PORTS,
        transport: httpx.AsyncBaseTransport | None = None,
        lookup: Lookup | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        if not (user_agent.isascii() and user_agent.isprintable() and user_agent.strip()):
            raise ConfigError(f"the User-Agent must be printable ASCII, not {user_agent!r}")
        self.user_agent = user_agent
        self._policy = Policy(allow=read_rules(allow), own=read_rules(own), ports=frozenset(ports))
        if allow:
            _log.warning("egress.opened", addresses=list(allow))
        self._threads = ThreadPoolExecutor(8, "egress-dns")
        self._transport = transport if transport is not None else self._network(lookup, tls)

    def _network(self, lookup: Lookup | None, tls: ssl.SSLContext | None) -> httpx.AsyncBaseTransport:
        certificates = tls if tls is not None else httpx.create_ssl_context(trust_env=False)
        return open_transport(self._policy, lookup or system_lookup(self._threads), certificates)

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        deadline: float = 30,
        limit: int = 10 * MIB,
        cut: bool = False,
    ) -> Answer | Failure:
        """The page at `url`, decoded. A body over `limit` bytes, raw or decoded, is `too_large`, or cut there."""
        fields = {"Accept-Encoding": "gzip, identity", **(headers or {})}
        return await self._ask("GET", url, fields, _Reading(deadline, limit, decode=True, cut=cut))

    async def post(
        self, url: str, *, body: bytes, headers: Mapping[str, str], deadline: float = 15, limit: int = 64 * 1024
    ) -> Answer | Failure:
        """What the receiver at `url` answered, not decoded, cut at `limit` bytes: its body is only kept to be shown."""
        fields = {"Accept-Encoding": "identity", **headers}
        return await self._ask("POST", url, fields, _Reading(deadline, limit, decode=False, cut=True), body)

    def judge(self, url: str) -> str | Refusal:
        """`url` in the spelling this door would ask it in, or why it would not. Names are not resolved."""
        return judge_url(url, ports=self._policy.ports, allow=self._policy.allow)

    async def aclose(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        await self._transport.aclose()

    async def _ask(
        self, method: str, url: str, headers: Mapping[str, str], reading: _Reading, body: bytes | None = None
    ) -> Answer | Failure:
        judged = self.judge(url)
        if isinstance(judged, Refusal):
            return Failure(_REFUSED.get(judged.code, "bad_url"), judged.code)
        try:
            request = httpx.Request(
                method,
                judged,
                headers={"User-Agent": self.user_agent, "Accept": "*/*", **headers},
                content=body,
                extensions={"timeout": {"connect": reading.deadline / 3}},
            )
            async with asyncio.timeout(reading.deadline):
                return await self._exchange(request, reading)
        except EXPECTED as error:
            return failure(error)

    async def _exchange(self, request: httpx.Request, reading: _Reading) -> Answer | Failure:
        response = await self._transport.handle_async_request(request)
        headers = dict(response.headers)
        try:
            body = await _read(response, headers, reading)
        finally:
            await response.aclose()
        return body if isinstance(body, Failure) else Answer(response.status_code, headers, body)


async def _read(response: httpx.Response, headers: Mapping[str, str], reading: _Reading) -> bytes | Failure:
    declared = declared_length(response.status_code, headers)
    encoding = encoding_of(headers) if reading.decode else "identity"
    if isinstance(encoding, Failure):
        return encoding
    if declared is not None and declared > reading.limit and not reading.cut:
        return Failure("too_large", f"{declared} bytes announced")
    body = Body(reading.limit, encoding, declared)
    async for chunk in _chunks(response):
        fault = body.feed(chunk)
        if fault is not None:
            return body.beginning() if reading.cut and fault.reason == "too_large" else fault
    return body.finish()


def _chunks(response: httpx.Response) -> AsyncIterator[bytes]:
    """The bytes as they came: httpx's own iterators would decode without bounds."""
    stream = response.stream
    if not isinstance(stream, httpx.AsyncByteStream):
        raise TypeError(f"the transport answered with {type(stream).__name__}, not an async stream")
    return aiter(stream)
