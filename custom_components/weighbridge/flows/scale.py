"""The sensors of a scale that Home Assistant has: offered, checked and kept."""

from collections.abc import Mapping
from typing import Any, Final, override

import probatio

from homeassistant.components.input_datetime import DOMAIN as INPUT_DATETIME_DOMAIN
from homeassistant.components.input_number import DOMAIN as INPUT_NUMBER_DOMAIN
from homeassistant.components.input_text import DOMAIN as INPUT_TEXT_DOMAIN
from homeassistant.components.number import DOMAIN as NUMBER_DOMAIN
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN, SensorDeviceClass
from homeassistant.const import CONF_NAME, PERCENTAGE, UnitOfEnergy, UnitOfMass
from homeassistant.core import HomeAssistant, callback
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
    read,
    read_time,
)

CONF_COMPOSITION: Final = "composition"

# Some people enter their weight by hand.
_DOMAINS: Final = [SENSOR_DOMAIN, NUMBER_DOMAIN, INPUT_NUMBER_DOMAIN]
# What these show may have its unit in the value alone.
_TEXTS: Final = ("mqtt", "template", "rest", "command_line")

_UNITS: Final = {
    Dimension.MASS: [unit.value for unit in UnitOfMass],
    Dimension.SHARE: [PERCENTAGE],
    Dimension.ENERGY: [
        UnitOfEnergy.KILO_CALORIE.value,
        f"{UnitOfEnergy.KILO_CALORIE}/d",
        f"{UnitOfEnergy.KILO_CALORIE}/day",
        UnitOfEnergy.KILO_JOULE.value,
        UnitOfEnergy.MEGA_JOULE.value,
    ],
}


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

    def select(
        filters: list[EntityWithDeviceFilterSelectorConfig],
    ) -> EntitySelector:
        return _AnyEntitySelector(
            EntitySelectorConfig(filter=filters, exclude_entities=own)
        )

    parts: dict[Any, Any] = {
        probatio.Optional(quantity): select(_filter(dimensions))
        for quantity, dimensions in QUANTITIES.items()
        if quantity != WEIGHT
    }
    times = [
        EntityWithDeviceFilterSelectorConfig(
            domain=SENSOR_DOMAIN, device_class=SensorDeviceClass.TIMESTAMP.value
        ),
        EntityWithDeviceFilterSelectorConfig(domain=INPUT_DATETIME_DOMAIN),
    ]
    return probatio.Schema(
        {
            probatio.Required(CONF_NAME): TextSelector(),
            probatio.Required(WEIGHT): select(_filter(QUANTITIES[WEIGHT])),
            probatio.Optional(CONF_COMPOSITION, default=dict): section(
                probatio.Schema(parts), {"collapsed": False}
            ),
            probatio.Optional(MEASURED_AT): select(times),
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
    if state is None:
        return None
    if quantity == MEASURED_AT:
        known = state.state not in ("unknown", "unavailable")
        return "no_time" if known and read_time(state) is None else None
    try:
        read(quantity, state)
    except UnitError:
        return "unknown_unit"
    except NumberError:
        return "no_number"
    return None


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


def _filter(
    dimensions: tuple[Dimension, ...],
) -> list[EntityWithDeviceFilterSelectorConfig]:
    """Return which entities can measure a quantity."""
    if Dimension.NUMBER in dimensions:
        return [EntityWithDeviceFilterSelectorConfig(domain=_DOMAINS)]
    units = [unit for dimension in dimensions for unit in _UNITS[dimension]]
    filters = [
        EntityWithDeviceFilterSelectorConfig(
            domain=_DOMAINS, unit_of_measurement=units
        ),
        EntityWithDeviceFilterSelectorConfig(domain=INPUT_TEXT_DOMAIN),
        *(
            EntityWithDeviceFilterSelectorConfig(
                domain=SENSOR_DOMAIN, integration=integration
            )
            for integration in _TEXTS
        ),
    ]
    if dimensions == (Dimension.MASS,):
        filters.append(
            EntityWithDeviceFilterSelectorConfig(
                domain=_DOMAINS, device_class=SensorDeviceClass.WEIGHT.value
            )
        )
    return filters
