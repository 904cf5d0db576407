"""Small values for the storage tests: one source, its pages, what they say."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection

from services.domain.change import Change
from services.domain.document import Agency, Document, DocumentDate, Metadata, Quality, Suggestion, Value
from services.domain.event import Event, envelope
from services.domain.identity import document_id, event_id
from services.domain.snapshot import Fetched
from services.domain.source import Source
from services.storage.pages import Listed, discover
from services.storage.sources import save_source

NOW = datetime(2023, 3, 27, 1, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86400))
SITE = "https://jjxxw.example.gov.cn"
SOURCE = Source(id="cq", url=f"{SITE}/jytabl/", name="建议提案办理", every=HOUR)


def address(n: int, site: str = SITE) -> str:
    return f"{site}/jytabl/t20230327_{n}.html"


def page_id(n: int, site: str = SITE) -> str:
    return document_id(address(n, site))


def watch(conn: Connection, pages: Sequence[int] = (), source: Source = SOURCE, now: datetime = NOW) -> tuple[str, ...]:
    """A source with pages found on it; answers their ids."""
    save_source(conn, source, now)
    site = source.url.partition("/jytabl")[0]
    return discover(
        conn, source.id, [Listed(address(n, site), f"关于第{n}号建议的复函") for n in pages], now, backfill=False
    )


def answer(text: str, n: int = 1, status: int = 200) -> Fetched:
    return Fetched(address(n), status, {"etag": '"a"'}, text.encode())


def letter(
    text: str, *, title: str | None = "复函", doc_number: str | None = None, suggestion: str | None = None
) -> Document:
    metadata = Metadata(
        kind="reply_npc",
        title=Value(title) if title else None,
        doc_number=Value(doc_number) if doc_number else None,
        agency=Agency("重庆市经济和信息化委员会", "市经济信息委"),
        suggestion=Suggestion(None, Value(suggestion)) if suggestion else None,
        date=DocumentDate("2023-03-20"),
        published_at="2023-03-27",
    )
    return Document(text, text, metadata, Quality("ok"))


def lowered(before: int = 30, after: int = 25) -> Change:
    return Change(
        "target_lowered",
        "critical",
        "softened",
        None,
        ("二、目标",),
        before,
        after,
        None,
        None,
        "SPEC §12.11",
        tier="A",
    )


def revised(key: str, sequence: int, at: datetime = NOW) -> Event:
    return event("document.revised", key, sequence, at)


def event(type_: str, key: str, sequence: int, at: datetime = NOW) -> Event:
    id_ = event_id(type_, key, sequence)
    return envelope(id_, type_, source="urn:dafu", subject=key, time=at, sequence=sequence, data={})  # type: ignore[arg-type]
