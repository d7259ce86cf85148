"""The sensors of a scale that Home Assistant has: offered, checked and kept."""

from collections.abc import Mapping
from typing import Any, Final, override

import probatio

from homeassistant.components.input_datetime import DOMAIN as INPUT_DATETIME_DOMAIN
from homeassistant.components.input_number import DOMAIN as INPUT_NUMBER_DOMAIN
from homeassistant.components.input_text import DOMAIN as INPUT_TEXT_DOMAIN
from homeassistant.components.number import DOMAIN as NUMBER_DOMAIN
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN, SensorDeviceClass
from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    CONF_NAME,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant, State, callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    TextSelector,
)

from ..const import CONF_PROVIDER, DOMAIN, Provider
from ..entry import WeighbridgeConfigEntry
from ..sources.scale import (
    MEASURED_AT,
    QUANTITIES,
    WEIGHT,
    Dimension,
    NumberError,
    UnitError,
    check,
    number,
    read_time,
)

CONF_COMPOSITION: Final = "composition"

# Some people enter their weight by hand.
_DOMAINS: Final = [SENSOR_DOMAIN, NUMBER_DOMAIN, INPUT_NUMBER_DOMAIN]
# These may show a weight with its unit, as text.
_WRITTEN: Final = [*_DOMAINS, INPUT_TEXT_DOMAIN]


class _AnyEntitySelector(EntitySelector):
    """Offers few entities, and leaves it to the form to say why another one is wrong."""

    @override
    def __call__(self, data: Any) -> Any:
        """Take any entity."""
        return EntitySelector(EntitySelectorConfig())(data)


@callback
def schema(hass: HomeAssistant) -> probatio.Schema:
    """Return a form that offers what can measure each quantity."""
    own = [
        entry.entity_id
        for entry in er.async_get(hass).entities.values()
        if entry.platform == DOMAIN
    ]

    def select(quantity: str) -> EntitySelector:
        if Dimension.NUMBER in QUANTITIES[quantity]:
            return _AnyEntitySelector(
                EntitySelectorConfig(
                    filter=EntityWithDeviceFilterSelectorConfig(domain=_DOMAINS),
                    exclude_entities=own,
                )
            )
        # No filter of a selector can tell a text with a unit from one without.
        fitting = [
            state.entity_id
            for state in hass.states.async_all(_WRITTEN)
            if state.entity_id not in own and _can_measure(quantity, state)
        ]
        return _AnyEntitySelector(EntitySelectorConfig(include_entities=fitting))

    parts: dict[Any, Any] = {
        probatio.Optional(quantity): select(quantity)
        for quantity in QUANTITIES
        if quantity != WEIGHT
    }
    times = _AnyEntitySelector(
        EntitySelectorConfig(
            filter=[
                EntityWithDeviceFilterSelectorConfig(
                    domain=SENSOR_DOMAIN, device_class=SensorDeviceClass.TIMESTAMP.value
                ),
                EntityWithDeviceFilterSelectorConfig(domain=INPUT_DATETIME_DOMAIN),
            ],
            exclude_entities=own,
        )
    )
    return probatio.Schema(
        {
            probatio.Required(CONF_NAME): TextSelector(),
            probatio.Required(WEIGHT): select(WEIGHT),
            probatio.Optional(CONF_COMPOSITION, default=dict): section(
                probatio.Schema(parts), {"collapsed": False}
            ),
            probatio.Optional(MEASURED_AT): times,
        }
    )


@callback
def find_errors(hass: HomeAssistant, user_input: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with the form, by field; a section has one for all."""
    entered = _flat(user_input)
    errors: dict[str, str] = {}
    if not entered[CONF_NAME].strip():
        errors[CONF_NAME] = "name_missing"
    chosen: set[str] = set()
    for quantity in (*QUANTITIES, MEASURED_AT):
        if quantity not in entered:
            continue
        field = quantity if quantity in (WEIGHT, MEASURED_AT) else CONF_COMPOSITION
        error = _find_error(hass, quantity, entered[quantity], chosen)
        if error is not None and field not in errors:
            errors[field] = error
    return errors


def _find_error(
    hass: HomeAssistant, quantity: str, sensor: str, chosen: set[str]
) -> str | None:
    """Return what is wrong with the sensor of a quantity."""
    registry = er.async_get(hass)
    entity_id = er.async_resolve_entity_id(registry, sensor)
    if entity_id is None:
        return "sensor_removed"
    entry = registry.async_get(entity_id)
    state = hass.states.get(entity_id)
    if entry is None and state is None:
        return "sensor_removed"
    if entity_id in chosen:
        return "sensor_chosen_twice"
    chosen.add(entity_id)
    if entry is not None and entry.platform == DOMAIN:
        return "own_sensor"
    return None if state is None else _find_unfit(quantity, state)


def _find_unfit(quantity: str, state: State) -> str | None:
    """Return why a quantity cannot be read from what a sensor shows."""
    if quantity == MEASURED_AT:
        known = state.state not in (STATE_UNKNOWN, STATE_UNAVAILABLE)
        return "no_time" if known and read_time(state) is None else None
    try:
        check(quantity, state)
    except UnitError:
        return "unknown_unit"
    except NumberError:
        return "no_number"
    return None


def _can_measure(quantity: str, state: State) -> bool:
    """Tell whether a sensor is worth offering: words without a unit are not."""
    has_unit = ATTR_UNIT_OF_MEASUREMENT in state.attributes
    is_silent = state.state in (STATE_UNKNOWN, STATE_UNAVAILABLE, "")
    is_word = not has_unit and not is_silent and number(state) is None
    return not is_word and _find_unfit(quantity, state) is None


@callback
def async_as_data(hass: HomeAssistant, user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an entry keeps: sensors by what no renaming changes."""
    entered = _flat(user_input)
    registry = er.async_get(hass)
    sensors: dict[str, str] = {}
    for quantity in (*QUANTITIES, MEASURED_AT):
        if quantity in entered:
            entry = registry.async_get(entered[quantity])
            sensors[quantity] = entered[quantity] if entry is None else entry.id
    return {CONF_PROVIDER: Provider.SCALE.value, **sensors}


@callback
def async_as_input(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry
) -> dict[str, Any]:
    """Return a scale as it was entered, without the sensors that are gone."""
    registry = er.async_get(hass)
    sensors = {
        quantity: entity_id
        for quantity in (*QUANTITIES, MEASURED_AT)
        if quantity in entry.data
        and (entity_id := er.async_resolve_entity_id(registry, entry.data[quantity]))
    }
    outside = {CONF_NAME: entry.title} | {
        quantity: sensors.pop(quantity)
        for quantity in (WEIGHT, MEASURED_AT)
        if quantity in sensors
    }
    return {**outside, CONF_COMPOSITION: sensors}


@callback
def suggest(hass: HomeAssistant) -> dict[str, Any]:
    """Return the only scale that Home Assistant has, if there is one alone."""
    weights = [
        entry
        for entry in er.async_get(hass).entities.values()
        if entry.platform != DOMAIN
        and SensorDeviceClass.WEIGHT
        in (entry.device_class, entry.original_device_class)
        and not entry.disabled
    ]
    if len(weights) != 1 or weights[0].device_id is None:
        return {}
    device = dr.async_get(hass).async_get(weights[0].device_id)
    name = None if device is None else device.name_by_user or device.name
    return {WEIGHT: weights[0].entity_id} | ({CONF_NAME: name} if name else {})


def _flat(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was entered without the section around a part of it."""
    return {**user_input, **user_input.get(CONF_COMPOSITION, {})}
