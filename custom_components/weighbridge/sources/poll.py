"""Polling a vendor in the name of an account, on time or because somebody asks."""

from abc import abstractmethod
import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator
from homeassistant.util import dt as dt_util

from ..clients import Refusal, Trouble
from ..const import LOGGER, Status
from .session import SourceSession

# How many polls in a row, and for how long, may fail before nothing is shown any more.
MAX_FAILURES: Final = 3
MAX_SILENCE: Final = timedelta(hours=2)

# What an error of a poll means, by its text.
STATUSES: Final[Mapping[str | None, Status]] = {
    f"source_{Trouble.BUSY}": Status.THROTTLED,
    **{
        f"source_{key}": Status.REFUSED
        for key in (
            *Refusal,
            Trouble.FORBIDDEN,
            Trouble.TOKEN_REFUSED,
            Trouble.CLIENT_REFUSED,
        )
    },
}


class PollCoordinator[T](DataUpdateCoordinator[T]):
    """Keeps something that a vendor knows up to date."""

    config_entry: ConfigEntry[Any]

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        session: SourceSession,
        *,
        name: str,
        interval: timedelta,
    ) -> None:
        """Poll in the name of the entry's account."""
        super().__init__(
            hass, LOGGER, config_entry=entry, name=name, update_interval=interval
        )
        self.session = session
        self._polls = 0
        self._failures = 0
        self._answered_at: datetime | None = None
        self._wish = asyncio.Lock()

    async def async_poll_now(self) -> None:
        """Poll without delay; who asks while another waits shares its poll.

        A poll under way does not count: it may have read before the news was there.
        """
        polls = self._polls
        async with self._wish:
            if self._polls == polls:
                await self.async_refresh()

    @override
    async def _async_update_data(self) -> T:
        """Poll, and count it. Of an outage, the first poll that meets it tells the log."""
        self._polls += 1
        try:
            data = await self._async_poll()
        except HomeAssistantError:
            self._failures += 1
            if self.session.outage_told:
                self.last_update_success = False
            self.session.outage_told = True
            raise
        self._failures = 0
        self._answered_at = dt_util.utcnow()
        return data

    @property
    def is_valid(self) -> bool:
        """Tell whether what is known may be shown: one bad answer is no outage."""
        return self.last_update_success or (
            self._answered_at is not None
            and self._failures < MAX_FAILURES
            and dt_util.utcnow() - self._answered_at < MAX_SILENCE
        )

    @property
    def status(self) -> Status:
        """Return what is in the way of polls."""
        if self.last_update_success:
            return Status.OK
        if isinstance(self.last_exception, ConfigEntryAuthFailed):
            return Status.SIGNED_OUT
        key = getattr(self.last_exception, "translation_key", None)
        return STATUSES.get(key, Status.UNAVAILABLE)

    @callback
    @override
    def _async_refresh_finished(self) -> None:
        """Tell of each failure in a row, for the third one makes a difference."""
        super()._async_refresh_finished()
        if not self.last_update_success:
            self.async_update_listeners()

    @abstractmethod
    async def _async_poll(self) -> T:
        """Return what the vendor knows now; raise HomeAssistantError."""
