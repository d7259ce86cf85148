"""Sensors: values, units, and when there are none."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from syrupy.assertion import SnapshotAssertion

from homeassistant.const import STATE_UNKNOWN, Platform
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from .clouds import Clouds
from .support.common import (
    entity_id_of,
    set_up,
    state_of,
    update_entity,
    value_of,
    wait_for_poll,
)

MORNING = datetime(2026, 11, 19, 6, 30, 12, tzinfo=UTC)


async def test_sensors(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    snapshot: SnapshotAssertion,
) -> None:
    """A full weighing gives all sensors."""
    clouds.withings.height("alice", 1.7, when=MORNING - timedelta(days=900))
    clouds.withings.step_on_scale(
        "alice",
        62.345,
        when=MORNING,
        body_fat=24.81,
        muscle_mass=44.5,
        bone_mass=2.31,
        body_water=33.05,
        visceral_fat=2.4,
        basal_metabolic_rate=1371,
        metabolic_age=33,
        heart_rate=61,
    )
    await set_up(hass, withings_entry)
    entries = er.async_entries_for_config_entry(
        entity_registry, withings_entry.entry_id
    )
    for entry in sorted(entries, key=lambda entry: entry.entity_id):
        if entry.domain == Platform.SENSOR:
            assert entry == snapshot(name=f"{entry.entity_id}-entry")
            assert hass.states.get(entry.entity_id) == snapshot(
                name=f"{entry.entity_id}-state"
            )


async def test_device(
    hass: HomeAssistant,
    withings_entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """The account is one service, named as its entry."""
    await set_up(hass, withings_entry)
    (device,) = dr.async_entries_for_config_entry(
        device_registry, withings_entry.entry_id
    )
    assert device.name == "Alice"
    assert device.manufacturer == "Withings"
    assert device.entry_type is dr.DeviceEntryType.SERVICE


async def test_accounts_tell_what_they_are(
    hass: HomeAssistant,
    withings_entry: MockConfigEntry,
    fitbit_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """The page of an account says whose service it is, and not that it is unknown."""
    for entry, model in (
        (withings_entry, "Withings"),
        (fitbit_entry, "Fitbit"),
        (garmin_entry, "Garmin Connect"),
    ):
        await set_up(hass, entry)
        (device,) = dr.async_entries_for_config_entry(device_registry, entry.entry_id)
        assert device.model == model


async def test_pounds(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """Who has set Home Assistant to pounds sees pounds, for every mass."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    clouds.withings.step_on_scale("alice", 80.0, when=MORNING, body_fat=20)
    await set_up(hass, withings_entry)
    for key, pounds in (("weight", 176.37), ("fat_mass", 35.27)):
        state = state_of(hass, withings_entry, key)
        assert state.attributes["unit_of_measurement"] == "lb"
        assert float(state.state) == pytest.approx(pounds, abs=0.005)
    assert value_of(hass, withings_entry, "body_fat") == 20


async def test_sensors_appear_with_their_data(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """An account without weigh-ins has no sensors; each comes with its first value."""
    await set_up(hass, withings_entry)
    assert entity_id_of(hass, withings_entry, "weight") is None
    assert entity_id_of(hass, withings_entry, "last_weigh_in") is None

    clouds.withings.step_on_scale("alice", 62.3)
    await wait_for_poll(hass)
    assert value_of(hass, withings_entry, "weight") == 62.3
    assert entity_id_of(hass, withings_entry, "body_fat") is None

    clouds.withings.step_on_scale("alice", 62.2, body_fat=25)
    await wait_for_poll(hass)
    assert value_of(hass, withings_entry, "body_fat") == 25


async def test_value_stays_until_a_newer_one(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """A weighing with socks on changes the weight only."""
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING, body_fat=25)
    await set_up(hass, withings_entry)
    clouds.withings.step_on_scale(
        "alice", 62.9, when=MORNING + timedelta(hours=12), heart_rate=70
    )
    await wait_for_poll(hass)
    assert value_of(hass, withings_entry, "weight") == 62.9
    assert value_of(hass, withings_entry, "body_fat") == 25
    assert value_of(hass, withings_entry, "heart_rate") == 70
    assert (
        state_of(hass, withings_entry, "last_weigh_in").state
        == "2026-11-19T18:30:12+00:00"
    )


async def test_late_weigh_in_does_not_hide_a_newer_one(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """The sensors show the newest measurement, not the one that arrived last."""
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING)
    await set_up(hass, withings_entry)
    clouds.withings.step_on_scale(
        "alice", 63.3, when=MORNING - timedelta(days=20), body_fat=26
    )
    await wait_for_poll(hass)
    assert value_of(hass, withings_entry, "weight") == 62.3
    assert value_of(hass, withings_entry, "body_fat") == 26


async def test_edited_weigh_in(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """Editing the newest weigh-in in the vendor's app corrects the sensor."""
    group = clouds.withings.step_on_scale("alice", 162.3, when=MORNING)
    await set_up(hass, withings_entry)
    clouds.withings.edit("alice", group.grpid, 62.3)
    await wait_for_poll(hass)
    assert value_of(hass, withings_entry, "weight") == 62.3


async def test_bmi_uses_the_height_in_force(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """The BMI is that of the height at the time; a height entered late counts too."""
    clouds.withings.step_on_scale("alice", 50.0, when=MORNING)
    await set_up(hass, withings_entry)
    assert entity_id_of(hass, withings_entry, "bmi") is None

    clouds.withings.height("alice", 1.6, when=MORNING + timedelta(hours=1))
    await wait_for_poll(hass)
    assert value_of(hass, withings_entry, "bmi") == 19.53

    clouds.withings.height("alice", 1.65, when=MORNING + timedelta(hours=3))
    await wait_for_poll(hass)
    assert value_of(hass, withings_entry, "bmi") == 19.53

    clouds.withings.step_on_scale("alice", 50.0, when=MORNING + timedelta(hours=4))
    await wait_for_poll(hass)
    assert value_of(hass, withings_entry, "bmi") == 18.37


async def test_update_entity_polls_at_once(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """The action of Home Assistant polls, whatever entity it is asked for."""
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING)
    await set_up(hass, withings_entry)
    clouds.withings.step_on_scale("alice", 61.9, when=MORNING + timedelta(hours=1))
    event_id = entity_id_of(hass, withings_entry, "weigh_in", "event")
    assert event_id is not None
    assert state_of(hass, withings_entry, "weigh_in", "event").state == STATE_UNKNOWN
    await update_entity(hass, event_id)
    assert value_of(hass, withings_entry, "weight") == 61.9


async def test_update_entity_during_a_poll(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """A poll under way may have missed the news; one more serves all who asked."""
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING, body_fat=25)
    await set_up(hass, withings_entry)
    weight_id = entity_id_of(hass, withings_entry, "weight")
    fat_id = entity_id_of(hass, withings_entry, "body_fat")
    assert weight_id is not None
    assert fat_id is not None
    clouds.log.clear()
    slow = clouds.faults.delay("action=getmeas", 0.2, processed=True)
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(minutes=15))
    while not slow.hits:
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.05)
    clouds.withings.step_on_scale("alice", 61.9, when=MORNING + timedelta(hours=1))
    await asyncio.gather(update_entity(hass, weight_id), update_entity(hass, fat_id))
    assert value_of(hass, withings_entry, "weight") == 61.9
    assert clouds.log.count("withings", path="/measure") == 2


async def test_clock_of_the_scale_is_ahead(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """A weigh-in of next year does not freeze the sensors until then."""
    clouds.withings.step_on_scale("alice", 62.3)
    clouds.withings.step_on_scale(
        "alice", 62.2, when=datetime.now(UTC) + timedelta(days=300)
    )
    await set_up(hass, withings_entry)
    assert value_of(hass, withings_entry, "weight") == 62.3


async def test_values_outlive_a_restart(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """After a restart everything is there again, though little was read."""
    clouds.withings.height("alice", 1.6, when=MORNING - timedelta(days=900))
    clouds.withings.step_on_scale(
        "alice",
        50.0,
        when=MORNING,
        uploaded=datetime.now(UTC) - timedelta(days=9),
        body_fat=25,
    )
    await set_up(hass, withings_entry)
    assert await hass.config_entries.async_unload(withings_entry.entry_id)
    clouds.withings.people["alice"].groups.clear()
    await set_up(hass, withings_entry)
    assert value_of(hass, withings_entry, "weight") == 50
    assert value_of(hass, withings_entry, "body_fat") == 25
    assert value_of(hass, withings_entry, "bmi") == 19.53
    assert (
        state_of(hass, withings_entry, "last_weigh_in").state
        == "2026-11-19T06:30:12+00:00"
    )


async def test_what_counts_no_longer_is_unknown_after_a_restart_too(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """A sensor that there was goes on, though nothing that it could show counts."""
    group = clouds.withings.step_on_scale("alice", 62.3, when=MORNING)
    await set_up(hass, withings_entry)
    clouds.withings.attribute("alice", group.grpid, 1)
    await wait_for_poll(hass)
    shown = ("weight", "last_weigh_in", "weight_trend")
    assert {state_of(hass, withings_entry, key).state for key in shown} == {
        STATE_UNKNOWN
    }
    assert await hass.config_entries.async_reload(withings_entry.entry_id)
    await hass.async_block_till_done()
    assert {state_of(hass, withings_entry, key).state for key in shown} == {
        STATE_UNKNOWN
    }
    goal = state_of(hass, withings_entry, "goal_weight", "number")
    assert goal.state == STATE_UNKNOWN
