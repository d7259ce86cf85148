"""Scales and trackers: devices of their own below their account, with batteries."""

import asyncio
from datetime import timedelta

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.const import ATTR_DEVICE_CLASS, STATE_UNKNOWN, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..clouds import Clouds
from ..support.common import (
    entity_id_of,
    restart,
    set_up,
    state_of,
    update_entity,
    value_of,
    wait_for_poll,
    withings_token,
)
from ..support.devices import PAIRED, SYNCED, device_of, keys, names


async def test_withings(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """A Withings scale has words for its battery, and no invented percentage."""
    clouds.withings.device("alice", "s1", battery="medium", last_session=SYNCED)
    await set_up(hass, withings_entry)
    scale = device_of(hass, withings_entry, "s1")
    account = dr.async_get(hass).async_get_device_by_identifier(
        (DOMAIN, str(withings_entry.unique_id)), withings_entry.entry_id
    )
    assert scale is not None
    assert account is not None
    assert scale.via_device_id == account.id
    assert (scale.name, scale.manufacturer, scale.model) == (
        "Alice Body+",
        "Withings",
        "Body+",
    )
    assert keys(hass, withings_entry, "s1") == {
        "battery_level",
        "battery_low",
        "last_sync",
    }
    level = state_of(hass, withings_entry, "s1_battery_level")
    assert level.state == "medium"
    assert level.attributes["options"] == ["empty", "low", "medium", "high"]
    assert level.name == "Alice Body+ Battery level"
    assert state_of(hass, withings_entry, "s1_battery_low", "binary_sensor").state == (
        "off"
    )
    synced = state_of(hass, withings_entry, "s1_last_sync")
    assert synced.state == SYNCED.isoformat()
    assert synced.attributes[ATTR_DEVICE_CLASS] == "timestamp"
    for entity in er.async_entries_for_device(er.async_get(hass), scale.id):
        assert entity.entity_category is EntityCategory.DIAGNOSTIC


async def test_fitbit(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """A Fitbit tracker has a percentage and a word."""
    clouds.google.device("bob", "t1", battery_level=62, battery_status="Medium")
    clouds.google.device("bob", "w1", version="Pixel Watch 3", last_sync=SYNCED)
    clouds.google.device("bob", "s1", device_type="SCALE", version="Aria Air")
    await set_up(hass, fitbit_entry)
    assert names(hass, fitbit_entry) == {
        "Bob",
        "Bob Charge 6",
        "Bob Pixel Watch 3",
        "Bob Aria Air",
    }
    assert keys(hass, fitbit_entry, "t1") == {
        "battery",
        "battery_level",
        "battery_low",
        "last_sync",
    }
    battery = state_of(hass, fitbit_entry, "t1_battery")
    assert battery.state == "62"
    assert battery.attributes[ATTR_DEVICE_CLASS] == "battery"
    assert battery.attributes["unit_of_measurement"] == "%"
    assert state_of(hass, fitbit_entry, "t1_battery_level").state == "medium"
    assert state_of(hass, fitbit_entry, "w1_last_sync").state == SYNCED.isoformat()
    manufacturers = [
        device.manufacturer
        for name in ("t1", "w1", "s1")
        if (device := device_of(hass, fitbit_entry, name))
    ]
    assert manufacturers == ["Fitbit", "Google", "Fitbit"]


async def test_level_of_zero_is_left_out(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """Without a level there is no percentage; the entity comes with the first one."""
    clouds.google.device("bob", "t1", battery_level=0, battery_status="Empty")
    await set_up(hass, fitbit_entry)
    assert entity_id_of(hass, fitbit_entry, "t1_battery") is None
    assert state_of(hass, fitbit_entry, "t1_battery_level").state == "empty"

    clouds.google.set_battery("bob", "t1", level=100, status="High")
    await wait_for_poll(hass, minutes=61)
    assert value_of(hass, fitbit_entry, "t1_battery") == 100

    clouds.google.set_battery("bob", "t1", level=0, status="Low")
    await wait_for_poll(hass, minutes=61)
    assert state_of(hass, fitbit_entry, "t1_battery").state == STATE_UNKNOWN
    assert state_of(hass, fitbit_entry, "t1_battery_level").state == "low"


async def test_an_empty_battery_after_a_restart(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """A battery that had a percentage keeps its sensor, which knows none now."""
    clouds.google.device("bob", "t1", battery_level=55, battery_status="Medium")
    await set_up(hass, fitbit_entry)
    (entity_id,) = [
        state.entity_id
        for state in hass.states.async_all("sensor")
        if state.entity_id.endswith("_battery")
    ]
    clouds.google.set_battery("bob", "t1", level=0, status="Empty")
    await restart(hass, fitbit_entry)
    state = hass.states.get(entity_id)
    assert state is not None
    assert state.state == "unknown"


async def test_unknown_word_of_withings(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """Withings' `unknown` is unknown, and harms no other device."""
    clouds.withings.device("alice", "s1", battery="unknown")
    clouds.withings.device("alice", "s2", battery="low")
    await set_up(hass, withings_entry)
    assert state_of(hass, withings_entry, "s1_battery_level").state == STATE_UNKNOWN
    low = state_of(hass, withings_entry, "s1_battery_low", "binary_sensor")
    assert low.state == STATE_UNKNOWN
    assert state_of(hass, withings_entry, "s2_battery_level").state == "low"


async def test_a_short_list_is_believed_at_the_second_look(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """A device that is left out once keeps its place and its values."""
    clouds.google.device("bob", "t1", battery_level=50)
    clouds.google.device("bob", "t2", battery_level=60, version="Inspire 3")
    await set_up(hass, fitbit_entry)
    device = device_of(hass, fitbit_entry, "t2")
    for _ in range(2):
        clouds.google.remove_device("bob", "t2")
        clouds.google.set_battery("bob", "t1", level=49, status="Medium")
        await wait_for_poll(hass, minutes=61)
        assert value_of(hass, fitbit_entry, "t1_battery") == 49
        assert value_of(hass, fitbit_entry, "t2_battery") == 60
        assert device_of(hass, fitbit_entry, "t2") == device
        clouds.google.device("bob", "t2", battery_level=60, version="Inspire 3")
        await wait_for_poll(hass, minutes=61)
    clouds.google.remove_device("bob", "t2")
    for _ in range(2):
        await wait_for_poll(hass, minutes=61)
    assert device_of(hass, fitbit_entry, "t2") is None
    assert value_of(hass, fitbit_entry, "t1_battery") == 49


async def test_shared_scale(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """A scale of two people is a device of each, by the vendor's one id."""
    person = clouds.withings.person("carol")
    other = MockConfigEntry(
        domain=DOMAIN,
        title="Carol",
        unique_id=f"withings_{person.userid}",
        data={**withings_entry.data, "token": await withings_token(clouds, "carol")},
    )
    other.add_to_hass(hass)
    for name in ("alice", "carol"):
        clouds.withings.device(name, "s1", battery="low")
    await set_up(hass, withings_entry)
    await set_up(hass, other)
    assert names(hass, withings_entry) == {"Alice", "Alice Body+"}
    assert names(hass, other) == {"Carol", "Carol Body+"}
    clouds.withings.remove_device("carol", "s1")
    await wait_for_poll(hass, minutes=61)
    await wait_for_poll(hass, minutes=61)
    assert names(hass, withings_entry) == {"Alice", "Alice Body+"}
    assert names(hass, other) == {"Carol"}


async def test_two_vendors(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    fitbit_entry: MockConfigEntry,
) -> None:
    """The credentials of two vendors live in one domain, each with its accounts."""
    clouds.withings.device("alice", "d1", battery="low")
    clouds.withings.step_on_scale("alice", 62.3, when=SYNCED)
    clouds.google.device("bob", "d1", battery_level=90)
    clouds.google.step_on_scale("bob", 80.2, when=SYNCED)
    await set_up(hass, withings_entry)
    await set_up(hass, fitbit_entry)
    clouds.withings.expire_access("alice")
    clouds.google.expire_access("bob")
    for entry in (withings_entry, fitbit_entry):
        data = {**entry.data, "token": {**entry.data["token"], "expires_at": 0}}
        hass.config_entries.async_update_entry(entry, data=data)
    await wait_for_poll(hass, minutes=61)
    assert state_of(hass, withings_entry, "d1_battery_level").state == "low"
    assert value_of(hass, withings_entry, "weight") == 62.3
    assert value_of(hass, fitbit_entry, "d1_battery") == 90
    assert value_of(hass, fitbit_entry, "weight") == 80.2
    assert clouds.log.count("withings", path="oauth2") == 1
    assert clouds.log.count("google", path="/token") == 1


async def test_update_entity_polls_everything(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """Whatever entity is to be updated, all of its source is."""
    clouds.google.device("bob", "t1", battery_level=50)
    clouds.google.step_on_scale("bob", 80.0, when=SYNCED)
    await set_up(hass, fitbit_entry)
    for number, (key, platform) in enumerate(
        (
            ("t1_battery", "sensor"),
            ("t1_battery_low", "binary_sensor"),
            ("weight", "sensor"),
            ("status", "sensor"),
            ("goal_weight", "number"),
            ("weigh_in", "event"),
            ("question", "event"),
        ),
        1,
    ):
        entity_id = entity_id_of(hass, fitbit_entry, key, platform)
        assert entity_id is not None
        clouds.google.set_battery("bob", "t1", level=50 - number, status="Medium")
        when = SYNCED + timedelta(minutes=10 * number)
        clouds.google.step_on_scale("bob", 80.0 - number, when=when)
        await update_entity(hass, entity_id)
        assert value_of(hass, fitbit_entry, "t1_battery") == 50 - number
        assert value_of(hass, fitbit_entry, "weight") == 80.0 - number


async def test_update_of_many_entities_shares_polls(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """To update all entities of an account at once costs few requests."""
    clouds.google.step_on_scale("bob", 80.0, when=SYNCED, body_fat=20)
    for number in range(3):
        clouds.google.device("bob", f"t{number}")
    await set_up(hass, fitbit_entry)
    clouds.log.clear()
    entities = er.async_entries_for_config_entry(
        er.async_get(hass), fitbit_entry.entry_id
    )
    assert len(entities) == 25
    await asyncio.gather(
        *(update_entity(hass, entity.entity_id) for entity in entities)
    )
    assert clouds.log.count("google", path="/weight/") <= 2
    assert clouds.log.count("google", path=PAIRED) <= 2
