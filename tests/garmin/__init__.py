"""Tests of garmin."""
