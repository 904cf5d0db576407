"""The only door out: every request this program sends goes through `door.Door`.

url ─► addresses.judge_url       one spelling, or why not          pure   (host.py: spellings, table.py: the data)
    ─► network.Resolver          one lookup, ≤ 8 addresses         refused if any answer is bad
    ─► policy.Policy.refusal     again at the socket itself        pure   (nothing unchecked is ever connected to)
    ─► httpx over aiohttp        no proxy, cookie, redirect, retry; the name is kept for TLS and Host
    ─► body.Body                 bounded bytes, bounded zlib       pure
    ─► faults.failure            exceptions become one word        pure
answer.Answer | answer.Failure   under one total deadline

registering: an address given to us, judged by spelling and by what its name stands for, before it is stored
"""
