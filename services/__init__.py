"""Dafu (答复): watches official Chinese pages, keeps every version, says exactly what changed, tells who asked.

domain   what the words mean           storage  what we remember        bus   how events travel
egress   the only door out             fetcher  pages in                parser   pages to meaning
api      documents and webhooks out    line     all of it in one process
replay, demo   a recorded or scripted site, a simulated clock, the real line
"""
