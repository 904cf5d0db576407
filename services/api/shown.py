"""Commitments as the API shows them: as JSON and as rows of a table. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from services.domain.change import Change
from services.parser.compare.showing.telling import change_data
from services.parser.text.privacy import mask_json
from services.storage.commitments import CommitmentRecord
from services.storage.promises import Promise
from services.storage.versions import VersionRecord

#: Shown by the record under names of their own, or of use to the reader alone.
_LEFT_OUT = {"id", "section", "text", "targets", "verifiability", "units_ref"}
CSV_HEADER = (
    "id", "document", "url", "title", "kind", "agency", "published_at", "section", "text", "type", "tier", "modality",
    "lead_verb", "actors", "actor_source", "deadline", "deadline_end", "targets", "has_actor", "has_action",
    "has_quantity", "has_baseline", "has_date", "link",
)  # fmt: skip
#: Between the items of one cell.
_BETWEEN = "; "


def public_id(record: CommitmentRecord) -> str:
    """`document.commitment`: the same in every version the commitment stands in."""
    return f"{record.document}.{record.id}"


def commitment_data(record: CommitmentRecord, address: str) -> dict[str, Any]:
    """A commitment with its document; `text` in the page's own characters, personal numbers masked."""
    promise = record.promise
    own = {key: value for key, value in asdict(promise.commitment).items() if key not in _LEFT_OUT}
    shown: dict[str, Any] = mask_json(
        {
            "id": public_id(record),
            "document": _document(record),
            "version": record.version,
            "standing": record.standing,
            "section": promise.path,
            "text": promise.quote,
            **own,
            "targets": [asdict(target) for target in promise.targets],
            "verifiability": {field: asdict(quote) if quote else None for field, quote in promise.evidence.items()},
        }
    )
    return {**shown, "links": _links(record, address)}


def history_data(
    record: CommitmentRecord, versions: Iterable[tuple[VersionRecord, Promise | None]]
) -> list[dict[str, Any]]:
    """The versions it stood in, with what it said there, and those with a change that names it."""
    rows = [_version(record, version, promise) for version, promise in versions]
    return [row for row in rows if row["stood"] or row["changes"]]


def stands_in(record: CommitmentRecord, n: int) -> bool:
    return any(first <= n <= last for first, last in record.stood)


def names(version: VersionRecord, record: CommitmentRecord) -> bool:
    """Whether a change of the version is one of this commitment."""
    return any(_names(change, record) for change in version.changes)


def csv_row(record: CommitmentRecord, address: str) -> tuple[str, ...]:
    """One cell for each of CSV_HEADER."""
    one, promise = record.promise.commitment, record.promise
    deadline = one.deadline
    evidence = promise.evidence
    cells = (
        public_id(record), record.document, record.url, record.title, record.kind, record.agency, record.published_at,
        " > ".join(promise.path), promise.quote, one.type, one.tier, one.modality,
        one.lead_verb, _BETWEEN.join(one.actors), one.actor_source,
        deadline.raw if deadline else None, deadline.end if deadline else None,
        _BETWEEN.join(f"{target.metric} {target.raw}".strip() for target in promise.targets),
        *("yes" if evidence[field] else "no" for field in ("actor", "action", "quantity", "baseline", "date")),
        _links(record, address)["self"],
    )  # fmt: skip
    return tuple("" if cell is None else str(cell) for cell in cells)


def _version(record: CommitmentRecord, version: VersionRecord, promise: Promise | None) -> dict[str, Any]:
    said = {"text": None, "modality": None, "deadline": None, "targets": []} if promise is None else _said(promise)
    return {
        "n": version.n,
        "observed_from": version.observed_from.isoformat(),
        "observed_until": version.observed_until.isoformat(),
        "edit": version.edit,
        "stood": stands_in(record, version.n),
        **said,
        "changes": [change_data(change) for change in version.changes if _names(change, record)],
    }


def _said(promise: Promise) -> dict[str, Any]:
    deadline = promise.commitment.deadline
    said: dict[str, Any] = mask_json(
        {
            "text": promise.quote,
            "modality": promise.commitment.modality,
            "deadline": asdict(deadline) if deadline else None,
            "targets": [asdict(target) for target in promise.targets],
        }
    )
    return said


def _names(change: Change, record: CommitmentRecord) -> bool:
    targets = {target.id for target in record.promise.targets}
    return record.id == change.commitment or record.id in change.affected or change.target in targets


def _document(record: CommitmentRecord) -> dict[str, Any]:
    return {
        "id": record.document,
        "url": record.url,
        "title": record.title,
        "kind": record.kind,
        "agency": record.agency,
        "published_at": record.published_at,
        "date": record.date,
        "status": record.status,
    }


def _links(record: CommitmentRecord, address: str) -> dict[str, str]:
    document = f"{address}/documents/{record.document}"
    self = f"{address}/commitments/{public_id(record)}"
    return {"self": self, "document": document, "history": f"{document}/history"}
