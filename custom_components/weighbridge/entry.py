"""A config entry of Weighbridge: an account at a vendor, or a scale of Home Assistant."""

from typing import Any

from homeassistant.config_entries import ConfigEntry

from .const import CONF_PROVIDER, Provider

# Whichever kind it is; the wings have an alias for each kind with what that holds.
type WeighbridgeConfigEntry = ConfigEntry[Any]


def provider_of(entry: WeighbridgeConfigEntry) -> Provider:
    """Return the vendor of an account."""
    return Provider(entry.data[CONF_PROVIDER])
