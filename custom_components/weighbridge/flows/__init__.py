"""The steps of the config and subentry flows."""

from .garmin import GarminFlow
from .link import LinkFlow, async_get_sources
from .oauth import SourceFlow
from .options import GarminOptionsFlow, SourceOptionsFlow

__all__ = (
    "GarminFlow",
    "GarminOptionsFlow",
    "LinkFlow",
    "SourceFlow",
    "SourceOptionsFlow",
    "async_get_sources",
)
