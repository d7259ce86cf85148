"""Weigh-ins at their true hour in the long-term statistics."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.weighbridge.const import CONF_PROVIDER, DOMAIN, Provider
from custom_components.weighbridge.sources import statistics
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds
from ..support.common import (
    WITHINGS_CREDENTIAL,
    restart,
    set_up,
    value_of,
    withings_token,
)
from ..support.statistics import BODY_FAT, NOW, WEIGHT, Read, poll, row, single


@pytest.fixture(autouse=True)
def morning(freezer: FrozenDateTimeFactory) -> None:
    """Begin on the morning of a known day."""
    freezer.move_to(NOW)


async def test_weigh_ins_stand_at_their_hour(
    read: Read,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
) -> None:
    """Years of weigh-ins are there at once, each quantity on its own."""
    long_ago = datetime(2019, 3, 4, 5, 0, tzinfo=UTC)
    clouds.withings.height("alice", 1.6, when=long_ago)
    clouds.withings.step_on_scale("alice", 64.0, when=long_ago + timedelta(minutes=59))
    clouds.withings.step_on_scale(
        "alice",
        62.35,
        when=NOW - timedelta(minutes=40),
        body_fat=24.8,
        body_water=31.0,
        muscle_mass=44.1,
        bone_mass=2.4,
        visceral_fat=3.2,
        heart_rate=61,
        basal_metabolic_rate=1300,
        metabolic_age=41,
    )
    await set_up(hass, withings_entry)

    hour = NOW.replace(hour=7, minute=0, second=0)
    weights = [single(long_ago, 64.0), single(hour, 62.35)]
    bmis = [single(long_ago, 25.0), single(hour, 24.36)]
    one = {
        "body_fat": 24.8,
        "body_water": 49.72,
        "fat_mass": 15.463,
        "fat_free_mass": 46.887,
        "muscle_mass": 44.1,
        "bone_mass": 2.4,
        "visceral_fat": 3.2,
    }
    assert await read(
        *(
            f"weighbridge:withings_363_{quantity}"
            for quantity in ("weight", "bmi", *one, "heart_rate", "metabolic_age")
        )
    ) == {
        WEIGHT: weights,
        "weighbridge:withings_363_bmi": bmis,
        **{
            f"weighbridge:withings_363_{quantity}": [single(hour, value)]
            for quantity, value in one.items()
        },
    }

    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "recorder/list_statistic_ids"})
    listed = {
        found["statistic_id"]: found
        for found in (await client.receive_json())["result"]
        if found["source"] == DOMAIN
    }
    assert len(listed) == 11
    assert listed[WEIGHT] == {
        "statistic_id": WEIGHT,
        "source": "weighbridge",
        "name": "Alice Weight",
        "mean_type": 1,
        "has_mean": True,
        "has_sum": False,
        "unit_class": "mass",
        "statistics_unit_of_measurement": "kg",
        "display_unit_of_measurement": "kg",
    }
    units = {
        of.removeprefix("weighbridge:withings_363_"): (
            found["unit_class"],
            found["statistics_unit_of_measurement"],
        )
        for of, found in listed.items()
    }
    assert units["fat_mass"] == ("mass", "kg")
    assert units["body_fat"] == ("unitless", "%")
    assert units["bmi"] == (None, "kg/m²")
    assert units["visceral_fat"] == (None, None)


async def test_graphs_in_pounds(
    read: Read, hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """A mass can be shown in other units."""
    clouds.withings.step_on_scale("alice", 62.0)
    await set_up(hass, withings_entry)
    ((found,),) = (await read(units={"mass": "lb"})).values()
    assert found["mean"] == pytest.approx(136.687, abs=0.001)


async def test_several_in_one_hour(
    read: Read,
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An hour holds the mean and the extremes of its weigh-ins, whenever they came."""
    hour = NOW.replace(minute=0, second=0)
    for minute, weight in ((1, 62.0), (2, 63.0)):
        clouds.withings.step_on_scale(
            "alice", weight, when=hour + timedelta(minutes=minute)
        )
    await set_up(hass, withings_entry)
    assert await read() == {WEIGHT: [row(hour, 62.5, 62.0, 63.0)]}

    clouds.withings.step_on_scale("alice", 61.0, body_fat=25.0)
    await poll(hass, freezer)
    assert await read(WEIGHT, BODY_FAT) == {
        WEIGHT: [row(hour, 62.0, 61.0, 63.0)],
        BODY_FAT: [single(hour, 25.0)],
    }


async def test_late_arrival_and_edit(
    read: Read,
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An old hour is computed anew from all its weigh-ins, also from those known."""
    hour = datetime(2026, 10, 1, 6, tzinfo=UTC)
    clouds.withings.step_on_scale("alice", 62.0, when=hour)
    first = clouds.withings.step_on_scale(
        "alice", 63.0, when=hour + timedelta(minutes=1), uploaded=hour
    )
    clouds.withings.step_on_scale("alice", 61.0, when=hour + timedelta(days=1))
    await set_up(hass, withings_entry)
    await poll(hass, freezer)
    clouds.log.clear()

    clouds.withings.step_on_scale("alice", 65.5, when=hour + timedelta(minutes=2))
    await poll(hass, freezer)
    other = single(hour + timedelta(days=1), 61.0)
    assert await read() == {WEIGHT: [row(hour, 63.5, 62.0, 65.5), other]}
    assert clouds.log.count("withings", path="/measure") == 1

    clouds.withings.edit("alice", first.grpid, 64.5)
    await poll(hass, freezer)
    assert await read() == {WEIGHT: [row(hour, 64.0, 62.0, 65.5), other]}
    assert clouds.log.count("withings", path="/measure") == 2

    await poll(hass, freezer)
    assert clouds.log.count("withings", path="/measure") == 3


async def test_doubtful_weigh_ins_are_left_out(
    read: Read,
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What may be somebody else's comes once it is sure whose it is."""
    hour = NOW.replace(minute=0, second=0)
    clouds.withings.step_on_scale("alice", 62.0)
    await set_up(hass, withings_entry)
    guest = clouds.withings.step_on_scale(
        "alice", 66.0, when=NOW + timedelta(minutes=3), attrib=1
    )
    await poll(hass, freezer)
    assert await read() == {WEIGHT: [single(hour, 62.0)]}
    guest.attrib, guest.modified = 0, dt_util.utcnow()
    await poll(hass, freezer)
    assert await read() == {WEIGHT: [row(hour, 64.0, 62.0, 66.0)]}


async def test_scale_ahead_of_time(
    read: Read,
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A weigh-in years ahead is not drawn, and does not hide what comes after it."""
    clouds.withings.step_on_scale("alice", 62.0, when=NOW + timedelta(days=1500))
    await set_up(hass, withings_entry)
    clouds.withings.step_on_scale("alice", 61.0)
    await restart(hass, withings_entry)
    assert await read() == {WEIGHT: [single(NOW.replace(minute=0, second=0), 61.0)]}


async def test_same_data_is_written_once(
    read: Read,
    writes: list[str],
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Polls, restarts and a new entry of the same account cost the recorder nothing."""
    for hours in range(50):
        clouds.withings.step_on_scale(
            "alice", 60 + hours / 10, when=NOW - timedelta(hours=hours), body_fat=20
        )
    await set_up(hass, withings_entry)
    before = await read()
    assert len(before[WEIGHT]) == 50
    # Each of the measured values, and the trend of each day.
    assert len(writes) == 208
    writes.clear()

    clouds.log.clear()
    for _ in range(8):
        await poll(hass, freezer)
    await restart(hass, withings_entry)
    await restart(hass, withings_entry)
    # Each restart looks back once.
    assert clouds.log.count("withings", path="/measure") == 12
    assert value_of(hass, withings_entry, "weight") == 60
    assert await read() == before
    assert writes == []

    weighed = clouds.withings.step_on_scale("alice", 70)
    await poll(hass, freezer)
    assert len(writes) == 1
    clouds.withings.measure("alice", {8: 14.0}, when=weighed.measured_at)
    await poll(hass, freezer)
    assert len(writes) == 3
    writes.clear()

    data = dict(withings_entry.data)
    await hass.config_entries.async_remove(withings_entry.entry_id)
    again = MockConfigEntry(
        domain=DOMAIN, title="Alice", unique_id="withings_363", data=data
    )
    again.add_to_hass(hass)
    await set_up(hass, again)
    assert len((await read())[WEIGHT]) == 51
    assert writes == []


async def test_long_history_comes_in_chunks(
    read: Read,
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nothing is lost where one chunk ends and the next begins."""
    monkeypatch.setattr(statistics, "CHUNK", 7)
    clouds.withings.page_size = 9
    for days in range(40):
        clouds.withings.step_on_scale(
            "alice", 60 + days / 10, when=NOW - timedelta(days=days)
        )
    await set_up(hass, withings_entry)
    found = (await read())[WEIGHT]
    assert [each["mean"] for each in found] == [
        60 + days / 10 for days in reversed(range(40))
    ]


async def test_blood_pressure(
    read: Read,
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Blood pressures have graphs of their own, whether there is a scale or not."""
    hour = NOW.replace(minute=0, second=0)
    ids = [f"weighbridge:withings_363_{name}" for name in ("systolic", "diastolic")]
    clouds.withings.blood_pressure("alice", 120, 80, heart_rate=61)
    await set_up(hass, withings_entry)
    clouds.withings.blood_pressure("alice", 130, 90, when=hour)
    clouds.withings.step_on_scale("alice", 62.0, when=hour)
    await poll(hass, freezer)
    await restart(hass, withings_entry)
    assert await read(WEIGHT, *ids, "weighbridge:withings_363_heart_rate") == {
        WEIGHT: [single(hour, 62.0)],
        ids[0]: [row(hour, 125, 120, 130)],
        ids[1]: [row(hour, 85, 80, 90)],
    }
    ((found,),) = (await read(ids[0], units={"pressure": "kPa"})).values()
    assert found["mean"] == pytest.approx(16.665, abs=0.001)


async def test_two_people(
    read: Read,
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
) -> None:
    """Each person has statistics of their own."""
    bob = clouds.withings.person("bob")
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Bob",
        unique_id=f"withings_{bob.userid}",
        data={
            CONF_PROVIDER: Provider.WITHINGS.value,
            "auth_implementation": WITHINGS_CREDENTIAL,
            "token": await withings_token(clouds, "bob"),
        },
    )
    entry.add_to_hass(hass)
    clouds.withings.step_on_scale("alice", 62)
    clouds.withings.step_on_scale("bob", 91)
    await set_up(hass, withings_entry)
    await set_up(hass, entry)
    hour = NOW.replace(minute=0, second=0)
    theirs = f"weighbridge:withings_{bob.userid}_weight"
    assert await read(WEIGHT, theirs) == {
        WEIGHT: [single(hour, 62)],
        theirs: [single(hour, 91)],
    }


async def test_without_a_recorder(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """Nothing is missing but the graphs."""
    clouds.withings.step_on_scale("alice", 62)
    await set_up(hass, withings_entry)
    assert "recorder" not in hass.config.components
    assert withings_entry.state is ConfigEntryState.LOADED
    assert value_of(hass, withings_entry, "weight") == 62
    # The measures, and the goal.
    assert clouds.log.count("withings", path="/measure") == 2
