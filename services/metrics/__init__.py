"""What this process counts while it works. Counters live in the process and begin at zero with it.

    counted   one function for each fact worth counting: visited, read, told, attempted, faulted, answered

No label names an address, a document or an owner: a label's values are few and known before anything happens. What
describes the database (how much is owed, how old it is) is no counter: see services.health.
"""
