"""Pages in, politely: what is due, one request for it, and what follows from the answer.

schedule ─► Fetcher.run_due ─► storage.visits.claim          one request per free host
              visit        robots.txt, conditional GET ─► egress ─► outcome     (outcome.py, robots.py: pure)
              decide       keep it? tell it? where and when next?               (cadence.py, hops.py: pure)
              discover     a list page's links ─► new pages, next list page     (pure, over parser.page.listing)
              record       one transaction: snapshot + outbox(snapshot.taken) + next visit; visits of pages that end
                           together share one (records)
              health       what has changed about the source itself: failing, blind, noisy, recovered     (pure)

trial    a first look at a column, and pages asked for by a person      archive   snapshots as WARC
How often a page is visited is estimated in domain/recheck.py, how fast a host in domain/pacing.py.
"""
