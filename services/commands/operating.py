"""`dafu status`, `dafu backup`, `dafu restore`: how it is, a copy, and the way back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from services.api.webhooks.rekey import check_opens
from services.api.webhooks.secrets import load_box
from services.commands.told import told
from services.domain.clock import system_clock
from services.domain.errors import InputError
from services.health.checkup import Checkup, limits_of
from services.health.condition import Condition
from services.line.folder import held
from services.settings import Settings, load_settings
from services.storage.backup import backup, restore, sqlite_path
from services.storage.database import Database, open_database, open_unchanged


def status_command(*, as_json: bool) -> int:
    """0 where nothing is wrong, 1 where anything is: what /health/ready answers, for a person and without an API."""
    settings = load_settings()
    with closing(open_unchanged(settings.database)) as database:
        condition = _checkup(settings, database).condition()
    if as_json:
        wrong = [asdict(one) for one in condition.findings]
        print(json.dumps({"ok": not wrong, "problems": wrong, "figures": dict(_figures(condition))}))
    else:
        _show(condition)
    return 1 if condition.findings else 0


def backup_command(folder: Path, keep: int, *, as_json: bool = False) -> None:
    """Print where the copy is."""
    if keep < 1:
        raise InputError("--keep must be at least 1: the new backup itself")
    settings = load_settings()
    made = backup(sqlite_path(settings.database), folder, system_clock(), keep)
    told({"backup": str(made)}, str(made), as_json=as_json)


def restore_command(copy: Path, *, as_json: bool = False) -> None:
    """Nothing may be running; what was there is moved aside."""
    settings = load_settings()
    target = sqlite_path(settings.database)
    with held(settings.data):
        aside = restore(copy, target, system_clock())
        open_database(settings.database).close()  # an older backup is brought to this version's tables
    line = f"{target}: restored from {copy}" + (f"; what was there is {aside.name}" if aside else "")
    told({"database": str(target), "aside": str(aside) if aside else None}, line, as_json=as_json)


def _checkup(settings: Settings, database: Database) -> Checkup:
    setting = settings.secret_key.get_secret_value()
    there = setting or (settings.data / "secret.key").exists()  # looking must not make a key

    def opens() -> None:
        with database.read() as conn:
            check_opens(conn, load_box(setting, settings.data))

    return Checkup(
        database,
        system_clock,
        bus_url=settings.bus_url,
        data=settings.data,
        opens=opens if there else None,
        limits=limits_of(settings.lag_limit, settings.disk_reserve),
        process="status",
    )


def _figures(condition: Condition) -> Iterator[tuple[str, str | int]]:
    look, vitals = condition.look, condition.look.vitals
    if look.disk is not None:
        yield "磁盘可用 disk free, MiB", look.disk // 1024**2
    if vitals is None:
        return
    yield "数据库 database, MiB", vitals.size // 1024**2
    for group, backlog in vitals.backlogs.items():
        yield f"{group} 待处理 events owed", backlog.owed
        if backlog.oldest is not None:
            yield f"{group} 最早 oldest since", backlog.oldest.isoformat()
        yield f"{group} 死信 dead letters", backlog.dead
    yield "待投递 deliveries owed", vitals.deliveries
    yield "下次访问 next visit", _moment(vitals.visit_due)
    for health, count in sorted(vitals.sources.items()):
        yield f"来源 sources {health}", count
    for status, count in sorted(vitals.subscriptions.items()):
        yield f"订阅 subscriptions {status}", count


def _moment(value: datetime | None) -> str:
    return value.isoformat(timespec="seconds") if value is not None else "-"


def _show(condition: Condition) -> None:
    table = Table("项目 what", "数值 figure")
    for name, figure in _figures(condition):
        table.add_row(name, str(figure))
    Console().print(table)
    for one in condition.findings:
        print(f"{one.code}: {one.message}\n  → {one.remedy}")
    if not condition.findings:
        print("正常 nothing is wrong")
