"""One spelling per host: whatever a URL writes (①②⑦, 0x7f000001, LOCALHOST., gоv.cn), what would be asked."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from services.egress.answer import Refusal
from services.egress.table import INTERNAL_NAMES

_LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
_NUMBER = re.compile(r"0x[0-9a-f]*|[0-9]+")
_DOTS = str.maketrans({"。": ".", "．": ".", "｡": "."})
#: Alphabets with letters that look like Latin ones.
_LOOKALIKE = ("CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "LISU")


@lru_cache(maxsize=4096)
def read_host(written: str) -> str | IPv4Address | IPv6Address | Refusal:
    """The host as a lower-case punycode name or as an address. Total: never raises."""
    if written.startswith("["):
        return _bracketed(written)
    folded = unicodedata.normalize("NFKC", written.translate(_DOTS)).casefold().translate(_DOTS)
    host = folded.removesuffix(".")
    if _NUMBER.fullmatch(host.rpartition(".")[2]):
        return _dotted(host.split("."))
    if any(_mixed(label) for label in host.split(".")):
        return Refusal("homograph")
    return _named(host)


def _bracketed(written: str) -> IPv6Address | Refusal:
    if not written.endswith("]") or "%" in written:
        return Refusal("malformed")
    try:
        return IPv6Address(written[1:-1])
    except AddressValueError:
        return Refusal("malformed")


def _dotted(parts: list[str]) -> IPv4Address | Refusal:
    """One to four numbers, each decimal, octal or hexadecimal, the last filling what is left (inet_aton)."""
    if len(parts) > 4 or not all(_NUMBER.fullmatch(part) and len(part) < 40 for part in parts):
        return Refusal("malformed")
    try:
        *heads, last = [_number(part) for part in parts]
    except ValueError:
        return Refusal("malformed")
    if any(head > 255 for head in heads) or last >= 256 ** (4 - len(heads)):
        return Refusal("malformed")
    return IPv4Address(sum(head << (24 - 8 * place) for place, head in enumerate(heads)) + last)


def _number(part: str) -> int:
    if part.startswith("0x"):
        return int(part[2:] or "0", 16)
    return int(part, 8 if len(part) > 1 and part.startswith("0") else 10)


def _mixed(label: str) -> bool:
    """ASCII letters and look-alikes of them in one label, written out or in punycode."""
    if label.startswith("xn--"):
        try:
            label = label.encode("ascii").decode("idna")
        except UnicodeError:
            return False
    latin = any("a" <= letter <= "z" for letter in label)
    return latin and any(unicodedata.name(letter, "").startswith(_LOOKALIKE) for letter in label)


def _named(host: str) -> str | Refusal:
    try:
        name = host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return Refusal("malformed")
    labels = name.split(".")
    if len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return Refusal("malformed")
    if len(labels) == 1 or any(".".join(labels[at:]) in INTERNAL_NAMES for at in range(len(labels))):
        return Refusal("internal_name")
    return name
