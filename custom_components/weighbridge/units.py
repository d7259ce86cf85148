"""The units in which people read and enter masses and heights, and how they read times."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

from homeassistant.const import UnitOfLength, UnitOfMass
from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import MassConverter
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

# How a day is written, by language; English is told apart by country below.
_DATES: Final[Mapping[str, str]] = {
    "de": "%d.%m.%Y",
    "es": "%d/%m/%Y",
    "fr": "%d/%m/%Y",
    "it": "%d/%m/%Y",
    "nl": "%d-%m-%Y",
    "pl": "%d.%m.%Y",
    "sv": "%Y-%m-%d",
}


@callback
def async_mass_unit(hass: HomeAssistant) -> UnitOfMass:
    """Return pounds where Home Assistant is set to them, else kilograms."""
    if hass.config.units is US_CUSTOMARY_SYSTEM:
        return UnitOfMass.POUNDS
    return UnitOfMass.KILOGRAMS


@callback
def async_height_unit(hass: HomeAssistant) -> UnitOfLength:
    """Return inches where Home Assistant is set to them, else centimetres."""
    if hass.config.units is US_CUSTOMARY_SYSTEM:
        return UnitOfLength.INCHES
    return UnitOfLength.CENTIMETERS


@callback
def async_mass_text(hass: HomeAssistant, mass: float, unit: str | None = None) -> str:
    """Return a mass (kg) as people say it, in a unit or theirs, and their language."""
    unit = unit or async_mass_unit(hass)
    shown = f"{MassConverter.convert(mass, UnitOfMass.KILOGRAMS, unit):.1f}"
    if not hass.config.language.startswith("en"):
        shown = shown.replace(".", ",")
    return f"{shown} {unit}"


@callback
def async_time_text(hass: HomeAssistant, when: datetime) -> str:
    """Return a moment as the language of Home Assistant writes it, in its time zone."""
    local = dt_util.as_local(when)
    language = hass.config.language.partition("-")[0]
    if pattern := _DATES.get(language):
        return f"{local:{pattern}}, {local:%H:%M}"
    if hass.config.country == "US":
        return f"{local:%b} {local.day}, {local.year}, {local:%I:%M %p}"
    return f"{local.day} {local:%b %Y}, {local:%H:%M}"
