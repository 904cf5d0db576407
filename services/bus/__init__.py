"""How events travel. The database is the log: publishing is a row in the caller's own transaction.

    publish(conn, event) ─► outbox + one queue row per group (routes.py)
        commit ─► bell: who waits in this process; waker: the relays, through Redis
    wait(group, …)
    claim(conn, group, …) ─► the effect, in one transaction with done(conn, group, …) ─► or failed(…), later again

    interface   what every engine does         engine    which one DAFU_BUS_URL names, with its waiting
    database    nothing but the database       streams   hints through Redis Streams (entries), carried by relay

Every event reaches every group at least once; `done` makes its effect happen once; events of one key arrive in order.
"""
