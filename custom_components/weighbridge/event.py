"""The event entity of a person: fires once for each new weigh-in."""

from typing import Any, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from .entity import PersonEntity
from .model import WeighIn
from .sources import SourceConfigEntry

PARALLEL_UPDATES = 0

EVENT_WEIGH_IN = "weigh_in"
ATTR_MEASURED_AT = "measured_at"

WEIGH_IN = EventEntityDescription(key="weigh_in", event_types=[EVENT_WEIGH_IN])


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SourceConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the event entities of those who are weighed."""
    async_add_entities(
        WeighInEvent(person, WEIGH_IN) for person in entry.runtime_data.persons.values()
    )


class WeighInEvent(PersonEntity, EventEntity):
    """Tells of each weigh-in when it becomes known, with its own time."""

    _has_started = False

    @override
    async def async_added_to_hass(self) -> None:
        """Tell of what was measured while Home Assistant was down.

        That waits until Home Assistant has started: automations hear nothing before.
        """
        await super().async_added_to_hass()
        self.async_on_remove(self.person.async_add_teller())
        self.async_on_remove(async_at_started(self.hass, self._started))

    @callback
    def _started(self, _hass: HomeAssistant) -> None:
        """Begin to fire as soon as the entity has its old state back."""
        self._has_started = True
        soon = self.hass.loop.call_soon(self._handle_news)
        self.async_on_remove(soon.cancel)

    @callback
    @override
    def _handle_news(self) -> None:
        """Fire once for each new weigh-in, in the order of time."""
        # Triggers skip a state that comes straight out of unavailability.
        self.async_write_ha_state()
        if not (self._has_started and self.available):
            return
        for weigh_in in self.person.async_take_new():
            self._trigger_event(EVENT_WEIGH_IN, _attributes(weigh_in))
            self.async_write_ha_state()


def _attributes(weigh_in: WeighIn) -> dict[str, Any]:
    """Return what an event tells of a weigh-in, in kg, % and local time."""
    return {
        ATTR_MEASURED_AT: dt_util.as_local(weigh_in.measured_at).isoformat(),
        **dict(weigh_in.values()),
    }
