"""Tests of battery."""
