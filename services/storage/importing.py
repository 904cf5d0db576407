"""An export (exporting.py) checked, and read into an empty database."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import BigInteger, Connection, LargeBinary, Table, func, insert, select, text

from services.domain.errors import InputError
from services.storage.codec import pack, unpack
from services.storage.exporting import AS_TEXT, FORMAT, PACKED, compact
from services.storage.schema import revision
from services.storage.tables import COMMITMENT_TEXT, DOCUMENT_TEXT, body, commitment, document_words, metadata
from services.storage.types import UtcTime

_BATCH = 500


def manifest_of(folder: Path) -> dict[str, Any]:
    """Raises InputError where `folder` holds no export this program reads."""
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}: holds no export ({error}); `dafu export` makes one") from None
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise InputError(f"{folder}: is no export of the form {FORMAT}; use the version of Dafu that made it")
    return manifest


def faults(folder: Path) -> Iterator[str]:
    """What of an export is not as its manifest says; an intact one answers none."""
    manifest = manifest_of(folder)
    for name, told in manifest["files"].items():
        try:
            lines = (folder / name).read_bytes()
        except OSError as error:
            yield f"{name}: cannot be read ({error.strerror})"
            continue
        if hashlib.sha256(lines).hexdigest() != told["sha256"]:
            yield f"{name}: its bytes are not those that were written"
        elif lines.count(b"\n") != told["rows"]:
            yield f"{name}: {lines.count(bytes([10]))} rows, {told['rows']} were written"
    named = set()
    for row in _lines(folder, "body"):
        if not row["kept"]:
            continue
        named.add(row["sha256"])
        try:
            data = _body_path(folder, row["sha256"]).read_bytes()
        except OSError as error:
            yield f"bodies: {row['sha256']} cannot be read ({error.strerror})"
            continue
        if hashlib.sha256(data).hexdigest() != row["sha256"]:
            yield f"bodies: the bytes of {row['sha256']} are others"
    for path in (folder / "bodies").glob("*/*"):
        if path.name not in named:
            yield f"bodies: {path.name} belongs to nothing"


def load(conn: Connection, folder: Path) -> int:
    """Fill an empty database in the caller's transaction; answers how many rows.

    Raises InputError for an export of other tables, and for a database that holds anything.
    """
    manifest = manifest_of(folder)
    if manifest["schema"] != revision(conn):
        raise InputError(
            f"{folder}: its tables are of revision {manifest['schema']}, this program's of {revision(conn)}: "
            "import it with the version of Dafu that made it, then upgrade"
        )
    held = next((one.name for one in metadata.sorted_tables if conn.execute(select(1).select_from(one)).first()), None)
    if held is not None:
        raise InputError(f"the database is not empty (there are rows in {held}): name a new one in DAFU_DATABASE_URL")
    count = 0
    for of in metadata.sorted_tables:
        if f"tables/{of.name}.jsonl" in manifest["files"]:
            rows = (_row(folder, of, line) for line in _lines(folder, of.name))
            while some := list(islice(rows, _BATCH)):
                conn.execute(insert(of), some)
                count += len(some)
                _index(conn, of, some)
    if conn.dialect.name == "postgresql":
        for of in metadata.sorted_tables:
            _count_on(conn, of)
    return count


def _row(folder: Path, of: Table, line: dict[str, Any]) -> dict[str, Any]:
    if of is body:
        data = pack(_body_path(folder, line["sha256"]).read_bytes()) if line["kept"] else b""
        return {"sha256": line["sha256"], "length": line["length"], "data": data}
    return {
        column.name: stored_value(f"{of.name}.{column.name}", column.type, line.get(column.name))
        for column in of.columns
    }


def stored_value(name: str, type_: Any, value: Any) -> Any:
    """The way back from exporting.shown_value."""
    if value is None:
        return None
    if isinstance(type_, UtcTime):
        return datetime.fromisoformat(value)
    if isinstance(value, dict | list):
        value = compact(value)
    if name in PACKED:
        return pack(value.encode())
    if name in AS_TEXT:
        return value.encode()
    return base64.b64decode(value) if isinstance(type_, LargeBinary) else value


def _index(conn: Connection, of: Table, rows: list[dict[str, Any]]) -> None:
    """Full text is in no table of ours."""
    if of is commitment:
        COMMITMENT_TEXT.add(conn, {row["place"]: row["searchable"] for row in rows if row["place"] is not None})
    elif of is document_words:
        DOCUMENT_TEXT.add(conn, {row["place"]: unpack(row["searchable"]).decode() for row in rows})


def _count_on(conn: Connection, of: Table) -> None:
    """PostgreSQL's numbers go on after those that were brought along."""
    key = of.autoincrement_column
    if key is None or not isinstance(key.type, BigInteger):
        return
    highest = conn.execute(select(func.max(key))).scalar()
    if highest is not None:
        name = conn.execute(text("select pg_get_serial_sequence(:of, :key)"), {"of": of.name, "key": key.name}).scalar()
        conn.execute(text("select setval(:name, :highest)"), {"name": name, "highest": highest})


def _lines(folder: Path, table: str) -> Iterator[dict[str, Any]]:
    try:
        with (folder / "tables" / f"{table}.jsonl").open(encoding="utf-8") as file:
            yield from (json.loads(line) for line in file)
    except (OSError, ValueError) as error:
        raise InputError(f"{folder}/tables/{table}.jsonl: cannot be read ({error}); export again") from None


def _body_path(folder: Path, sha256: str) -> Path:
    return folder / "bodies" / sha256[:2] / sha256
