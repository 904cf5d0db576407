"""Exceptions of the libraries behind the door, as one word. The first link of the chain that is known decides."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator

import aiohttp
import httpx
from aiohttp.http_exceptions import HttpProcessingError, LineTooLong

from services.egress.answer import Failure


class ForbiddenAddressError(OSError):
    """A name resolved to an address that is never connected to, or a socket was about to be opened to one."""


class LookupFailedError(OSError):
    """The name does not resolve, or not in time."""


class DroppedError(aiohttp.ClientConnectionError):
    """The peer hung up before it answered; aiohttp would silently ask again, which a polite visitor does not."""


class MisframedError(httpx.RemoteProtocolError):
    """The body does not end where its head said, or the connection broke off where only its end ends the body."""


#: Most telling first: a timeout may be the cause of anything below it, and nearly everything is an OSError.
_REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (MisframedError, "incomplete"),
    (ForbiddenAddressError, "forbidden_address"),
    (LookupFailedError, "dns"),
    (socket.gaierror, "dns"),
    (ssl.SSLError, "tls_error"),
    (ssl.CertificateError, "tls_error"),
    (LineTooLong, "header_too_large"),
    (aiohttp.ClientPayloadError, "incomplete"),
    (HttpProcessingError, "malformed"),
    (TimeoutError, "timeout"),
    (httpx.InvalidURL, "bad_url"),
    (httpx.UnsupportedProtocol, "bad_url"),
    (aiohttp.InvalidURL, "bad_url"),
    (ConnectionResetError, "reset"),
    (BrokenPipeError, "reset"),
    (aiohttp.ServerDisconnectedError, "reset"),
    (aiohttp.ClientConnectorError, "refused"),
    (DroppedError, "reset"),
    (aiohttp.ClientOSError, "reset"),
    # httpx's own classes come last: the aiohttp transport maps every lost connection to ConnectTimeout.
    (httpx.RemoteProtocolError, "incomplete"),
    (httpx.TimeoutException, "timeout"),
    (httpx.ConnectError, "refused"),
    (httpx.NetworkError, "reset"),
    (httpx.TransportError, "malformed"),
    (aiohttp.ClientError, "malformed"),
    (OSError, "refused"),
)

#: What the door catches; anything else is a bug and is raised.
EXPECTED: tuple[type[BaseException], ...] = (httpx.HTTPError, httpx.InvalidURL, aiohttp.ClientError, OSError)


def failure(error: BaseException) -> Failure:
    """The failure `error` stands for, with the message of the link that told it."""
    chain = tuple(_chain(error))
    for kind, reason in _REASONS:
        for link in chain:
            if isinstance(link, kind):
                told = " ".join(f"{type(link).__name__}: {link}".split())
                return Failure(_refine(link, reason), told[:200])
    return Failure("malformed", type(error).__name__)


def _chain(error: BaseException) -> Iterator[BaseException]:
    seen: BaseException | None = error
    while seen is not None:
        yield seen
        seen = seen.__cause__ or seen.__context__


def _refine(link: BaseException, reason: str) -> str:
    """The parser raises one class for several faults: its message tells them apart."""
    message = link.message if isinstance(link, HttpProcessingError) else ""
    if message.startswith("Too many headers"):
        return "header_too_large"
    return "incomplete" if message.startswith("Bad status line") and _after_a_body(message) else reason


def _after_a_body(message: str) -> bool:
    """The parser stumbled behind the declared end of a body: it quotes what stood before and points behind it.

    The quotation of nothing takes four columns (two of indentation, `b'`).
    """
    return message.rsplit("\n", 1)[-1].find("^") > 4
