"""Linking the sensors of a scale to a Garmin account."""

from collections.abc import Mapping
from typing import Any

import probatio

from homeassistant.components.input_number import DOMAIN as INPUT_NUMBER_DOMAIN
from homeassistant.components.number import DOMAIN as NUMBER_DOMAIN
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN, SensorDeviceClass
from homeassistant.config_entries import ConfigSubentryFlow, SubentryFlowResult
from homeassistant.const import PERCENTAGE, UnitOfEnergy, UnitOfMass
from homeassistant.core import callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    EntitySelector,
    EntitySelectorConfig,
    EntityWithDeviceFilterSelectorConfig,
)
from homeassistant.util import dt as dt_util

from ..const import CONF_KIND, CONF_START, DOMAIN, KIND_SENSORS
from ..sources.scale import QUANTITIES, WEIGHT, Dimension, UnitError, read
from .limits import LIMITS, find_limit_errors, limits

# Some people enter their weight by hand.
_DOMAINS = [SENSOR_DOMAIN, NUMBER_DOMAIN, INPUT_NUMBER_DOMAIN]

_UNITS = {
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


class SensorLinkFlow(ConfigSubentryFlow):
    """Choose the sensors whose weigh-ins go to a Garmin account."""

    async def async_step_sensors(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Link sensors of any scale."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._find_errors(user_input)
            if not errors:
                data = self._data(user_input)
                unique_id = _unique_id(data)
                if self._is_linked(unique_id):
                    return self.async_abort(reason="already_configured")
                return self.async_create_entry(
                    description="linked",
                    title=self._title(user_input[WEIGHT]),
                    data={CONF_START: dt_util.utcnow().isoformat(), **data},
                    unique_id=unique_id,
                )
        return self.async_show_form(
            step_id="sensors",
            data_schema=self.add_suggested_values_to_schema(
                self._sensors_schema(), user_input
            ),
            errors=errors,
        )

    async def async_step_reconfigure_sensors(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change the sensors or the limits of a link."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = self._find_errors(user_input)
            if not errors:
                data = self._data(user_input)
                unique_id = _unique_id(data)
                if unique_id != subentry.unique_id and self._is_linked(unique_id):
                    return self.async_abort(reason="already_configured")
                return self.async_update_and_abort(
                    self._get_entry(),
                    subentry,
                    unique_id=unique_id,
                    title=self._title(user_input[WEIGHT]),
                    data={CONF_START: subentry.data[CONF_START], **data},
                )
        return self.async_show_form(
            step_id="reconfigure_sensors",
            data_schema=self.add_suggested_values_to_schema(
                self._sensors_schema(),
                self._as_input(subentry.data) if user_input is None else user_input,
            ),
            errors=errors,
            description_placeholders={"source": subentry.title},
        )

    @callback
    def _sensors_schema(self) -> probatio.Schema:
        """Return a form that offers what can measure each quantity."""
        own = [
            entry.entity_id
            for entry in er.async_get(self.hass).entities.values()
            if entry.platform == DOMAIN
        ]
        fields: dict[Any, Any] = {}
        for quantity, dimensions in QUANTITIES.items():
            marker = probatio.Required if quantity == WEIGHT else probatio.Optional
            fields[marker(quantity)] = EntitySelector(
                EntitySelectorConfig(filter=_filter(dimensions), exclude_entities=own)
            )
        return probatio.Schema({**fields, **LIMITS})

    def _find_errors(self, user_input: Mapping[str, Any]) -> dict[str, str]:
        """Return what is wrong with the form, by field."""
        errors = find_limit_errors(user_input)
        registry = er.async_get(self.hass)
        chosen: set[str] = set()
        for quantity in QUANTITIES:
            if quantity not in user_input:
                continue
            entity_id = er.async_resolve_entity_id(registry, user_input[quantity])
            if entity_id is None:
                errors[quantity] = "sensor_removed"
                continue
            if entity_id in chosen:
                errors[quantity] = "sensor_chosen_twice"
            chosen.add(entity_id)
            entry = registry.async_get(entity_id)
            if entry is not None and entry.platform == DOMAIN:
                errors[quantity] = "own_sensor"
            if (state := self.hass.states.get(entity_id)) is not None:
                try:
                    read(quantity, state)
                except UnitError:
                    errors[quantity] = "unknown_unit"
        return errors

    def _data(self, user_input: Mapping[str, Any]) -> dict[str, Any]:
        """Return what a link keeps: sensors by what no renaming changes."""
        registry = er.async_get(self.hass)
        sensors: dict[str, str] = {}
        for quantity in QUANTITIES:
            if quantity in user_input:
                entry = registry.async_get(user_input[quantity])
                sensors[quantity] = user_input[quantity] if entry is None else entry.id
        return {CONF_KIND: KIND_SENSORS, **sensors, **limits(user_input)}

    def _as_input(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """Return a link as it was entered, without the sensors that are gone."""
        registry = er.async_get(self.hass)
        sensors = {
            quantity: entity_id
            for quantity in QUANTITIES
            if quantity in data
            and (entity_id := er.async_resolve_entity_id(registry, data[quantity]))
        }
        return {**sensors, **limits(data)}

    def _title(self, sensor: str) -> str:
        """Return the name of the sensor of the weight."""
        entity_id = er.async_resolve_entity_id(er.async_get(self.hass), sensor)
        state = None if entity_id is None else self.hass.states.get(entity_id)
        return sensor if state is None else state.name

    def _is_linked(self, unique_id: str) -> bool:
        """Tell whether the account has a link from the same scale."""
        return any(
            subentry.unique_id == unique_id
            for subentry in self._get_entry().subentries.values()
        )


def _unique_id(data: Mapping[str, Any]) -> str:
    """Return what a link from sensors is known by."""
    return f"{KIND_SENSORS}_{data[WEIGHT]}"


def _filter(
    dimensions: tuple[Dimension, ...],
) -> list[EntityWithDeviceFilterSelectorConfig]:
    """Return which entities can measure a quantity."""
    if Dimension.NUMBER in dimensions:
        return [EntityWithDeviceFilterSelectorConfig(domain=_DOMAINS)]
    units = [unit for dimension in dimensions for unit in _UNITS[dimension]]
    filters = [
        EntityWithDeviceFilterSelectorConfig(domain=_DOMAINS, unit_of_measurement=units)
    ]
    if dimensions == (Dimension.MASS,):
        filters.append(
            EntityWithDeviceFilterSelectorConfig(
                domain=_DOMAINS, device_class=SensorDeviceClass.WEIGHT.value
            )
        )
    return filters
