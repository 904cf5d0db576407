"""Commitments as rows of their own, to be found by actor, agency, kind, tier, deadline, target and text."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "commitment",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("version_n", sa.Integer(), nullable=False),
        sa.Column("standing", sa.Boolean(), nullable=False),
        sa.Column("stood", sa.Text(), nullable=False),
        sa.Column("first_seen", sa.BigInteger(), nullable=False),
        sa.Column("ordinal", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("agency", sa.Text()),
        sa.Column("agency_short", sa.Text()),
        sa.Column("tier", sa.Text(), nullable=False),
        sa.Column("deadline_end", sa.Text()),
        sa.Column("has_target", sa.Boolean(), nullable=False),
        sa.Column("searchable", sa.Text(), nullable=False),
        sa.Column("data", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["document_id"], ["document.id"], name="fk_commitment_document_id"),
        sa.PrimaryKeyConstraint("document_id", "id", name="pk_commitment"),
    )
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


def downgrade() -> None:
    op.drop_table("commitment_actor")
    op.drop_table("commitment")
