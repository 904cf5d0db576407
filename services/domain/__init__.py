"""What the words mean: frozen values and the rules that belong to them. Standard library only; no clock, no I/O."""
