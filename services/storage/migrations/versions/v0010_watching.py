"""How often pages change, how sources do, what a host's budget has left, and walks through whole columns."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    with op.batch_alter_table("source") as source:
        source.add_column(sa.Column("told_health", sa.Text()))
        source.add_column(sa.Column("raw_changes", sa.Integer(), nullable=False, server_default="0"))
        source.add_column(sa.Column("raw_since", sa.BigInteger()))
        source.add_column(sa.Column("noisy", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("source") as source:
        source.alter_column("raw_changes", server_default=None)
        source.alter_column("noisy", server_default=None)
    with op.batch_alter_table("page") as page:
        page.add_column(sa.Column("changes", sa.Float(), nullable=False, server_default="0"))
        page.add_column(sa.Column("changed", sa.BigInteger()))
        page.add_column(sa.Column("backlog", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("page") as page:
        page.alter_column("changes", server_default=None)
        page.alter_column("backlog", server_default=None)
    op.drop_index("ix_page_host_next_visit_id", "page")
    op.create_index("ix_page_host_backlog_next_visit_id", "page", ["host", "backlog", "next_visit", "id"])
    op.execute("update page set backlog = backfill where last_visit is null")
    op.execute(
        "update page set changes = (select count(*) from version where document_id = page.id and n > 1), "
        "changed = (select max(observed) from version where document_id = page.id and n > 1)"
    )
    with op.batch_alter_table("host", recreate="always" if op.get_bind().dialect.name == "sqlite" else "auto") as host:
        host.add_column(sa.Column("paced_until", sa.BigInteger()))
    op.create_table(
        "backfill",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("started", sa.BigInteger(), nullable=False),
        sa.Column("finished", sa.BigInteger()),
        sa.Column("stopped", sa.Text()),
        sa.ForeignKeyConstraint(["source_id"], ["source.id"], name="fk_backfill_source_id"),
        sa.PrimaryKeyConstraint("source_id", name="pk_backfill"),
    )
    op.create_table(
        "backfill_page",
        sa.Column("source_id", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("read", sa.BigInteger(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("new", sa.Integer(), nullable=False),
        sa.Column("following", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["source_id"], ["backfill.source_id"], name="fk_backfill_page_source_id", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("source_id", "url", name="pk_backfill_page"),
    )


def downgrade() -> None:
    op.drop_table("backfill_page")
    op.drop_table("backfill")
    with op.batch_alter_table("host") as host:
        host.drop_column("paced_until")
    op.drop_index("ix_page_host_backlog_next_visit_id", "page")
    op.create_index("ix_page_host_next_visit_id", "page", ["host", "next_visit", "id"])
    with op.batch_alter_table("page") as page:
        page.drop_column("backlog")
        page.drop_column("changed")
        page.drop_column("changes")
    with op.batch_alter_table("source") as source:
        for name in ("noisy", "raw_since", "raw_changes", "told_health"):
            source.drop_column(name)
