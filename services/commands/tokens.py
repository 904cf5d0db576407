"""`dafu tokens …`: who may ask the API."""

from __future__ import annotations

import json
from contextlib import closing
from dataclasses import asdict
from typing import Any

from rich.console import Console
from rich.table import Table

from services.api.callers import new_token
from services.commands.told import told
from services.domain.caller import SCOPES, Scope, Token
from services.domain.clock import system_clock
from services.domain.errors import InputError
from services.seeds import duration
from services.settings import load_settings
from services.storage import tokens
from services.storage.database import Database, open_database


def create_command(owner: str, name: str, scopes: list[str], expires: str | None, *, as_json: bool) -> None:
    """Print a new token: alone on stdout, so that `TOKEN=$(dafu tokens create)` works."""
    now = system_clock()
    until = now + duration(expires, "--expires") if expires else None
    with _opened() as database:
        token, text = new_token(database, owner, name, _scopes(scopes), now, until)
    print(json.dumps({**_row(token), "token": text}, ensure_ascii=False) if as_json else text)


def list_command(*, as_json: bool) -> None:
    with _opened() as database, database.read() as conn:
        found = [_row(one) for one in tokens.list_tokens(conn)]
    if as_json:
        print(json.dumps({"items": found, "next": None}, ensure_ascii=False))
        return
    table = Table("id", "owner", "name", "scopes", "created", "expires", "revoked")
    for row in found:
        table.add_row(*(str(value or "-") for value in ({**row, "scopes": " ".join(row["scopes"])}).values()))
    Console().print(table)


def revoke_command(id_: str, *, as_json: bool) -> None:
    with _opened() as database, database.write() as conn:
        tokens.revoke_token(conn, id_, system_clock())
    told({"id": id_, "revoked": True}, f"{id_}: revoked", as_json=as_json)


def _opened() -> closing[Database]:
    return closing(open_database(load_settings().database))


def _scopes(asked: list[str]) -> tuple[Scope, ...]:
    unknown = sorted(set(asked) - set(SCOPES))
    if unknown:
        raise InputError(f"no scope {unknown[0]!r}; there are {', '.join(SCOPES)}")
    return tuple(scope for scope in SCOPES if scope in asked)


def _row(token: Token) -> dict[str, Any]:
    return {key: getattr(value, "isoformat", lambda value=value: value)() for key, value in asdict(token).items()}
