# ruff: noqa: S608 - statements made of our own words
"""History of one document among a million versions, and the first page of every list, at the database: p50 and p99, on
SQLite and, where DAFU_TEST_POSTGRES names a server, on PostgreSQL. Lists of commitments: queries.py.

python -m benchmarks.lists [DOCUMENTS]      the same with the plan of every query, as docs/scaling.md shows them
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Table, event, insert, text

from benchmarks.queries import BAR, databases, settle, some_row
from benchmarks.table import show
from services.domain.change import Change
from services.domain.subscription import Filter
from services.line.process import collect_seldom
from services.storage import deliveries, documents, notes, outbox, readings, recent, sources, subscriptions, versions
from services.storage.codec import encode
from services.storage.database import Database
from services.storage.tables import (
    DOCUMENT_TEXT,
    annotation,
    attempt,
    body,
    change,
    delivery,
    document,
    document_words,
    host,
    page,
    reading,
    snapshot,
    source,
    subscription,
    version,
)
from services.storage.tables import outbox as outbox_table
from services.storage.words import pack

DOCUMENTS, VERSIONS = 20_000, 50
ROUNDS = 60
START = datetime(2015, 1, 1, tzinfo=UTC)
#: Microseconds from one visit to the next.
_STEP = 60_000_000
_SUBSCRIPTIONS, _COLUMNS = 1_000, 200
_WORDS = (
    "关于加快发展养老服务的建议的答复",
    "推进绿色制造和数字化转型",
    "新增护理型床位二百张",
    "培育专精特新企业三十家",
)
_RARE = "量子计算"

Ask = Callable[[Connection], object]


def asked(count: int) -> dict[str, Ask]:
    """A question for each list of the API, without filters, and with those whose answer is not all of it."""
    one, of_it = _id(count // 2), recent.Asked(document=_id(count // 2))
    return {
        "history of one document": lambda conn: versions.history(conn, one, limit=None),
        "its datetimes": lambda conn: versions.mementos(conn, one),
        "its version at a moment": lambda conn: readings.version_at(conn, one, START.replace(year=2016)),
        "its suppressed differences": lambda conn: readings.suppressed(conn, one, limit=51),
        "its annotations": lambda conn: notes.list_annotations(conn, document=one, limit=51),
        "documents": lambda conn: documents.find_documents(conn, limit=51),
        "documents of a kind": lambda conn: documents.find_documents(conn, kind="work_summary", limit=51),
        "documents of a source": lambda conn: documents.find_documents(conn, source_id="s7", limit=51),
        "documents of an agency": lambda conn: documents.find_documents(conn, agencies=["a3"], limit=51),
        "documents, a common word": lambda conn: documents.find_documents(conn, words=["养老"], limit=51),
        "documents, a rare word": lambda conn: documents.find_documents(conn, words=[_RARE], limit=51),
        "documents, two words and a source": lambda conn: documents.find_documents(
            conn, words=["绿色", "数字化"], source_id="s7", limit=51
        ),
        "changes": lambda conn: recent.find_changes(conn, recent.Asked(), limit=51),
        "changes of a document": lambda conn: recent.find_changes(conn, of_it, limit=51),
        "changes of a source": lambda conn: recent.find_changes(conn, recent.Asked(source="s7"), limit=51),
        "changes, softened": lambda conn: recent.find_changes(conn, recent.Asked(directions=("softened",)), limit=51),
        "changes, critical": lambda conn: recent.find_changes(conn, recent.Asked(severity="critical"), limit=51),
        "changes, softened and critical": lambda conn: recent.find_changes(
            conn, recent.Asked(directions=("softened",), severity="critical"), limit=51
        ),
        "changes of a kind": lambda conn: recent.find_changes(conn, recent.Asked(kind="policy_notice"), limit=51),
        "feed": lambda conn: recent.find_versions(conn, recent.Asked(), limit=50),
        "feed of a source": lambda conn: recent.find_versions(conn, recent.Asked(source="s7"), limit=50),
        "feed, softened": lambda conn: recent.find_versions(conn, recent.Asked(directions=("softened",)), limit=50),
        "events": lambda conn: outbox.events_after(conn, 0, 50, types=["document.revised"]),
        "events, the last ones": lambda conn: outbox.events_after(conn, count * 9, 50, types=["document.revised"]),
        "events of a document": lambda conn: outbox.events_after(conn, 0, 50, key=one),
        "sources": lambda conn: sources.list_watches(conn, limit=51),
        "subscriptions of an owner": lambda conn: subscriptions.list_subscriptions(conn, owner="o3", limit=51),
        "deliveries": lambda conn: deliveries.list_deliveries(conn, "sub_0", limit=51),
        "deliveries that failed": lambda conn: deliveries.list_deliveries(conn, "sub_0", status="failed", limit=51),
        "attempts": lambda conn: deliveries.attempts(conn, "sub_0", limit=51),
        "attempts, few": lambda conn: deliveries.attempts(conn, "sub_1", limit=51),
    }


def run(count: int = DOCUMENTS, plans: bool = False) -> bool:
    collect_seldom()  # as the process that answers does
    met = True
    for name, database in databases():
        started = time.perf_counter()
        with database.write() as conn:
            _fill(conn, count)
        settle(database)
        filled = time.perf_counter() - started
        rows = [(question, *_measured(database, ask)) for question, ask in asked(count).items()]
        worst = max(row[2] for row in rows)
        met = met and worst <= BAR
        title = f"lists: {name}, {count * VERSIONS:,} versions of {count:,} documents, ms; filled in {filled:.0f} s"
        head = ("asked", "p50", "p99", "p99 of our CPU")
        show(title, head, [(each, *(f"{one:.2f}" for one in figures)) for each, *figures in rows])
        print(f"\nbar: p99 at most {BAR:g} ms: {worst:.1f}, {'met' if worst <= BAR else 'MISSED'}", flush=True)
        if plans:
            _print_plans(name, database, asked(count))
    return met


def _measured(database: Database, ask: Ask) -> tuple[float, float, float]:
    """p50, p99, and the p99 of our own thread's CPU, which is all there is on SQLite."""
    taken, spent = [], []
    with database.read() as conn:
        for _ in range(ROUNDS + 1):
            started, own = time.perf_counter(), time.thread_time()
            ask(conn)
            taken.append((time.perf_counter() - started) * 1000)
            spent.append((time.thread_time() - own) * 1000)
    taken, spent = sorted(taken[1:]), sorted(spent[1:])  # the first one is not counted
    return taken[len(taken) // 2], taken[int(len(taken) * 0.99)], spent[int(len(spent) * 0.99)]


def _print_plans(name: str, database: Database, questions: Mapping[str, Ask]) -> None:
    print(f"\n### {name}\n")
    for question, ask in questions.items():
        print(f"{question}\n")
        with database.read() as conn:
            with _statements(conn) as ran:
                ask(conn)
            for statement, parameters in dict.fromkeys(ran):
                for line in _plan(conn, statement, parameters):
                    print(f"    {line}")
        print()


@contextmanager
def _statements(conn: Connection) -> Iterator[list[tuple[str, Any]]]:
    ran: list[tuple[str, Any]] = []

    def note(_: object, __: object, statement: str, parameters: Any, *___: object) -> None:
        frozen = tuple(parameters.items()) if isinstance(parameters, dict) else tuple(parameters)
        ran.append((statement, frozen))

    event.listen(conn, "before_cursor_execute", note)
    try:
        yield ran
    finally:
        event.remove(conn, "before_cursor_execute", note)


def _plan(conn: Connection, statement: str, parameters: Any) -> list[str]:
    sqlite = conn.dialect.name == "sqlite"
    given = parameters if sqlite else dict(parameters)
    rows = conn.exec_driver_sql(f"explain {'query plan' if sqlite else '(costs off)'} {statement}", given).all()
    return [str(row[-1]).rstrip() for row in rows]


def _fill(conn: Connection, count: int) -> None:
    """A row of each table for every number of a series, made by the database itself."""
    total = count * VERSIONS
    told = Change(
        "target_lowered", "high", "softened", None, ("二、目标",), 30, 25, None, None, "SPEC §12.11", tier="A"
    )
    at = f"1420070400000000 + i * {_STEP}"
    doc, n = f"'doc_' || substr('0000000000' || (i % {count}), -10)", f"i / {count} + 1"
    if conn.dialect.name == "postgresql":
        doc = f"'doc_' || lpad((i % {count})::text, 10, '0')"
    blob = "zeroblob(200)" if conn.dialect.name == "sqlite" else "decode(repeat('00', 200), 'hex')"
    asking = f"'{encode(Filter()).decode()}'".replace(":", "\\:")
    data = encode(told).decode().replace("'", "''").replace(":", "\\:")
    conn.execute(insert(host), [some_row(host, name="h")])
    conn.execute(
        insert(source),
        [some_row(source, id=f"s{n}", url=f"{n}", host="h", status="active", settings="{}") for n in range(_COLUMNS)],
    )
    conn.execute(insert(body), [some_row(body, sha256="0")])
    _series(conn, page, count, id=doc, source_id=f"'s' || (i % {_COLUMNS})", host="'h'", url="'u' || i")
    _series(
        conn, document, count, id=doc, source_id=f"'s' || (i % {_COLUMNS})", url="'u' || i", title="'答复' || i",
        kind="case when i % 3 = 0 then 'policy_notice' else 'reply_npc' end", agency="'a' || (i % 500)",
        agency_short="'a' || (i % 500)", status="'active'", current_n=str(VERSIONS), first_seen=at,
    )  # fmt: skip
    _series(conn, snapshot, total, id="i + 1", page_id=doc, observed=at, last_seen=at, sha256="'0'", headers="'{}'")
    _series(conn, reading, total, snapshot_id="i + 1", document_id=doc, recorded=at, verdict="'ok'", version_n=n)
    _series(
        conn, version, total, document_id=doc, n=n, snapshot_id="i + 1", observed=at, recorded=at, reader="'1'",
        key_hash="'k' || i", edit=f"case when i < {count} then 'first' else 'silent' end",
        structure=blob,
    )  # fmt: skip
    _series(
        conn, change, total - count, start=count, document_id=doc, version_n=n, recorded=at, data=f"'{data}'",
        type="'target_lowered'",
        severity="case when i % 1000 = 0 then 'critical' else 'high' end",
        direction="case when i % 4 = 0 then 'softened' else 'neutral' end",
    )  # fmt: skip
    _series(conn, outbox_table, count * 10, id="'evt_' || i", type="'document.revised'", key=doc, time=at)
    owners = _SUBSCRIPTIONS // 10
    _series(
        conn, subscription, _SUBSCRIPTIONS, id="'sub_' || i", identity="'' || i", owner=f"'o' || (i % {owners})",
        url="'u'", filter=asking, status="'active'", host="'h'", created=at,
    )  # fmt: skip
    # half of all that was ever sent went to one subscription
    whose = f"case when i % 2 = 0 then 'sub_0' else 'sub_' || (i % {_SUBSCRIPTIONS}) end"
    failed = "case when i % 5000 = 0 then 'failed' else 'delivered' end"
    _series(
        conn, delivery, count * 10, id="i + 1", subscription_id=whose, event_id="'evt_' || i", status=failed, created=at
    )
    _series(
        conn,
        attempt,
        count * 10,
        id="i + 1",
        delivery_id="i + 1",
        number="1",
        started=at,
        headers="'{}'",
        subscription_id=whose,
    )
    _series(
        conn, annotation, count, id="i + 1", document_id=doc, version_n="1", owner="'o1'", verdict="'note'", created=at
    )
    _index_words(conn, count)


def _series(conn: Connection, of: Table, count: int, *, start: int = 0, **given: str) -> None:
    """`given` are expressions over the number `i`; what else must not be empty is nothing of its kind."""
    empty = some_row(of)
    literals = {name: _literal(conn, of, name, value) for name, value in empty.items() if name not in given}
    values = {**literals, **given}
    for column in of.primary_key.columns:
        if column.autoincrement is True and column.name not in given:
            values.pop(column.name)
    columns = ", ".join(f'"{name}"' for name in values)
    last = start + count - 1
    rest = f"select i + 1 from s where i < {last}"
    numbers = f"(with recursive s(i) as (values({start}) union all {rest}) select i from s)"
    if conn.dialect.name == "postgresql":
        numbers = f"(select generate_series({start}, {last}::bigint) as i)"
    chosen = ", ".join(values.values())
    conn.execute(text(f'insert into "{of.name}" ({columns}) select {chosen} from {numbers} as s'))


def _literal(conn: Connection, of: Table, name: str, value: object) -> str:
    if isinstance(value, bool):
        return "false" if conn.dialect.name == "postgresql" else "0"
    if isinstance(value, bytes):
        return "''::bytea" if conn.dialect.name == "postgresql" else "x''"
    if isinstance(value, datetime):
        return "1420070400000000"
    return "''" if isinstance(value, str) else "0"


def _index_words(conn: Connection, count: int) -> None:
    for first in range(0, count, 500):
        texts = {n + 1: f"答复{n}{_WORDS[n % 4]}{_WORDS[(n // 4) % 4]}" + (_RARE if n % 5000 == 7 else "")
                 for n in range(first, min(first + 500, count))}  # fmt: skip
        rows = [
            {"place": at, "document_id": _id(at - 1), "searchable": pack(said.encode())} for at, said in texts.items()
        ]
        conn.execute(insert(document_words), rows)
        DOCUMENT_TEXT.add(conn, texts)


def _id(n: int) -> str:
    return f"doc_{n:010}"


if __name__ == "__main__":
    run(int(sys.argv[1]) if len(sys.argv) > 1 else DOCUMENTS, plans=True)
