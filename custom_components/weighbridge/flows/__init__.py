"""The steps of the config and subentry flows."""

from .garmin import GarminFlow
from .link import LinkFlow
from .missing_source import MissingSourceFlow
from .not_linked import NotLinkedFlow
from .oauth import SourceFlow
from .options import GarminOptionsFlow, SourceOptionsFlow
from .repair import SignInRepairFlow

__all__ = (
    "GarminFlow",
    "GarminOptionsFlow",
    "LinkFlow",
    "MissingSourceFlow",
    "NotLinkedFlow",
    "SignInRepairFlow",
    "SourceFlow",
    "SourceOptionsFlow",
)
