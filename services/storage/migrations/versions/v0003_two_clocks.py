"""What was known when: every visit that saw the same bytes again, and versions that return to an earlier one."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sighting",
        sa.Column("snapshot_id", SERIAL, autoincrement=False, nullable=False),
        sa.Column("seen", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("recorded", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["snapshot_id"], ["snapshot.id"], name="fk_sighting_snapshot_id"),
        sa.PrimaryKeyConstraint("snapshot_id", "seen", name="pk_sighting"),
    )
    # of the visits before this table only the last one is known
    op.execute(
        "insert into sighting (snapshot_id, seen, recorded) "
        "select id, last_seen, last_seen from snapshot where last_seen > observed"
    )
    with op.batch_alter_table("version", recreate="always") as version:
        version.add_column(sa.Column("returns_to", sa.Integer()))


def downgrade() -> None:
    with op.batch_alter_table("version", recreate="always") as version:
        version.drop_column("returns_to")
    op.drop_table("sighting")
