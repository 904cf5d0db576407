"""A local official site lives through a scripted week; the real line watches it and tells a local receiver.

seeds/demo.toml ─► script ─► site (loopback) ─► the line ─► receiver (loopback) ─► each alert printed
"""
