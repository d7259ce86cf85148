"""The limits that a link sets, as a form asks for them."""

from collections.abc import Mapping
from typing import Any, Final

import probatio

from homeassistant.const import UnitOfLength, UnitOfMass
from homeassistant.helpers.selector import (
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
)
from homeassistant.helpers.typing import VolDictType

from ..const import CONF_HEIGHT, CONF_MAX_WEIGHT, CONF_MIN_WEIGHT

_WEIGHT = NumberSelector(
    NumberSelectorConfig(
        min=1,
        max=650,
        step=0.1,
        mode=NumberSelectorMode.BOX,
        unit_of_measurement=UnitOfMass.KILOGRAMS,
    )
)
LIMITS: Final[VolDictType] = {
    probatio.Optional(CONF_MIN_WEIGHT): _WEIGHT,
    probatio.Optional(CONF_MAX_WEIGHT): _WEIGHT,
    probatio.Optional(CONF_HEIGHT): NumberSelector(
        NumberSelectorConfig(
            min=0.5,
            max=2.5,
            step=0.01,
            mode=NumberSelectorMode.BOX,
            unit_of_measurement=UnitOfLength.METERS,
        )
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


def limits(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the limits that are set."""
    kept = (CONF_MIN_WEIGHT, CONF_MAX_WEIGHT, CONF_HEIGHT)
    return {key: data[key] for key in kept if key in data}
