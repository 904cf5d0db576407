"""How serious a change is, which way it points, and whether it was announced (SPEC §12)."""
