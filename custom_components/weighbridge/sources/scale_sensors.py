"""The sensors of a scale: followed under whatever name, and read in time."""

from collections.abc import Callable, Mapping
from datetime import datetime

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import (
    CALLBACK_TYPE,
    CoreState,
    Event,
    EventStateChangedData,
    EventStateReportedData,
    HassJob,
    HomeAssistant,
    State,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import entity_sources
from homeassistant.helpers.event import (
    async_call_at,
    async_track_state_change_event,
    async_track_state_report_event,
)
from homeassistant.helpers.start import async_at_started
from homeassistant.loader import async_get_loaded_integration
from homeassistant.util import dt as dt_util

from ..const import LOGGER
from .scale import (
    MEASURED_AT,
    WEIGHT,
    Amount,
    DatedWeighings,
    Kind,
    NumberError,
    Outcome,
    Report,
    UnitError,
    Weighings,
    absence,
    kind_of_change,
    read,
    read_time,
)
from .scale_record import Record


class ScaleSensors:
    """Tells what comes of the reports of a scale's sensors."""

    def __init__(
        self,
        hass: HomeAssistant,
        sensors: Mapping[str, str],
        weighings: Weighings | DatedWeighings,
        *,
        tell: Callable[[list[Outcome]], None],
        tell_trouble: Callable[[], None],
    ) -> None:
        """Follow `sensors`: registry ids, or ids of entities, by their quantities."""
        self._hass = hass
        self._sensors = sensors
        self._weighings = weighings
        self._tell = tell
        self._tell_trouble = tell_trouble
        self.unreadable: set[str] = set()
        """The entities whose unit, or number, cannot be read."""
        # The quantities by the entities that measure them, as these are named now.
        self._quantities: Mapping[str, str] = {}
        self.record = Record(sensors)
        """What each sensor has shown last."""
        self._stops: list[CALLBACK_TYPE] = []
        self._stop_tracking: CALLBACK_TYPE | None = None
        self._cancel_timer: CALLBACK_TYPE | None = None
        self._due: float | None = None

    @property
    def entity_ids(self) -> list[str]:
        """Return the entities as they are named now."""
        return list(self._quantities)

    @property
    def is_ahead(self) -> bool:
        """Tell whether the scale's clock is ahead, so that its weigh-ins are left out."""
        return MEASURED_AT in self._sensors and self._weighings.memory.ahead

    @callback
    def async_start(self) -> None:
        """Follow the sensors from what they show now."""
        self._track()
        self._stops = [
            self._hass.bus.async_listen(
                er.EVENT_ENTITY_REGISTRY_UPDATED, self._registry_updated
            ),
            async_at_started(self._hass, self._started),
        ]

    @callback
    def async_stop(self) -> list[Outcome]:
        """Follow the sensors no longer; return what would be told later."""
        while self._stops:
            self._stops.pop()()
        if self._stop_tracking is not None:
            self._stop_tracking()
            self._stop_tracking = None
        return self.async_flush()

    @callback
    def async_flush(self) -> list[Outcome]:
        """Return now what would be told later."""
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None
        self._due = None
        return self._weighings.flush(dt_util.utcnow().timestamp())

    @callback
    def async_find_missing(self) -> list[str]:
        """Return the quantities whose sensors are gone, as far as that can be known."""
        if self._hass.state is not CoreState.running:
            return []
        return [name for name, sensor in self._sensors.items() if not self._has(sensor)]

    def _has(self, sensor: str) -> bool:
        """Tell whether an entity exists and is enabled."""
        registry = er.async_get(self._hass)
        if (entity_id := er.async_resolve_entity_id(registry, sensor)) is None:
            return False
        if (entry := registry.async_get(entity_id)) is not None:
            return not entry.disabled
        return self._hass.states.get(entity_id) is not None

    @callback
    def _started(self, _hass: HomeAssistant) -> None:
        self._tell_trouble()

    @callback
    def _track(self) -> None:
        """Track the entities under their present names."""
        registry = er.async_get(self._hass)
        quantities = {
            entity_id: quantity
            for quantity, sensor in self._sensors.items()
            if (entity_id := er.async_resolve_entity_id(registry, sensor)) is not None
        }
        if quantities == self._quantities:
            return
        new = quantities.keys() - self._quantities.keys()
        self._quantities = quantities
        self.unreadable &= quantities.keys()
        for entity_id in quantities:
            if entity_id in new:
                self._begin(entity_id)
        if self._stop_tracking is not None:
            self._stop_tracking()
        changes = async_track_state_change_event(
            self._hass, quantities, self._state_changed
        )
        reports = async_track_state_report_event(
            self._hass, quantities, self._state_reported
        )

        @callback
        def stop() -> None:
            changes()
            reports()

        self._stop_tracking = stop

    @callback
    def _begin(self, entity_id: str) -> None:
        """Take what an entity shows for old, whatever it is."""
        state = self._hass.states.get(entity_id)
        now = dt_util.utcnow().timestamp()
        self._report(
            entity_id,
            state,
            now,
            absence(state) or Kind.SHOWN,
            since=None if state is None else state.last_reported_timestamp,
        )

    @callback
    def _state_changed(self, event: Event[EventStateChangedData]) -> None:
        """Take a state that was written anew."""
        old, new = event.data["old_state"], event.data["new_state"]
        entity_id = event.data["entity_id"]
        if (old is None) is not (new is None):
            self._tell_trouble()
        at = event.time_fired_timestamp if new is None else new.last_updated_timestamp
        is_running = self._hass.state is CoreState.running
        kind = kind_of_change(old, new, is_running=is_running)
        if kind is not None:
            self._report(entity_id, new, at, kind)

    @callback
    def _state_reported(self, event: Event[EventStateReportedData]) -> None:
        """Take a state that was written again, without any change."""
        new = event.data["new_state"]
        if new.state != STATE_UNAVAILABLE:
            at = event.data["last_reported"].timestamp()
            self._report(new.entity_id, new, at, Kind.REPORTED)

    @callback
    def _report(
        self,
        entity_id: str,
        state: State | None,
        at: float,
        kind: Kind,
        *,
        since: float | None = None,
    ) -> None:
        """Report what an entity shows, now or for longer."""
        quantity = self._quantities[entity_id]
        amount: Amount | None = None
        if state is not None and kind in (Kind.SHOWN, Kind.REPORTED):
            try:
                if quantity == MEASURED_AT:
                    amount = read_time(state)
                else:
                    amount = read(quantity, state)
            except (UnitError, NumberError) as err:
                self.record.add(quantity, state, at, kind, None)
                self._note_unreadable(entity_id, err)
                return
            self._note_readable(entity_id, state)
        self.record.add(quantity, state, at, kind, amount)
        polled = self._is_polled(entity_id)
        report = Report(at, quantity, kind, amount, polled, since)
        was_ahead = self.is_ahead
        self._take(self._weighings.report(report), at)
        if self.is_ahead is not was_ahead:
            self._tell_trouble()

    @callback
    def _take(self, outcomes: list[Outcome], now: float) -> None:
        """Tell what came of it, and be there when something else is due.

        `now` is when it came: the clock may have been put right in between.
        """
        if outcomes:
            self._tell(outcomes)
        due = self._weighings.due
        if due == self._due:
            return
        self._due = due
        if self._cancel_timer is not None:
            self._cancel_timer()
            self._cancel_timer = None
        if due is not None:
            self._cancel_timer = async_call_at(
                self._hass,
                HassJob(self._tick, cancel_on_shutdown=True),
                self._hass.loop.time() + due - now,
            )

    @callback
    def _tick(self, now: datetime) -> None:
        """Let time pass."""
        self._cancel_timer = None
        # The clock of the loop and that of the day need not agree to the millisecond.
        at = max(self._due or 0, dt_util.utcnow().timestamp())
        self._due = None
        self._take(self._weighings.tick(at), at)

    def _is_polled(self, entity_id: str) -> bool:
        """Tell whether an entity is written as often as its vendor is asked."""
        if (source := entity_sources(self._hass).get(entity_id)) is None:
            return False
        integration = async_get_loaded_integration(self._hass, source["domain"])
        return (integration.iot_class or "").endswith("polling")

    @callback
    def _registry_updated(
        self, event: Event[er.EventEntityRegistryUpdatedData]
    ) -> None:
        """Follow an entity to its new name; miss one that is gone."""
        data = event.data
        if data["action"] == "update":
            known = {data["entity_id"], data.get("old_entity_id")}
            if known.isdisjoint(self._quantities):
                return
            # Home Assistant writes the state again after any such change.
            if self._quantities.get(data["entity_id"]) == WEIGHT:
                self._weighings.edited(dt_util.utcnow().timestamp())
        self._track()
        self._tell_trouble()

    @callback
    def _note_unreadable(self, entity_id: str, err: Exception) -> None:
        """Have the user told of a sensor that says nothing."""
        if entity_id not in self.unreadable:
            self.unreadable.add(entity_id)
            what = "unit" if isinstance(err, UnitError) else "number"
            LOGGER.warning(
                "%s is left out of weigh-ins: its %s cannot be read", entity_id, what
            )
            self._tell_trouble()

    @callback
    def _note_readable(self, entity_id: str, state: State) -> None:
        """Have the user told no longer."""
        if entity_id in self.unreadable and state.state != STATE_UNKNOWN:
            self.unreadable.discard(entity_id)
            self._tell_trouble()
