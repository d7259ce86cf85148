"""Keeps what is remembered of a source on disk."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import CALLBACK_TYPE, Event, HassJob, HomeAssistant, callback
from homeassistant.helpers.event import async_call_later

from ..const import DOMAIN
from ..entry import WeighbridgeConfigEntry
from ..store import DiskError, account_store

# How many seconds later it is tried again to write on a disk that is full.
RETRY: Final = 60


class Keeper:
    """Writes all that is to be remembered, and again until there is room for it.

    A vendor would tell it once more; a scale, and a person who was asked, would not.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WeighbridgeConfigEntry,
        freeze: Callable[[], Callable[[], dict[str, Any]]],
    ) -> None:
        """Write what `freeze` holds on to, and makes plain JSON of in any thread."""
        self._hass = hass
        self._entry = entry
        self._freeze = freeze
        self._store = account_store(hass, entry.entry_id)
        self._cancel_retry: CALLBACK_TYPE | None = None

    async def async_load(self) -> dict[str, Any] | None:
        """Return what is on disk."""
        self._entry.async_on_unload(self._async_leave)
        self._entry.async_on_unload(
            self._hass.bus.async_listen(
                EVENT_HOMEASSISTANT_FINAL_WRITE, self._async_leave
            )
        )
        return await self._store.async_load()

    async def async_save(self) -> None:
        """Write now, or as soon as there is room."""
        try:
            await self._store.async_save_surely(self._freeze())
        except DiskError:
            self._stop()
            self._cancel_retry = async_call_later(
                self._hass, RETRY, HassJob(self._retry, cancel_on_shutdown=True)
            )
        else:
            self._stop()

    @callback
    def _retry(self, _now: datetime) -> None:
        """Write once more, in the background."""
        self._cancel_retry = None
        self._entry.async_create_task(
            self._hass, self.async_save(), f"{DOMAIN} memory {self._entry.entry_id}"
        )

    async def _async_leave(self, _event: Event[Any] | None = None) -> None:
        """Write at the last moment what could not be written, if there is room by now."""
        if self._cancel_retry is not None:
            self._stop()
            # Home Assistant has logged it, and nobody is left to try again.
            with suppress(DiskError):
                await self._store.async_save_surely(self._freeze())

    @callback
    def _stop(self) -> None:
        """Try no more."""
        if self._cancel_retry is not None:
            self._cancel_retry()
            self._cancel_retry = None
