"""What a difference means: one room a family of change types (SPEC §12)."""
