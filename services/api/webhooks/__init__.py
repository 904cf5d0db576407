"""Telling whoever asked.

event ─ match subscriptions (pure) ─► delivery rows ─ sign (pure) ─► attempt row ─► egress ─► retry or done (pure)
"""
