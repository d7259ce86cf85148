"""Binary sensors: whether the battery of a scale or tracker is low."""

from typing import override

from homeassistant.components.binary_sensor import (
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.components.binary_sensor.const import BinarySensorDeviceClass
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import CONF_LOW_BATTERY_THRESHOLD, DEFAULT_LOW_BATTERY_THRESHOLD
from .device_entity import DeviceEntity, async_add_device_entities
from .model import BatteryLevel
from .sources import SourceConfigEntry

PARALLEL_UPDATES = 0

BATTERY_LOW = BinarySensorEntityDescription(
    key="battery_low", device_class=BinarySensorDeviceClass.BATTERY
)
LOW_LEVELS = (BatteryLevel.EMPTY, BatteryLevel.LOW)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SourceConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a binary sensor for each scale and tracker of an account."""
    async_add_device_entities(
        entry.runtime_data.devices,
        async_add_entities,
        BatteryLowSensor,
        lambda _device: (BATTERY_LOW,),
    )


class BatteryLowSensor(DeviceEntity, BinarySensorEntity):
    """On while a battery is low: by its percentage, else by the vendor's word."""

    @property
    @override
    def is_on(self) -> bool | None:
        """Tell whether the battery is low, None if the vendor tells nothing of it."""
        device = self.device
        if device.battery is not None:
            threshold: int = self.coordinator.config_entry.options.get(
                CONF_LOW_BATTERY_THRESHOLD, DEFAULT_LOW_BATTERY_THRESHOLD
            )
            return device.battery <= threshold
        if device.battery_level is not None:
            return device.battery_level in LOW_LEVELS
        return None
