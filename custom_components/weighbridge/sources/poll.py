"""Polling a vendor in the name of an account, on time or because somebody asks."""

from abc import abstractmethod
import asyncio
from datetime import timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from ..const import LOGGER
from .session import SourceSession


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
            return await self._async_poll()
        except HomeAssistantError:
            if self.session.outage_told:
                self.last_update_success = False
            self.session.outage_told = True
            raise

    @abstractmethod
    async def _async_poll(self) -> T:
        """Return what the vendor knows now; raise HomeAssistantError."""
