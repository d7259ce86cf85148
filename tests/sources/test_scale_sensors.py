"""Sensors of a scale that come, go, are renamed, edited and replaced."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    mock_restore_cache,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.weighbridge.const import DOMAIN
from homeassistant.const import (
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    EVENT_HOMEASSISTANT_STARTED,
    EVENT_HOMEASSISTANT_STOP,
)
from homeassistant.core import CoreState, HomeAssistant, State
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from ..support.common import restart, set_up, update_entity
from ..support.scale import Scale
from ..support.scale_house import ANYBODY, FAT, UNITS, WATER, WEIGHT, House

PARTS = {"weight": "kg", "body_fat": "%", "body_water": "%"}


async def set_up_scale(hass: HomeAssistant, house: House) -> Scale:
    """Add a scale of an integration, by the registry ids of its sensors."""
    scale = Scale(hass, dict(PARTS))
    await scale.async_set_up()
    entries = er.async_get(hass).entities
    await house.async_move_in(
        {"Carol": ANYBODY},
        weight=entries[WEIGHT].id,
        body_fat=entries[FAT].id,
        body_water=entries[WATER].id,
    )
    return scale


async def test_restarts(hass: HomeAssistant, house: House) -> None:
    """What was shown before a restart of either side is no weighing."""
    scale = await set_up_scale(hass, house)
    scale.show(weight=80.0, body_fat=21.5)
    await house.later(seconds=6)
    for _ in range(2):
        await house.later(hours=3)
        await restart(hass, house.entry)
        await house.later(hours=3)
        await scale.async_reload()
        state = hass.states.get(WEIGHT)
        assert state is not None
        assert state.state == "80.0"
        await house.later(minutes=2)
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    assert await hass.config_entries.async_unload(scale.entry.entry_id)
    await house.later(hours=3)
    await set_up(hass, house.entry)
    await scale.async_set_up()
    await house.later(hours=3)
    assert house.weighed == [("Carol", 80.0)]
    scale.show(weight=79.5)
    await house.later(seconds=61)
    assert house.weighed == [("Carol", 80.0), ("Carol", 79.5)]
    (_, second) = await house.measurements("Carol")
    assert "body_fat" not in second


async def test_a_part_that_was_shown_long_before_the_weight(
    hass: HomeAssistant, house: House
) -> None:
    """Who kept their socks on is not weighed once more because settings were changed."""
    house.show(25.0, FAT)
    await house.later(hours=9)
    house.show(79.6)
    await house.async_move_in({"Carol": ANYBODY}, body_fat=FAT)
    await house.later(minutes=10)
    house.show(79.6)
    await house.weigh(80.0, 25.2, hours=9)
    await house.weigh(80.4, hours=24)
    expected = [("Carol", 80.0), ("Carol", 80.4)]
    assert house.weighed == expected
    await restart(hass, house.entry)
    for _ in range(4):
        await house.later(minutes=10)
        house.show(80.4)
    await house.later(seconds=61)
    assert house.weighed == expected


async def test_a_state_from_before_a_crash(hass: HomeAssistant, house: House) -> None:
    """Home Assistant may restore a weight that is older than the last one."""
    config = {"weight": {"min": 0, "max": 200, "unit_of_measurement": "kg"}}
    helper = "input_number.weight"
    await house.async_move_in({"Carol": ANYBODY}, weight=helper)
    house.show(80.0, helper)
    await house.later(seconds=6)
    assert house.weighed == [("Carol", 80.0)]
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    hass.states.async_remove(helper)

    hass.set_state(CoreState.not_running)
    mock_restore_cache(hass, [State(helper, "81.0")])
    await set_up(hass, house.entry)
    er.async_get(hass).async_get_or_create("sensor", "another", "id")
    await hass.async_block_till_done()
    assert house.issues() == {}
    assert await async_setup_component(hass, "input_number", {"input_number": config})
    state = hass.states.get(helper)
    assert state is not None
    assert state.state == "81.0"
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await house.later(hours=3)
    assert house.weighed == [("Carol", 80.0)]
    house.show(80.0, helper)
    await house.later(seconds=61)
    assert house.weighed == [("Carol", 80.0), ("Carol", 80.0)]


async def test_restored_states(hass: HomeAssistant, house: House) -> None:
    """What an entity shows first was measured nobody knows when."""
    house.show(80.0)
    await house.async_move_in({"Carol": ANYBODY})
    house.show("unavailable", restored=True)
    await house.later(days=1)
    house.show(81.0)
    await house.later(hours=3)
    house.show(82.0, restored=True)
    await house.later(hours=3)
    assert house.weighed == []
    house.show("unavailable", restored=True)
    house.show("unknown")
    house.show(83.0)
    await house.later(seconds=6)
    assert house.weighed == [("Carol", 83.0)]


async def test_a_scale_that_comes_back(hass: HomeAssistant, house: House) -> None:
    """After an outage only what differs was measured meanwhile."""
    scale = await set_up_scale(hass, house)
    scale.show(weight=80.0, body_fat=21.5)
    await house.later(seconds=61)
    for _ in range(2):
        await house.later(hours=20)
        scale.lose()
        await house.later(hours=3)
        scale.show(weight=80.0, body_fat=21.5)
        await house.later(seconds=61)
    # It is away when Weighbridge starts.
    scale.lose()
    await house.later(days=1)
    await restart(hass, house.entry)
    # It has a new sensor, too.
    scale.show(weight=80.0, body_water=54.0)
    await house.later(seconds=61)
    assert house.weighed == [("Carol", 80.0)]
    # Somebody was weighed meanwhile who weighs the same.
    await house.later(hours=20)
    scale.lose()
    await house.later(hours=3)
    scale.show(weight=80.0)
    await house.later(seconds=1)
    scale.show(body_fat=21.9)
    await house.later(seconds=61)
    assert house.weighed == [("Carol", 80.0)] * 2
    assert house.value("Carol", "body_fat") == 21.9
    await house.later(hours=20)
    scale.lose()
    await house.later(hours=3)
    scale.show(weight=79.5, body_fat=21.9)
    await house.later(seconds=61)
    assert [weight for _, weight in house.weighed] == [80.0, 80.0, 79.5]
    (*_, last) = await house.measurements("Carol")
    assert last["body_fat"] == 21.9


async def test_unloaded_before_it_has_settled(
    hass: HomeAssistant, house: House
) -> None:
    """What was measured in the last seconds is told after the restart."""
    await house.async_move_in({"Carol": ANYBODY})
    house.show(80.0)
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    await set_up(hass, house.entry)
    assert house.weighed == [("Carol", 80.0)]


async def test_stopped_before_it_has_settled(
    hass: HomeAssistant, house: House, hass_storage: dict[str, Any]
) -> None:
    """A stop of Home Assistant keeps it, too."""
    await house.async_move_in({"Carol": ANYBODY})
    house.show(80.0)
    hass.set_state(CoreState.stopping)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done(wait_background_tasks=True)
    hass.set_state(CoreState.final_write)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done(wait_background_tasks=True)
    stored = hass_storage[f"{DOMAIN}.{house.entry.entry_id}"]["data"]
    (row,) = stored["persons"][house.person("Carol")]["book"]["weigh_ins"]["rows"]
    assert ",80" in row
    hass.set_state(CoreState.running)


async def test_what_cannot_be_read_from_disk(
    hass: HomeAssistant, house: House, hass_storage: dict[str, Any]
) -> None:
    """It is learned anew."""
    await house.async_move_in({"Carol": ANYBODY})
    await house.weigh(80.0)
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    hass_storage[f"{DOMAIN}.{house.entry.entry_id}"]["data"]["scale"] = {"shown": 1}
    await set_up(hass, house.entry)
    await house.weigh(79.0)
    assert house.weighed == [("Carol", 80.0), ("Carol", 79.0)]
    await hass.config_entries.async_remove(house.entry.entry_id)
    assert f"{DOMAIN}.{house.entry.entry_id}" not in hass_storage


async def test_renamed(hass: HomeAssistant, house: House) -> None:
    """An entity may be called anything, and be called so at any time."""
    scale = await set_up_scale(hass, house)
    scale.show(weight=80.0, body_fat=21.5)
    await house.later(seconds=61)
    registry = er.async_get(hass)
    registry.async_update_entity(WEIGHT, new_entity_id="sensor.bathroom")
    await house.later(hours=3)
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    registry.async_update_entity(FAT, new_entity_id="sensor.bathroom_fat")
    await set_up(hass, house.entry)
    await house.later(hours=3)
    assert house.weighed == [("Carol", 80.0)]
    scale.show(weight=79.0, body_fat=21.0)
    await house.later(seconds=61)
    assert house.weighed == [("Carol", 80.0), ("Carol", 79.0)]
    assert house.value("Carol", "body_fat") == 21.0
    assert house.issues() == {}


async def test_what_cannot_be_read_is_renamed(
    hass: HomeAssistant, house: House
) -> None:
    """The user is told of the sensor by the name that it has, and while it is there."""
    scale = Scale(hass, {"weight": "kg", "body_fat": "ml"})
    await scale.async_set_up()
    registry = er.async_get(hass)
    fat = registry.entities[FAT].id
    await house.async_move_in({"Carol": ANYBODY}, body_fat=fat)
    scale.show(weight=80.0, body_fat=21.5)
    unreadable = "scale_sensors_unreadable"
    assert house.issues()[unreadable]["sensors"] == FAT
    registry.async_update_entity(FAT, new_entity_id="sensor.bathroom_fat")
    await house.later(minutes=1)
    scale.show(weight=80.4, body_fat=21.6)
    assert house.issues()[unreadable]["sensors"] == "sensor.bathroom_fat"
    registry.async_remove("sensor.bathroom_fat")
    await house.later(minutes=1)
    assert house.issues().keys() == {"scale_sensors_missing"}


async def test_edited(hass: HomeAssistant, house: House) -> None:
    """A new icon, name or label of the sensor weighs nobody."""
    scale = await set_up_scale(hass, house)
    scale.show(weight=80.0)
    await house.later(seconds=6)
    registry = er.async_get(hass)
    for change in ({"icon": "mdi:scale"}, {"name": "Bath"}, {"labels": {"health"}}):
        await house.later(days=1)
        registry.async_update_entity(WEIGHT, **change)
        await house.later(seconds=61)
    for name in ("Bath", "Bathroom"):
        await house.later(days=1)
        house.show(80.0, device_class="weight", friendly_name=name)
        await house.later(seconds=61)
    assert house.weighed == [("Carol", 80.0)]
    await house.later(hours=3)
    house.show(80.0, device_class="weight", friendly_name=name)
    await house.later(seconds=61)
    assert house.weighed == [("Carol", 80.0)] * 2


async def test_removed(hass: HomeAssistant, house: House) -> None:
    """The user is told what is gone, until it is back or no longer wanted."""
    scale = await set_up_scale(hass, house)
    registry = er.async_get(hass)
    registry.async_update_entity(WEIGHT, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.async_block_till_done(wait_background_tasks=True)
    registry.async_remove(FAT)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert house.issues() == {
        "scale_sensors_missing": {
            "account": "Bathroom",
            "sensors": "Body fat, Weight",
        }
    }
    await restart(hass, house.entry)
    assert house.issues().keys() == {"scale_sensors_missing"}
    registry.async_update_entity(WEIGHT, disabled_by=None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert house.issues()["scale_sensors_missing"]["sensors"] == "Body fat"
    await scale.async_reload()
    assert house.issues() == {}
    scale.show(weight=80.0, body_fat=21.5)
    await house.later(seconds=61)
    assert house.value("Carol", "body_fat") == 21.5


async def test_a_sensor_that_was_never_there(hass: HomeAssistant, house: House) -> None:
    """An entity without a registry entry is missed while it has no state."""
    time = "sensor.scale_time"
    await house.async_move_in({"Carol": ANYBODY}, measured_at=time)
    missing = house.issues()["scale_sensors_missing"]["sensors"]
    assert missing == "Time of measurement, Weight"
    house.show(80.0)
    house.show("unknown", time)
    await house.later(seconds=6)
    assert house.issues() == {}
    hass.states.async_remove(WEIGHT)
    await hass.async_block_till_done()
    assert house.issues()["scale_sensors_missing"]["sensors"] == "Weight"


async def test_a_scale_that_is_set_up_anew(hass: HomeAssistant, house: House) -> None:
    """Its sensors are waited for, also in a new entry of the scale's integration."""
    scale = await set_up_scale(hass, house)
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    await hass.config_entries.async_remove(scale.entry.entry_id)
    await set_up(hass, house.entry)
    sensors = house.issues()["scale_sensors_missing"]["sensors"]
    assert len(sensors.split(", ")) == len(PARTS)
    scale.entry = MockConfigEntry(domain="some_scale")
    await scale.async_set_up()
    assert house.issues() == {}
    scale.show(weight=80.0)
    await house.later(seconds=6)
    assert house.weighed == [("Carol", 80.0)]


async def test_asked_for_news(hass: HomeAssistant, house: House) -> None:
    """To update any entity updates the sensors, which may be polled."""
    scale = await set_up_scale(hass, house)
    scale.show(weight=80.0)
    await house.later(seconds=6)
    assert scale.sensors["weight"].updates == 0
    await update_entity(hass, "sensor.carol_weight")
    assert scale.sensors["weight"].updates == 1
    await update_entity(hass, "sensor.bathroom_last_weigh_in")
    assert scale.sensors["weight"].updates == 2


async def test_diagnostics(
    hass: HomeAssistant, house: House, hass_client: ClientSessionGenerator
) -> None:
    """What was reported can be played again, and no weight is told."""
    scale = await set_up_scale(hass, house)
    scale.show(weight=80.0)
    await house.later(seconds=3)
    scale.show(weight=None, body_fat=21.5)
    await house.later(seconds=3)
    scale.show(weight=40.0)
    scale.lose()
    await house.later(seconds=60)
    told: Any = await get_diagnostics_for_config_entry(hass, hass_client, house.entry)
    reports = told["reports"]
    assert reports["weight"][1:] == [
        [-66.0, "reported", 100.0],
        [-63.0, "reported", "unknown"],
        [-60.0, "reported", 50.0],
        [-60.0, "away", "unavailable"],
    ]
    assert reports["body_fat"][-2] == [-63.0, "reported", 100.0]
    assert told["people"] == [
        {
            "quantities": ["body_fat", "weight"],
            "weigh_ins": 2,
            "has_limits": [True, True],
        }
    ]
    for secret in ("80.0", "21.5", "Carol", "Bathroom"):
        assert secret not in str(told)
    assert len(UNITS) > len(PARTS)


@pytest.mark.parametrize("hours", [-20, 20])
async def test_clock_is_put_right_meanwhile(
    hass: HomeAssistant, house: House, freezer: FrozenDateTimeFactory, hours: int
) -> None:
    """Who stands there just then is known a minute later, as ever."""
    await house.async_move_in({"Carol": ANYBODY}, body_fat=FAT)
    await house.weigh(62.0, 25.0)
    await house.later(hours=3)
    house.show(62.4)
    freezer.tick(timedelta(hours=hours))
    # Timers run by another clock, which is never set.
    async_fire_time_changed(hass, dt_util.utcnow(), fire_all=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    await house.later(seconds=61)
    freezer.tick(timedelta(days=1))
    assert [one["weight"] for one in await house.measurements("Carol")] == [62.0, 62.4]
