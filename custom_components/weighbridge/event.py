"""Event entities: each new weigh-in once, and each question whose one is."""

from abc import abstractmethod
from asyncio import Handle
from datetime import datetime
from typing import Any, Final, override

from homeassistant.components.event import EventEntity, EventEntityDescription
from homeassistant.const import (
    ATTR_CONFIG_ENTRY_ID,
    ATTR_DEVICE_ID,
    ATTR_ENTITY_ID,
    ATTR_NAME,
    UnitOfMass,
)
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.start import async_at_started
from homeassistant.util import dt as dt_util

from .const import DOMAIN
from .entity import AccountEntity, PersonEntity, for_person
from .entry import WeighbridgeConfigEntry
from .model import BloodPressure, WeighIn
from .siblings import Siblings
from .sources import Question, Questions, ScaleRuntime, SourceRuntime

PARALLEL_UPDATES = 0

EVENT_WEIGH_IN = "weigh_in"
EVENT_UNCLEAR = "unclear"
ATTR_MEASURED_AT = "measured_at"
ATTR_WEIGHT = "weight"
ATTR_WEIGHT_UNIT = "weight_unit"
ATTR_TREND = "trend"
ATTR_WEIGH_IN = "weigh_in"
ATTR_REASON = "reason"
ATTR_CANDIDATES = "candidates"

# On the bus: what Activity tells of, beside the event entity of the person.
EVENT_WEIGHED: Final = f"{DOMAIN}_weigh_in"

WEIGH_IN = EventEntityDescription(
    key="weigh_in", translation_key="weigh_in", event_types=[EVENT_WEIGH_IN]
)
QUESTION = EventEntityDescription(
    key="question", translation_key="question", event_types=[EVENT_UNCLEAR]
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: WeighbridgeConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the event entities of a source, and of those who are weighed."""
    runtime: SourceRuntime | ScaleRuntime = entry.runtime_data
    for person in runtime.persons.values():
        for_person(person, async_add_entities)([WeighInEvent(person, WEIGH_IN)])
    async_add_entities([QuestionEvent(runtime.questions)])


class NewsEvent(EventEntity):
    """Fires once for each piece of news.

    What came while Home Assistant was down waits until it has started: automations
    hear nothing before. All waits until the other entities show it, too: automations
    look at the trend and at the goal.
    """

    _attr_has_entity_name = True
    _has_started = False
    _soon: Handle | None = None

    @property
    @override
    def available(self) -> bool:
        """Keep the time of the last one in an outage, too."""
        return True

    @abstractmethod
    def async_add_teller(self) -> CALLBACK_TYPE:
        """Have the news kept until they are told; return how to stop that."""

    @abstractmethod
    def async_take(self) -> list[dict[str, Any]]:
        """Return what to tell of each piece of news, the oldest first."""

    @override
    async def async_added_to_hass(self) -> None:
        """Tell of what is new."""
        await super().async_added_to_hass()
        self.async_on_remove(self.async_add_teller())
        self.async_on_remove(async_at_started(self.hass, self._started))

    @override
    async def async_will_remove_from_hass(self) -> None:
        """Leave what is new to be told later."""
        if self._soon is not None:
            self._soon.cancel()

    @callback
    def _started(self, _hass: HomeAssistant) -> None:
        """Begin to fire as soon as the entity has its old state back."""
        self._has_started = True
        self._tell_soon()

    @callback
    def _handle_news(self) -> None:
        """Fire as soon as all others have heard of the news."""
        self.async_write_ha_state()
        if self._has_started:
            self._tell_soon()

    @callback
    def _tell_soon(self) -> None:
        """Fire once those who come next have had their turn."""
        if self._soon is None:
            self._soon = self.hass.loop.call_soon(self._tell)

    @callback
    def _tell(self) -> None:
        """Fire once for each piece of news, in the order of time."""
        self._soon = None
        # Triggers skip a state that comes straight out of unavailability.
        self.async_write_ha_state()
        for attributes in self.async_take():
            self.async_set_context(Context())
            self._async_announce(attributes)
            self._trigger_event(self.event_types[0], attributes)
            self.async_write_ha_state()

    @callback
    def _async_announce(self, attributes: dict[str, Any]) -> None:
        """Say elsewhere, too, that there is news."""


class WeighInEvent(NewsEvent, PersonEntity):
    """Tells of each weigh-in when it becomes known, with its own time."""

    @override
    def async_add_teller(self) -> CALLBACK_TYPE:
        """Have new weigh-ins kept."""
        return self.person.told.async_add_teller()

    @override
    def async_take(self) -> list[dict[str, Any]]:
        """Return what is new."""
        return [
            _measured(self.person.complete(weigh_in))
            for weigh_in in self.person.told.async_take()
        ]

    @override
    @callback
    def _async_announce(self, attributes: dict[str, Any]) -> None:
        """Tell Activity of the weigh-in; what follows from it is told to come from it."""
        siblings = Siblings(self.hass, self.entity_id)
        measured_at = datetime.fromisoformat(attributes[ATTR_MEASURED_AT])
        self.hass.bus.async_fire(
            EVENT_WEIGHED,
            {
                ATTR_ENTITY_ID: self.entity_id,
                ATTR_DEVICE_ID: siblings.device_id,
                ATTR_CONFIG_ENTRY_ID: siblings.config_entry_id,
                ATTR_NAME: siblings.name,
                ATTR_MEASURED_AT: attributes[ATTR_MEASURED_AT],
                ATTR_WEIGHT: attributes[ATTR_WEIGHT],
                ATTR_WEIGHT_UNIT: UnitOfMass.KILOGRAMS,
                ATTR_TREND: self.person.trends.weight.at(int(measured_at.timestamp())),
            },
            context=self._context,
        )


class QuestionEvent(NewsEvent, AccountEntity):
    """Asks whose a measurement is, as soon as only a person can tell."""

    def __init__(self, questions: Questions) -> None:
        """Ask what a source asks."""
        super().__init__(
            questions.hass,
            questions.entry,
            QUESTION,
            follow=questions.async_add_listener,
        )
        self.questions = questions

    @override
    def async_add_teller(self) -> CALLBACK_TYPE:
        """Have new questions kept."""
        return self.questions.async_add_teller()

    @override
    def async_take(self) -> list[dict[str, Any]]:
        """Return what is to be asked."""
        return [_asked(question) for question in self.questions.async_take_new()]

    async def async_update(self) -> None:
        """Poll the source now, which is what `homeassistant.update_entity` wants."""
        await self.questions.entry.runtime_data.async_poll_now()


def _measured(record: WeighIn | BloodPressure) -> dict[str, Any]:
    """Return what an event tells of a measurement, in kg, % and local time."""
    told = {
        ATTR_MEASURED_AT: dt_util.as_local(record.measured_at).isoformat(),
        **dict(record.values()),
    }
    if isinstance(record, WeighIn):
        told[ATTR_WEIGHT_UNIT] = UnitOfMass.KILOGRAMS
    return told


def _asked(question: Question) -> dict[str, Any]:
    """Return what an event tells of a question."""
    return {
        ATTR_WEIGH_IN: question.key,
        **_measured(question.record),
        ATTR_REASON: question.reason.value,
        ATTR_CANDIDATES: dict(question.candidates),
    }
