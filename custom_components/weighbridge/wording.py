"""How measurements are worded for a person to recognise them."""

from datetime import datetime

from homeassistant.const import PERCENTAGE, UnitOfMass, UnitOfPressure
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_conversion import MassConverter
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from .model import BloodPressure, WeighIn


def local_time(moment: datetime) -> str:
    """Return a time of the home, to the minute."""
    return f"{dt_util.as_local(moment):%Y-%m-%d %H:%M}"


def amount(hass: HomeAssistant, record: WeighIn | BloodPressure) -> str:
    """Return what was measured, in the unit that the sensors show it in."""
    if isinstance(record, BloodPressure):
        return f"{record.systolic}/{record.diastolic} {UnitOfPressure.MMHG}"
    if hass.config.units is US_CUSTOMARY_SYSTEM:
        pounds = MassConverter.convert(
            record.weight, UnitOfMass.KILOGRAMS, UnitOfMass.POUNDS
        )
        return f"{pounds:.1f} {UnitOfMass.POUNDS}"
    return f"{record.weight:.2f} {UnitOfMass.KILOGRAMS}"


def line(hass: HomeAssistant, record: WeighIn | BloodPressure) -> str:
    """Return a measurement on one line: its time, its weight, its body fat."""
    words = [local_time(record.measured_at), amount(hass, record)]
    if isinstance(record, WeighIn) and record.body_fat is not None:
        words.append(f"{record.body_fat:.1f} {PERCENTAGE}")
    return " · ".join(words)
