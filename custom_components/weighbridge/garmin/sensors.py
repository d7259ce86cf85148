"""The batteries of an account's sensors, if they are wanted: one request a day."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, override

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.storage import Store
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util

from ..clients.garmin import GarminError, SensorReader
from ..const import CONF_SENSOR_BATTERIES, DOMAIN, LOGGER
from ..devices import ListedDevices
from ..model import DeviceStatus
from ..store import VERSION
from .account import GarminAccount

UPDATE_INTERVAL: Final = timedelta(days=1)

# A look at whether Garmin may be asked again costs nothing.
RETRY: Final = timedelta(hours=1)


def sensor_store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    """Return the store of what Garmin has told of an account's sensors."""
    return Store(
        hass,
        VERSION,
        f"{DOMAIN}.{entry_id}.sensors",
        private=True,
        atomic_writes=True,
    )


class SensorCoordinator(ListedDevices):
    """Keeps the sensors of an account up to date."""

    def __init__(self, hass: HomeAssistant, account: GarminAccount) -> None:
        """Know of no sensor before the first look."""
        super().__init__(
            hass,
            LOGGER,
            config_entry=account.entry,
            name=f"{DOMAIN} {account.entry.title} sensors",
            update_interval=UPDATE_INTERVAL,
        )
        self.data = {}
        self._gate = account.gate
        self._store = sensor_store(hass, account.entry.entry_id)
        self._reader = SensorReader()
        self._looked_at: datetime | None = None
        self._looks = 0
        self._wish = asyncio.Lock()
        self._by_hand = False

    async def async_load(self) -> None:
        """Take up what Garmin told before the restart."""
        stored = await self._store.async_load()
        try:
            if stored is not None:
                sensors = self._reader.read(stored["sensors"])
                self._looked_at = datetime.fromisoformat(stored["looked_at"])
                self.data = {sensor.device_id: sensor for sensor in sensors}
        except LookupError, TypeError, ValueError:
            LOGGER.warning("What was stored of sensors cannot be read; Garmin is asked")

    @override
    async def async_update_by_hand(self) -> None:
        """Ask Garmin now; who asks while another waits shares the look."""
        looks = self._looks
        async with self._wish:
            if self._looks == looks:
                self._by_hand = True
                await self.async_refresh()

    @override
    async def _async_update_data(self) -> Mapping[str, DeviceStatus]:
        """Look if a day has passed, or somebody wants it."""
        by_hand, self._by_hand = self._by_hand, False
        self._looks += 1
        now = dt_util.utcnow()
        if not by_hand and self._looked_at is not None:
            due = min(self._looked_at, now) + UPDATE_INTERVAL
            if now < due:
                self.update_interval = due - now
                return self.data
        try:
            answer = await self._gate.async_read_apart(
                self._gate.client.sensors, by_hand=by_hand
            )
        except GarminError as err:
            self.update_interval = UPDATE_INTERVAL
            raise UpdateFailed(
                translation_domain=DOMAIN, translation_key="sensors_not_read"
            ) from err
        if answer is None:
            self.update_interval = RETRY
            return self.data
        self.update_interval = UPDATE_INTERVAL
        self._looked_at = now
        await self._store.async_save({"looked_at": now.isoformat(), "sensors": answer})
        return self.believe(self._reader.read(answer))


async def async_setup_sensors(hass: HomeAssistant, account: GarminAccount) -> None:
    """Follow the sensors of an account, or forget them if they are not wanted."""
    entry = account.entry
    if entry.options.get(CONF_SENSOR_BATTERIES):
        sensors = account.sensors = SensorCoordinator(hass, account)
        await sensors.async_load()
        # It waits its turn at the gate, which the set-up must not.
        entry.async_create_background_task(
            hass, sensors.async_refresh(), f"{DOMAIN} sensors {entry.entry_id}"
        )
        return
    await sensor_store(hass, entry.entry_id).async_remove()
    registry = dr.async_get(hass)
    for device in dr.async_entries_for_config_entry(registry, entry.entry_id):
        if (DOMAIN, str(entry.unique_id)) not in device.identifiers:
            registry.async_remove_device(device.id)
