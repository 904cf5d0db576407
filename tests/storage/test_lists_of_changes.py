"""Lists of changes and of versions say what going through every history would, in the same order, page by page."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import Connection
from storage.samples import HOUR, MINUTE, NOW, SOURCE, answer, letter, lowered, page_id, watch

from services.domain.change import SEVERITIES, Change, ChangeType, Direction, rank
from services.domain.document import Kind
from services.storage import recent, snapshots, versions
from services.storage.database import Database
from services.storage.pages import Listed, discover
from services.storage.recent import Asked

KINDS: tuple[Kind, ...] = ("reply_npc", "policy_notice")
SIDES: tuple[Direction, ...] = ("softened", "strengthened", "neutral")
TYPES: tuple[ChangeType, ...] = ("target_lowered", "target_raised", "narrative_changed")
SITES = {"cq": "https://jjxxw.example.gov.cn", "gz": "https://gxt.example.gov.cn"}
DOCUMENTS, VERSIONS = 12, 90

#: recorded, document, number, edit, changes; source and kind of the document, and whether it was there already.
Told = tuple[datetime, str, int, str, tuple[Change, ...], str, str, bool]


def filled(conn: Connection, draw: random.Random) -> list[Told]:
    """Versions drawn, three at one moment; what every history says of them, the newest first."""
    names = {}
    for n in range(DOCUMENTS):
        source = "gz" if n % 3 == 0 else "cq"
        site, old = SITES[source], n in (0, 5, 7)
        watch(conn, source=replace(SOURCE, id=source, url=f"{site}/jytabl/"))
        discover(conn, source, [Listed(f"{site}/jytabl/t20230327_{n}.html", "复函")], NOW, backfill=old)
        names[n] = page_id(n, site), source, KINDS[n % 2], old
    for turn in range(VERSIONS):
        n = draw.randrange(DOCUMENTS)
        id_, source, kind, _ = names[n]
        structure = letter(f"{turn}")
        structure = replace(structure, metadata=replace(structure.metadata, kind=kind))
        seen = NOW + turn * MINUTE
        kept = snapshots.add_snapshot(conn, id_, seen, replace(answer(f"{turn}", n), url=f"{SITES[source]}/{n}"))
        first = versions.current_version(conn, id_) is None
        changes = [] if first else [drawn_change(draw) for _ in range(draw.choice((0, 1, 1, 2, 5)))]
        versions.save_version(
            conn, id_, structure, snapshot_id=kept, observed=seen, recorded=NOW + (turn // 3) * HOUR, reader="r1",
            key_hash=f"{turn}", edit="first" if first else "silent", changes=changes,
        )  # fmt: skip
    told = [
        (one.recorded, id_, one.n, one.edit, one.changes, source, kind, old)
        for id_, source, kind, old in names.values()
        for one in versions.history(conn, id_, limit=None)
    ]
    return sorted(told, key=lambda each: each[:3], reverse=True)


def drawn_change(draw: random.Random) -> Change:
    return replace(
        lowered(), type=draw.choice(TYPES), severity=draw.choice(SEVERITIES), direction=draw.choice(SIDES)
    )  # fmt: skip


def drawn_question(draw: random.Random) -> Asked:
    def some(*values: object) -> object:
        return draw.choice(values)

    since = some(None, None, NOW + draw.randrange(VERSIONS // 3) * HOUR)
    return Asked(
        source=some(None, None, "cq", "gz", "none"),  # type: ignore[arg-type]
        kind=some(None, None, *KINDS),  # type: ignore[arg-type]
        types=some((), (), TYPES[:1], TYPES[:2]),  # type: ignore[arg-type]
        directions=some((), (), SIDES[:1], SIDES[1:]),  # type: ignore[arg-type]
        severity=draw.choice(("none", "none", "medium", "critical")),
        since=since,  # type: ignore[arg-type]
        before=some(None, since and NOW + (VERSIONS // 4) * HOUR),  # type: ignore[arg-type]
    )


def about(asked: Asked, one: Told) -> bool:
    recorded, document, _, _, _, source, kind, _ = one
    equal = ((asked.document, document), (asked.source, source), (asked.kind, kind))
    within = (asked.since is None or recorded >= asked.since) and (asked.before is None or recorded < asked.before)
    return within and all(wanted is None or wanted == is_ for wanted, is_ in equal)


def wanted(asked: Asked, change: Change) -> bool:
    return (
        (not asked.types or change.type in asked.types)
        and (not asked.directions or change.direction in asked.directions)
        and rank(change.severity) >= rank(asked.severity)
    )


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("few", [500, 0], ids=["documents looked for", "documents met on the way"])
def test_lists_say_what_every_history_says(
    database: Database, monkeypatch: pytest.MonkeyPatch, seed: int, few: int
) -> None:
    monkeypatch.setattr(recent, "_FEW", few)
    draw = random.Random(seed)
    with database.write() as conn:
        told = filled(conn, draw)
    for _ in range(12):
        asked = drawn_question(draw)
        within = [one for one in told if about(asked, one)]
        changes = [
            (*one[:3], ordinal, change)
            for one in within
            for ordinal, change in enumerate(one[4])
            if wanted(asked, change)
        ]
        unconditional = asked == Asked(source=asked.source, kind=asked.kind, since=asked.since, before=asked.before)
        news = [
            (*one[:3], one[4])
            for one in within
            if (not one[7] or one[2] > 1)
            and (unconditional or one[2] == 1 or any(wanted(asked, change) for change in one[4]))
        ]
        with database.read() as conn:
            limit, found, after = draw.choice((7, 50)), list[object](), None
            while page := recent.find_changes(conn, asked, after=after, limit=limit):
                found += [(*one.position, one.change) for one in page]
                after = page[-1].position
            feed = recent.find_versions(conn, asked, limit=limit)
        assert found == changes, asked
        assert [(one.about.recorded, one.about.document, one.about.n, one.changes) for one in feed] == news[:limit]
