"""`dafu reread`: what an upgrade of the reader changes, document by document."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from typing import Any

from services.commands.progress import counted
from services.domain.clock import system_clock
from services.parser.compare.showing.show import label, stated
from services.parser.compare.showing.telling import change_data
from services.parser.reading.reader import todays
from services.parser.text.privacy import mask_json
from services.parser.upgrade.reread import Reread, reread
from services.settings import load_settings
from services.storage import documents, snapshots
from services.storage.codec import encode
from services.storage.database import open_database

#: Of a part's differences so many are shown to a person, and so much of each; `--json` has all of them.
_SHOWN, _LONGEST = 5, 100


def reread_command(document: str | None, *, dry_run: bool, as_json: bool) -> int:
    """Always 0: a reader that says something else is a finding, not a failure."""
    with closing(open_database(load_settings().database)) as database:
        with database.read() as conn:
            if document is not None:
                documents.get_document(conn, document)
            total = snapshots.count_snapshots(conn, document)
        done: list[Reread] = []
        found = reread(database, todays(), system_clock, document=document, keep=not dry_run)
        done.extend(counted(found, total, "重读 reading again"))
    print(encode(_report(done)).decode() if as_json else "\n".join(_lines(done)))
    return 0


def _report(done: list[Reread]) -> dict[str, Any]:
    """`because` is always the reader: the pages are the same on both sides."""
    return {
        "reader": todays().version,
        "because": "reader",
        "snapshots": len(done),
        "documents": [
            {"document": document, "url": found[0].url, "snapshots": [_row(one) for one in found]}
            for document, found in _by_document(done).items()
        ],
    }


def _row(one: Reread) -> dict[str, Any]:
    about = {"snapshot": one.snapshot, "version": one.version, "observed": one.observed.isoformat()}
    about |= {"reader_before": one.reader_before, "reader": one.reader}
    about |= {"verdict_before": one.verdict_before, "verdict": one.verdict}
    parts = mask_json([asdict(part) for part in one.parts])
    return {**about, "parts": parts, "changes": [change_data(change) for change in one.changes]}


def _lines(done: list[Reread]) -> Iterator[str]:
    documents_ = _by_document(done)
    yield (
        f"读取器 reader {todays().version}: {len(done)} 个快照重读 snapshots read again, "
        f"{len(documents_)} 份文件读法不同 documents read otherwise"
    )
    for document, found in documents_.items():
        yield ""
        yield f"{document}  {found[0].url}"
        for one in found:
            version = f"v{one.version}" if one.version is not None else "no version"
            yield f"  {version} · {one.observed:%Y-%m-%d %H:%M} UTC · {one.reader_before} → {one.reader}"
            if one.verdict != one.verdict_before:
                yield f"    verdict: {one.verdict_before} → {one.verdict}"
            for part in mask_json([asdict(part) for part in one.parts]):
                yield f"    {part['part']}: {len(part['before'])} → {len(part['after'])}"
                yield from _quoted("-", part["before"])
                yield from _quoted("+", part["after"])
            for change in one.changes:
                yield f"    {label('type', change.type)}: {' → '.join(map(_cut, stated(change)))}"


def _quoted(sign: str, said_: list[str]) -> Iterator[str]:
    yield from (f"      {sign} {_cut(words)}" for words in said_[:_SHOWN])
    if len(said_) > _SHOWN:
        yield f"      {sign} … {len(said_) - _SHOWN} more"


def _cut(words: str) -> str:
    plain = "".join(character if character.isprintable() else " " for character in words)
    return plain if len(plain) <= _LONGEST else f"{plain[:_LONGEST]}…"


def _by_document(done: list[Reread]) -> dict[str, list[Reread]]:
    found: dict[str, list[Reread]] = {}
    for one in done:
        if one.differs:
            found.setdefault(one.document, []).append(one)
    return found
