"""The first tables: visits, documents and their versions, events, subscriptions and deliveries."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    _visits()
    _documents()
    _events()
    _subscriptions()


def downgrade() -> None:
    for table in (
        "attempt",
        "delivery",
        "subscription",
        "inbox",
        "queue",
        "outbox",
        "suppression",
        "reading",
        "change",
        "version",
        "document",
        "snapshot",
        "body",
        "page",
        "source",
        "host",
    ):
        op.drop_table(table)


def _visits() -> None:
    op.create_table(
        "host",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("next_request", sa.BigInteger(), nullable=False),
        sa.Column("claimed_until", sa.BigInteger()),
        sa.Column("claim_token", sa.Text()),
        sa.Column("robots", sa.Text()),
        sa.Column("robots_status", sa.Integer()),
        sa.Column("robots_fetched", sa.BigInteger()),
        sa.Column("robots_expires", sa.BigInteger()),
        sa.Column("crawl_delay", sa.Float()),
        sa.PrimaryKeyConstraint("name", name="pk_host"),
    )
    op.create_table(
        "source",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text()),
        sa.Column("region", sa.Text()),
        sa.Column("kind", sa.Text()),
        sa.Column("every_s", sa.Float(), nullable=False),
        sa.Column("verified", sa.Text(), nullable=False),
        sa.Column("settings", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("last_event_sequence", sa.Integer(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("next_visit", sa.BigInteger()),
        sa.Column("last_visit", sa.BigInteger()),
        sa.Column("last_readable", sa.BigInteger()),
        sa.Column("first_read_at", sa.BigInteger()),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("sha256", sa.Text()),
        sa.Column("visit_url", sa.Text()),
        sa.Column("hops", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.BigInteger()),
        sa.Column("claim_token", sa.Text()),
        sa.ForeignKeyConstraint(["host"], ["host.name"], name="fk_source_host"),
        sa.PrimaryKeyConstraint("id", name="pk_source"),
        sa.UniqueConstraint("owner", "url", name="uq_source_owner_url"),
    )
    op.create_index("ix_source_host_next_visit_id", "source", ["host", "next_visit", "id"])
    op.create_table(
        "page",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("list_title", sa.Text()),
        sa.Column("list_date", sa.Text()),
        sa.Column("backfill", sa.Boolean(), nullable=False),
        sa.Column("discovered", sa.BigInteger(), nullable=False),
        sa.Column("latest_snapshot", SERIAL),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("next_visit", sa.BigInteger()),
        sa.Column("last_visit", sa.BigInteger()),
        sa.Column("etag", sa.Text()),
        sa.Column("last_modified", sa.Text()),
        sa.Column("visit_url", sa.Text()),
        sa.Column("hops", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("claimed_until", sa.BigInteger()),
        sa.Column("claim_token", sa.Text()),
        sa.ForeignKeyConstraint(["host"], ["host.name"], name="fk_page_host"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_page_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_page"),
    )
    op.create_index("ix_page_host_next_visit_id", "page", ["host", "next_visit", "id"])
    op.create_index("ix_page_source_id", "page", ["source_id"])


def _documents() -> None:
    op.create_table(
        "body",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("length", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name="pk_body"),
    )
    op.create_table(
        "snapshot",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("page_id", sa.Text(), nullable=False),
        sa.Column("observed", sa.BigInteger(), nullable=False),
        sa.Column("last_seen", sa.BigInteger(), nullable=False),
        sa.Column("previous_seen", sa.BigInteger()),
        sa.Column("status", sa.Integer(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("moved", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name="fk_snapshot_page_id"),
        sa.ForeignKeyConstraint(["sha256"], ["body.sha256"], name="fk_snapshot_sha256"),
        sa.PrimaryKeyConstraint("id", name="pk_snapshot"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_snapshot_page_id_id", "snapshot", ["page_id", "id"])
    op.create_table(
        "document",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text()),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text()),
        sa.Column("agency_short", sa.Text()),
        sa.Column("doc_number", sa.Text()),
        sa.Column("suggestion_number", sa.Text()),
        sa.Column("published_at", sa.Text()),
        sa.Column("date", sa.Text()),
        sa.Column("backfill", sa.Boolean(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("current_n", sa.Integer(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("absent_since", sa.BigInteger()),
        sa.Column("absent_count", sa.Integer(), nullable=False),
        sa.Column("absent_kind", sa.Text()),
        sa.Column("last_event_sequence", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["id"], ["page.id"], name="fk_document_id"),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_document_source_id"),
        sa.PrimaryKeyConstraint("id", name="pk_document"),
    )
    op.create_index("ix_document_agency", "document", ["agency"])
    op.create_index("ix_document_agency_short", "document", ["agency_short"])
    op.create_index("ix_document_doc_number", "document", ["doc_number"])
    op.create_index("ix_document_first_seen_id", "document", ["first_seen", "id"])
    op.create_index("ix_document_source_id", "document", ["source_id"])
    op.create_index("ix_document_suggestion_number", "document", ["suggestion_number"])
    op.create_table(
        "version",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("snapshot_id", SERIAL, nullable=False),
        sa.Column("observed", sa.BigInteger(), nullable=False),
        sa.Column("recorded", sa.BigInteger(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("edit", sa.Text(), nullable=False),
        sa.Column("structure", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_version_document_id"),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name="fk_version_snapshot_id"),
        sa.PrimaryKeyConstraint("document_id", "n", name="pk_version"),
    )
    op.create_table(
        "change",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("version_n", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_change_document_id"),
        sa.PrimaryKeyConstraint("document_id", "version_n", "ordinal", name="pk_change"),
    )
    op.create_table(
        "reading",
        sa.Column("snapshot_id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("recorded", sa.BigInteger(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("version_n", sa.Integer()),
        sa.ForeignKeyConstraint(["document_id"], ["page.id"], name="fk_reading_document_id"),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name="fk_reading_snapshot_id"),
        sa.PrimaryKeyConstraint("snapshot_id", name="pk_reading"),
    )
    op.create_index("ix_reading_document_id_version_n", "reading", ["document_id", "version_n"])
    op.create_table(
        "suppression",
        sa.Column("snapshot_id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("ordinal", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["page.id"], name="fk_suppression_document_id"),
        sa.ForeignKeyConstraint(["snapshot_id"], ["reading.snapshot_id"], name="fk_suppression_snapshot_id"),
        sa.PrimaryKeyConstraint("snapshot_id", "ordinal", name="pk_suppression"),
    )
    op.create_index("ix_suppression_document_id", "suppression", ["document_id"])


def _events() -> None:
    op.create_table(
        "outbox",
        sa.Column("seq", SERIAL, autoincrement=True, nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("type", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("time", sa.BigInteger(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_outbox"),
        sa.UniqueConstraint("id", name="uq_outbox_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_key_seq", "outbox", ["key", "seq"])
    op.create_table(
        "queue",
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("seq", SERIAL, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("available_at", sa.BigInteger(), nullable=False),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("token", sa.Text()),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text()),
        sa.Column("dead", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["outbox.id"], name="fk_queue_event_id"),
        sa.PrimaryKeyConstraint("group", "event_id", name="pk_queue"),
    )
    op.create_index("ix_queue_group_dead_seq", "queue", ["group", "dead", "seq"])
    op.create_index("ix_queue_group_key_dead_seq", "queue", ["group", "key", "dead", "seq"])
    op.create_table(
        "inbox",
        sa.Column("group", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("group", "event_id", name="pk_inbox"),
    )


def _subscriptions() -> None:
    op.create_table(
        "subscription",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("identity", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("filter", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("backfill", sa.Boolean(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("failing_since", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_subscription"),
        sa.UniqueConstraint("identity", name="uq_subscription_identity"),
    )
    op.create_index("ix_subscription_owner_id", "subscription", ["owner", "id"])
    op.create_table(
        "delivery",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("subscription_id", sa.Text(), nullable=False),
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("next_attempt", sa.BigInteger()),
        sa.Column("lease_until", sa.BigInteger()),
        sa.Column("token", sa.Text()),
        sa.ForeignKeyConstraint(["event_id"], ["outbox.id"], name="fk_delivery_event_id"),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name="fk_delivery_subscription_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_delivery"),
        sa.UniqueConstraint("subscription_id", "event_id", name="uq_delivery_subscription_id_event_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_delivery_subscription_id_lease_until", "delivery", ["subscription_id", "lease_until"])
    op.create_index("ix_delivery_subscription_id_next_attempt", "delivery", ["subscription_id", "next_attempt"])
    op.create_table(
        "attempt",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("delivery_id", SERIAL, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("finished", sa.BigInteger()),
        sa.Column("status", sa.Integer()),
        sa.Column("error", sa.Text()),
        sa.Column("answer", sa.Text()),
        sa.Column("headers", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["delivery.id"], name="fk_attempt_delivery_id", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_attempt"),
        sa.UniqueConstraint("delivery_id", "number", name="uq_attempt_delivery_id_number"),
        sqlite_autoincrement=True,
    )
