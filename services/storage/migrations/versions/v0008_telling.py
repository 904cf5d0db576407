"""Telling in full: secrets that overlap, challenges, digests, rates and warnings; deliveries resent and bundled."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Literal
from urllib.parse import urlsplit

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0008"
down_revision = "0007"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_subscription = sa.table("subscription", sa.column("id"), sa.column("url"), sa.column("host"))


def upgrade() -> None:
    _subscriptions()
    op.create_table(
        "old_secret",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("subscription_id", sa.Text(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscription_id"], ["subscription.id"], name="fk_old_secret_subscription_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_old_secret"),
    )
    op.create_index("ix_old_secret_subscription_id_ends", "old_secret", ["subscription_id", "ends"])
    op.drop_index("ix_delivery_subscription_id_lease_until", "delivery")
    op.drop_index("ix_delivery_subscription_id_next_attempt", "delivery")
    with _altered("delivery", sqlite_autoincrement=True) as delivery:
        delivery.add_column(sa.Column("spent", sa.Integer(), nullable=False, server_default="0"))
        delivery.add_column(sa.Column("bundle", sa.Text()))
    with _altered("delivery", sqlite_autoincrement=True) as delivery:
        delivery.alter_column("spent", server_default=None)
    op.create_index("ix_delivery_subscription_id_status_id", "delivery", ["subscription_id", "status", "id"])
    _partly("ix_delivery_owed", ["subscription_id", "next_attempt", "id"], "next_attempt IS NOT NULL")
    _partly("ix_delivery_under_way", ["lease_until", "subscription_id"], "lease_until IS NOT NULL")


def _subscriptions() -> None:
    with _altered("subscription") as subscription:
        subscription.add_column(sa.Column("warned", sa.Integer(), nullable=False, server_default="0"))
        subscription.add_column(sa.Column("host", sa.Text(), nullable=False, server_default=""))
        subscription.add_column(sa.Column("challenge", sa.Text()))
        subscription.add_column(sa.Column("digest", sa.Text()))
        subscription.add_column(sa.Column("digest_due", sa.BigInteger()))
        subscription.add_column(sa.Column("per_minute", sa.Integer()))
        subscription.add_column(sa.Column("paced_until", sa.BigInteger()))
    known = op.get_bind().execute(sa.select(_subscription.c.id, _subscription.c.url)).all()
    for id_, url in known:
        op.execute(sa.update(_subscription).where(_subscription.c.id == id_).values(host=urlsplit(url).netloc))
    with _altered("subscription") as subscription:
        subscription.alter_column("warned", server_default=None)
        subscription.alter_column("host", server_default=None)
    op.create_index("ix_subscription_digest_due", "subscription", ["digest_due"])


def _altered(table: str, **kwargs: bool) -> AbstractContextManager[BatchOperations]:
    """SQLite copies the table, so that it reads as if made at once; PostgreSQL changes it where other tables see it."""
    recreate: Literal["always", "never"] = "always" if op.get_bind().dialect.name == "sqlite" else "never"
    return op.batch_alter_table(table, recreate=recreate, table_kwargs=kwargs)


def _partly(name: str, columns: list[str], condition: str) -> None:
    where = sa.text(condition)
    op.create_index(name, "delivery", columns, sqlite_where=where, postgresql_where=where)


def downgrade() -> None:
    for name in ("owed", "under_way", "subscription_id_status_id"):
        op.drop_index(f"ix_delivery_{name}", "delivery")
    # what an older version does not know would be sent to nobody for ever
    op.execute("update delivery set status = 'failed', next_attempt = null where status = 'bundled'")
    op.execute("update delivery set next_attempt = created where status = 'pending' and next_attempt is null")
    op.execute("update subscription set status = 'disabled' where status = 'pending'")
    with _altered("delivery", sqlite_autoincrement=True) as delivery:
        delivery.drop_column("spent")
        delivery.drop_column("bundle")
    op.create_index("ix_delivery_subscription_id_lease_until", "delivery", ["subscription_id", "lease_until"])
    op.create_index("ix_delivery_subscription_id_next_attempt", "delivery", ["subscription_id", "next_attempt"])
    op.drop_table("old_secret")
    op.drop_index("ix_subscription_digest_due", "subscription")
    with _altered("subscription") as subscription:
        for name in ("warned", "host", "challenge", "digest", "digest_due", "per_minute", "paced_until"):
            subscription.drop_column(name)
