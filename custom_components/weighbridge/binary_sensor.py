"""Binary sensors: whether the battery of a scale, tracker or strap is low."""

from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_LOW_BATTERY_THRESHOLD, DEFAULT_LOW_BATTERY_THRESHOLD
from .devices import ListedDevices
from .entity import DeviceEntity, async_add_device_entities
from .entry import WeighbridgeConfigEntry
from .garmin import GarminAccount
from .model import BatteryLevel
from .sources import SourceRuntime

PARALLEL_UPDATES = 0

BATTERY_LOW = BinarySensorEntityDescription(
    key="battery_low",
    translation_key="battery_low",
    device_class=BinarySensorDeviceClass.BATTERY,
)
LOW_LEVELS = (BatteryLevel.EMPTY, BatteryLevel.LOW)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: WeighbridgeConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a binary sensor for each scale, tracker and strap of an account."""
    runtime: SourceRuntime | GarminAccount = entry.runtime_data
    devices = runtime.sensors if isinstance(runtime, GarminAccount) else runtime.devices
    if devices is not None:
        async_add_device_entities(
            devices,
            async_add_entities,
            BatteryLowSensor,
            lambda _device: (BATTERY_LOW,),
        )


class BatteryLowSensor(DeviceEntity, BinarySensorEntity):
    """On while a battery is low: by its percentage, else by the vendor's word.

    Some words are trusted beside a percentage, too.
    """

    def __init__(
        self,
        coordinator: ListedDevices,
        device_id: str,
        description: BinarySensorEntityDescription,
    ) -> None:
        """Stay in the background beside a percentage: one battery each is on view."""
        super().__init__(coordinator, device_id, description)
        self._attr_entity_registry_visible_default = self.device.battery is None

    @property
    @override
    def is_on(self) -> bool | None:
        """Tell whether the battery is low, None if the vendor tells nothing of it."""
        device = self.device
        by_word = (
            None if device.battery_level is None else device.battery_level in LOW_LEVELS
        )
        if device.battery is not None and not (device.trusts_word and by_word):
            threshold: int = self.coordinator.config_entry.options.get(
                CONF_LOW_BATTERY_THRESHOLD, DEFAULT_LOW_BATTERY_THRESHOLD
            )
            return device.battery <= threshold
        return by_word
