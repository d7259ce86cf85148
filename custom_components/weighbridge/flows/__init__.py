"""What the steps of the config flow ask, and the flows of subentries and repairs."""

from . import account, garmin, oauth, person, scale
from .account import NewAccount
from .identity import async_identify
from .link import LinkFlow, async_open_link
from .missing_source import MissingSourceFlow
from .not_linked import NotLinkedFlow
from .options import GarminOptionsFlow, SourceOptionsFlow
from .person import PersonFlow
from .repair import SignInRepairFlow
from .settings import async_as_stored

__all__ = (
    "GarminOptionsFlow",
    "LinkFlow",
    "MissingSourceFlow",
    "NewAccount",
    "NotLinkedFlow",
    "PersonFlow",
    "SignInRepairFlow",
    "SourceOptionsFlow",
    "account",
    "async_as_stored",
    "async_identify",
    "async_open_link",
    "garmin",
    "oauth",
    "person",
    "scale",
)
