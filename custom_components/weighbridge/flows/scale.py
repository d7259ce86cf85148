"""Adding a scale that Home Assistant has sensors of."""

from collections.abc import Mapping
from typing import Any, Final, override

import probatio

from homeassistant.components.input_datetime import DOMAIN as INPUT_DATETIME_DOMAIN
from homeassistant.components.input_number import DOMAIN as INPUT_NUMBER_DOMAIN
from homeassistant.components.input_text import DOMAIN as INPUT_TEXT_DOMAIN
from homeassistant.components.number import DOMAIN as NUMBER_DOMAIN
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN, SensorDeviceClass
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryData,
)
from homeassistant.const import CONF_NAME, PERCENTAGE, UnitOfEnergy, UnitOfMass
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
    TextSelector,
)

from ..const import CONF_PROVIDER, DOMAIN, SUBENTRY_PERSON, Provider
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
from .person import PersonForm
from .settings import async_as_stored

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


class ScaleFlow(PersonForm, ConfigFlow):
    """Choose the sensors of a scale, and name the first person who stands on it."""

    _scale: Mapping[str, Any]

    async def async_step_scale(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the sensors."""
        errors: dict[str, str] = {}
        if user_input is not None:
            entered = {**user_input, **user_input.get(CONF_COMPOSITION, {})}
            errors = self._find_errors(entered)
            if not errors:
                return await self._async_take(entered)
        elif self.source == SOURCE_RECONFIGURE:
            user_input = self._as_entered()
        else:
            user_input = self._suggest()
        return self.async_show_form(
            step_id="scale",
            data_schema=self.add_suggested_values_to_schema(
                self._sensors_schema(), user_input
            ),
            errors=errors,
        )

    async def async_step_person(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the first person; more can be added to the scale."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._find_person_errors(user_input, taken=set())
            if not errors:
                self._abort_if_unique_id_configured()
                return self.async_create_entry(
                    title=self._scale[CONF_NAME].strip(),
                    data=self._data(self._scale),
                    subentries=[
                        ConfigSubentryData(
                            subentry_type=SUBENTRY_PERSON,
                            title=user_input[CONF_NAME].strip(),
                            data=async_as_stored(self.hass, user_input),
                            unique_id=None,
                        )
                    ],
                    description=Provider.SCALE.value,
                )
        return self.async_show_form(
            step_id="person",
            data_schema=self.add_suggested_values_to_schema(
                self._person_schema(), user_input
            ),
            errors=errors,
            description_placeholders={"scale": self._scale[CONF_NAME]},
        )

    async def _async_take(self, entered: Mapping[str, Any]) -> ConfigFlowResult:
        """Go on with the first person, or change the scale."""
        data = self._data(entered)
        existing = await self.async_set_unique_id(f"scale_{data[WEIGHT]}")
        if self.source == SOURCE_RECONFIGURE:
            entry = self._get_reconfigure_entry()
            if existing is not None and existing is not entry:
                return self.async_abort(reason="scale_configured")
            return self.async_update_reload_and_abort(
                entry,
                unique_id=self.unique_id,
                title=entered[CONF_NAME].strip(),
                data=data,
            )
        if existing is not None:
            return self.async_abort(reason="scale_configured")
        self._scale = entered
        return await self.async_step_person()

    @callback
    def _sensors_schema(self) -> probatio.Schema:
        """Return a form that offers what can measure each quantity."""
        own = [
            entry.entity_id
            for entry in er.async_get(self.hass).entities.values()
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

    def _find_errors(self, entered: Mapping[str, Any]) -> dict[str, str]:
        """Return what is wrong with the form, by field; a section has one for all."""
        errors: dict[str, str] = {}
        if not entered[CONF_NAME].strip():
            errors[CONF_NAME] = "name_missing"
        chosen: set[str] = set()
        for quantity in (*QUANTITIES, MEASURED_AT):
            if quantity not in entered:
                continue
            field = quantity if quantity in (WEIGHT, MEASURED_AT) else CONF_COMPOSITION
            error = self._find_error(quantity, entered[quantity], chosen)
            if error is not None and field not in errors:
                errors[field] = error
        return errors

    def _find_error(self, quantity: str, sensor: str, chosen: set[str]) -> str | None:
        """Return what is wrong with the sensor of a quantity."""
        registry = er.async_get(self.hass)
        entity_id = er.async_resolve_entity_id(registry, sensor)
        if entity_id is None:
            return "sensor_removed"
        entry = registry.async_get(entity_id)
        state = self.hass.states.get(entity_id)
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

    def _data(self, entered: Mapping[str, Any]) -> dict[str, Any]:
        """Return what an entry keeps: sensors by what no renaming changes."""
        registry = er.async_get(self.hass)
        sensors: dict[str, str] = {}
        for quantity in (*QUANTITIES, MEASURED_AT):
            if quantity in entered:
                entry = registry.async_get(entered[quantity])
                sensors[quantity] = entered[quantity] if entry is None else entry.id
        return {CONF_PROVIDER: Provider.SCALE.value, **sensors}

    def _as_entered(self) -> dict[str, Any]:
        """Return the scale as it was entered, without the sensors that are gone."""
        entry = self._get_reconfigure_entry()
        registry = er.async_get(self.hass)
        sensors = {
            quantity: entity_id
            for quantity in (*QUANTITIES, MEASURED_AT)
            if quantity in entry.data
            and (
                entity_id := er.async_resolve_entity_id(registry, entry.data[quantity])
            )
        }
        outside = {CONF_NAME: entry.title} | {
            quantity: sensors.pop(quantity)
            for quantity in (WEIGHT, MEASURED_AT)
            if quantity in sensors
        }
        return {**outside, CONF_COMPOSITION: sensors}

    @callback
    def _suggest(self) -> dict[str, Any]:
        """Return the only scale that Home Assistant has, if there is one alone."""
        weights = [
            entry
            for entry in er.async_get(self.hass).entities.values()
            if entry.platform != DOMAIN
            and SensorDeviceClass.WEIGHT
            in (entry.device_class, entry.original_device_class)
            and not entry.disabled
        ]
        if len(weights) != 1 or weights[0].device_id is None:
            return {}
        device = dr.async_get(self.hass).async_get(weights[0].device_id)
        name = None if device is None else device.name_by_user or device.name
        return {WEIGHT: weights[0].entity_id} | ({CONF_NAME: name} if name else {})


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
