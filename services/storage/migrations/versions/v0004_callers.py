"""Tokens, how often their holders asked, and what they noted about changes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "token",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.Column("expires", sa.BigInteger()),
        sa.Column("revoked", sa.BigInteger()),
        sa.PrimaryKeyConstraint("id", name="pk_token"),
        sa.UniqueConstraint("digest", name="uq_token_digest"),
    )
    op.create_table(
        "rate",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("ends", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_rate"),
    )
    op.create_table(
        "annotation",
        sa.Column("id", SERIAL, nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("version_n", sa.Integer(), nullable=False),
        sa.Column("ordinal", sa.Integer()),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id", "version_n"],
            ["version.document_id", "version.n"],
            name="fk_annotation_document_id_version_n",
        ),
        sa.PrimaryKeyConstraint("id", name="pk_annotation"),
    )
    op.create_index("ix_annotation_document_id_version_n", "annotation", ["document_id", "version_n"])


def downgrade() -> None:
    for table in ("annotation", "rate", "token"):
        op.drop_table(table)
