"""What the door hands back: an answer, a failure, or the refusal of an address. None of them is an exception."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Answer:
    """A complete answer. Header names are lower-case, repeated headers joined by `, `.

    `body` of a GET is decoded; of a POST it is as it came and may have been cut at the limit.
    """

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Failure:
    """No complete answer. `reason` is one word for machines, `detail` a line for the operator's log.

    forbidden_address  the host is, or resolves to, an address that is never connected to
    bad_url            the address is no address we ask: scheme, user name, control characters, spelling
    bad_port           the port is not on the list
    dns                the name does not resolve
    refused            nobody listens there, or the network has no route
    timeout            the deadline passed, whatever the peer was doing
    reset              the connection ended before the answer's head
    tls_error          certificate, name or protocol version
    header_too_large   more or longer headers than we take
    malformed          not HTTP
    incomplete         the body is shorter or longer than declared, or breaks off
    too_large          the body, raw or decoded, is over the limit
    unsupported_encoding   a content encoding that was not asked for, or more than one
    bad_encoding       the encoded body is damaged
    """

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an address is not asked.

    `code` is stable and never says what was found behind a name: scheme, malformed, too_long, control_character,
    userinfo, port, homograph, internal_name, forbidden_address.
    """

    code: str
