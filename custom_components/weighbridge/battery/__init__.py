"""Texts about batteries that run low."""

from .actions import async_setup_battery_texts

__all__ = ("async_setup_battery_texts",)
