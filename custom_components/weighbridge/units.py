"""The units in which people read and enter masses and heights."""

from homeassistant.const import UnitOfLength, UnitOfMass
from homeassistant.core import HomeAssistant, callback
from homeassistant.util.unit_conversion import MassConverter
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM


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
def async_mass_text(hass: HomeAssistant, mass: float) -> str:
    """Return a mass (kg) as it is read here: as exactly as its sensor shows it."""
    unit = async_mass_unit(hass)
    shown = MassConverter.convert(mass, UnitOfMass.KILOGRAMS, unit)
    return f"{shown:.{1 if unit is UnitOfMass.POUNDS else 2}f} {unit}"
