"""What flows from a source along a link into an account."""

from .feeds import loaded_source, without_copies
from .setup import async_remove_garmin, async_setup_garmin

__all__ = (
    "async_remove_garmin",
    "async_setup_garmin",
    "loaded_source",
    "without_copies",
)
