"""A real Home Assistant that is killed again and again: see scripts/soak."""
