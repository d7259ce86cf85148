"""Thin clients of the vendors' APIs: they speak `model`, and know no entities."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Protocol

from ..model import Batch, DeviceStatus

type TokenGetter = Callable[[], Awaitable[str]]


class SourceError(Exception):
    """A source did not give an answer that can be used."""


class SourceAuthError(SourceError):
    """The vendor refused the access token."""


class SourceUnavailableError(SourceError):
    """The vendor cannot answer now: network, overload or a limit on requests."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        """Keep the seconds that the vendor asked to wait, if it did."""
        super().__init__(message)
        self.retry_after = retry_after


class SourceClient(Protocol):
    """What a vendor must offer to be a source of weigh-ins."""

    async def async_get_changes(self, since: int) -> Batch:
        """Return what the vendor learned since an epoch second; 0 means everything."""

    async def async_get_period(self, start: datetime, end: datetime) -> Batch:
        """Return what was measured from `start` up to `end`, both aware."""

    async def async_get_devices(self) -> tuple[DeviceStatus, ...]:
        """Return the person's scales and trackers."""
