"""Weighbridge measured, beside what others use: see scripts/bench."""
