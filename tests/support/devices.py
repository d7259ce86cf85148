"""What tests of the devices of sources share."""

from datetime import UTC, datetime

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

SYNCED = datetime(2026, 11, 19, 6, 30, 12, tzinfo=UTC)
GETDEVICE = "action=getdevice"
PAIRED = "/pairedDevices"


def device_of(
    hass: HomeAssistant, entry: MockConfigEntry, device_id: str
) -> dr.DeviceEntry | None:
    """Return a device of an account as Home Assistant knows it."""
    return dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, f"{entry.unique_id}_{device_id}"), entry.entry_id
    )


def names(hass: HomeAssistant, entry: MockConfigEntry) -> set[str | None]:
    """Return the names of all devices of an account, and of the account."""
    return {
        device.name
        for device in dr.async_entries_for_config_entry(
            dr.async_get(hass), entry.entry_id
        )
    }


def keys(hass: HomeAssistant, entry: MockConfigEntry, device_id: str) -> set[str]:
    """Return the translation keys of a device's entities."""
    device = device_of(hass, entry, device_id)
    assert device is not None
    return {
        str(entity.translation_key)
        for entity in er.async_entries_for_device(er.async_get(hass), device.id)
    }
