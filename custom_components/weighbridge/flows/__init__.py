"""The steps of the config and subentry flows."""

from .garmin import GarminFlow
from .link import LinkFlow
from .missing_source import MissingSourceFlow
from .not_linked import NotLinkedFlow
from .oauth import SourceFlow
from .options import GarminOptionsFlow, SourceOptionsFlow
from .person import PersonFlow
from .repair import SignInRepairFlow
from .scale import ScaleFlow

__all__ = (
    "GarminFlow",
    "GarminOptionsFlow",
    "LinkFlow",
    "MissingSourceFlow",
    "NotLinkedFlow",
    "PersonFlow",
    "ScaleFlow",
    "SignInRepairFlow",
    "SourceFlow",
    "SourceOptionsFlow",
)
