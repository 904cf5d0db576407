"""`dafu verify`: does what is stored hold together?"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path

from rich.console import Console
from rich.table import Table

from services.commands.progress import counted
from services.parser.reading.reader import todays
from services.parser.verify import structures
from services.settings import load_settings
from services.storage import audit, importing
from services.storage.database import open_database

#: So many faults of one check are shown to a person; `--json` has all of them.
_SHOWN = 20
_NAMES = {
    "export": "导出 files match the manifest, bodies their SHA-256",
    "bodies": "网页原文 bodies match their SHA-256",
    "snapshots": "快照 snapshots are whole and in order",
    "versions": "版本 versions are numbered, with reading and changes",
    "structures": "读法 spans quote the text, changes lead from version to version",
    "events": "事件 events are numbered without a gap, ids unique",
    "deliveries": "投递 deliveries name logged events",
}


def verify_command(exported: Path | None, *, as_json: bool) -> int:
    """0 for an intact database, or export where one is named, 1 where anything is wrong."""
    found = {"export": list(importing.faults(exported))} if exported is not None else _of_database()
    if as_json:
        print(json.dumps({"ok": not any(found.values()), "checks": found}, ensure_ascii=False))
    else:
        _show(found)
    return 1 if any(found.values()) else 0


def _of_database() -> dict[str, list[str]]:
    with closing(open_database(load_settings().database)) as database, database.read() as conn:
        checks = {**audit.CHECKS, "structures": lambda conn: structures(conn, todays().version)}
        named = counted(checks.items(), len(checks), "检查 checking")
        return {name: audit.guarded(conn, check) for name, check in named}


def _show(found: dict[str, list[str]]) -> None:
    table = Table("检查 check", "结果 result")
    for name, faults in found.items():
        table.add_row(_NAMES[name], f"{len(faults)} 处错误 wrong" if faults else "正常 intact")
    Console().print(table)
    for name, faults in found.items():
        for fault in faults[:_SHOWN]:
            print(f"{name}: {fault}")
        if len(faults) > _SHOWN:
            print(f"{name}: … {len(faults) - _SHOWN} more; --json has all")
