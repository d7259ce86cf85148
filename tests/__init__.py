"""Tests of Weighbridge."""
