"""Bodies, whole and broken, in chunks of any size."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from services.egress.answer import Failure
from services.egress.body import Body, declared_length, encoding_of

ENCODERS: dict[str, Callable[[bytes], bytes]] = {
    "identity": lambda content: content,
    "gzip": gzip.compress,
    "deflate": zlib.compress,
}


def read(body: Body, wire: bytes, size: int) -> bytes | Failure:
    for at in range(0, len(wire), size):
        if (fault := body.feed(wire[at : at + size])) is not None:
            return fault
    return body.finish()


@given(st.binary(max_size=3000), st.sampled_from(sorted(ENCODERS)), st.integers(1, 400))
def test_what_was_sent_is_what_is_read(content: bytes, encoding: str, size: int) -> None:
    wire = ENCODERS[encoding](content)
    body = Body(5000, encoding, len(wire))
    assert read(body, wire, size) == content


@given(st.binary(min_size=1, max_size=3000), st.integers(1, 400), st.integers(1, 20))
def test_a_cut_gzip_is_never_a_page(content: bytes, size: int, cut: int) -> None:
    wire = gzip.compress(content)[:-cut]
    result = read(Body(5000, "gzip"), wire, size)
    assert isinstance(result, Failure) or not wire


@given(st.binary(max_size=3000), st.sampled_from(sorted(ENCODERS)), st.integers(1, 400))
def test_any_bytes_give_bytes_or_a_failure_within_the_limit(wire: bytes, encoding: str, size: int) -> None:
    result = read(Body(1000, encoding), wire, size)
    assert isinstance(result, Failure) or len(result) <= 1000


def test_members_and_padding() -> None:
    members = gzip.compress(b"one ") + gzip.compress(b"two")
    for size in (1, 7, 1000):
        assert read(Body(100, "gzip"), members, size) in (b"one two", b"one ")
    assert read(Body(100, "gzip"), members, 1000) == b"one two"
    assert read(Body(1000, "gzip"), gzip.compress(b"page") + bytes(200), 16) == b"page"


def test_limits_are_exact() -> None:
    assert read(Body(10), b"x" * 10, 3) == b"x" * 10
    assert read(Body(10), b"x" * 11, 3) == Failure("too_large", "more than 10 bytes on the wire")
    wire = zlib.compress(bytes(100_000), 9)
    assert read(Body(len(wire)), wire, 50) == wire
    fault = read(Body(99_999, "deflate"), wire, 50)
    assert isinstance(fault, Failure)
    assert fault.reason == "too_large"
    assert read(Body(100_000, "deflate"), wire, 50) == bytes(100_000)


def test_heads() -> None:
    assert encoding_of({}) == "identity"
    assert encoding_of({"content-encoding": "Identity"}) == "identity"
    assert encoding_of({"content-encoding": "x-gzip"}) == "gzip"
    assert encoding_of({"content-encoding": "identity, gzip"}) == "gzip"
    for written in ("br", "zstd", "gzip, gzip", "gzip,deflate", "gzip\x00"):
        fault = encoding_of({"content-encoding": written})
        assert isinstance(fault, Failure)
        assert fault.reason == "unsupported_encoding"
    assert declared_length(200, {"content-length": "5"}) == 5
    assert declared_length(304, {"content-length": "5"}) is None
    assert declared_length(200, {"content-length": "5", "transfer-encoding": "chunked"}) is None
    assert declared_length(200, {"content-length": "-5"}) is None
    assert declared_length(200, {"content-length": "٥"}) is None
