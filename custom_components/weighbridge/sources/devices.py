"""The scales and trackers of an account: polled, known to Home Assistant, forgotten."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from ..const import DOMAIN
from ..model import DeviceStatus
from .poll import PollCoordinator
from .session import SourceSession

UPDATE_INTERVAL = timedelta(hours=1)


class DeviceCoordinator(PollCoordinator[Mapping[str, DeviceStatus]]):
    """Keeps the devices of an account, by the vendor's ids, up to date."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], session: SourceSession
    ) -> None:
        """Know of no device before the first poll."""
        super().__init__(
            hass,
            entry,
            session,
            name=f"{DOMAIN} {entry.title} devices",
            interval=UPDATE_INTERVAL,
        )
        self.data = {}

    def identifier(self, device_id: str) -> tuple[str, str]:
        """Return the identifier of a device; people who share one have it each."""
        return DOMAIN, f"{self.config_entry.unique_id}_{device_id}"

    def knows(self, device: dr.DeviceEntry) -> bool:
        """Tell whether a device belongs to the account now, or is the account."""
        known = {self.identifier(device_id) for device_id in self.data}
        known.add((DOMAIN, str(self.config_entry.unique_id)))
        return not known.isdisjoint(device.identifiers)

    @override
    async def _async_poll(self) -> Mapping[str, DeviceStatus]:
        """Read what the vendor lists."""
        devices = await self.session.async_read(
            lambda client: client.async_get_devices()
        )
        return {device.device_id: device for device in devices}

    @callback
    @override
    def _async_refresh_finished(self) -> None:
        """Forget the devices that the account has no longer."""
        if not self.last_update_success:
            return
        registry = dr.async_get(self.hass)
        for device in dr.async_entries_for_config_entry(
            registry, self.config_entry.entry_id
        ):
            if not self.knows(device):
                registry.async_remove_device(device.id)
