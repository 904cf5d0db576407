"""Tokens by their SHA-256: who has the database has no token."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Row, insert, select, update

from services.domain.caller import SCOPES, Token
from services.domain.errors import NotFound
from services.storage.tables import token


def add_token(conn: Connection, value: Token, digest: str) -> None:
    values = {"id": value.id, "digest": digest, "owner": value.owner, "name": value.name}
    times = {"created": value.created, "expires": value.expires}
    conn.execute(insert(token).values(**values, **times, scopes=" ".join(value.scopes)))


def find_token(conn: Connection, digest: str) -> Token | None:
    """Also one that is revoked or expired: see Token.valid."""
    row = conn.execute(select(token).where(token.c.digest == digest)).first()
    return _token(row) if row else None


def get_token(conn: Connection, id_: str) -> Token | None:
    """Also one that is revoked or expired: see Token.valid."""
    row = conn.execute(select(token).where(token.c.id == id_)).first()
    return _token(row) if row else None


def list_tokens(conn: Connection, *, owner: str | None = None) -> tuple[Token, ...]:
    """Oldest first, revoked ones too."""
    query = select(token).order_by(token.c.created, token.c.id)
    if owner is not None:
        query = query.where(token.c.owner == owner)
    return tuple(_token(row) for row in conn.execute(query))


def revoke_token(conn: Connection, id_: str, now: datetime, *, owner: str | None = None) -> None:
    """Ends a token; one that was revoked before stays as it is. Raises NotFound, for another owner's too."""
    mine = token.c.id == id_ if owner is None else (token.c.id == id_) & (token.c.owner == owner)
    if conn.execute(select(token.c.id).where(mine)).first() is None:
        raise NotFound(f"no token {id_!r}")
    conn.execute(update(token).where(mine, token.c.revoked.is_(None)).values(revoked=now))


def _token(row: Row[tuple[object, ...]]) -> Token:
    scopes = tuple(scope for scope in SCOPES if scope in row.scopes.split())
    return Token(row.id, row.owner, row.name, scopes, row.created, row.expires, row.revoked)
