"""`dafu export`, `dafu import`, `dafu prune`: everything as files, the way back, and what may go after a time."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path

from services.commands.told import told
from services.domain.clock import system_clock
from services.health.gauges import program_version
from services.settings import load_settings
from services.storage.database import open_database
from services.storage.exporting import export
from services.storage.importing import faults, load
from services.storage.retention import Gone, Keep, may_go, prune


def export_command(folder: Path, *, everything: bool, as_json: bool) -> None:
    """Write the folder; say what is in it."""
    with closing(open_database(load_settings().database)) as database:
        manifest = export(database, folder, system_clock(), f"dafu {program_version()}", everything=everything)
    if as_json:
        print(json.dumps(manifest, ensure_ascii=False))
        return
    for name, file in manifest["files"].items():
        print(f"{file['rows']:>9}  {name}")
    print(f"{folder}: {manifest['content']}")


def import_command(folder: Path, *, as_json: bool = False) -> int:
    """0 when it is all there; 1, and nothing stored, where the export is damaged."""
    wrong = check_export(folder)
    if wrong:
        told({"rows": 0, "faults": wrong}, "\n".join(wrong[:20]), as_json=as_json)
        return 1
    with closing(open_database(load_settings().database)) as database, database.write() as conn:
        count = load(conn, folder)
    line = f"{folder}: {count} rows imported; `dafu verify` reads them all again"
    told({"rows": count, "faults": []}, line, as_json=as_json)
    return 0


def check_export(folder: Path) -> list[str]:
    """What is wrong with the export."""
    return list(faults(folder))


def prune_command(*, dry_run: bool, as_json: bool) -> None:
    """Take away what the settings DAFU_KEEP_… say is no longer kept; batch by batch, so that nobody waits long."""
    settings = load_settings()
    keep = Keep(*(_days(one) for one in (settings.keep_bodies, settings.keep_attempts, settings.keep_suppressions)))
    now = system_clock()
    with closing(open_database(settings.database)) as database:
        if dry_run:
            with database.read() as conn:
                gone = may_go(conn, keep, now)
        else:
            gone = Gone()
            while True:
                with database.write() as conn:
                    step = prune(conn, keep, now)
                if step == Gone():
                    break
                gone = Gone(*(one + other for one, other in zip(_counts(gone), _counts(step), strict=True)))
    if as_json:
        print(json.dumps({"dry_run": dry_run, **asdict(gone)}))
        return
    print(
        f"{'would go' if dry_run else 'gone'}: {gone.bodies} bodies ({gone.bytes} bytes), "
        f"{gone.attempts} attempts, {gone.suppressions} suppressions"
    )
    if keep == Keep():
        print("everything is kept for ever: see DAFU_KEEP_BODIES, DAFU_KEEP_ATTEMPTS, DAFU_KEEP_SUPPRESSIONS")


def _days(setting: int) -> timedelta | None:
    return timedelta(days=setting) if setting else None


def _counts(gone: Gone) -> tuple[int, ...]:
    return gone.bodies, gone.bytes, gone.attempts, gone.suppressions
