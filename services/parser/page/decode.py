"""Bytes to text: which encoding a page is in, how we know, and whether we may rely on it (PAGES §9).

    BOM ─► strict UTF-8 that holds ─► HTTP charset ─► meta charset, wherever it stands ─► what the bytes look like
           (whatever is declared)      └── each only if it decodes without loss and the result reads like text ──┘
    none of them ─► the least lossy reading, `certain=False`

Declarations lie both ways (UTF-8 declared gb2312 and the reverse), so a declaration is tried, never believed.
Stateful encodings (ISO-2022, HZ, UTF-7) are never decoded: their escapes stay visible as the ASCII they are.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from services.parser.text.script import to_simplified


@dataclass(frozen=True, slots=True)
class Decoded:
    """`certain` is False where characters were lost or the text does not read like any: no version of a document.

    `encoding` is Python's name of the codec, `evidence` one line for the operator.
    """

    text: str
    encoding: str
    evidence: str
    certain: bool


#: gb2312 and gbk pages use characters of the larger set; gb18030 decodes all three alike.
_CODECS = {
    **dict.fromkeys(["utf-8", "utf8", "unicode-1-1-utf-8", "x-unicode20utf8"], "utf-8"),
    **dict.fromkeys(["gb2312", "gbk", "gb18030", "cp936", "ms936", "x-gbk", "csgb2312", "chinese"], "gb18030"),
    **dict.fromkeys(["gb_2312", "gb_2312-80", "gb2312-80", "iso-ir-58", "windows-936", "euc-cn"], "gb18030"),
    **dict.fromkeys(["big5", "big5-hkscs", "cn-big5", "x-x-big5", "csbig5", "cp950"], "big5hkscs"),
    **dict.fromkeys(["utf-16", "utf-16le", "unicode", "ucs-2", "iso-10646-ucs-2"], "utf-16-le"),
    "utf-16be": "utf-16-be",
}
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_BINARY = {b"%PDF-": "PDF", b"PK\x03\x04": "ZIP", b"\xd0\xcf\x11\xe0": "OLE", b"\x1f\x8b": "gzip", b"\x89PNG": "PNG"}

_HTTP_CHARSET = re.compile(r"charset\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE)
#: `[^<>]` keeps the search linear on a page of a million unclosed tags.
_META_CHARSET = re.compile(
    rb"<(?:meta\s[^<>]*?charset|\?xml\s[^<>]*?encoding)\s*=\s*[\"']?\s*([\w.:-]+)", re.IGNORECASE
)
_IDEOGRAPH = re.compile("[\u3400-\u9fff]")
#: UTF-8 that someone before us read as Latin-1 or Windows-1252 and saved again.
_READ_AS_LATIN = re.compile("[\u00e2-\u00ef][\u0080-\u00bf\u0152-\u0192\u02c6-\u02dc\u2013-\u2122]{2}")
_DESCRIPTION = re.compile(r"<meta\s(?=[^<>]*name\s*=\s*[\"']?\w*(?:description|keywords?)\b)[^<>]*")
#: The 3,755 characters of GB2312's first level, which make up nearly all running text.
_USUAL = frozenset(
    bytes([row, cell]).decode("gb2312", "ignore") for row in range(0xB0, 0xD8) for cell in range(0xA1, 0xFF)
)

#: From so many ideographs on, a text tells by them whether it was decoded rightly.
_TELLING = 20
_MOST_UNSEEN = 20


def decode(body: bytes, content_type: str | None) -> Decoded:
    """`body` as text. Never raises; the BOM and NUL characters are dropped, nothing else is changed."""
    for magic, name in _BINARY.items():
        if body.startswith(magic):
            return Decoded("", "binary", f"not text but {name}", certain=False)
    tried: list[_Reading] = []
    for codec, evidence, least in _candidates(body, content_type):
        reading = _read(body, codec, evidence)
        if reading.lost == 0 and _doubt(reading.text, least) is None:
            return Decoded(reading.text, codec, evidence, certain=True)
        tried.append(reading)
        if codec == "utf-8" and reading.lost == 0:  # no other encoding's text is valid UTF-8 by chance
            break
    return _best(tried)


@dataclass(frozen=True, slots=True)
class _Reading:
    codec: str
    evidence: str
    text: str
    lost: int


def _candidates(body: bytes, content_type: str | None) -> Iterator[tuple[str, str, int]]:
    """Codec, evidence, and how many ideographs it takes to believe it; lazily, most pages need the first only."""
    if bom := _bom(body):
        yield bom, f"BOM {bom}", 0
    if (wide := _wide(body)) is not None:
        yield wide, "every other byte of the markup is zero", 0
    else:
        yield "utf-8", "ASCII only" if body.isascii() else "strict utf-8", 0
    declared = _HTTP_CHARSET.search(content_type or "")
    if declared and (codec := _CODECS.get(declared[1].lower(), "")):
        yield codec, f"HTTP charset {declared[1].lower()}", 0
    for label in dict.fromkeys(found.lower() for found in _META_CHARSET.findall(body)):
        name = label.decode("latin-1")
        if codec := _CODECS.get(name, ""):
            yield codec, f"meta charset {name}", 0
    yield "gb18030", "undeclared, reads as gb18030", _TELLING
    yield "big5hkscs", "undeclared, reads as Big5", _TELLING


def _bom(body: bytes) -> str | None:
    return next((codec for bom, codec in _BOMS if body.startswith(bom)), None)


def _wide(body: bytes) -> str | None:
    """UTF-16 without a BOM: its markup is ASCII, so zeros fill the odd (LE) or the even (BE) places."""
    even, odd = body[:512:2].count(0), body[1:512:2].count(0)
    if max(even, odd) < 16 or min(even, odd) > max(even, odd) // 10:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _read(body: bytes, codec: str, evidence: str) -> _Reading:
    body = body.removeprefix(codecs.BOM_UTF8)  # templates glue a BOM before pages of any encoding
    try:
        text, lossless = body.decode(codec), True
    except UnicodeDecodeError:
        text, lossless = body.decode(codec, errors="replace"), False
    text = text.removeprefix("\ufeff")
    if b"\0" in body:
        text = text.replace("\x00", "")
    return _Reading(codec, evidence, text, 0 if lossless else text.count("\ufffd"))


def _doubt(text: str, least: int = 0) -> str | None:
    """Why `text` is no text although it decoded; None where it reads like text."""
    sample = _sample(text)
    ideographs = _IDEOGRAPH.findall(sample)
    if len(ideographs) < least:
        return "too little text to tell"
    if len(ideographs) >= _TELLING and not (_is_usual(ideographs) or _is_usual(to_simplified("".join(ideographs)))):
        return "its ideographs are not those of running text"
    if len(_READ_AS_LATIN.findall(sample)) > max(10, len(ideographs)):
        return "UTF-8 that was read as Latin-1 before it came here"
    if sample.count("\ufffd") > max(10, len(ideographs) // 20):
        return "replacement characters in the page itself"
    return None


def _is_usual(ideographs: Sequence[str]) -> bool:
    return sum(map(_USUAL.__contains__, ideographs)) >= 0.6 * len(ideographs)


def _sample(text: str) -> str:
    """Parts spread over a long text: mojibake is everywhere or nowhere, and reading all of it costs a millisecond."""
    if len(text) <= 2000:
        return text
    step = len(text) // 8
    return "".join([text[start : start + 250] for start in range(0, 8 * step, step)])


def _best(tried: Sequence[_Reading]) -> Decoded:
    """The reading that loses least; certain only where what is lost is nothing a reader of the page would see."""
    doubt, best = min(
        ((_doubt(reading.text), reading) for reading in tried), key=lambda one: (bool(one[0]), one[1].lost)
    )
    if doubt:
        return Decoded(best.text, best.codec, f"{best.evidence}: {doubt}", certain=False)
    if not best.lost:
        return Decoded(best.text, best.codec, best.evidence, certain=False)
    first = best.text.index("\ufffd")
    lost = f"no encoding fits; as {best.codec} {best.lost} characters are lost, the first at {first}"
    return Decoded(best.text, best.codec, lost, certain=_is_unseen(best))


def _is_unseen(reading: _Reading) -> bool:
    """Every lost character stands in a description or keywords meta, which CMS cut at a byte, or in a script."""
    if reading.lost > _MOST_UNSEEN:
        return False
    lowered = reading.text.lower()
    places = [found.start() for found in re.finditer("\ufffd", lowered)]
    return all(_is_in_script(lowered, place) or _is_in_description(lowered, place) for place in places)


def _is_in_description(lowered: str, place: int) -> bool:
    tag = lowered.rfind("<", 0, place)
    return tag >= 0 and bool(_DESCRIPTION.fullmatch(lowered, tag, place))


def _is_in_script(lowered: str, place: int) -> bool:
    opened = max(lowered.rfind("<script", 0, place), lowered.rfind("<style", 0, place))
    closed = max(lowered.rfind("</script", 0, place), lowered.rfind("</style", 0, place))
    return opened > closed
