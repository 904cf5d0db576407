"""The tables. Each names its one writer module; migrations/ is how a database gets them."""

from services.storage.tables.base import LABEL, metadata
from services.storage.tables.calling import annotation, rate, token
from services.storage.tables.remembering import (
    COMMITMENT_TEXT,
    DOCUMENT_TEXT,
    body,
    change,
    commitment,
    commitment_body,
    document,
    document_words,
    file_text,
    reading,
    rereading,
    sighting,
    snapshot,
    suppression,
    version,
)
from services.storage.tables.telling import attempt, delivery, inbox, old_secret, outbox, queue, subscription
from services.storage.tables.watching import backfill, backfill_page, host, page, piece, source

__all__ = [
    "COMMITMENT_TEXT",
    "DOCUMENT_TEXT",
    "LABEL",
    "annotation",
    "attempt",
    "backfill",
    "backfill_page",
    "body",
    "change",
    "commitment",
    "commitment_body",
    "delivery",
    "document",
    "document_words",
    "file_text",
    "host",
    "inbox",
    "metadata",
    "old_secret",
    "outbox",
    "page",
    "piece",
    "queue",
    "rate",
    "reading",
    "rereading",
    "sighting",
    "snapshot",
    "source",
    "subscription",
    "suppression",
    "token",
    "version",
]
