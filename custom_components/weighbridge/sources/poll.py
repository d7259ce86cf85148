"""Polling a vendor in the name of an account, on time or because somebody asks."""

from abc import abstractmethod
import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, override

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryAuthFailed, HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator, UpdateFailed
from homeassistant.util import dt as dt_util

from ..clients import Refusal, Trouble
from ..const import LOGGER, Status
from ..entry import WeighbridgeConfigEntry
from .session import SourceSession

# How many polls in a row, and for how long, may fail before nothing is shown any more.
MAX_FAILURES: Final = 3
MAX_SILENCE: Final = timedelta(hours=2)
# How soon a vendor that is away at the start is asked again: the router may start, too.
FIRST_RETRY: Final = timedelta(seconds=30)

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

    config_entry: WeighbridgeConfigEntry

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WeighbridgeConfigEntry,
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
        self._has_answered = False
        # When there was an answer, or the memory of one was loaded, last.
        self._known_at: datetime | None = None
        self._cancel_end: CALLBACK_TYPE | None = None
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
        except HomeAssistantError as err:
            if isinstance(err, UpdateFailed) and not self._has_answered:
                err.retry_after = self._retry_at_start(err.retry_after)
            self._failures += 1
            if self.session.outage_told:
                self.last_update_success = False
            self.session.outage_told = True
            raise
        self._failures = 0
        self._has_answered = True
        self._known_at = dt_util.utcnow()
        return data

    def _retry_at_start(self, wanted: float | None) -> float | None:
        """Return in how many seconds to try again, None for the usual interval."""
        soon = FIRST_RETRY.total_seconds() * 2 ** min(self._failures, 16)
        is_soon = self.update_interval is not None and soon < (
            self.update_interval.total_seconds()
        )
        return soon if wanted is None and is_soon else wanted

    @callback
    def async_remember(self) -> None:
        """Show what was remembered, until it is clear that the vendor is away."""
        self._known_at = dt_util.utcnow()

    @property
    def is_valid(self) -> bool:
        """Tell whether what is known may be shown: one bad answer is no outage.

        At the start, tries follow each other too soon to be counted.
        """
        return self.last_update_success or (
            self._rest > timedelta()
            and (self._failures < MAX_FAILURES or not self._has_answered)
        )

    @property
    def _rest(self) -> timedelta:
        """Return for how long what is known may be shown without an answer."""
        if self._known_at is None:
            return timedelta()
        return self._known_at + MAX_SILENCE - dt_util.utcnow()

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
        """Tell of each failure in a row, for the third one makes a difference.

        So does time, even if nothing is polled, as while somebody must sign in.
        """
        super()._async_refresh_finished()
        self._stop_end()
        if not self.last_update_success:
            self.async_update_listeners()
            if self.is_valid:
                self._cancel_end = async_call_later(
                    self.hass, self._rest, HassJob(self._end, cancel_on_shutdown=True)
                )

    @callback
    def _end(self, _now: datetime) -> None:
        """Show what is known no longer."""
        self._cancel_end = None
        self._async_refresh_finished()

    @callback
    def _stop_end(self) -> None:
        """Forget when what is known was to be shown no longer."""
        if self._cancel_end is not None:
            self._cancel_end()
            self._cancel_end = None

    @override
    async def async_shutdown(self) -> None:
        """Do nothing more."""
        self._stop_end()
        await super().async_shutdown()

    @abstractmethod
    async def _async_poll(self) -> T:
        """Return what the vendor knows now; raise HomeAssistantError."""
