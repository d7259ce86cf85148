"""The steps of the config and subentry flows."""

from .garmin import GarminFlow
from .link import LinkFlow, async_get_sources
from .oauth import SourceFlow

__all__ = (
    "GarminFlow",
    "LinkFlow",
    "SourceFlow",
    "async_get_sources",
)
