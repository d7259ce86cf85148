"""What Withings answers, and what becomes of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.clients.withings import client as withings
from custom_components.weighbridge.const import DOMAIN
from custom_components.weighbridge.model import BatteryLevel, DeviceKind
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntryState
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..clouds import Clouds, Fault
from ..support.common import (
    entity_id_of,
    restart,
    set_up,
    state_of,
    value_of,
    wait_for_poll,
)

MORNING = datetime(2026, 11, 19, 6, 30, 12, tzinfo=UTC)

GETMEAS = "action=getmeas"
REFRESH = "action=requesttoken"

FAULTS: dict[str, Callable[[Clouds, str], Fault]] = {
    "too many requests": lambda clouds, path: clouds.withings.fail(
        601, action=path.removeprefix("action="), times=None
    ),
    "HTTP 500": lambda clouds, path: clouds.faults.answer(path, 500, times=None),
    "HTTP 503": lambda clouds, path: clouds.faults.answer(
        path, 503, body={"status": 503}, times=None
    ),
    "HTTP 429": lambda clouds, path: clouds.faults.answer(path, 429, times=None),
    "captive portal": lambda clouds, path: clouds.faults.foreign(path, times=None),
    "proxy says 403": lambda clouds, path: clouds.faults.foreign(
        path, status=403, times=None
    ),
    "foreign JSON": lambda clouds, path: clouds.faults.answer(
        path, 200, body='["hello"]', times=None
    ),
    "status 0 without a body": lambda clouds, path: clouds.faults.answer(
        path, 200, body={"status": 0}, times=None
    ),
    "unknown status": lambda clouds, path: clouds.faults.answer(
        path, 200, body={"status": 524, "body": None}, times=None
    ),
    "reset": lambda clouds, path: clouds.faults.reset(path, times=None),
    "truncated": lambda clouds, path: clouds.faults.truncate(path, times=None),
    "slow": lambda clouds, path: clouds.faults.delay(path, 2, times=None),
}


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less long for answers."""
    monkeypatch.setattr(withings, "TIMEOUT", 0.5)
    monkeypatch.setattr(
        "custom_components.weighbridge.sources.oauth.REFRESH_TIMEOUT", 0.5
    )


@pytest.fixture
async def weighed(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return the loaded entry of a person who weighed herself this morning."""
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING)
    await set_up(hass, withings_entry)
    clouds.log.clear()
    return withings_entry


def reauth_flows(hass: HomeAssistant) -> list[Any]:
    """Return the flows that ask to sign in again."""
    return [
        flow
        for flow in hass.config_entries.flow.async_progress()
        if flow["context"]["source"] == SOURCE_REAUTH
    ]


def let_token_expire(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Let Home Assistant believe that the access token is too old."""
    hass.config_entries.async_update_entry(
        entry,
        data={**entry.data, "token": {**entry.data["token"], "expires_at": 0}},
    )


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
    assert clouds.log.count("withings", path="/measure") == 3
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


async def test_answer_without_a_time(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """Where Withings' own time is missing, the newest change says how far it goes."""
    group = clouds.withings.step_on_scale("alice", 62.3, uploaded=MORNING)
    clouds.faults.answer(
        GETMEAS,
        200,
        body={"status": 0, "body": {"measuregrps": [group.as_json(None)]}},
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


async def test_rotated_tokens_are_kept(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """Every refresh gives new tokens, which are stored and used."""
    seen = {weighed.data["token"]["refresh_token"]}
    for _ in range(3):
        let_token_expire(hass, weighed)
        await wait_for_poll(hass)
        seen.add(weighed.data["token"]["refresh_token"])
        assert weighed.data["token"]["userid"] == 363
    assert len(seen) == 4
    assert clouds.log.count("withings", path="oauth2") == 3
    assert value_of(hass, weighed, "weight") == 62.3
    assert not reauth_flows(hass)


async def test_refused_refresh(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """A dead refresh token asks the person to sign in again."""
    clouds.withings.revoke("alice")
    let_token_expire(hass, weighed)
    await wait_for_poll(hass)
    assert len(reauth_flows(hass)) == 1
    assert state_of(hass, weighed, "weight").state == STATE_UNAVAILABLE
    assert clouds.log.count("withings", path="/measure") == 0


async def test_refused_refresh_at_start(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """So it does when Home Assistant starts."""
    clouds.withings.revoke("alice")
    let_token_expire(hass, withings_entry)
    await hass.config_entries.async_setup(withings_entry.entry_id)
    await hass.async_block_till_done()
    assert withings_entry.state is ConfigEntryState.SETUP_ERROR
    assert len(reauth_flows(hass)) == 1


async def test_refused_access_token_is_renewed(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """An access token that dies early is renewed once, and nobody notices."""
    clouds.withings.step_on_scale("alice", 61.8)
    clouds.withings.expire_access("alice")
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "weight") == 61.8
    assert [request.action for request in clouds.log.requests("withings")] == [
        "getmeas",
        "requesttoken",
        "getmeas",
    ]
    assert not reauth_flows(hass)


@pytest.mark.parametrize("status", [100, 200, 214, 277, 401, 2555])
async def test_fresh_access_token_is_refused(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry, status: int
) -> None:
    """Who refuses even a fresh token wants the person to sign in again."""
    clouds.withings.fail(status, times=None)
    await wait_for_poll(hass)
    assert clouds.log.count("withings", path="oauth2") == 1
    assert len(reauth_flows(hass)) == 1
    assert state_of(hass, weighed, "weight").state == STATE_UNAVAILABLE


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("path", [GETMEAS, REFRESH])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_outage(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    path: str,
    fault: Callable[[Clouds, str], Fault],
) -> None:
    """Nothing but a refusal asks to sign in again; all is back when Withings is."""
    event_state = state_of(hass, weighed, "weigh_in", "event").state
    let_token_expire(hass, weighed)
    trouble = fault(clouds, path)
    await wait_for_poll(hass)
    await wait_for_poll(hass)
    assert trouble.hits == 2
    assert not reauth_flows(hass)
    assert state_of(hass, weighed, "weight").state == STATE_UNAVAILABLE
    assert state_of(hass, weighed, "weigh_in", "event").state == STATE_UNAVAILABLE

    trouble.remove()
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "weight") == 62.3
    assert state_of(hass, weighed, "weigh_in", "event").state == event_state
    assert not reauth_flows(hass)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("path", [GETMEAS, REFRESH])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_outage_at_start(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    path: str,
    fault: Callable[[Clouds, str], Fault],
) -> None:
    """Home Assistant tries again by itself when Withings is away at its start."""
    let_token_expire(hass, withings_entry)
    trouble = fault(clouds, path)
    await hass.config_entries.async_setup(withings_entry.entry_id)
    assert withings_entry.state is ConfigEntryState.SETUP_RETRY
    assert not reauth_flows(hass)
    trouble.remove()
    await wait_for_poll(hass, minutes=2)
    assert hass.config_entries.async_loaded_entries(DOMAIN) == [withings_entry]


async def test_withings_says_when_to_come_back(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """Too many requests: the next poll comes after the pause that Withings wants."""
    clouds.withings.fail(601)
    await wait_for_poll(hass)
    assert state_of(hass, weighed, "weight").state == STATE_UNAVAILABLE
    await wait_for_poll(hass, minutes=0.9)
    assert state_of(hass, weighed, "weight").state == STATE_UNAVAILABLE
    await wait_for_poll(hass, minutes=1.1)
    assert value_of(hass, weighed, "weight") == 62.3


async def test_outage_is_logged_once(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The log tells of the beginning and the end of an outage, and no secret."""
    trouble = clouds.faults.answer(GETMEAS, 500, times=None)
    await wait_for_poll(hass)
    await wait_for_poll(hass)
    trouble.remove()
    await wait_for_poll(hass)
    assert (
        caplog.text.count("Error fetching weighbridge Alice · Withings data: Withings")
        == 1
    )
    assert caplog.text.count("recovered") == 1
    token = weighed.data["token"]
    assert token["access_token"] not in caplog.text
    assert token["refresh_token"] not in caplog.text


@pytest.mark.parametrize(
    "stored",
    [
        {"version": 99, "minor_version": 1, "data": {"cursor": 1}},
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


async def test_missing_credential(
    hass: HomeAssistant, withings_entry: MockConfigEntry
) -> None:
    """An entry whose credential was deleted asks to sign in again."""
    hass.config_entries.async_update_entry(
        withings_entry,
        data={**withings_entry.data, "auth_implementation": "deleted"},
    )
    await hass.config_entries.async_setup(withings_entry.entry_id)
    await hass.async_block_till_done()
    assert withings_entry.state is ConfigEntryState.SETUP_ERROR
    assert len(reauth_flows(hass)) == 1


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


async def test_devices_are_missing(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """An answer without the list is no answer."""
    clouds.faults.answer("action=getdevice", 200, body={"status": 0, "body": {}})
    with pytest.raises(HomeAssistantError, match="the answer has no devices"):
        await weighed.runtime_data.coordinator.session.async_read(
            lambda client: client.async_get_devices()
        )
