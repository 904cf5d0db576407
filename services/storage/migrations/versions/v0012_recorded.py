"""Changes know when they were recorded: every list of them, and of versions, is read off an index in its order."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

OF_DOCUMENT = "ix_change_document_id_recorded_version_n_ordinal"
OF_VERSION = (("document_id", "recorded", "n"), ("n", "recorded", "document_id"))
OF_CHANGE = ("type", "severity", "direction")


def upgrade() -> None:
    for column in OF_CHANGE:
        op.drop_index(f"ix_change_{column}", "change")
    with op.batch_alter_table("change") as change:
        change.add_column(sa.Column("recorded", sa.BigInteger()))
    op.execute(
        "update change set recorded = (select recorded from version "
        "where version.document_id = change.document_id and version.n = change.version_n)"
    )
    with op.batch_alter_table("change") as change:
        change.alter_column("recorded", nullable=False)
    op.create_index("ix_change_recorded", "change", ["recorded"])
    op.create_index(OF_DOCUMENT, "change", ["document_id", "recorded", "version_n", "ordinal"])
    for column in OF_CHANGE:
        op.create_index(f"ix_change_{column}_recorded", "change", [column, "recorded"])
    for columns in OF_VERSION:
        op.create_index(f"ix_version_{'_'.join(columns)}", "version", [*columns])


def downgrade() -> None:
    for columns in OF_VERSION:
        op.drop_index(f"ix_version_{'_'.join(columns)}", "version")
    for column in OF_CHANGE:
        op.drop_index(f"ix_change_{column}_recorded", "change")
    op.drop_index(OF_DOCUMENT, "change")
    op.drop_index("ix_change_recorded", "change")
    with op.batch_alter_table("change") as change:
        change.drop_column("recorded")
    for column in OF_CHANGE:
        op.create_index(f"ix_change_{column}", "change", [column])
