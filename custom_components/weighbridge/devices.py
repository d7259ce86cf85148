"""The devices of an account: listed by its vendor, known to Home Assistant, forgotten."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import override

from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.update_coordinator import DataUpdateCoordinator

from .const import DOMAIN
from .entry import WeighbridgeConfigEntry
from .model import DeviceStatus


class ListedDevices(DataUpdateCoordinator[Mapping[str, DeviceStatus]]):
    """Keeps the devices of an account, by the vendor's ids, up to date.

    One that is no longer listed stays as it was until a second look: vendors leave out
    what they cannot read just now.
    """

    config_entry: WeighbridgeConfigEntry
    _missing: frozenset[str] = frozenset()

    @property
    def is_valid(self) -> bool:
        """Tell whether what is known may be shown."""
        return self.last_update_success

    @abstractmethod
    async def async_update_by_hand(self) -> None:
        """Ask the vendor now, which is what `homeassistant.update_entity` wants."""

    def identifier(self, device_id: str) -> tuple[str, str]:
        """Return the identifier of a device; people who share one have it each."""
        return DOMAIN, f"{self.config_entry.unique_id}_{device_id}"

    def _knows(self, device: dr.DeviceEntry) -> bool:
        """Tell whether a device belongs to the account now, or is the account."""
        known = {self.identifier(each) for each in (*self.data, *self._missing)}
        known.add((DOMAIN, str(self.config_entry.unique_id)))
        return not known.isdisjoint(device.identifiers)

    def believe(self, devices: Iterable[DeviceStatus]) -> Mapping[str, DeviceStatus]:
        """Return what is to be believed after a look that the vendor has answered."""
        listed = {device.device_id: device for device in devices}
        missing = (self.data.keys() | self._registered()) - listed.keys()
        self._missing = frozenset(missing - self._missing)
        kept = {
            device_id: self.data[device_id]
            for device_id in self.data
            if device_id in self._missing
        }
        return {**kept, **listed}

    @callback
    @override
    def _async_refresh_finished(self) -> None:
        """Forget the devices that the account has no longer."""
        if not self.last_update_success:
            return
        registry = dr.async_get(self.hass)
        for device in self._devices():
            if not self._knows(device):
                registry.async_remove_device(device.id)

    def _devices(self) -> list[dr.DeviceEntry]:
        """Return the devices of the account that Home Assistant has."""
        return dr.async_entries_for_config_entry(
            dr.async_get(self.hass), self.config_entry.entry_id
        )

    def _registered(self) -> set[str]:
        """Return the vendor's ids of the devices that Home Assistant has."""
        prefix = f"{self.config_entry.unique_id}_"
        return {
            name.removeprefix(prefix)
            for device in self._devices()
            for domain, name in device.identifiers
            if domain == DOMAIN and name.startswith(prefix)
        }
