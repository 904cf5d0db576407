"""How often somebody asked in the present window, counted for all replicas together."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, select, text

from services.storage.tables import rate
from services.storage.upsert import insert_for


def count(conn: Connection, key: str, amount: int, window: timedelta, now: datetime) -> int:
    """Count `amount` more; answers how many are counted now. Each window begins with its first count."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("set local synchronous_commit to off"))  # a count lost with the server costs nobody anything
    over = rate.c.ends <= now
    row = insert_for(conn, rate).values(key=key, hits=amount, ends=now + window)
    again = {
        "hits": case((over, amount), else_=rate.c.hits + amount),
        "ends": case((over, row.excluded.ends), else_=rate.c.ends),
    }
    statement = row.on_conflict_do_update(index_elements=["key"], set_=again).returning(rate.c.hits)
    return int(conn.execute(statement).scalar_one())


def counted(conn: Connection, key: str, now: datetime) -> tuple[int, datetime]:
    """How many are counted, and when the window ends; 0 and `now` where none is open."""
    row = conn.execute(select(rate.c.hits, rate.c.ends).where(rate.c.key == key, rate.c.ends > now)).first()
    return (row.hits, row.ends) if row else (0, now)


def forget(conn: Connection, *, key: str | None = None, before: datetime | None = None) -> int:
    """Drop one caller's count, or every window that ended before a moment; answers how many rows went."""
    query = delete(rate)
    if key is not None:
        query = query.where(rate.c.key == key)
    if before is not None:
        query = query.where(rate.c.ends <= before)
    return conn.execute(query).rowcount
