"""Sensor feeds: weigh-ins of any scale that Home Assistant has sensors of."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_FRIENDLY_NAME,
    ATTR_ICON,
    ATTR_UNIT_OF_MEASUREMENT,
    EVENT_HOMEASSISTANT_STOP,
    STATE_UNAVAILABLE,
)
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
    async_call_later,
    async_track_state_change_event,
    async_track_state_report_event,
)
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.loader import async_get_loaded_integration
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from ..garmin import GarminAccount, SensorLink, issues, links_of
from ..model import Batch, WeighIn
from ..sources.scale import WEIGHT, Arrival, UnitError, Weighing, number, read

# What a scale measures in one weighing arrives within this time of one another.
SETTLING = timedelta(seconds=5)

ATTR_RESTORED = "restored"

# A state that is written because one of these was edited is no measurement.
SETTINGS = (
    ATTR_DEVICE_CLASS,
    ATTR_FRIENDLY_NAME,
    ATTR_ICON,
    ATTR_UNIT_OF_MEASUREMENT,
)


class SensorFeed:
    """Takes what the sensors of one link report."""

    def __init__(
        self, hass: HomeAssistant, account: GarminAccount, link: SensorLink
    ) -> None:
        """Feed an account from the sensors of a link."""
        self.link = link
        self._hass = hass
        self._account = account
        self._weighing = Weighing(account.memory.shown.setdefault(link.link_id, {}))
        # The quantities by the entities that measure them, as these are named now.
        self._quantities: Mapping[str, str] = {}
        self._away: set[str] = set()
        self._unreadable: set[str] = set()
        self._stops: list[CALLBACK_TYPE] = []
        self._stop_tracking: CALLBACK_TYPE | None = None
        self._cancel_settling: CALLBACK_TYPE | None = None

    @callback
    def async_start(self) -> None:
        """Follow the sensors from what they show now."""
        issues.async_update_unknown_units(
            self._hass, self._account.entry, self.link.link_id, ()
        )
        self._track()
        self._stops = [
            self._hass.bus.async_listen(
                er.EVENT_ENTITY_REGISTRY_UPDATED, self._registry_updated
            ),
            self._hass.bus.async_listen(EVENT_HOMEASSISTANT_STOP, self._stopping),
            async_at_started(self._hass, self._check_sensors),
        ]

    @callback
    def async_stop(self) -> None:
        """Follow the sensors no longer; what they have reported counts."""
        while self._stops:
            self._stops.pop()()
        if self._stop_tracking is not None:
            self._stop_tracking()
            self._stop_tracking = None
        self._settle_early()

    @callback
    def _track(self) -> None:
        """Track the entities under their present names."""
        registry = er.async_get(self._hass)
        quantities = {
            entity_id: quantity
            for quantity, sensor in self.link.sensors.items()
            if (entity_id := er.async_resolve_entity_id(registry, sensor)) is not None
        }
        if quantities == self._quantities:
            return
        for entity_id in quantities.keys() - self._quantities.keys():
            self._begin(entity_id, quantities[entity_id])
        self._quantities = quantities
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
    def _begin(self, entity_id: str, quantity: str) -> None:
        """Take what an entity shows for old, whatever it is."""
        state = self._hass.states.get(entity_id)
        if state is None or number(state) is None:
            self._away.add(quantity)
        else:
            self._take(quantity, state, state.last_reported, Arrival.SHOWN)

    @callback
    def _state_changed(self, event: Event[EventStateChangedData]) -> None:
        """Take a state that was written anew."""
        old, new = event.data["old_state"], event.data["new_state"]
        quantity = self._quantities[event.data["entity_id"]]
        if (old is None) is not (new is None):
            self._check_sensors()
        if new is None or new.state == STATE_UNAVAILABLE:
            self._away.add(quantity)
        elif number(new) is not None:
            arrival = self._arrival(quantity, old, new)
            self._take(quantity, new, new.last_updated, arrival)

    @callback
    def _state_reported(self, event: Event[EventStateReportedData]) -> None:
        """Take a state that was written again, without any change."""
        new = event.data["new_state"]
        if number(new) is not None:
            quantity = self._quantities[event.data["entity_id"]]
            arrival = self._arrival(quantity, new, new)
            self._take(quantity, new, event.data["last_reported"], arrival)

    def _arrival(self, quantity: str, old: State | None, new: State) -> Arrival:
        """Tell how an entity came to show a number."""
        if old is None:
            # At the start, helpers and template entities show what they had before.
            started = self._hass.state is CoreState.running
            return Arrival.BACK if started else Arrival.SHOWN
        if any(state.attributes.get(ATTR_RESTORED) for state in (old, new)):
            return Arrival.SHOWN
        if quantity in self._away:
            return Arrival.BACK
        if any(
            old.attributes.get(name) != new.attributes.get(name) for name in SETTINGS
        ):
            return Arrival.SHOWN
        return Arrival.LIVE

    @callback
    def _take(
        self, quantity: str, state: State, at: datetime, arrival: Arrival
    ) -> None:
        """Take a number that an entity shows."""
        self._away.discard(quantity)
        try:
            amount = read(quantity, state)
        except UnitError:
            self._note_unit(state, readable=False)
            return
        self._note_unit(state, readable=True)
        if amount is not None and self._weighing.report(
            quantity, amount, at, arrival, polled=self._is_polled(state.entity_id)
        ):
            self._cancel()
            self._cancel_settling = async_call_later(
                self._hass, SETTLING, HassJob(self._settled, cancel_on_shutdown=True)
            )

    def _is_polled(self, entity_id: str) -> bool:
        """Tell whether an entity is written as often as its vendor is asked."""
        if (source := entity_sources(self._hass).get(entity_id)) is None:
            return False
        integration = async_get_loaded_integration(self._hass, source["domain"])
        return (integration.iot_class or "").endswith("polling")

    @callback
    def _settled(self, _now: datetime) -> None:
        """Hand over what has come together."""
        self._cancel_settling = None
        # Tracked by the entry, so that an unload waits until it is on disk.
        self._account.entry.async_create_task(
            self._hass, self._async_hand_over(), f"{DOMAIN} link {self.link.link_id}"
        )

    async def _async_hand_over(self) -> None:
        """Give a weighing to the account; remember what the sensors showed anyway."""
        weigh_in = self._weighing.settle()
        if weigh_in is None or self._is_anothers(weigh_in):
            await self._account.async_save()
            return
        second = weigh_in.second
        batch = Batch(since=second, until=second, weigh_ins=(weigh_in,))
        await self._account.async_take(self.link, batch)

    def _is_anothers(self, weigh_in: WeighIn) -> bool:
        """Tell whether it is not for this link, but for that of somebody else.

        People who share a scale need not be asked about each other.
        """
        return not self.link.wants(weigh_in) and any(
            isinstance(other, SensorLink)
            and other.link_id != self.link.link_id
            and other.sensors[WEIGHT] == self.link.sensors[WEIGHT]
            and other.wants(weigh_in)
            for entry in self._hass.config_entries.async_entries(
                DOMAIN, include_disabled=False
            )
            for other in links_of(entry).values()
        )

    @callback
    def _settle_early(self) -> None:
        """Hand over now what has not settled yet."""
        if self._cancel_settling is not None:
            self._cancel()
            self._settled(dt_util.utcnow())

    @callback
    def _stopping(self, _event: Event) -> None:
        """Lose nothing of the last seconds before Home Assistant stops."""
        self._settle_early()

    @callback
    def _cancel(self) -> None:
        if self._cancel_settling is not None:
            self._cancel_settling()
            self._cancel_settling = None

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
                self._weighing.touch(dt_util.utcnow())
        self._track()
        self._check_sensors()

    @callback
    def _check_sensors(self, _hass: HomeAssistant | None = None) -> None:
        """Tell the user of sensors that are gone, as soon as all have been set up."""
        if self._hass.state is not CoreState.running:
            return
        names = async_get_cached_translations(
            self._hass, self._hass.config.language, "entity", DOMAIN
        )
        missing = [
            names.get(f"component.{DOMAIN}.entity.sensor.{quantity}.name", quantity)
            for quantity, sensor in self.link.sensors.items()
            if not self._is_there(sensor)
        ]
        issues.async_update_missing_sensors(
            self._hass, self._account.entry, self.link.link_id, missing
        )

    def _is_there(self, sensor: str) -> bool:
        """Tell whether an entity exists and is enabled."""
        registry = er.async_get(self._hass)
        if (entity_id := er.async_resolve_entity_id(registry, sensor)) is None:
            return False
        if (entry := registry.async_get(entity_id)) is not None:
            return not entry.disabled
        return self._hass.states.get(entity_id) is not None

    @callback
    def _note_unit(self, state: State, *, readable: bool) -> None:
        """Tell the user of a sensor whose unit says nothing."""
        entity_id = state.entity_id
        if readable is (entity_id not in self._unreadable):
            return
        if readable:
            self._unreadable.discard(entity_id)
        else:
            self._unreadable.add(entity_id)
            LOGGER.warning(
                "%s is left out of weigh-ins: its unit %s is unknown or missing",
                entity_id,
                state.attributes.get(ATTR_UNIT_OF_MEASUREMENT),
            )
        issues.async_update_unknown_units(
            self._hass, self._account.entry, self.link.link_id, self._unreadable
        )
