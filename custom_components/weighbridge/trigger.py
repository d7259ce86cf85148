"""What automations can be triggered by, as Home Assistant's editor offers it."""

from asyncio import Task
from typing import Any, ClassVar, override

from homeassistant.components.event import DOMAIN as EVENT_DOMAIN
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT, UnitOfMass
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, State, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    StatelessEntityTriggerBase,
    Trigger,
    TriggerActionRunner,
    TriggerNotTriggeredReporter,
)
from homeassistant.util.unit_conversion import MassConverter

from .const import DOMAIN
from .event import ATTR_MEASURED_AT, WEIGH_IN

_OF_EVENTS = {"event_type", "event_types", "friendly_name", "icon", "device_class"}


class _Family:
    """An entity of ours, and those that stand beside it on its device."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        """Look it up by the entity's id."""
        self._hass = hass
        registry = er.async_get(hass)
        entry = registry.async_get(entity_id)
        self.config_entry_id = entry and entry.config_entry_id
        self.device_id = entry and entry.device_id
        self._others = (
            er.async_entries_for_device(registry, self.device_id)
            if self.device_id
            else []
        )

    @property
    def name(self) -> str | None:
        """Return what people call the device."""
        if not self.device_id:
            return None
        device = dr.async_get(self._hass).async_get(self.device_id)
        return None if device is None else device.name_by_user or device.name

    def state(self, domain: str, key: str) -> State | None:
        """Return the state of the entity that a key names."""
        for entry in self._others:
            if is_ours(entry, key) and entry.domain == domain:
                return self._hass.states.get(entry.entity_id)
        return None

    def mass_unit(self) -> str:
        """Return the unit in which this person reads weights."""
        weight = self.state(SENSOR_DOMAIN, "weight")
        unit = weight and weight.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        return str(unit or UnitOfMass.KILOGRAMS)

    def mass(self, key: str, unit: str) -> float | None:
        """Return what a sensor shows of a mass, None as long as it shows none."""
        if (state := self.state(SENSOR_DOMAIN, key)) is None:
            return None
        try:
            shown = float(state.state)
        except ValueError:
            return None
        return _convert(shown, state.attributes[ATTR_UNIT_OF_MEASUREMENT], unit)


def is_ours(entry: er.RegistryEntry | None, key: str) -> bool:
    """Tell whether an entity is one of ours that a key names."""
    return (
        entry is not None and entry.platform == DOMAIN and entry.translation_key == key
    )


def _convert(mass: float, unit: str, wanted: str) -> float:
    """Convert a mass, to hundredths, as scales show it."""
    return round(MassConverter.convert(mass, unit, wanted), 2)


class _WeighInTrigger(StatelessEntityTriggerBase):
    """Triggers by an event that carries a weigh-in."""

    _domain_specs = {EVENT_DOMAIN: DomainSpec()}
    _key: ClassVar[str]

    @override
    def entity_filter(self, entities: set[str]) -> set[str]:
        """Leave what is on the same device and tells of something else."""
        registry = er.async_get(self._hass)
        return {
            entity_id
            for entity_id in super().entity_filter(entities)
            if is_ours(registry.async_get(entity_id), self._key)
        }

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Let the action have the weigh-in as variables."""

        @callback
        def run(
            extra_trigger_payload: dict[str, Any],
            description: str,
            context: Context | None = None,
        ) -> Task[Any]:
            """Run the action."""
            carried = self._carried(extra_trigger_payload["to_state"])
            payload = {**extra_trigger_payload, **carried}
            return run_action(payload, description, context)

        return await super().async_attach_runner(run, did_not_trigger)

    def _carried(self, state: State) -> dict[str, Any]:
        """Return whose weigh-in it is, and what was measured, in the person's unit."""
        family = _Family(self._hass, state.entity_id)
        values = {k: v for k, v in state.attributes.items() if k not in _OF_EVENTS}
        unit = family.mass_unit()
        return {
            "device_id": family.device_id,
            "config_entry_id": family.config_entry_id,
            "name": family.name,
            "measured_at": values.pop(ATTR_MEASURED_AT),
            "weight": _convert(values.pop("weight"), UnitOfMass.KILOGRAMS, unit),
            "unit": unit,
            "trend": family.mass("weight_trend", unit),
            "change": family.mass("weight_change", unit),
            "measured": values,
        }


class WeighedInTrigger(_WeighInTrigger):
    """Triggers when a person has weighed in, once for each weigh-in."""

    _key = WEIGH_IN.key


TRIGGERS: dict[str, type[Trigger]] = {"weighed_in": WeighedInTrigger}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers of Weighbridge."""
    return TRIGGERS
