"""Bounded bytes: what came off the wire, decoded by at most one layer, never more than the limit in memory."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

from services.egress.answer import Failure

_BODILESS = {204, 304}
_GZIP = {"gzip", "x-gzip"}


def encoding_of(headers: Mapping[str, str]) -> str | Failure:
    """`identity`, `gzip` or `deflate`; anything else, or a second layer, was not asked for."""
    written = headers.get("content-encoding", "").lower().split(",")
    layers = [layer.strip() for layer in written if layer.strip() not in {"", "identity"}]
    if not layers:
        return "identity"
    if len(layers) == 1 and layers[0] in _GZIP:
        return "gzip"
    return "deflate" if layers == ["deflate"] else Failure("unsupported_encoding", ", ".join(layers)[:80])


def declared_length(status: int, headers: Mapping[str, str]) -> int | None:
    """The length the body must have on the wire; None where it is framed otherwise or there is none."""
    length = headers.get("content-length", "")
    if status in _BODILESS or "transfer-encoding" in headers or not (length.isascii() and length.isdigit()):
        return None
    return int(length[:19])


class Body:
    """Takes the wire's chunks one by one; `feed` answers why to stop, `finish` the bytes.

    Memory held is at most `limit` and one chunk, however much the chunk would expand to.
    """

    def __init__(self, limit: int, encoding: str = "identity", declared: int | None = None) -> None:
        self._limit = limit
        self._encoding = encoding
        self._declared = declared
        self._received = 0
        self._decoded = bytearray()
        self._zlib: zlib._Decompress | None = None
        self._padding = False

    def feed(self, chunk: bytes) -> Failure | None:
        room = self._limit - self._received
        self._received += len(chunk)
        try:
            fault = self._take(chunk[:room])
        except zlib.error as error:
            return Failure("bad_encoding", str(error)[:80])
        if fault is None and self._received > self._limit:
            return Failure("too_large", f"more than {self._limit} bytes on the wire")
        return fault

    def _take(self, chunk: bytes) -> Failure | None:
        if self._encoding == "identity":
            self._decoded += chunk
            return None
        return self._decode(chunk)

    def _decode(self, chunk: bytes) -> Failure | None:
        while chunk and not self._padding:
            if self._zlib is None:
                self._zlib = zlib.decompressobj(self._window(chunk))
            elif self._zlib.eof:
                # A gzip body may have several members; what follows the last one is padding, as browsers see it.
                self._padding = self._encoding != "gzip" or not chunk.startswith(b"\x1f\x8b")
                self._zlib = self._zlib if self._padding else zlib.decompressobj(self._window(chunk))
                continue
            self._decoded += self._zlib.decompress(chunk, self._limit + 1 - len(self._decoded))
            if len(self._decoded) > self._limit:
                return Failure("too_large", f"more than {self._limit} bytes decoded")
            chunk = self._zlib.unused_data
        return None

    def _window(self, chunk: bytes) -> int:
        """`deflate` is zlib by the standard and bare deflate in practice: a zlib head is a multiple of 31."""
        if self._encoding == "gzip":
            return 16 + zlib.MAX_WBITS
        wrapped = chunk[0] & 15 == 8 and (len(chunk) == 1 or (chunk[0] << 8 | chunk[1]) % 31 == 0)
        return zlib.MAX_WBITS if wrapped else -zlib.MAX_WBITS

    def beginning(self) -> bytes:
        """What was read of a body that is too large: its first `limit` bytes."""
        return bytes(self._decoded[: self._limit])

    def finish(self) -> bytes | Failure:
        """The whole body, or `incomplete` where the wire carried less or more than it announced."""
        if self._declared is not None and self._received != self._declared:
            return Failure("incomplete", f"{self._received} bytes of {self._declared} announced")
        if self._zlib is not None and not self._zlib.eof:
            return Failure("incomplete", f"{self._encoding} stream breaks off")
        return bytes(self._decoded)
