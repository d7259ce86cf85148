"""Tests of demo_test."""
