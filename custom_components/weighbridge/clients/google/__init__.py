"""The Google Health API, where Fitbit keeps its data."""

from .client import (
    API_LIBRARY_URL,
    SCOPE_MEASUREMENTS,
    SCOPE_SETTINGS,
    SCOPE_USER_INFO,
    GoogleHealthClient,
)

__all__ = (
    "API_LIBRARY_URL",
    "SCOPE_MEASUREMENTS",
    "SCOPE_SETTINGS",
    "SCOPE_USER_INFO",
    "GoogleHealthClient",
)
