"""Weigh-ins from Withings and Fitbit, shown here and pushed to Garmin Connect once."""

from typing import TypeIs

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.const import Platform
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ConfigEntryError
from homeassistant.helpers import config_validation as cv, device_registry as dr
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.typing import ConfigType

from .battery import async_setup_battery_texts
from .blueprints import async_install_blueprints
from .const import CONF_PROVIDER, DOMAIN, Provider
from .entity import async_account_device
from .entry import WeighbridgeConfigEntry
from .feeds import async_remove_garmin, async_setup_garmin
from .frontend import async_setup_frontend
from .garmin import GarminConfigEntry
from .names import account_name
from .naming import async_keep_names
from .sending import async_setup_sending
from .services import async_setup_services
from .sources import (
    ScaleConfigEntry,
    async_clear_issues,
    async_remove_scale,
    async_remove_source,
    async_remove_webhook,
    async_setup_history,
    async_setup_scale,
    async_setup_source,
    async_setup_webhook,
)
from .store import NewerVersionError

CONFIG_SCHEMA = cv.config_entry_only_config_schema(DOMAIN)

SOURCE_PLATFORMS = (
    Platform.BINARY_SENSOR,
    Platform.EVENT,
    Platform.NUMBER,
    Platform.SENSOR,
)
SCALE_PLATFORMS = (Platform.EVENT, Platform.NUMBER, Platform.SENSOR)
GARMIN_PLATFORMS = (Platform.BINARY_SENSOR, Platform.BUTTON, Platform.SENSOR)


async def async_setup(hass: HomeAssistant, config: ConfigType) -> bool:
    """Set up what does not depend on any account."""
    async_setup_services(hass)
    async_keep_names(hass)
    async_setup_sending(hass)

    @callback
    def entry_changed(change: ConfigEntryChange, entry: ConfigEntry) -> None:
        """Withdraw what an entry that is disabled asks for."""
        if entry.domain == DOMAIN and entry.disabled_by:
            async_clear_issues(hass, entry)

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, entry_changed)
    await async_setup_battery_texts(hass)
    await async_setup_frontend(hass)
    return True


async def async_setup_entry(hass: HomeAssistant, entry: WeighbridgeConfigEntry) -> bool:
    """Set up an account, a source of weigh-ins or their destination."""
    await async_install_blueprints(hass)
    try:
        await _async_set_up(hass, entry)
    except NewerVersionError as err:
        raise ConfigEntryError(
            translation_domain=DOMAIN,
            translation_key="newer_version",
            translation_placeholders={"account": account_name(entry)},
        ) from err
    return True


async def _async_set_up(hass: HomeAssistant, entry: WeighbridgeConfigEntry) -> None:
    """Set up one of the three kinds of entries."""
    if _is_garmin(entry):
        await async_setup_garmin(hass, entry)
        _register_account(hass, entry)
        await hass.config_entries.async_forward_entry_setups(entry, GARMIN_PLATFORMS)
    elif _is_scale(entry):
        await async_setup_scale(hass, entry)
        _register_account(hass, entry)
        await hass.config_entries.async_forward_entry_setups(entry, SCALE_PLATFORMS)
        entry.runtime_data.scale.async_start()
        async_setup_history(hass, entry)
    else:
        await async_setup_source(hass, entry)
        _register_account(hass, entry)
        await hass.config_entries.async_forward_entry_setups(entry, SOURCE_PLATFORMS)
        for person in entry.runtime_data.persons.values():
            person.async_ready()
        async_setup_history(hass, entry)
        async_setup_webhook(hass, entry)


async def async_unload_entry(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry
) -> bool:
    """Unload an account."""
    if _is_scale(entry):
        # What was measured in the last seconds is told before nobody is there to hear.
        await entry.runtime_data.scale.async_close()
        return await hass.config_entries.async_unload_platforms(entry, SCALE_PLATFORMS)
    if not _is_garmin(entry):
        return await hass.config_entries.async_unload_platforms(entry, SOURCE_PLATFORMS)
    if not await hass.config_entries.async_unload_platforms(entry, GARMIN_PLATFORMS):
        return False
    await entry.runtime_data.gate.async_close()
    return True


async def async_remove_entry(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry
) -> None:
    """Remove what an account has left on disk."""
    if _is_garmin(entry):
        await async_remove_garmin(hass, entry)
    elif _is_scale(entry):
        await async_remove_scale(hass, entry)
    else:
        await async_remove_webhook(hass, entry)
        await async_remove_source(hass, entry)


@callback
def _register_account(hass: HomeAssistant, entry: WeighbridgeConfigEntry) -> None:
    """Have the device of an account there before those that refer to it."""
    dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, **async_account_device(hass, entry)
    )


def _is_garmin(entry: WeighbridgeConfigEntry) -> TypeIs[GarminConfigEntry]:
    """Tell a destination from a source."""
    return bool(entry.data[CONF_PROVIDER] == Provider.GARMIN)


def _is_scale(entry: WeighbridgeConfigEntry) -> TypeIs[ScaleConfigEntry]:
    """Tell a scale of Home Assistant from an account at a vendor."""
    return bool(entry.data[CONF_PROVIDER] == Provider.SCALE)
