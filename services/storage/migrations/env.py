"""Alembic's entry: runs the scripts on the connection that services.storage.schema hands over."""

from __future__ import annotations

from alembic import context

from services.storage.schema import VERSION_TABLE
from services.storage.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
    render_as_batch=True,
    transactional_ddl=True,
)
context.run_migrations()
