"""Documents by their words; lists of documents, deliveries and attempts each in their own order."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from services.storage.codec import unpack
from services.storage.fulltext import grams

revision = "0011"
down_revision = "0010"

BY = ("kind", "source_id", "agency")
OF_CHANGE = ("type", "severity", "direction")
_BATCH = 200
_SAID = ("title", "agency", "agency_short", "doc_number", "suggestion_number")


def upgrade() -> None:
    conn, sqlite = op.get_bind(), op.get_bind().dialect.name == "sqlite"
    op.create_table(
        "document_words",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("searchable", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_document_words_document_id"),
        sa.PrimaryKeyConstraint("place", name="pk_document_words"),
        sa.UniqueConstraint("document_id", name="uq_document_words_document_id"),
    )
    if sqlite:
        op.execute("create virtual table document_text using fts5(grams, content='', detail='none', tokenize='ascii')")
    else:
        op.execute(
            "create table document_text (place bigint primary key references document_words (place) "
            "on delete cascade, grams tsvector not null)"
        )
    for rows in _stored(conn):
        _index(conn, rows)
    if not sqlite:
        op.execute("create index ix_document_text on document_text using gin (grams)")
    for column in OF_CHANGE:
        op.create_index(f"ix_change_{column}", "change", [column])
    op.create_index("ix_delivery_subscription_id_id", "delivery", ["subscription_id", "id"])
    with op.batch_alter_table("attempt", table_kwargs={"sqlite_autoincrement": True}) as attempt:
        attempt.add_column(sa.Column("subscription_id", sa.Text()))
    op.execute(
        "update attempt set subscription_id = (select subscription_id from delivery where delivery.id = delivery_id)"
    )
    with op.batch_alter_table("attempt", table_kwargs={"sqlite_autoincrement": True}) as attempt:
        attempt.alter_column("subscription_id", nullable=False)
    op.create_index("ix_attempt_subscription_id_id", "attempt", ["subscription_id", "id"])
    op.drop_index("ix_document_source_id", "document")
    op.drop_index("ix_document_agency", "document")
    for column in BY:
        op.create_index(f"ix_document_{column}_first_seen_id", "document", [column, "first_seen", "id"])


def downgrade() -> None:
    for column in BY:
        op.drop_index(f"ix_document_{column}_first_seen_id", "document")
    for column in ("source_id", "agency"):
        op.create_index(f"ix_document_{column}", "document", [column])
    for column in OF_CHANGE:
        op.drop_index(f"ix_change_{column}", "change")
    op.drop_index("ix_attempt_subscription_id_id", "attempt")
    with op.batch_alter_table("attempt", table_kwargs={"sqlite_autoincrement": True}) as attempt:
        attempt.drop_column("subscription_id")
    op.drop_index("ix_delivery_subscription_id_id", "delivery")
    op.drop_table("document_text")
    op.drop_table("document_words")


def _stored(conn: sa.Connection) -> Iterator[list[Any]]:
    document = sa.table("document", *map(sa.column, ("id", "current_n", *_SAID)))
    version = sa.table("version", *map(sa.column, ("document_id", "n", "snapshot_id", "structure")))
    first = version.alias("first")
    query = (
        sa.select(document, version.c.structure, first.c.snapshot_id)
        .join(version, sa.and_(version.c.document_id == document.c.id, version.c.n == document.c.current_n))
        .join(first, sa.and_(first.c.document_id == document.c.id, first.c.n == 1))
        .order_by(document.c.id)
    )
    after = ""
    while rows := conn.execute(query.where(document.c.id > after).limit(_BATCH)).all():
        yield list(rows)
        after = rows[-1].id


def _index(conn: sa.Connection, rows: list[Any]) -> None:
    """As it is written: a page in traditional characters is found by its simplified ones when it is next read anew."""
    texts = {row.snapshot_id: _searchable(row) for row in rows}
    words = sa.table("document_words", *map(sa.column, ("place", "document_id", "searchable")))
    packed = {place: zlib.compress(text.encode(), 6) for place, text in texts.items()}
    made = [{"place": row.snapshot_id, "document_id": row.id, "searchable": packed[row.snapshot_id]} for row in rows]
    conn.execute(sa.insert(words), made)
    terms = {place: sorted(grams(text)) for place, text in texts.items()}
    if conn.dialect.name == "sqlite":
        wording = "insert into document_text (rowid, grams) values (:place, :grams)"
        conn.execute(sa.text(wording), [{"place": place, "grams": " ".join(each)} for place, each in terms.items()])
    else:
        wording = "insert into document_text (place, grams) values (:place, array_to_tsvector(:grams))"
        conn.execute(sa.text(wording), [{"place": place, "grams": each} for place, each in terms.items()])


def _searchable(row: Any) -> str:
    said = [getattr(row, name) for name in _SAID]
    said.append(json.loads(unpack(row.structure)).get("text"))
    return "\n".join(one for one in said if one).replace("\0", "\ufffd").casefold()
