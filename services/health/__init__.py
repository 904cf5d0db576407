"""Is the service well, and if not, what is wrong and what helps?

    storage.vitals ─► checkup: one look at a time, remembered for a moment ─► condition (pure): findings
                                     └► gauges: the same look as Prometheus metrics

Readiness, `/metrics` and `dafu status` show one look; however often they are asked, the database is asked seldom.
"""
