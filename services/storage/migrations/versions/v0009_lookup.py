"""Commitments in lists by one number, their bodies by keys, their words by an index of the text."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from services.storage.fulltext import grams

revision = "0009"
down_revision = "0008"

#: A list goes down by the snapshot a document was found with, then up its text.
STEP = 2**20
COPIED = ("document_id", "id", "version_n", "standing", "stood", "kind", "agency", "tier", "deadline_end", "has_target")
KEPT = (*COPIED, "searchable", "data")
BY = ("kind", "type", "tier", "modality", "topic", "has_target", "deadline_end")
_BATCH = 500


def upgrade() -> None:
    conn, sqlite = op.get_bind(), op.get_bind().dialect.name == "sqlite"
    for name in ("agency_short_agency", "agency_standing_first_seen_document_id_ordinal", "deadline_end",
                 "standing_first_seen_document_id_ordinal"):  # fmt: skip
        op.drop_index(f"ix_commitment_{name}", "commitment")
    _set_aside("commitment", "fk_commitment_document_id")
    op.create_table(
        "commitment",
        *_common_columns(),
        sa.Column("place", sa.BigInteger()),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("modality", sa.Integer(), nullable=False),
        sa.Column("topic", sa.Text()),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_commitment_document_id"),
        sa.PrimaryKeyConstraint("document_id", "id", name="pk_commitment"),
        sa.UniqueConstraint("place", name="uq_commitment_place"),
    )
    op.create_table(
        "commitment_body",
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["place"], ["commitment.place"], name="fk_commitment_body_place", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("place", "role", "key", name="pk_commitment_body"),
    )
    if sqlite:
        op.execute(
            "create virtual table commitment_text using fts5(grams, content='', detail='none', tokenize='ascii')"
        )
    else:
        op.execute(
            "create table commitment_text (place bigint primary key references commitment (place) on delete cascade, "
            "grams tsvector not null)"
        )
    for rows in _old_rows(conn):
        _copy(conn, rows)
    # their places were not kept: what is asked for with a place finds them when their page is next read anew
    op.execute(
        "insert into commitment_body (place, role, key) select distinct c.place, 'actor', a.short from commitment c "
        "join commitment_actor a on a.document_id = c.document_id and a.commitment_id = c.id where c.place is not null"
    )
    op.execute(
        "insert into commitment_body (place, role, key) select c.place, 'agency', o.agency_short from commitment c "
        "join commitment_old o on o.document_id = c.document_id and o.id = c.id "
        "where c.place is not null and o.agency_short is not null"
    )
    op.drop_table("commitment_actor")
    op.drop_table("commitment_old")
    for column in BY:
        op.create_index(f"ix_commitment_{column}_place", "commitment", [column, "place"])
    op.create_index("ix_commitment_body_role_key_place", "commitment_body", ["role", "key", "place"])
    op.create_index("ix_document_status", "document", ["status"])
    if not sqlite:
        op.execute("create index ix_commitment_text on commitment_text using gin (grams)")


def downgrade() -> None:
    """Who acts is lost: no actor is found until a page is read anew."""
    op.drop_index("ix_document_status", "document")
    op.drop_table("commitment_text")
    op.drop_table("commitment_body")
    for column in BY:
        op.drop_index(f"ix_commitment_{column}_place", "commitment")
    _set_aside("commitment", "fk_commitment_document_id")
    op.create_table(
        "commitment",
        *_common_columns(),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("agency_short", sa.Text()),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_commitment_document_id"),
        sa.PrimaryKeyConstraint("document_id", "id", name="pk_commitment"),
    )
    old = sa.table("commitment_old", *map(sa.column, (*KEPT, "place")))
    new = sa.table("commitment", *map(sa.column, (*KEPT, "first_seen", "ordinal", "agency_short")))
    known = sa.table("document", *map(sa.column, ("id", "first_seen", "agency_short")))
    ordinal = sa.func.coalesce(STEP - 1 - old.c.place % STEP, 0)
    kept = sa.select(*(old.c[name] for name in KEPT), known.c.first_seen, ordinal, known.c.agency_short)
    op.execute(sa.insert(new).from_select(list(new.c.keys()), kept.join(known, known.c.id == old.c.document_id)))
    op.drop_table("commitment_old")
    order = ["standing", "first_seen", "document_id", "ordinal"]
    op.create_index("ix_commitment_standing_first_seen_document_id_ordinal", "commitment", order)
    op.create_index("ix_commitment_agency_short_agency", "commitment", ["agency_short", "agency"])
    op.create_index("ix_commitment_agency_standing_first_seen_document_id_ordinal", "commitment", ["agency", *order])
    op.create_index("ix_commitment_deadline_end", "commitment", ["deadline_end"])
    op.create_table(
        "commitment_actor",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("commitment_id", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("short", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id", "commitment_id"],
            ["commitment.document_id", "commitment.id"],
            name="fk_commitment_actor_document_id_commitment_id",
        ),
        sa.PrimaryKeyConstraint("document_id", "commitment_id", "ordinal", name="pk_commitment_actor"),
    )
    op.create_index("ix_commitment_actor_name", "commitment_actor", ["name"])
    op.create_index("ix_commitment_actor_short_name", "commitment_actor", ["short", "name"])


def _common_columns() -> tuple[sa.Column[Any], ...]:
    return (
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version_n", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("stood", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text()),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("deadline_end", sa.Text()),
        sa.Column("has_target", sa.Boolean(), nullable=False),
        sa.Column("searchable", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
    )


def _set_aside(table: str, *foreign: str) -> None:
    """Renamed, with its key renamed where names of keys are one for all tables."""
    op.rename_table(table, f"{table}_old")
    if op.get_bind().dialect.name != "sqlite":
        for name in (f"pk_{table}", *foreign):
            op.execute(f"alter table {table}_old rename constraint {name} to {name}_old")


def _old_rows(conn: sa.Connection) -> Iterator[list[dict[str, Any]]]:
    old, version = sa.table("commitment_old", *map(sa.column, (*KEPT, "ordinal"))), sa.table(
        "version", *map(sa.column, ("document_id", "n", "snapshot_id"))
    )  # fmt: skip
    first = sa.and_(version.c.document_id == old.c.document_id, version.c.n == 1)
    query = sa.select(old, version.c.snapshot_id).join(version, first).order_by(old.c.document_id, old.c.id)
    after: tuple[str, str] = ("", "")
    while rows := conn.execute(
        query.where(sa.tuple_(old.c.document_id, old.c.id) > sa.tuple_(*after)).limit(_BATCH)
    ).all():
        yield [dict(row._mapping) for row in rows]
        after = (rows[-1].document_id, rows[-1].id)


def _copy(conn: sa.Connection, rows: list[dict[str, Any]]) -> None:
    new = sa.table("commitment", *map(sa.column, (*KEPT, "place", "type", "modality", "topic")))
    made = []
    for row in rows:
        one = json.loads(row["data"])["commitment"]
        place = row["snapshot_id"] * STEP + STEP - 1 - row["ordinal"] if row["standing"] else None
        own = {"place": place, "type": one["type"], "modality": one["modality"], "topic": one.get("topic")}
        made.append({name: row[name] for name in KEPT} | own)
    conn.execute(sa.insert(new), made)
    words = [(row["place"], sorted(grams(row["searchable"]))) for row in made if row["place"] is not None]
    if words and conn.dialect.name == "sqlite":
        wording = "insert into commitment_text (rowid, grams) values (:place, :grams)"
        conn.execute(sa.text(wording), [{"place": place, "grams": " ".join(terms)} for place, terms in words])
    elif words:
        wording = "insert into commitment_text (place, grams) values (:place, array_to_tsvector(:grams))"
        conn.execute(sa.text(wording), [{"place": place, "grams": terms} for place, terms in words])
