"""What is promised, by whom, how firmly and until when (SPEC §3–7)."""
