"""Sending texts by all ways that an automation has, and telling in time what cannot be sent."""

from .action import async_setup_sending

__all__ = ("async_setup_sending",)
