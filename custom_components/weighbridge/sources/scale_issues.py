"""Repair issues of scales: sensors that are gone, unreadable, or ahead of time."""

from collections.abc import Collection

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir
from homeassistant.helpers.translation import async_get_cached_translations

from ..const import DOMAIN
from ..entry import WeighbridgeConfigEntry
from .scale import MEASURED_AT

MISSING = "scale_sensors_missing"
UNREADABLE = "scale_sensors_unreadable"
AHEAD = "scale_clock_ahead"


@callback
def async_update_sensors(
    hass: HomeAssistant,
    entry: WeighbridgeConfigEntry,
    *,
    missing: Collection[str],
    unreadable: Collection[str],
    is_ahead: bool,
) -> None:
    """Tell which sensors of a scale are gone, by quantity, and which are unreadable.

    And whether its clock is ahead: what it measures then is left out.
    """
    language = hass.config.language
    names = async_get_cached_translations(hass, language, "entity", DOMAIN)
    words = async_get_cached_translations(hass, language, "config", DOMAIN)

    def name(quantity: str) -> str:
        if quantity == MEASURED_AT:
            key = f"component.{DOMAIN}.config.step.scale.data.{quantity}"
            return words.get(key, quantity)
        key = f"component.{DOMAIN}.entity.sensor.{quantity}.name"
        return names.get(key, quantity)

    _async_update(hass, entry, MISSING, [name(quantity) for quantity in missing])
    _async_update(hass, entry, UNREADABLE, unreadable)
    _async_update(hass, entry, AHEAD, [name(MEASURED_AT)] if is_ahead else ())


@callback
def async_clear_scale(hass: HomeAssistant, entry: WeighbridgeConfigEntry) -> None:
    """Withdraw the issues of a scale that is being removed."""
    _async_update(hass, entry, MISSING, ())
    _async_update(hass, entry, UNREADABLE, ())
    _async_update(hass, entry, AHEAD, ())


@callback
def _async_update(
    hass: HomeAssistant,
    entry: WeighbridgeConfigEntry,
    key: str,
    sensors: Collection[str],
) -> None:
    issue_id = f"{entry.entry_id}_{key}"
    if not sensors:
        ir.async_delete_issue(hass, DOMAIN, issue_id)
        return
    ir.async_create_issue(
        hass,
        DOMAIN,
        issue_id,
        is_fixable=False,
        severity=ir.IssueSeverity.WARNING,
        translation_key=key,
        translation_placeholders={
            "account": entry.title,
            "sensors": ", ".join(sorted(sensors)),
        },
    )
