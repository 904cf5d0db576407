"""What a document says about itself, each value with where it was read (SPEC §10)."""
