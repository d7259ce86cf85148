"""Tests of sources.scale."""
