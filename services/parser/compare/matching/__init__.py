"""Which piece of the old document became which of the new one (SPEC §11)."""
