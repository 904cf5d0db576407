"""Domain values to bytes and back: JSON by pydantic's TypeAdapter over the dataclasses themselves.

`decode(cls, encode(value)) == value` for every frozen dataclass of `services.domain`. Fields added later need a
default; fields this version does not know are ignored, so two versions of the program can share a database.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar

from pydantic import TypeAdapter

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

T = TypeVar("T")


@cache
def _adapter(cls: Any) -> TypeAdapter[Any]:
    return TypeAdapter(cls)


def encode(value: Any) -> bytes:
    """Compact JSON in UTF-8."""
    shape: Any = type(value)
    return _adapter(shape).dump_json(value)


def decode(cls: type[T], data: bytes | str) -> T:
    """The value `encode` was given. Raises pydantic.ValidationError for anything else."""
    shape: Any = cls
    value: T = _adapter(shape).validate_json(data)
    return value


def pack(data: bytes) -> bytes:
    return zstd.compress(data, options=_PACKED)


def unpack(data: bytes) -> bytes:
    """What `pack` was given, today's or that of a version before, which was zlib's. Raises ValueError for damage."""
    try:
        return zstd.decompress(data) if data.startswith(_ZSTD) else zlib.decompress(data)
    except (zstd.ZstdError, zlib.error) as error:
        raise ValueError(str(error)) from error


#: A fifth of the CPU that zlib's level 6 takes for a page, and less space; its sum tells a flipped bit, as zlib's did.
_PACKED: Mapping[int, int] = {
    zstd.CompressionParameter.compression_level: 3,
    zstd.CompressionParameter.checksum_flag: 1,
}
_ZSTD = b"\x28\xb5\x2f\xfd"
