"""Alembic's scripts, part of the package. Run by services.storage.schema, never by alembic.ini.

A new one is a file `versions/vNNNN_what.py` with the next number; a test compares the result with tables.metadata.
"""
