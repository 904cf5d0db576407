"""How events travel. The database is the log: publishing is a row in the caller's own transaction.

    publish(conn, event) ─► outbox + one queue row per group (routes.py)
        commit
    claim(conn, group, …) ─► the effect, in one transaction with done(conn, group, …) ─► or failed(…), later again

interface.py says what every engine does; database.py is the engine that needs nothing but the database.
Every event reaches every group at least once; `done` makes its effect happen once; events of one key arrive in order.
"""
