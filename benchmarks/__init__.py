"""Every figure the project quotes, measured again by one command: `python -m benchmarks [name …]`.

    reading        bytes to structured document, beside trafilatura and readability-lxml
    understanding  structured document to commitments, targets and figures, beside a fixed reference loop
    comparing      two versions to their changes: speed, texts far apart, marks beside two page watchers
    hostile        what hostile pages cost, each in a process of its own
    queries        pages of lists over 200,000 commitments, on SQLite and PostgreSQL
    delivering     webhook messages a CPU-second, signed and recorded, beside a bare httpx loop
    freshness      how soon edits are seen, simulated: 100,000 documents on 2,000 hosts for 30 days
    growth         what a visit costs with a million pages known, and what each fact takes on disk
    callers        what half-sent requests cost all other callers
    material       the pages all of them read      timing, table   how they measure and print

Times are CPU time and medians. Machines differ, so what counts is the ratio to something measured in the same run.
"""
