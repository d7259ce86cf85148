"""How measurements are worded for a person to recognise them."""

from homeassistant.const import PERCENTAGE, UnitOfPressure
from homeassistant.core import HomeAssistant

from .model import BloodPressure, WeighIn
from .units import async_mass_text, async_time_text


def amount(hass: HomeAssistant, record: WeighIn | BloodPressure) -> str:
    """Return what was measured, in the unit that the sensors show it in."""
    if isinstance(record, BloodPressure):
        return f"{record.systolic}/{record.diastolic} {UnitOfPressure.MMHG}"
    return async_mass_text(hass, record.weight)


def line(hass: HomeAssistant, record: WeighIn | BloodPressure) -> str:
    """Return a measurement on one line: its time, its weight, its body fat."""
    words = [async_time_text(hass, record.measured_at), amount(hass, record)]
    if isinstance(record, WeighIn) and record.body_fat is not None:
        words.append(f"{record.body_fat:.1f} {PERCENTAGE}")
    return " · ".join(words)
