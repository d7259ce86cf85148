"""A house with one scale that Home Assistant knows, and people who stand on it."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.weighbridge.const import DOMAIN
from homeassistant.config_entries import ConfigSubentry, ConfigSubentryData
from homeassistant.const import EVENT_STATE_CHANGED
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.util import dt as dt_util

from .common import set_up

MORNING = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
WEIGHT = "sensor.scale_weight"
FAT = "sensor.scale_body_fat"
WATER = "sensor.scale_body_water"
UNITS: Mapping[str, str | None] = {
    "weight": "kg",
    "body_fat": "%",
    "body_water": "%",
    "muscle_mass": "kg",
    "bone_mass": "kg",
    "visceral_fat": None,
    "basal_metabolic_rate": "kcal",
    "metabolic_age": "years",
    "bmi": None,
    "heart_rate": "bpm",
}

# Limits that keep two people apart from the first day.
LIMITS: Mapping[str, Mapping[str, float]] = {
    "Carol": {"min_weight": 50, "max_weight": 72},
    "Dave": {"min_weight": 74, "max_weight": 110},
}

# Limits that let everybody be the only person of a scale.
ANYBODY: Mapping[str, float] = {"min_weight": 3, "max_weight": 300}


class House:
    """A scale and its people, seen through Home Assistant."""

    def __init__(self, hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
        """Have no scale yet."""
        self.hass = hass
        self._freezer = freezer
        self.entry: MockConfigEntry
        self.asked: list[dict[str, Any]] = []
        """What the question events told."""
        self.weighed: list[tuple[str, float]] = []
        """Whose weigh-in events there were, and which weights they told of."""
        self._told: set[tuple[str, str]] = set()
        hass.bus.async_listen(EVENT_STATE_CHANGED, self._changed)

    async def async_move_in(
        self,
        people: Mapping[str, Mapping[str, Any]] = LIMITS,
        *,
        weight: str = WEIGHT,
        **sensors: str,
    ) -> MockConfigEntry:
        """Add a scale with some sensors, and people with their settings."""
        self.entry = MockConfigEntry(
            domain=DOMAIN,
            title="Bathroom",
            unique_id=f"scale_{weight}",
            data={"provider": "scale", "weight": weight, **sensors},
            subentries_data=[
                ConfigSubentryData(
                    subentry_type="person", title=name, data=settings, unique_id=None
                )
                for name, settings in people.items()
            ],
        )
        self.entry.add_to_hass(self.hass)
        await set_up(self.hass, self.entry)
        return self.entry

    async def async_add(self, name: str, **settings: Any) -> None:
        """Add somebody."""
        self.hass.config_entries.async_add_subentry(
            self.entry,
            ConfigSubentry(
                data=MappingProxyType(settings),
                subentry_type="person",
                title=name,
                unique_id=None,
            ),
        )
        await self.hass.async_block_till_done(wait_background_tasks=True)

    def person(self, name: str) -> str:
        """Return the id of somebody."""
        return next(
            subentry.subentry_id
            for subentry in self.entry.subentries.values()
            if subentry.title == name
        )

    def show(
        self,
        value: float | str,
        entity_id: str = WEIGHT,
        *,
        unit: str | None = None,
        force: bool = False,
        **attributes: Any,
    ) -> None:
        """Write a state as an integration does."""
        if unit is None:
            unit = {FAT: "%", WATER: "%"}.get(entity_id, "kg")
        if unit:
            attributes["unit_of_measurement"] = unit
        self.hass.states.async_set(
            entity_id, str(value), attributes, force_update=force
        )

    async def later(self, **wait: float) -> None:
        """Let time pass, and what it starts come to its end."""
        self._freezer.tick(timedelta(**wait))
        async_fire_time_changed(self.hass, dt_util.utcnow())
        await self.hass.async_block_till_done(wait_background_tasks=True)

    async def weigh(
        self, weight: float, body_fat: float | None = None, **wait: float
    ) -> None:
        """Let somebody stand on the scale, and a minute or more pass."""
        await self.later(**(wait or {"minutes": 10}))
        self.show(weight)
        if body_fat is not None:
            await self.later(seconds=3)
            self.show(body_fat, FAT)
        await self.later(seconds=6)
        await self.later(seconds=61)

    def entity_id(self, name: str, key: str, platform: str = "sensor") -> str | None:
        """Return the id of somebody's entity by its translation key."""
        return er.async_get(self.hass).async_get_entity_id(
            platform, DOMAIN, f"person_{self.person(name)}_{key}"
        )

    def value(self, name: str, key: str) -> float | None:
        """Return what somebody's sensor shows, None if it shows nothing."""
        entity_id = self.entity_id(name, key)
        state = None if entity_id is None else self.hass.states.get(entity_id)
        return None if state is None else float(state.state)

    async def measurements(self, name: str) -> list[dict[str, Any]]:
        """Return all that was measured of somebody, the oldest first."""
        response: Any = await self.hass.services.async_call(
            DOMAIN,
            "get_measurements",
            {
                "config_entry_id": self.entry.entry_id,
                "person": self.person(name),
                "start": "2020-01-01",
            },
            blocking=True,
            return_response=True,
        )
        measured: list[dict[str, Any]] = response["measurements"]
        return measured

    async def async_answer(
        self, person: str, asked: Mapping[str, Any] | None = None
    ) -> None:
        """Say whose a weigh-in in question is; the last one unless told."""
        await self.hass.services.async_call(
            DOMAIN,
            "assign_weigh_in",
            {
                "config_entry_id": self.entry.entry_id,
                "weigh_in": (asked or self.asked[-1])["weigh_in"],
                "person": person,
            },
            blocking=True,
        )
        await self.hass.async_block_till_done(wait_background_tasks=True)

    def scale_state(self, key: str, platform: str = "sensor") -> str:
        """Return the state of something of the scale itself."""
        entity_id = er.async_get(self.hass).async_get_entity_id(
            platform, DOMAIN, f"{self.entry.entry_id}_{key}"
        )
        assert entity_id is not None
        state = self.hass.states.get(entity_id)
        assert state is not None
        return state.state

    def issues(self) -> dict[str | None, Mapping[str, str]]:
        """Return what fills the texts of the open repair issues, by their kinds."""
        return {
            issue.translation_key: issue.translation_placeholders or {}
            for issue in ir.async_get(self.hass).issues.values()
            if issue.domain == DOMAIN
        }

    @callback
    def _changed(self, event: Event[EventStateChangedData]) -> None:
        """Note what event entities tell."""
        state = event.data["new_state"]
        if state is None or (state.entity_id, state.state) in self._told:
            return
        self._told.add((state.entity_id, state.state))
        match state.attributes.get("event_type"):
            case "unclear":
                self.asked.append(dict(state.attributes))
            case "weigh_in":
                registered = er.async_get(self.hass).async_get(state.entity_id)
                subentry = registered and registered.config_subentry_id
                name = self.entry.subentries[subentry].title if subentry else ""
                self.weighed.append((name, state.attributes["weight"]))
