"""Polls a source: what it measured, what of it is new."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import async_dispatcher_send

from ..clients import SourceClient
from ..const import DOMAIN, LOGGER, signal_source_updated
from ..model import Batch, WeighIn
from ..pace import async_apart
from ..store import account_store
from .devices import DeviceCoordinator
from .issues import async_check_sign_in, async_clear_refusals, async_clear_source
from .memory import SourceMemory, moment, newest_values
from .poll import PollCoordinator
from .session import SourceSession, async_create_session

UPDATE_INTERVAL = timedelta(minutes=15)

type SourceConfigEntry = ConfigEntry[SourceRuntime]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceData:
    """What is known of a person after a poll.

    `latest` holds the newest value of each quantity, in the units of WeighIn and
    under the translation keys of the entities; `batch` is what the last poll brought.
    """

    latest: Mapping[str, float]
    last_weigh_in: datetime | None
    batch: Batch


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRuntime:
    """What a loaded source entry holds."""

    coordinator: SourceCoordinator
    devices: DeviceCoordinator

    async def async_poll_now(self) -> None:
        """Poll all that the source knows, without delay."""
        await asyncio.gather(
            self.coordinator.async_poll_now(), self.devices.async_poll_now()
        )


class SourceCoordinator(PollCoordinator[SourceData]):
    """Keeps what a source knows of one person up to date."""

    config_entry: SourceConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: SourceConfigEntry, session: SourceSession
    ) -> None:
        """Poll in the name of the entry's account."""
        super().__init__(
            hass,
            entry,
            session,
            name=f"{DOMAIN} {entry.title}",
            interval=UPDATE_INTERVAL,
        )
        self._store = account_store(hass, entry.entry_id)
        self.memory = SourceMemory()

    async def async_get_changes(self, since: int) -> Batch:
        """Return what the vendor learned since an epoch second; 0 means everything.

        Raises HomeAssistantError.
        """
        return await self._async_read(lambda client: client.async_get_changes(since))

    async def async_get_period(self, start: datetime, end: datetime) -> Batch:
        """Return what was measured from `start` up to `end`, both aware.

        Raises HomeAssistantError.
        """
        return await self._async_read(
            lambda client: client.async_get_period(start, end)
        )

    @callback
    def async_take_new(self) -> list[WeighIn]:
        """Return the weigh-ins that are new, the oldest first, each of them once."""
        if taken := self.memory.take_new():
            self.config_entry.async_create_task(
                self.hass, self._store.async_save(self.memory.as_dict())
            )
        return taken

    @override
    async def _async_setup(self) -> None:
        """Load the memory; without a readable one, everything known is history."""
        try:
            stored = await self._store.async_load()
            if stored is not None:
                self.memory = SourceMemory.from_store(stored)
        except (
            HomeAssistantError,
            NotImplementedError,
            LookupError,
            TypeError,
            ValueError,
        ) as err:
            LOGGER.warning(
                "What was stored of %s cannot be read and is learned anew: %s",
                self.config_entry.title,
                err,
            )

    @override
    async def _async_poll(self) -> SourceData:
        """Read what changed since the last poll."""
        batch = await self.async_get_changes(self.memory.cursor or 0)
        async_clear_refusals(self.hass, self.config_entry)
        async_check_sign_in(self.hass, self.config_entry)
        newest = await async_apart(len(batch.weigh_ins), newest_values, batch)
        if self.memory.learn(batch, newest):
            await self._store.async_save(self.memory.as_dict())
        weighed = self.memory.latest.get("weight")
        return SourceData(
            latest=self.memory.values(),
            last_weigh_in=moment(weighed[1]) if weighed else None,
            batch=batch,
        )

    @callback
    @override
    def _async_refresh_finished(self) -> None:
        """Tell the links, which have no entities."""
        if self.last_update_success:
            async_dispatcher_send(
                self.hass, signal_source_updated(self.config_entry.entry_id)
            )

    async def _async_read(
        self, read: Callable[[SourceClient], Awaitable[Batch]]
    ) -> Batch:
        """Return a reading with the BMI filled in."""
        batch = await self.session.async_read(read)
        return await async_apart(len(batch.weigh_ins), self.memory.enrich, batch)


async def async_setup_source(hass: HomeAssistant, entry: SourceConfigEntry) -> None:
    """Set up a source and poll it for the first time.

    Raises ConfigEntryNotReady or ConfigEntryAuthFailed.
    """
    session = await async_create_session(hass, entry)
    coordinator = SourceCoordinator(hass, entry, session)
    devices = DeviceCoordinator(hass, entry, session)
    entry.runtime_data = SourceRuntime(coordinator=coordinator, devices=devices)
    await coordinator.async_config_entry_first_refresh()
    # Weigh-ins do not wait for devices that cannot be read.
    await devices.async_refresh()
    # A coordinator polls only while it has listeners, and the links listen elsewhere.
    entry.async_on_unload(coordinator.async_add_listener(_do_nothing))


async def async_remove_source(hass: HomeAssistant, entry: SourceConfigEntry) -> None:
    """Delete what was stored of a source that is removed."""
    async_clear_source(hass, entry)
    await account_store(hass, entry.entry_id).async_remove()


@callback
def _do_nothing() -> None:
    """Listen without an interest in the news."""
