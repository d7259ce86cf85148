"""What is set beside the name of a person: limits, height, when a battery is low."""

from collections.abc import Mapping
from typing import Any, Final

import probatio

from homeassistant.const import PERCENTAGE, UnitOfLength, UnitOfMass
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
from homeassistant.helpers.typing import VolDictType
from homeassistant.util.unit_conversion import DistanceConverter, MassConverter

from ..const import (
    CONF_HEIGHT,
    CONF_LOW_BATTERY_THRESHOLD,
    CONF_MAX_WEIGHT,
    CONF_MIN_WEIGHT,
    DEFAULT_LOW_BATTERY_THRESHOLD,
)
from ..units import async_height_unit, async_mass_unit

# In kilograms and in metres: from a newborn's to more than any scale carries.
_WEIGHTS: Final = (1, 650)
_HEIGHTS: Final = (0.5, 2.5)

LOW_BATTERY: Final[VolDictType] = {
    probatio.Required(
        CONF_LOW_BATTERY_THRESHOLD, default=DEFAULT_LOW_BATTERY_THRESHOLD
    ): probatio.All(
        NumberSelector(
            NumberSelectorConfig(min=5, max=95, step=1, unit_of_measurement=PERCENTAGE)
        ),
        probatio.Coerce(int),
    )
}


@callback
def async_person_fields(hass: HomeAssistant) -> VolDictType:
    """Return the fields of the limits and the height of a person, in local units."""
    mass, height = async_mass_unit(hass), async_height_unit(hass)
    weight = _number(
        mass,
        *(MassConverter.convert(kg, UnitOfMass.KILOGRAMS, mass) for kg in _WEIGHTS),
    )
    return {
        probatio.Optional(CONF_MIN_WEIGHT): weight,
        probatio.Optional(CONF_MAX_WEIGHT): weight,
        probatio.Optional(CONF_HEIGHT): _number(
            height,
            *(
                DistanceConverter.convert(m, UnitOfLength.METERS, height)
                for m in _HEIGHTS
            ),
        ),
    }


def find_limit_errors(user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the limits, by field."""
    if (
        CONF_MIN_WEIGHT in user_input
        and CONF_MAX_WEIGHT in user_input
        and user_input[CONF_MIN_WEIGHT] >= user_input[CONF_MAX_WEIGHT]
    ):
        return {CONF_MAX_WEIGHT: "weights_reversed"}
    return {}


@callback
def async_as_stored(
    hass: HomeAssistant, user_input: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the settings in what was entered, in kg and metres."""
    mass, height = async_mass_unit(hass), async_height_unit(hass)
    stored: dict[str, Any] = {
        key: MassConverter.convert(user_input[key], mass, UnitOfMass.KILOGRAMS)
        for key in (CONF_MIN_WEIGHT, CONF_MAX_WEIGHT)
        if key in user_input
    }
    if CONF_HEIGHT in user_input:
        stored[CONF_HEIGHT] = round(
            DistanceConverter.convert(
                user_input[CONF_HEIGHT], height, UnitOfLength.METERS
            ),
            4,
        )
    if CONF_LOW_BATTERY_THRESHOLD in user_input:
        stored[CONF_LOW_BATTERY_THRESHOLD] = user_input[CONF_LOW_BATTERY_THRESHOLD]
    return stored


@callback
def async_as_entered(hass: HomeAssistant, stored: Mapping[str, Any]) -> dict[str, Any]:
    """Return stored settings as a form shows them."""
    mass, height = async_mass_unit(hass), async_height_unit(hass)
    entered: dict[str, Any] = {
        key: round(MassConverter.convert(stored[key], UnitOfMass.KILOGRAMS, mass), 1)
        for key in (CONF_MIN_WEIGHT, CONF_MAX_WEIGHT)
        if key in stored
    }
    if CONF_HEIGHT in stored:
        entered[CONF_HEIGHT] = round(
            DistanceConverter.convert(stored[CONF_HEIGHT], UnitOfLength.METERS, height),
            1,
        )
    if CONF_LOW_BATTERY_THRESHOLD in stored:
        entered[CONF_LOW_BATTERY_THRESHOLD] = stored[CONF_LOW_BATTERY_THRESHOLD]
    return entered


def _number(unit: str, lowest: float, highest: float) -> NumberSelector:
    """Return a box for a number in a unit."""
    return NumberSelector(
        NumberSelectorConfig(
            min=round(lowest),
            max=round(highest),
            step=0.1,
            mode=NumberSelectorMode.BOX,
            unit_of_measurement=unit,
        )
    )
