"""What changed lately, over all documents: versions in the order in which they were recorded."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

ORDER = ["recorded", "document_id", "n"]


def upgrade() -> None:
    op.create_index("ix_version_recorded_document_id_n", "version", ORDER)


def downgrade() -> None:
    op.drop_index("ix_version_recorded_document_id_n", "version")
