"""The section tree with modes, blocks and units, and who answers for them (SPEC §1–3)."""
