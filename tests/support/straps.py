"""What tests of the batteries of Garmin's sensors share."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from ..clouds import Clouds
from .common import state_of

SENSORS = "/device-service/sensors"
STRAP = 33554456


async def pass_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, **delta: float
) -> None:
    """Let time pass, and what is polled come to its end."""
    freezer.tick(timedelta(**delta))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


def looks(clouds: Clouds) -> int:
    """Return how often Garmin was asked for sensors since the log was cleared."""
    return clouds.log.count("garmin", path=SENSORS)


def names(hass: HomeAssistant, entry: MockConfigEntry) -> set[str | None]:
    """Return the names of an account's devices, but for its own."""
    return {
        device.name
        for device in dr.async_entries_for_config_entry(
            dr.async_get(hass), entry.entry_id
        )
        if device.entry_type is None
    }


def low(hass: HomeAssistant, entry: MockConfigEntry, serial: int = STRAP) -> str:
    """Return whether a battery is low."""
    return state_of(hass, entry, f"{serial}_battery_low", "binary_sensor").state
