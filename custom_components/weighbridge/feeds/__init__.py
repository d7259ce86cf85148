"""What flows from a source along a link into an account."""

from .feeds import without_copies
from .setup import async_remove_garmin, async_setup_garmin

__all__ = (
    "async_remove_garmin",
    "async_setup_garmin",
    "without_copies",
)
