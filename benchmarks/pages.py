"""Pages for people, at the server: every one over 10,000 documents and 200,000 commitments with changes in a fifth of
the documents, and the comparison of two versions of the longest seed. CPU time of a whole request, wall time beside it.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
from sqlalchemy import Connection, insert, update

from benchmarks.material import SEEDS
from benchmarks.queries import DOCUMENTS, databases, fill, numbered, settle, some_row
from benchmarks.table import show
from services.api.app import create_app
from services.api.webhooks.secrets import SecretBox
from services.domain.change import Change
from services.domain.snapshot import Fetched
from services.line.serve import api_context
from services.parser.compare.compare import body_key, compare
from services.parser.reading.bodies import keys_of
from services.parser.reading.read import read_text
from services.parser.text.layers import match
from services.storage import snapshots, standing, versions
from services.storage.codec import encode, pack
from services.storage.database import Database
from services.storage.tables import body, change, document, reading, snapshot, source, version

#: Milliseconds of one page, and of the comparison.
PAGE, COMPARISON = 100.0, 300.0
ROUNDS = 12
NOW = datetime(2026, 6, 1, tzinfo=UTC)
_ADDRESS = "http://127.0.0.1:8000"
_LONG = numbered(77)


def run() -> bool:
    met = True
    for name, database in databases():
        with database.write() as conn:
            fill(conn)
            _live(conn)
        settle(database)
        rows = asyncio.run(_measured(database))
        worst = max(cpu for path, cpu, _, _ in rows if "compare" not in path)
        comparison = max(cpu for path, cpu, _, _ in rows if "compare" in path)
        met = met and worst <= PAGE and comparison <= COMPARISON
        show(
            f"pages: {name}, {DOCUMENTS} documents, ms a request, median of {ROUNDS}",
            ("page", "CPU", "wall", "KB"),
            [(path, f"{cpu:.0f}", f"{wall:.0f}", f"{size / 1024:.0f}") for path, cpu, wall, size in rows],
        )
        for what, took, bar in (("a page", worst, PAGE), ("the comparison", comparison, COMPARISON)):
            print(f"bar: {what} at most {bar:g} ms: {took:.0f}, {'met' if took <= bar else 'MISSED'}")
    return met


async def _measured(database: Database) -> list[tuple[str, float, float, int]]:
    context = api_context(database, lambda: NOW, SecretBox(os.urandom(32)), (), _ADDRESS, "1000000/minute")
    here, usual = f"/pages/documents/{_LONG}", numbered(DOCUMENTS // 2)
    paths = (
        "/pages/", "/pages/?days=365", "/pages/?days=0", "/pages/?days=0&severity=high&direction=softened",
        "/pages/documents", "/pages/documents?q=办公厅", "/pages/documents?kind=policy_notice", here,
        f"/pages/documents/{usual}", f"{here}/compare/1..2", f"{here}/compare/1..2?view=inline",
        f"{here}/versions/1/archive", "/pages/commitments", "/pages/commitments?text=产业&tier=A", "/pages/deadlines",
        "/pages/deadlines?kind=policy_notice&has_target=true", "/pages/sources", "/pages/sources/s",
    )  # fmt: skip
    found = []
    async with httpx.AsyncClient(transport=httpx.ASGITransport(create_app(context)), base_url=_ADDRESS) as client:
        for path in paths:
            cpu, wall, size = [], [], 0
            for round_ in range(ROUNDS + 1):
                began, used = time.perf_counter(), time.process_time()
                answer = await client.get(path)
                if round_:  # the first one is not counted
                    wall.append((time.perf_counter() - began) * 1000)
                    cpu.append((time.process_time() - used) * 1000)
                size = len(answer.content)
                if answer.status_code != 200:
                    raise SystemExit(f"{path}: {answer.status_code}")
            found.append((path.replace(_LONG, "…"), sorted(cpu)[ROUNDS // 2], sorted(wall)[ROUNDS // 2], size))
    return found


def _live(conn: Connection) -> None:
    """Two versions of every fifth document, one of the others, and a long one with a real second version."""
    drawn = random.Random(7)
    usual = read_text(SEEDS.joinpath("004_c5f9ca10f9e33068.txt").read_text("utf-8"))
    packed, told = pack(encode(usual)), _changes(usual.commitments)
    conn.execute(update(source).values(status="active", settings="{}", every_s=21600.0))
    conn.execute(insert(body), [some_row(body, sha256="0" * 64, data=pack(b"<p>x</p>"))])
    places = [(n, 1) for n in range(DOCUMENTS)] + [(n, 2) for n in range(0, DOCUMENTS, 5)]
    for first in range(0, len(places), 500):
        here = places[first : first + 500]
        shots, rows, changes, read = [], [], [], []
        for at, (n, number) in enumerate(here, first + 1):
            when = NOW - timedelta(hours=drawn.randrange(1, 24 * 900)) if number == 2 else NOW - timedelta(days=1000)
            shots.append(some_row(snapshot, id=at, page_id=numbered(n), sha256="0" * 64, observed=when, last_seen=when,
                                  url="http://e.cn/", headers="{}", status=200))  # fmt: skip
            seen = {"observed": when, "recorded": when, "edit": "first" if number == 1 else "silent"}
            rows.append(some_row(version, document_id=numbered(n), n=number, snapshot_id=at, **seen,
                                 structure=packed, reader="r"))  # fmt: skip
            read.append(some_row(reading, snapshot_id=at, document_id=numbered(n), version_n=number, verdict="ok"))
            if number == 2:
                changes += [_row(n, place, one) for place, one in enumerate(drawn.sample(told, drawn.randrange(1, 6)))]
        for table, made in ((snapshot, shots), (version, rows), (reading, read), (change, changes)):
            if made:
                conn.execute(insert(table), made)
    conn.execute(
        update(document).values(current_n=1, backfill=False, title="关于重点事项办理情况的答复", agency="重庆市财政局")
    )
    _long(conn)


def _row(n: int, place: int, one: Change) -> dict[str, Any]:
    kept = {"type": one.type, "severity": one.severity, "direction": one.direction, "data": encode(one).decode()}
    return {"document_id": numbered(n), "version_n": 2, "ordinal": place, **kept}


def _changes(promises: Any) -> list[Change]:
    """Changes of every severity, with sentences of usual length."""
    kinds = (("target_lowered", "critical"), ("deadline_moved", "high"), ("modality_softened", "medium"),
             ("actor_added", "low"), ("narrative_changed", "info"))  # fmt: skip
    return [
        Change(type_, severity, "softened", None, ("二、下一步工作",), 300, 200, None, None, "SPEC §12.11",
               context_before=one.text, context_after=one.text, metric="服务站数")  # type: ignore[arg-type]
        for one in promises[:8] for type_, severity in kinds
    ]  # fmt: skip


def _long(conn: Connection) -> None:
    text = SEEDS.joinpath("001_41ef264a0a45cb47.txt").read_text("utf-8")
    lines = text.split("\n")
    edited = "\n".join([*lines[:40], *lines[42:44], lines[41], *lines[44:]]).replace("2025年", "2027年", 3)
    old, new = read_text(text), read_text(edited)
    conn.execute(update(version).where(version.c.document_id == _LONG).values(structure=pack(encode(old))))
    found = compare(old, new)
    page = ("<p>" + text.replace("\n", "</p><p>") + "</p>").encode()
    at = NOW - timedelta(days=2)
    kept = snapshots.add_snapshot(
        conn, _LONG, at, Fetched("http://e.cn/", 200, {"content-type": "text/html; charset=utf-8"}, page)
    )
    n = versions.save_version(conn, _LONG, new, snapshot_id=kept, observed=at, recorded=at, reader="r",
                              key_hash=body_key(new), edit="silent", changes=found.changes)  # fmt: skip
    standing.save_commitments(conn, _LONG, n, new, folded=match, keys=keys_of)
