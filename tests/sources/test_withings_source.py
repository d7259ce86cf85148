"""What Withings answers, and what becomes of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.model import BatteryLevel, DeviceKind
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from ..clouds import Clouds
from ..support.common import (
    entity_id_of,
    restart,
    set_up,
    state_of,
    value_of,
    wait_for_poll,
)
from ..support.vendors import later

MORNING = datetime(2026, 11, 19, 6, 30, 12, tzinfo=UTC)

GETMEAS = "action=getmeas"


@pytest.fixture
async def weighed(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return the loaded entry of a person who weighed herself this morning."""
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING)
    await set_up(hass, withings_entry)
    clouds.log.clear()
    return withings_entry


async def test_every_page_is_read(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """History that fills several pages is read to its end."""
    clouds.withings.page_size = 2
    begin = MORNING - timedelta(days=9)
    clouds.withings.step_on_scale("alice", 70, when=begin, body_fat=30)
    for day in range(1, 5):
        clouds.withings.step_on_scale(
            "alice", 70 - day, when=begin + timedelta(days=day)
        )
    await set_up(hass, withings_entry)
    # Three pages, and the goal.
    assert clouds.log.count("withings", path="/measure") == 4
    assert value_of(hass, withings_entry, "weight") == 66
    assert value_of(hass, withings_entry, "body_fat") == 30


async def test_pages_without_end(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """A vendor that pages in circles is an outage, not an endless loop."""
    clouds.faults.answer(
        GETMEAS,
        200,
        body={"status": 0, "body": {"measuregrps": [], "more": 1, "offset": 5}},
        times=None,
    )
    await hass.config_entries.async_setup(withings_entry.entry_id)
    assert withings_entry.state is ConfigEntryState.SETUP_RETRY
    assert clouds.log.count("withings", path="/measure") == 2


async def test_only_changes_are_asked_for(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """A poll asks for what changed since the last one, with a day of overlap."""
    old = clouds.withings.step_on_scale(
        "alice", 70, when=MORNING, uploaded=datetime.now(UTC) - timedelta(hours=30)
    )
    late = clouds.withings.step_on_scale(
        "alice",
        61,
        when=MORNING + timedelta(minutes=1),
        uploaded=datetime.now(UTC) - timedelta(hours=20),
    )
    assert old.grpid != late.grpid
    await wait_for_poll(hass)
    batch = weighed.runtime_data.coordinator.data
    assert [weigh_in.weight for weigh_in in batch.weigh_ins] == [62.3, 61]
    assert batch.until - batch.since > 24 * 60 * 60 - 60
    assert clouds.log.count("withings") == 1


async def test_clock_of_withings_is_ahead(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """One answer from a wrong future makes nothing invisible that comes after it."""
    ahead = datetime.now(UTC) + timedelta(days=900)
    body = {"updatetime": int(ahead.timestamp()), "measuregrps": []}
    clouds.faults.answer(GETMEAS, 200, body={"status": 0, "body": body})
    await later(hass, freezer, 15.1)
    await later(hass, freezer, 15.1)
    clouds.withings.step_on_scale("alice", 61.5)
    await later(hass, freezer, 15.1)
    assert value_of(hass, weighed, "weight") == 61.5


async def test_answer_without_a_time(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """Where Withings' own time is missing, the newest change says how far it goes."""
    group = clouds.withings.step_on_scale("alice", 62.3, uploaded=MORNING)
    clouds.faults.answer(
        GETMEAS,
        200,
        body={"status": 0, "body": {"measuregrps": [group.as_json(0)]}},
    )
    await set_up(hass, withings_entry)
    batch = withings_entry.runtime_data.coordinator.data
    assert batch.until == int(MORNING.timestamp())


async def test_objectives_are_no_weigh_ins(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """What the person wishes to weigh is not what she weighs."""
    now = int(datetime.now(UTC).timestamp())
    clouds.withings.step_on_scale("alice", 55, category=2)
    clouds.withings.raw_group(
        "alice",
        {
            "grpid": 1,
            "attrib": 0,
            "date": now,
            "category": 2,
            "measures": [{"type": 1, "value": 55, "unit": 0}],
        },
    )
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "weight") == 62.3


@pytest.mark.parametrize("attrib", [1, 4])
async def test_doubtful_weigh_in(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry, attrib: int
) -> None:
    """A weigh-in that may be somebody else's is not shown."""
    clouds.withings.step_on_scale("alice", 82, attrib=attrib)
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "weight") == 62.3


@pytest.mark.parametrize("attrib", [0, 2, 3, 5, 7, 8, 10, 15, 17])
async def test_certain_weigh_in(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    attrib: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """All other known attributions are this person's, without a word."""
    clouds.withings.step_on_scale("alice", 62, attrib=attrib)
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "weight") == 62
    assert "attribution" not in caplog.text


async def test_unknown_attribution(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """An attribution that Withings invents later loses nobody's weight."""
    clouds.withings.step_on_scale("alice", 62, attrib=42)
    await wait_for_poll(hass)
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "weight") == 62
    assert caplog.text.count("unknown attribution, taken for certain: 42") == 1


async def test_odd_things_lose_only_themselves(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Unknown types and missing fields are told of once and skipped alone."""
    now = int(datetime.now(UTC).timestamp())
    good = {"type": 1, "value": 61200, "unit": -3}
    for group in (
        {},
        {"date": -5, "measures": [good]},
        {"date": now - 90, "measures": None},
        {"date": now - 80, "attrib": [], "measures": []},
        {"date": now - 70, "attrib": 0, "measures": [{"type": 6}, "?", None]},
        {"date": now - 60, "attrib": 0, "measures": [{**good, "value": 0}]},
        {"date": now - 50, "attrib": 0, "measures": [{**good, "value": "61.2"}]},
        {"date": now - 40, "attrib": 0, "measures": [{**good, "unit": 999}]},
        {
            "date": now - 30,
            "attrib": 0,
            "measures": [
                good,
                {"type": 999, "value": 7, "unit": 0},
                {"type": 6, "value": None, "unit": -3},
                {"type": 76, "value": 44, "unit": 0},
            ],
        },
    ):
        clouds.withings.raw_group("alice", group)
    await wait_for_poll(hass)
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "weight") == 61.2
    assert value_of(hass, weighed, "muscle_mass") == 44
    assert entity_id_of(hass, weighed, "body_fat") is None
    for oddity in (
        "a measurement without a usable date",
        "a measure of an unknown type: 999",
        "a measure that cannot be read",
        "an unknown attribution",
    ):
        assert caplog.text.count(oddity) == 1, oddity


async def test_groups_of_one_moment_are_one_weigh_in(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """Withings splits a weighing when part of it is computed later."""
    when = datetime.now(UTC).replace(microsecond=0)
    clouds.withings.measure("alice", {1: 60.0}, when=when)
    clouds.withings.measure("alice", {8: 15.0, 77: 33.0}, when=when)
    await wait_for_poll(hass)
    batch = weighed.runtime_data.coordinator.data
    (weigh_in,) = (w for w in batch.weigh_ins if w.measured_at == when)
    assert dict(weigh_in.values()) == {
        "weight": 60,
        "body_fat": 25,
        "fat_mass": 15,
        "body_water": 55,
    }


async def test_fat_ratio_gives_fat_mass(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """Who enters only a percentage by hand sees the mass too."""
    clouds.withings.measure("alice", {1: 60.0, 6: 25.0}, device="", attrib=2)
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "body_fat") == 25
    assert value_of(hass, weighed, "fat_mass") == 15


@pytest.mark.parametrize(
    "stored",
    [
        {"version": 1, "minor_version": 99, "data": {"cursor": 1}},
        {"version": 1, "minor_version": 1, "data": {"cursor": "long ago"}},
        {"version": 1, "minor_version": 1, "data": {}},
        {"version": 1, "minor_version": 1, "data": ["?"]},
        {"version": 1, "minor_version": 1, "data": "?"},
        {"version": 1, "minor_version": 1, "data": None},
        {"version": 1, "minor_version": 1},
    ],
    ids=["newer", "odd value", "empty", "list", "text", "null", "no data"],
)
async def test_damaged_store(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    stored: dict[str, Any],
) -> None:
    """A store that cannot be read costs a full reading, and nothing else."""
    key = f"weighbridge.{withings_entry.entry_id}"
    hass_storage[key] = {"key": key, **stored}
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING)
    await set_up(hass, withings_entry)
    assert value_of(hass, withings_entry, "weight") == 62.3
    assert state_of(hass, withings_entry, "weigh_in", "event").state == "unknown"

    clouds.withings.step_on_scale("alice", 62.1)
    await restart(hass, withings_entry)
    assert (
        state_of(hass, withings_entry, "weigh_in", "event").attributes["weight"] == 62.1
    )


async def test_store_is_written_when_something_is_learned(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    clouds: Clouds,
    weighed: MockConfigEntry,
) -> None:
    """Polls without news do not wear out an SD card."""
    key = f"weighbridge.{weighed.entry_id}"
    written = hass_storage.pop(key)
    (row,) = written["data"]["person"]["book"]["weigh_ins"]["rows"]
    assert row.startswith(f"{int(MORNING.timestamp())},,62.3;")
    await wait_for_poll(hass)
    assert key not in hass_storage
    clouds.withings.step_on_scale("alice", 62.1)
    await wait_for_poll(hass)
    assert len(hass_storage[key]["data"]["person"]["book"]["weigh_ins"]["rows"]) == 2


async def test_store_goes_with_the_entry(
    hass: HomeAssistant, hass_storage: dict[str, Any], weighed: MockConfigEntry
) -> None:
    """Removing an account leaves nothing behind."""
    assert f"weighbridge.{weighed.entry_id}" in hass_storage
    await hass.config_entries.async_remove(weighed.entry_id)
    await hass.async_block_till_done()
    assert f"weighbridge.{weighed.entry_id}" not in hass_storage


async def test_period(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """A period holds its beginning but not its end, whatever was known before."""
    clouds.withings.page_size = 2
    clouds.withings.height("alice", 1.6, when=MORNING - timedelta(days=900))
    await wait_for_poll(hass)
    for hour in range(1, 6):
        clouds.withings.step_on_scale(
            "alice", 60 + hour, when=MORNING + timedelta(hours=hour)
        )
    batch = await weighed.runtime_data.coordinator.async_get_period(
        MORNING + timedelta(hours=1), MORNING + timedelta(hours=5)
    )
    assert [(w.weight, w.bmi) for w in batch.weigh_ins] == [
        (61, 23.83),
        (62, 24.22),
        (63, 24.61),
        (64, 25.0),
    ]


async def test_devices(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Scales and trackers are read; phones are none, and odd ones do no harm."""
    alice = "alice"
    clouds.withings.device(alice, "s1", battery="low", last_session=MORNING)
    clouds.withings.device(alice, "t1", type="Activity Tracker", model="ScanWatch")
    clouds.withings.device(alice, "p1", type="Activity Tracker", model_id=1055)
    clouds.withings.device(alice, "u1", battery="unknown")
    clouds.withings.device(alice, "x1", type="Toaster")
    clouds.withings.device(alice, "o1", battery="plenty")
    for device in (
        {"type": "Scale"},
        {"type": "Scale", "deviceid": "b1", "model": None, "last_session_date": 0},
    ):
        clouds.withings.raw_device(alice, device)

    session = weighed.runtime_data.coordinator.session
    devices = await session.async_read(lambda client: client.async_get_devices())
    assert devices == await session.async_read(
        lambda client: client.async_get_devices()
    )
    assert [
        (device.device_id, device.kind, device.model, device.battery_level)
        for device in devices
    ] == [
        ("s1", DeviceKind.SCALE, "Body+", BatteryLevel.LOW),
        ("t1", DeviceKind.TRACKER, "ScanWatch", BatteryLevel.HIGH),
        ("u1", DeviceKind.SCALE, "Body+", None),
        ("o1", DeviceKind.SCALE, "Body+", None),
        ("b1", DeviceKind.SCALE, None, None),
    ]
    assert devices[0].last_sync == MORNING
    assert devices[-1].last_sync is None
    assert caplog.text.count("a device of an unknown type: Toaster") == 1
    assert caplog.text.count("an unknown battery word: plenty") == 1
    assert "battery word: unknown" not in caplog.text
