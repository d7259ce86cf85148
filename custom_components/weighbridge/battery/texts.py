"""Remembers, for automations, which texts about batteries are due and which were sent.

An automation has no memory of its own. It asks which texts are due, sends them, and
confirms each; only a confirmed text counts as told. Between its runs Weighbridge
watches the batteries and the clock, and fires an event when something becomes due.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from homeassistant.const import EVENT_HOMEASSISTANT_STOP, STATE_ON
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.event import (
    async_track_point_in_utc_time,
    async_track_state_change_event,
)
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from .entities import Battery
from .rules import Memory, Rules, TextKind
from .store import BatteryTextStore

EVENT_BATTERY_TEXT_DUE = f"{DOMAIN}_battery_text_due"
ATTR_AUTOMATION = "automation"

DATA_BATTERY_TEXTS: HassKey[BatteryTexts] = HassKey(f"{DOMAIN}_battery_texts")

# How long the entities of a device may come one after the other, at a reload. The
# automation, which sees changes too, comes first.
SETTLE = timedelta(seconds=30)

# When a text that was handed out but never confirmed is due again.
RETRY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class DueText:
    """A text that an automation should send."""

    kind: TextKind
    battery: Battery


@dataclass(slots=True)
class _Watch:
    """What an automation wants to know, until Home Assistant stops."""

    automation: str
    entity_ids: list[str]
    rules: Rules
    handed: dict[tuple[str, TextKind], datetime] = field(default_factory=dict)
    """The texts that were handed out, or woken for, and are not confirmed."""
    before: dict[tuple[str, TextKind], Memory] = field(default_factory=dict)
    """What was known before each confirmed text."""
    partial_since: dict[str, datetime] = field(default_factory=dict)
    """Batteries of which some entities are unavailable, and since when."""
    unsubscribe: CALLBACK_TYPE | None = None
    cancel_timer: CALLBACK_TYPE | None = None

    def stop(self) -> None:
        """Forget the timer and the states."""
        for cancel in (self.unsubscribe, self.cancel_timer):
            if cancel is not None:
                cancel()
        self.unsubscribe = self.cancel_timer = None


class BatteryTexts:
    """The texts of all automations: what is due, what was told, when to look again."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize without any memory; `async_load` reads it."""
        self._hass = hass
        self._store = BatteryTextStore(hass)
        self._watches: dict[str, _Watch] = {}

    async def async_load(self) -> None:
        """Read what was told before."""
        await self._store.async_load()
        self._hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, self._stop)

    async def async_due(
        self, automation: str, entity_ids: list[str], rules: Rules
    ) -> list[DueText]:
        """Return the texts that an automation should send now, and watch on from here."""
        now = dt_util.utcnow()
        batteries = [Battery.read(self._hass, entity_id) for entity_id in entity_ids]
        memory = self._store.of(self._key(automation))
        changed = memory.asked_at(now)
        for battery in batteries:
            before = memory.batteries.get(battery.key, Memory())
            after = before.observe(battery.reading, rules, now)
            if after != before:
                memory.batteries[battery.key] = after
                changed = True
        if changed:
            await self._store.async_save(now)
        watch = self._renew_watch(automation, entity_ids, rules)
        watch.partial_since = {
            battery.key: watch.partial_since.get(battery.key, now)
            for battery in batteries
            if battery.partial
        }
        due = [
            DueText(kind, battery)
            for battery in batteries
            if now - watch.partial_since.get(battery.key, now - SETTLE) >= SETTLE
            for kind in memory.batteries.get(battery.key, Memory()).due(
                battery.reading, rules, now
            )
            if not _is_quiet(rules, now)
        ]
        watch.handed = {(text.battery.key, text.kind): now for text in due}
        watch.unsubscribe = async_track_state_change_event(
            self._hass,
            {source for battery in batteries for source in battery.sources},
            partial(self._state_changed, watch),
        )
        self._schedule(watch)
        return due

    async def async_told(self, automation: str, entity_id: str, kind: TextKind) -> None:
        """Take note that a text was sent, on disk before returning."""
        now = dt_util.utcnow()
        key = Battery.read(self._hass, entity_id).key
        memory = self._store.of(self._key(automation))
        memory.asked_at(now)
        before = memory.batteries.get(key, Memory())
        memory.batteries[key] = before.told(kind, now)
        await self._store.async_save(now)
        if watch := self._watches.get(automation):
            watch.handed.pop((key, kind), None)
            watch.before[key, kind] = before
            self._schedule(watch)

    async def async_not_told(
        self, automation: str, entity_id: str, kind: TextKind
    ) -> None:
        """Take back what `async_told` noted since the automation asked."""
        now = dt_util.utcnow()
        key = Battery.read(self._hass, entity_id).key
        watch = self._watches.get(automation)
        if watch is None or (before := watch.before.pop((key, kind), None)) is None:
            return
        self._store.of(self._key(automation)).batteries[key] = before
        await self._store.async_save(now)
        watch.handed[key, kind] = now
        self._schedule(watch)

    def _renew_watch(
        self, automation: str, entity_ids: list[str], rules: Rules
    ) -> _Watch:
        """Return a fresh watch of an automation, in place of the one before."""
        watch = _Watch(automation, entity_ids, rules)
        if old := self._watches.get(automation):
            old.stop()
            watch.partial_since = old.partial_since
        self._watches[automation] = watch
        return watch

    def _key(self, automation: str) -> str:
        """Return what stays the same when an automation is renamed."""
        entry = er.async_get(self._hass).async_get(automation)
        return automation if entry is None else entry.id

    @callback
    def _state_changed(
        self, watch: _Watch, _event: Event[EventStateChangedData]
    ) -> None:
        """Look whether a new state makes something due."""
        self._schedule(watch)

    @callback
    def _schedule(self, watch: _Watch) -> None:
        """Set the timer to when the automation should run next."""
        if watch.cancel_timer is not None:
            watch.cancel_timer()
            watch.cancel_timer = None
        if (moment := self._next_look(watch)) is not None:
            watch.cancel_timer = async_track_point_in_utc_time(
                self._hass, partial(self._look, watch), moment + SETTLE
            )

    def _next_look(self, watch: _Watch) -> datetime | None:
        """Return when something is due next, outside of the quiet hours."""
        now = dt_util.utcnow()
        moments: list[datetime] = []
        for battery, memory in self._observed(watch, now):
            for kind in memory.due(battery.reading, watch.rules, now):
                handed = watch.handed.get((battery.key, kind))
                moments.append(now if handed is None else max(now, handed + RETRY))
            if later := memory.next_change(battery.reading, watch.rules, now):
                moments.append(later)
        if not moments:
            return None
        local = dt_util.as_local(min(moments))
        return dt_util.as_utc(watch.rules.quiet.until(local))

    @callback
    def _look(self, watch: _Watch, _now: datetime) -> None:
        """Wake the automation if something is due that it was not told of just now.

        One that is off or gone is watched again when it asks again.
        """
        watch.cancel_timer = None
        if not self._hass.states.is_state(watch.automation, STATE_ON):
            watch.stop()
            del self._watches[watch.automation]
            return
        now = dt_util.utcnow()
        news = [
            (battery.key, kind)
            for battery, memory in self._observed(watch, now)
            for kind in memory.due(battery.reading, watch.rules, now)
            if (battery.key, kind) not in watch.handed
            or now - watch.handed[battery.key, kind] >= RETRY
        ]
        wake = bool(news) and not _is_quiet(watch.rules, now)
        if wake:
            watch.handed.update(dict.fromkeys(news, now))
        self._schedule(watch)
        if wake:
            self._hass.bus.async_fire(
                EVENT_BATTERY_TEXT_DUE, {ATTR_AUTOMATION: watch.automation}
            )

    def _observed(self, watch: _Watch, now: datetime) -> list[tuple[Battery, Memory]]:
        """Return the batteries as they are, and what is known of each by now."""
        memory = self._store.of(self._key(watch.automation))
        batteries = (Battery.read(self._hass, entity) for entity in watch.entity_ids)
        return [
            (
                battery,
                memory.batteries.get(battery.key, Memory()).observe(
                    battery.reading, watch.rules, now
                ),
            )
            for battery in batteries
        ]

    @callback
    def _stop(self, _event: Event[Mapping[str, Any]]) -> None:
        for watch in self._watches.values():
            watch.stop()
        self._watches.clear()


def _is_quiet(rules: Rules, now: datetime) -> bool:
    return rules.quiet.covers(dt_util.as_local(now).time())
