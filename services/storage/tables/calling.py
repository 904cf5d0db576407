"""Who asks us: tokens, how often they asked lately, and what they noted."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, Integer, Table, Text, UniqueConstraint

from services.storage.tables.base import metadata
from services.storage.types import PageText, Serial, UtcTime

token = Table(  # tokens.py
    "token",
    metadata,
    Column("id", Text, primary_key=True),
    Column("digest", Text, nullable=False),  # SHA-256 of the token: 32 random bytes need no slow hash
    Column("owner", Text, nullable=False),
    Column("name", PageText, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("created", UtcTime, nullable=False),
    Column("expires", UtcTime),
    Column("revoked", UtcTime),
    UniqueConstraint("digest"),
)

rate = Table(  # rates.py; a row is one caller's window, overwritten by the next one
    "rate",
    metadata,
    Column("key", Text, primary_key=True),
    Column("hits", Integer, nullable=False),
    Column("ends", UtcTime, nullable=False),
)

annotation = Table(  # notes.py; what readers say about a change, only ever added to
    "annotation",
    metadata,
    Column("id", Serial, primary_key=True),
    Column("document_id", Text, nullable=False),
    Column("version_n", Integer, nullable=False),
    Column("ordinal", Integer),  # empty: the version as a whole, where a change was missed
    Column("owner", Text, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("note", PageText, nullable=False),
    Column("created", UtcTime, nullable=False),
    ForeignKeyConstraint(["document_id", "version_n"], ["version.document_id", "version.n"]),
    Index(None, "document_id", "version_n"),
)
