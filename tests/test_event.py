"""The event entity: each new weigh-in once, with its own time, and nothing else."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED, STATE_UNKNOWN
from homeassistant.core import CoreState, Event, HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from .clouds import Clouds
from .support.common import entity_id_of, restart, set_up, state_of, wait_for_poll

MORNING = datetime(2026, 11, 19, 6, 30, 12, tzinfo=UTC)
TRIGGERED = "test_weighed"


@pytest.fixture
async def weighed(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return the loaded entry of a person who weighed herself this morning."""
    await hass.config.async_set_time_zone("America/New_York")
    clouds.withings.height("alice", 1.6, when=MORNING - timedelta(days=900))
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING)
    await set_up(hass, withings_entry)
    return withings_entry


@pytest.fixture
async def triggered(hass: HomeAssistant, weighed: MockConfigEntry) -> list[Event]:
    """Return the events of an automation that each weigh-in triggers."""
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": {
                "triggers": {
                    "trigger": "event.received",
                    "target": {
                        "entity_id": entity_id_of(hass, weighed, "weigh_in", "event")
                    },
                    "options": {"event_type": "weigh_in"},
                },
                "mode": "queued",
                "actions": {
                    "event": TRIGGERED,
                    "event_data_template": {
                        "weight": "{{ trigger.to_state.attributes.weight }}",
                        "measured_at": "{{ trigger.to_state.attributes.measured_at }}",
                    },
                },
            }
        },
    )
    return async_capture_events(hass, TRIGGERED)


def weights(triggered: list[Event]) -> list[float]:
    """Return the weights that an automation was triggered with."""
    return [float(event.data["weight"]) for event in triggered]


def told(hass: HomeAssistant, entry: MockConfigEntry) -> Mapping[str, Any]:
    """Return the attributes of the last event."""
    return state_of(hass, entry, "weigh_in", "event").attributes


async def test_history_is_no_event(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """What was measured before the account was added is not new."""
    assert state_of(hass, weighed, "weigh_in", "event").state == STATE_UNKNOWN
    await wait_for_poll(hass)
    assert state_of(hass, weighed, "weigh_in", "event").state == STATE_UNKNOWN


async def test_doubtful_history_is_no_event(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """Tidying up old weigh-ins in the vendor's app fires nothing."""
    group = clouds.withings.step_on_scale(
        "alice", 61, when=MORNING, uploaded=MORNING - timedelta(days=9), attrib=1
    )
    await set_up(hass, withings_entry)
    group.attrib = 0
    group.modified = datetime.now(UTC)
    await wait_for_poll(hass)
    assert state_of(hass, withings_entry, "weigh_in", "event").state == STATE_UNKNOWN
    assert state_of(hass, withings_entry, "weight").state == "61.0"


async def test_weigh_in(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    triggered: list[Event],
) -> None:
    """A weigh-in fires once, with its own time and all that was measured."""
    clouds.withings.step_on_scale(
        "alice", 61.44, when=MORNING + timedelta(hours=24), body_fat=25, heart_rate=61
    )
    await wait_for_poll(hass)
    await wait_for_poll(hass)
    assert [event.data for event in triggered] == [
        {"weight": 61.44, "measured_at": "2026-11-20T01:30:12-05:00"}
    ]
    attributes = dict(told(hass, weighed))
    for attribute in ("event_types", "friendly_name"):
        del attributes[attribute]
    assert attributes == {
        "event_type": "weigh_in",
        "measured_at": "2026-11-20T01:30:12-05:00",
        "weight": 61.44,
        "weight_unit": "kg",
        "body_fat": 25,
        "fat_mass": 15.36,
        "fat_free_mass": 46.08,
        "bmi": 24.0,
        "heart_rate": 61,
    }


async def test_same_weight_again(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    triggered: list[Event],
) -> None:
    """Who weighs the same as yesterday has weighed in all the same."""
    for hours in (24, 48):
        clouds.withings.step_on_scale(
            "alice", 62.3, when=MORNING + timedelta(hours=hours)
        )
        await wait_for_poll(hass)
    assert weights(triggered) == [62.3, 62.3]


async def test_several_at_once(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    triggered: list[Event],
) -> None:
    """A scale that was offline hands in several: each fires, in the order of time."""
    for days in (-3, 2, -20, 1):
        clouds.withings.step_on_scale(
            "alice", 60 + days / 10, when=MORNING + timedelta(days=days)
        )
    await wait_for_poll(hass)
    assert weights(triggered) == [58.0, 59.7, 60.1, 60.2]
    assert told(hass, weighed)["weight"] == 60.2


async def test_edit_is_not_new(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    triggered: list[Event],
) -> None:
    """Correcting a weigh-in, known or older than our memory, fires nothing."""
    old = clouds.withings.step_on_scale(
        "alice",
        70,
        when=MORNING - timedelta(days=50),
        uploaded=MORNING - timedelta(days=50),
    )
    clouds.withings.edit("alice", old.grpid, 69.9)
    new = clouds.withings.step_on_scale("alice", 61, when=MORNING + timedelta(hours=1))
    await wait_for_poll(hass)
    assert weights(triggered) == [61]
    clouds.withings.edit("alice", new.grpid, 60.9)
    clouds.withings.edit("alice", old.grpid, 69.8)
    await wait_for_poll(hass)
    assert weights(triggered) == [61]


async def test_doubtful_weigh_in(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    triggered: list[Event],
) -> None:
    """A weigh-in that may be somebody else's fires when the person confirms it."""
    group = clouds.withings.step_on_scale(
        "alice", 61.5, when=MORNING + timedelta(hours=1), attrib=1
    )
    await wait_for_poll(hass)
    await restart(hass, weighed)
    assert not triggered
    group.created -= timedelta(days=9)
    group.attrib = 7
    await wait_for_poll(hass)
    await wait_for_poll(hass)
    assert weights(triggered) == [61.5]


async def test_restart(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    triggered: list[Event],
) -> None:
    """What was measured while it was down fires once afterwards, nothing else does."""
    clouds.withings.step_on_scale("alice", 61.5, when=MORNING + timedelta(hours=1))
    await wait_for_poll(hass)
    before = state_of(hass, weighed, "weigh_in", "event")
    await restart(hass, weighed)
    assert weights(triggered) == [61.5]
    assert state_of(hass, weighed, "weigh_in", "event").state == before.state

    assert await hass.config_entries.async_unload(weighed.entry_id)
    clouds.withings.step_on_scale("alice", 61.4, when=MORNING + timedelta(hours=2))
    clouds.withings.step_on_scale("alice", 61.3, when=MORNING + timedelta(hours=3))
    await set_up(hass, weighed)
    assert weights(triggered) == [61.5, 61.4, 61.3]
    await restart(hass, weighed)
    assert weights(triggered) == [61.5, 61.4, 61.3]


async def test_events_wait_for_automations(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    triggered: list[Event],
) -> None:
    """While Home Assistant starts nothing fires: no automation would hear it."""
    assert await hass.config_entries.async_unload(weighed.entry_id)
    clouds.withings.step_on_scale("alice", 61.4, when=MORNING + timedelta(hours=2))
    hass.set_state(CoreState.starting)
    await set_up(hass, weighed)
    await wait_for_poll(hass)
    assert not triggered
    # A crash now would not lose it.
    await restart(hass, weighed)
    assert not triggered

    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await hass.async_block_till_done()
    assert weights(triggered) == [61.4]


async def test_outage_does_not_swallow_the_event(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    triggered: list[Event],
) -> None:
    """Triggers ignore what comes out of unavailability: the event comes after it."""
    trouble = clouds.faults.answer("action=getmeas", 500, times=None)
    await wait_for_poll(hass)
    clouds.withings.step_on_scale("alice", 61.4, when=MORNING + timedelta(hours=2))
    await wait_for_poll(hass)
    trouble.remove()
    await wait_for_poll(hass)
    assert weights(triggered) == [61.4]


async def test_disabled_event_entity(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """The sensors do not need the event entity; polling goes on without any entity."""
    for entity in er.async_entries_for_config_entry(entity_registry, weighed.entry_id):
        entity_registry.async_update_entity(
            entity.entity_id, disabled_by=er.RegistryEntryDisabler.USER
        )
    await restart(hass, weighed)
    clouds.log.clear()
    await wait_for_poll(hass)
    assert clouds.log.count("withings", path="/measure") == 1


async def test_event_entity_that_comes_back(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """Who switches the event entity on again hears nothing of what came meanwhile."""
    event_id = str(entity_id_of(hass, weighed, "weigh_in", "event"))
    entity_registry.async_update_entity(
        event_id, disabled_by=er.RegistryEntryDisabler.USER
    )
    await restart(hass, weighed)
    clouds.withings.step_on_scale("alice", 61.5, when=MORNING + timedelta(hours=1))
    await wait_for_poll(hass)
    entity_registry.async_update_entity(event_id, disabled_by=None)
    await restart(hass, weighed)
    assert state_of(hass, weighed, "weigh_in", "event").state == STATE_UNKNOWN
    clouds.withings.step_on_scale("alice", 61.4, when=MORNING + timedelta(hours=2))
    await wait_for_poll(hass)
    assert told(hass, weighed)["weight"] == 61.4
