"""What belongs to a document beside its page: further pages of the article, linked files, and the files' text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

#: Rows that a page which is only a piece of others leaves behind.
_PIECES = "select id from page where role <> 'main'"
_SNAPSHOTS = f"select id from snapshot where page_id in ({_PIECES})"  # noqa: S608  # no value of anybody's


def upgrade() -> None:
    with op.batch_alter_table("page") as page:
        page.add_column(sa.Column("role", sa.Text(), nullable=False, server_default="main"))
        page.add_column(sa.Column("trouble", sa.Text()))
    with op.batch_alter_table("page") as page:
        page.alter_column("role", server_default=None)
    op.create_table(
        "piece",
        sa.Column("main_id", sa.Text(), nullable=False),
        sa.Column("page_id", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["main_id"], ["page.id"], name="fk_piece_main_id"),
        sa.ForeignKeyConstraint(["page_id"], ["page.id"], name="fk_piece_page_id"),
        sa.PrimaryKeyConstraint("main_id", "page_id", name="pk_piece"),
    )
    op.create_index("ix_piece_page_id", "piece", ["page_id"])
    op.create_table(
        "file_text",
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("text", sa.LargeBinary()),
        sa.Column("length", sa.Integer()),
        sa.Column("unreadable", sa.Text()),
        sa.Column("evidence", sa.Text()),
        sa.ForeignKeyConstraint(["sha256"], ["body.sha256"], name="fk_file_text_sha256"),
        sa.PrimaryKeyConstraint("sha256", "reader", name="pk_file_text"),
    )


def downgrade() -> None:
    """A program that knows no pieces would take each for a document: they go, with what was seen of them."""
    op.drop_table("file_text")
    op.drop_table("piece")
    for table in ("rereading", "suppression", "reading", "sighting"):
        op.execute(f"delete from {table} where snapshot_id in ({_SNAPSHOTS})")  # noqa: S608
    op.execute(f"delete from snapshot where page_id in ({_PIECES})")  # noqa: S608
    op.execute("delete from page where role <> 'main'")
    with op.batch_alter_table("page") as page:
        page.drop_column("trouble")
        page.drop_column("role")
