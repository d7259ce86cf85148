"""Texts about batteries that run low."""

from .actions import async_setup_battery_texts
from .blueprints import async_install_blueprints

__all__ = (
    "async_install_blueprints",
    "async_setup_battery_texts",
)
