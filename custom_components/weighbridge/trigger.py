"""What automations can be triggered by, as Home Assistant's editor offers it."""

from asyncio import Task
from typing import Any, ClassVar, override

from homeassistant.components.event import DOMAIN as EVENT_DOMAIN
from homeassistant.const import UnitOfMass
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, State, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.trigger import (
    StatelessEntityTriggerBase,
    Trigger,
    TriggerActionRunner,
    TriggerNotTriggeredReporter,
)

from .event import ATTR_MEASURED_AT, WEIGH_IN
from .siblings import Siblings, in_unit, is_ours

_OF_EVENTS = {"event_type", "event_types", "friendly_name", "icon", "device_class"}


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
        siblings = Siblings(self._hass, state.entity_id)
        values = {k: v for k, v in state.attributes.items() if k not in _OF_EVENTS}
        unit = siblings.mass_unit()
        return {
            "device_id": siblings.device_id,
            "config_entry_id": siblings.config_entry_id,
            "name": siblings.name,
            "measured_at": values.pop(ATTR_MEASURED_AT),
            "weight": in_unit(values.pop("weight"), UnitOfMass.KILOGRAMS, unit),
            "unit": unit,
            "trend": siblings.mass("weight_trend", unit),
            "change": siblings.mass("weight_change", unit),
            "measured": values,
        }


class WeighedInTrigger(_WeighInTrigger):
    """Triggers when a person has weighed in, once for each weigh-in."""

    _key = WEIGH_IN.key


TRIGGERS: dict[str, type[Trigger]] = {"weighed_in": WeighedInTrigger}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers of Weighbridge."""
    return TRIGGERS
