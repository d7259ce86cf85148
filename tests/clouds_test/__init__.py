"""Tests of the simulated vendors themselves."""
