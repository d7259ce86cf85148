"""The steps of the config and subentry flows."""

from .garmin import GarminFlow
from .link import LinkFlow, async_get_sources
from .oauth import SourceFlow
from .options import GarminOptionsFlow, SourceOptionsFlow
from .repair import SignInRepairFlow

__all__ = (
    "GarminFlow",
    "GarminOptionsFlow",
    "LinkFlow",
    "SignInRepairFlow",
    "SourceFlow",
    "SourceOptionsFlow",
    "async_get_sources",
)
