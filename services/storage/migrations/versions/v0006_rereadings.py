"""What a newer reader makes of snapshots that were read already, beside what is on record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "rereading",
        sa.Column("snapshot_id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("reader", sa.Text(), nullable=False),
        sa.Column("recorded", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text()),
        sa.Column("key_hash", sa.Text()),
        sa.Column("fingerprint", sa.Text()),
        sa.Column("structure", sa.LargeBinary()),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name="fk_rereading_snapshot_id"),
        sa.PrimaryKeyConstraint("snapshot_id", "reader", name="pk_rereading"),
    )


def downgrade() -> None:
    op.drop_table("rereading")
