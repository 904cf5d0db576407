"""A recorded site history run through the real line under a simulated clock.

replay.toml ─► recording ─► site (a transport) ─► the line ─► events ─► compared with expected.json
"""
