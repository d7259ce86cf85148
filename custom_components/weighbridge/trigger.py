"""What automations can be triggered by, as Home Assistant's editor offers it."""

from abc import abstractmethod
from asyncio import Task
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, ClassVar, Final, override

import probatio

from homeassistant.components.event import DOMAIN as EVENT_DOMAIN
from homeassistant.components.number import DOMAIN as NUMBER_DOMAIN
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.const import (
    ATTR_ENTITY_ID,
    CONF_OPTIONS,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
    UnitOfMass,
)
from homeassistant.core import CALLBACK_TYPE, Context, HomeAssistant, State, callback
from homeassistant.helpers import config_validation as cv, entity_registry as er
from homeassistant.helpers.automation import DomainSpec
from homeassistant.helpers.event import async_call_later, async_track_point_in_utc_time
from homeassistant.helpers.target import (
    TargetStateChangedData,
    async_track_target_selector_state_change_event,
)
from homeassistant.helpers.trigger import (
    ENTITY_STATE_TRIGGER_SCHEMA,
    EntityTriggerBase,
    NotTriggeredReasonReporter,
    StatelessEntityTriggerBase,
    Trigger,
    TriggerActionRunner,
    TriggerNotTriggeredReporter,
)
from homeassistant.util import dt as dt_util

from .event import ATTR_MEASURED_AT, ATTR_WEIGHT, ATTR_WEIGHT_UNIT, QUESTION, WEIGH_IN
from .siblings import Siblings, in_unit, is_ours
from .sources import async_find_person
from .units import async_mass_text, async_time_text

CONF_DAYS: Final = "days"

# After the first wait of an hour Garmin is asked once more before it is worth a word.
FAILED_AFTER: Final = timedelta(minutes=65)

_OF_EVENTS: Final = {
    "device_class",
    "event_type",
    "event_types",
    "friendly_name",
    "icon",
}
_NOT_WEIGHED_SCHEMA: Final = ENTITY_STATE_TRIGGER_SCHEMA.extend(
    {
        probatio.Required(CONF_OPTIONS): {
            probatio.Required(CONF_DAYS): probatio.All(
                cv.positive_int, probatio.Range(min=1)
            )
        }
    }
)


def whose(siblings: Siblings) -> dict[str, Any]:
    """Return what each action is told: by what name and ids to know whose it is."""
    return {
        "name": siblings.name,
        "device_id": siblings.device_id,
        "config_entry_id": siblings.config_entry_id,
    }


class _OurTrigger(EntityTriggerBase):
    """Triggers by one of our entities, and lets the action have more than its state."""

    _key: ClassVar[str]
    _schema = ENTITY_STATE_TRIGGER_SCHEMA
    _primary_entities_only = False

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
        """Let the action know more."""

        @callback
        def run(
            extra_trigger_payload: dict[str, Any],
            description: str,
            context: Context | None = None,
        ) -> Task[Any]:
            """Run the action."""
            state: State = extra_trigger_payload["to_state"]
            siblings = Siblings(self._hass, state.entity_id)
            payload = {
                **extra_trigger_payload,
                **whose(siblings),
                **self._carried(state, siblings),
            }
            return run_action(payload, description, context)

        return await super().async_attach_runner(run, did_not_trigger)

    def _carried(self, state: State, siblings: Siblings) -> Mapping[str, Any]:
        """Return what else there is to know."""
        return {}


class WeighedInTrigger(_OurTrigger, StatelessEntityTriggerBase):
    """Triggers when a person has weighed in, once for each weigh-in."""

    _domain_specs = {EVENT_DOMAIN: DomainSpec()}
    _key = WEIGH_IN.key

    @override
    def _carried(self, state: State, siblings: Siblings) -> Mapping[str, Any]:
        """Return what was measured, masses in the person's unit where they have a name."""
        values = {k: v for k, v in state.attributes.items() if k not in _OF_EVENTS}
        unit = siblings.mass_unit()
        weight = values.pop(ATTR_WEIGHT, None)
        values.pop(ATTR_WEIGHT_UNIT, None)
        measured_at = values.pop(ATTR_MEASURED_AT)
        return {
            "measured_at": measured_at,
            "time_text": async_time_text(
                self._hass, datetime.fromisoformat(measured_at)
            ),
            "weight": weight and in_unit(weight, UnitOfMass.KILOGRAMS, unit),
            "weight_text": weight and async_mass_text(self._hass, weight, unit),
            "unit": unit,
            "trend": siblings.mass("weight_trend", unit),
            "change": siblings.mass("weight_change", unit),
            "measured": values,
        }


class UnclearTrigger(WeighedInTrigger):
    """Triggers when a source asks whose a measurement is."""

    _key = QUESTION.key

    @override
    def _carried(self, state: State, siblings: Siblings) -> Mapping[str, Any]:
        """Return what an answer needs, too."""
        carried = {**super()._carried(state, siblings)}
        asked = ("weigh_in", "reason", "candidates")
        return carried | {key: carried["measured"].pop(key) for key in asked}


class GoalReachedTrigger(WeighedInTrigger):
    """Triggers when a weigh-in takes a person's trend to the goal, from either side."""

    @override
    def is_valid_state(
        self, state: State, report_not_triggered: NotTriggeredReasonReporter
    ) -> bool:
        """Tell whether the goal lies between the trend before the weigh-in and after it."""
        entry = er.async_get(self._hass).async_get(state.entity_id)
        person = entry and async_find_person(
            self._hass, str(entry.config_subentry_id or entry.config_entry_id)
        )
        measured_at = dt_util.parse_datetime(state.attributes[ATTR_MEASURED_AT])
        if not person or person.goal is None or measured_at is None:
            return False
        second = int(measured_at.timestamp())
        return person.trends.meets(person.goal, second)

    @override
    def _carried(self, state: State, siblings: Siblings) -> Mapping[str, Any]:
        """Return the goal, too."""
        carried = super()._carried(state, siblings)
        goal = siblings.state(NUMBER_DOMAIN, "goal_weight")
        return {**carried, "goal": goal and float(goal.state)}


class _LastingTrigger(_OurTrigger):
    """Triggers by what lasts, counted from what an entity shows already."""

    @abstractmethod
    def _waits(self, run_action: TriggerActionRunner) -> _Waits:
        """Return what waits."""

    @override
    async def async_attach_runner(
        self,
        run_action: TriggerActionRunner,
        did_not_trigger: TriggerNotTriggeredReporter | None = None,
    ) -> CALLBACK_TYPE:
        """Wait for each of the entities."""
        waits = self._waits(run_action)
        untrack = await async_track_target_selector_state_change_event(
            self._hass,
            self._target,
            waits.async_changed,
            self.entity_filter,
            waits.async_targets_changed,
            primary_entities_only=False,
        )

        @callback
        def remove() -> None:
            """Wait for nobody any more."""
            untrack()
            waits.async_stop()

        return remove


class _Waits:
    """Waits for each of some entities."""

    def __init__(self, hass: HomeAssistant, run_action: TriggerActionRunner) -> None:
        """Wait for nobody yet."""
        self._hass = hass
        self._run_action = run_action
        self._waits: dict[str, CALLBACK_TYPE] = {}

    @callback
    def async_changed(self, data: TargetStateChangedData) -> None:
        """Take note of what an entity shows now."""
        event = data.state_change_event
        self._async_look(event.data["entity_id"], event.data["new_state"])

    @callback
    def async_targets_changed(
        self, added: set[str], removed: set[str], states: Mapping[str, State | None]
    ) -> None:
        """Take note of who is to be waited for."""
        for entity_id in removed:
            self._async_look(entity_id, None)
            self._async_stop(entity_id)
        for entity_id in added:
            self._async_look(entity_id, states[entity_id])

    @callback
    def async_stop(self) -> None:
        """Wait for nobody any more."""
        for entity_id in list(self._waits):
            self._async_stop(entity_id)

    @callback
    def _async_stop(self, entity_id: str) -> None:
        """Wait no more for somebody."""
        if (cancel := self._waits.pop(entity_id, None)) is not None:
            cancel()

    @abstractmethod
    def _async_look(self, entity_id: str, state: State | None) -> None:
        """Begin to wait, go on or end it, by what an entity shows."""


class NotWeighedTrigger(_LastingTrigger):
    """Triggers once when a person has not weighed in for some days.

    The last weigh-in is dated, so neither a restart nor an outage makes the time longer.
    """

    _domain_specs = {SENSOR_DOMAIN: DomainSpec()}
    _key = "last_weigh_in"
    _schema = _NOT_WEIGHED_SCHEMA

    @override
    def _waits(self, run_action: TriggerActionRunner) -> _Waits:
        """Wait for the end of the days of each person."""
        return _Absences(self._hass, run_action, self._options[CONF_DAYS])


class _Absences(_Waits):
    """Waits for each of some people until they have not weighed in for some days."""

    def __init__(
        self, hass: HomeAssistant, run_action: TriggerActionRunner, days: int
    ) -> None:
        """Wait for nobody yet."""
        super().__init__(hass, run_action)
        self._days = days
        # Whose days have ended while their source did not answer.
        self._overdue: set[str] = set()

    @callback
    @override
    def _async_look(self, entity_id: str, state: State | None) -> None:
        """Wait for the end of somebody's days, if it is to come."""
        last = state and dt_util.parse_datetime(state.state)
        if not last:
            return
        self._async_stop(entity_id)
        due = dt_util.as_utc(last) + timedelta(days=self._days)
        if due > dt_util.utcnow():
            self._overdue.discard(entity_id)
            self._waits[entity_id] = async_track_point_in_utc_time(
                self._hass, partial(self._async_end, entity_id), due
            )
        elif entity_id in self._overdue:
            self._async_tell(entity_id, last)

    @callback
    def _async_end(self, entity_id: str, _now: datetime) -> None:
        """Tell at the end of the days, or once the source answers again."""
        del self._waits[entity_id]
        self._overdue.add(entity_id)
        self._async_look(entity_id, self._hass.states.get(entity_id))

    @callback
    def _async_tell(self, entity_id: str, last: datetime) -> None:
        """Run the action."""
        self._overdue.discard(entity_id)
        self._run_action(
            {
                ATTR_ENTITY_ID: entity_id,
                **whose(Siblings(self._hass, entity_id)),
                "last_weigh_in": dt_util.as_local(last).isoformat(),
                "days": self._days,
            },
            f"no weigh-in for {self._days} days",
        )


class PushFailedTrigger(_LastingTrigger):
    """Triggers once when measurements cannot be pushed, after the first wait of an hour."""

    _domain_specs = {SENSOR_DOMAIN: DomainSpec()}
    _key = "pending"

    @override
    def _waits(self, run_action: TriggerActionRunner) -> _Waits:
        """Wait for more than an hour."""
        return _Failures(self._hass, run_action)


class _Failures(_Waits):
    """Waits for each of some accounts that has anything pending."""

    def __init__(self, hass: HomeAssistant, run_action: TriggerActionRunner) -> None:
        """Wait for nobody yet."""
        super().__init__(hass, run_action)
        # How much is pending, also of those who were told of.
        self._pending: dict[str, int] = {}

    @callback
    @override
    def _async_look(self, entity_id: str, state: State | None) -> None:
        """Wait from when something is pending until nothing is."""
        if state is not None and state.state in (STATE_UNAVAILABLE, STATE_UNKNOWN):
            # An account that is loaded again says nothing of what waits.
            return
        pending = 0 if state is None else int(state.state)
        if not pending:
            self._pending.pop(entity_id, None)
            self._async_stop(entity_id)
            return
        if entity_id not in self._pending:
            self._waits[entity_id] = async_call_later(
                self._hass, FAILED_AFTER, partial(self._async_tell, entity_id)
            )
        self._pending[entity_id] = pending

    @callback
    def _async_tell(self, entity_id: str, _now: datetime) -> None:
        """Run the action, and let it know how much waits, and why."""
        del self._waits[entity_id]
        siblings = Siblings(self._hass, entity_id)
        status = siblings.state(SENSOR_DOMAIN, "status")
        self._run_action(
            {
                ATTR_ENTITY_ID: entity_id,
                **whose(siblings),
                "pending": self._pending[entity_id],
                "status": status and status.state,
            },
            "measurements cannot be pushed",
        )


TRIGGERS: Final[Mapping[str, type[Trigger]]] = {
    "goal_reached": GoalReachedTrigger,
    "not_weighed": NotWeighedTrigger,
    "push_failed": PushFailedTrigger,
    "unclear": UnclearTrigger,
    "weighed_in": WeighedInTrigger,
}


async def async_get_triggers(hass: HomeAssistant) -> dict[str, type[Trigger]]:
    """Return the triggers of Weighbridge."""
    return dict(TRIGGERS)
