"""What we remember. Functions take a connection, values in and values out; only the edge commits.

    open_database(url) ─► Database ── read() / write() ─► Connection
                                                            │
    sources  pages  hosts      one writer module a table    │
         └── visits ──┘        which visit may start, what came of it
    snapshots                  bodies once per SHA-256, visits that brought them
    pieces  files              further pages and linked files of a document; the text of a file, once for all
    documents  versions  readings  rereadings
         ├── commitments   what stands now, to be looked up
         └── recent        what changed lately, over all documents
    outbox                     what was told; services.bus carries it
    subscriptions  deliveries
    tokens  rates  notes   who asks us

Lists are paged by key: `after` is the key of the last item of the page before. `get_…` raises NotFound, `find_…` and
`current_…` answer None. Times are aware, UTC, exact to the microsecond.
"""
