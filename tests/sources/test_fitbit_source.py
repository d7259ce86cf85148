"""What Google Health answers, and what becomes of it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.clients.google import client as google_health
from custom_components.weighbridge.clients.google.client import (
    SCOPE_MEASUREMENTS,
    SCOPE_SETTINGS,
)
from custom_components.weighbridge.const import DOMAIN
from custom_components.weighbridge.model import WeighIn
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds
from ..support.common import (
    entity_id_of,
    google_token,
    restart,
    set_up,
    state_of,
    value_of,
    wait_for_poll,
)

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)
MORNING = NOW - timedelta(hours=1)

WEIGHT = "/dataTypes/weight/"
BODY_FAT = "/dataTypes/body-fat/"
POINTS = "/dataTypes/"


@pytest.fixture(autouse=True)
def today(freezer: FrozenDateTimeFactory) -> None:
    """Begin on the morning of a known day."""
    freezer.move_to(NOW)


@pytest.fixture
async def weighed(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return the loaded entry of a person who weighed himself this morning."""
    clouds.google.step_on_scale("bob", 80.25, when=MORNING, body_fat=18.5)
    await set_up(hass, fitbit_entry)
    clouds.log.clear()
    return fitbit_entry


def weigh_ins(entry: MockConfigEntry) -> list[tuple[datetime, float, float | None]]:
    """Return what the last poll brought: time, weight, body fat."""
    batch = entry.runtime_data.coordinator.data
    return [(w.measured_at, w.weight, w.body_fat) for w in batch.weigh_ins]


def filters(clouds: Clouds) -> list[str | None]:
    """Return the filters of the requests for points."""
    return [
        request.query.get("filter")
        for request in clouds.log.requests("google", path=POINTS)
    ]


def point(weight: float, when: datetime, **source: Any) -> dict[str, Any]:
    """Return a point of weight as Google lists it."""
    return {
        "dataSource": source,
        "weight": {
            "weightGrams": weight * 1000,
            "sampleTime": {"physicalTime": when.isoformat()},
        },
    }


async def test_sensors(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """Weight and fat make one weigh-in, the height its BMI."""
    clouds.google.step_on_scale("bob", 80.25, when=MORNING, body_fat=18.5)
    await set_up(hass, fitbit_entry)
    clouds.google.height("bob", 1.82, when=MORNING - timedelta(days=900))
    await wait_for_poll(hass)
    assert value_of(hass, fitbit_entry, "weight") == 80.25
    assert value_of(hass, fitbit_entry, "body_fat") == 18.5
    assert value_of(hass, fitbit_entry, "fat_mass") == 14.846
    assert value_of(hass, fitbit_entry, "bmi") == 24.23
    assert state_of(hass, fitbit_entry, "last_weigh_in").state == MORNING.isoformat()
    assert entity_id_of(hass, fitbit_entry, "muscle_mass") is None
    assert state_of(hass, fitbit_entry, "weigh_in", "event").state == STATE_UNKNOWN


async def test_new_weigh_in_fires_once(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """A late upload of last week fires with its own time; both only once."""
    late = NOW - timedelta(days=7)
    clouds.google.step_on_scale("bob", 81.0, when=late)
    await wait_for_poll(hass)
    fired = state_of(hass, weighed, "weigh_in", "event")
    assert fired.attributes["weight"] == 81.0
    assert fired.attributes["measured_at"] == dt_util.as_local(late).isoformat()
    assert value_of(hass, weighed, "weight") == 80.25
    await wait_for_poll(hass)
    await restart(hass, weighed)
    assert state_of(hass, weighed, "weigh_in", "event").state == fired.state


async def test_every_page_is_read(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """History that fills several pages is read to its end."""
    clouds.google.page_limit = 2
    begin = MORNING - timedelta(days=90)
    for day in range(5):
        clouds.google.step_on_scale(
            "bob", 85 - day, when=begin + timedelta(days=day), body_fat=20 + day
        )
    await set_up(hass, fitbit_entry)
    assert clouds.log.count("google", path=WEIGHT) == 3
    assert clouds.log.count("google", path=BODY_FAT) == 3
    assert [(w, f) for _, w, f in weigh_ins(fitbit_entry)] == [
        (85, 20),
        (84, 21),
        (83, 22),
        (82, 23),
        (81, 24),
    ]


async def test_pages_without_end(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A vendor that always has one more page is an outage, not an endless loop."""
    monkeypatch.setattr(google_health, "MAX_PAGES", 5)
    clouds.faults.answer(WEIGHT, 200, body={"nextPageToken": "more"}, times=None)
    await hass.config_entries.async_setup(fitbit_entry.entry_id)
    assert fitbit_entry.state is ConfigEntryState.SETUP_RETRY
    assert clouds.log.count("google", path=WEIGHT) == 5


async def test_list_that_is_none(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """A list that is something else is no answer."""
    clouds.faults.answer(WEIGHT, 200, body={"dataPoints": "?"}, times=None)
    await hass.config_entries.async_setup(fitbit_entry.entry_id)
    assert fitbit_entry.state is ConfigEntryState.SETUP_RETRY


async def test_a_month_is_read_again(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """First comes all that there is, then what was measured in the last month."""
    await restart(hass, weighed)
    month = '2026-10-21T07:58:00Z"'
    assert filters(clouds) == [
        f'weight.sample_time.physical_time >= "{month}',
        f'body_fat.sample_time.physical_time >= "{month}',
        None,
    ]
    batch = weighed.runtime_data.coordinator.data
    assert batch.since == int((NOW - timedelta(days=30)).timestamp())
    assert batch.until == int(NOW.timestamp())

    clouds.log.clear()
    await weighed.runtime_data.coordinator.async_get_changes(0)
    assert filters(clouds) == [None, None, None]


async def test_clock_was_ahead(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A poll in a wrong future does not make the present invisible."""
    freezer.move_to(NOW + timedelta(days=900))
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "weight") == 80.25
    freezer.move_to(NOW)
    clouds.google.step_on_scale("bob", 79.5)
    await weighed.runtime_data.async_poll_now()
    assert value_of(hass, weighed, "weight") == 79.5


async def test_edges_of_the_window(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A copy is one, and a fat has its weight, though these lie just outside."""
    start = NOW - timedelta(days=30)
    clouds.google.step_on_scale("bob", 82.0, when=start - timedelta(seconds=20))
    clouds.google.step_on_scale(
        "bob",
        82.0,
        when=start + timedelta(seconds=20),
        platform="HEALTH_CONNECT",
        package="org.example.sync",
    )
    clouds.google.step_on_scale(
        "bob", 83.0, when=start + timedelta(minutes=10), body_fat=20
    )
    await weighed.runtime_data.async_poll_now()
    assert [(w, f) for _, w, f in weigh_ins(weighed)] == [(83.0, 20), (80.25, 18.5)]


async def test_period(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """A period holds its beginning but not its end, whatever was known before."""
    clouds.google.page_limit = 2
    clouds.google.height("bob", 1.8, when=MORNING - timedelta(days=900))
    clouds.google.remove_points("bob", "weight")
    await wait_for_poll(hass)
    begin = NOW - timedelta(days=400)
    for hour in range(6):
        clouds.google.step_on_scale(
            "bob", 80 + hour, when=begin + timedelta(hours=hour), body_fat=20
        )
    response = await hass.services.async_call(
        DOMAIN,
        "get_measurements",
        {
            "config_entry_id": weighed.entry_id,
            "start": (begin + timedelta(hours=1)).isoformat(),
            "end": (begin + timedelta(hours=5)).isoformat(),
        },
        blocking=True,
        return_response=True,
    )
    assert response is not None
    measurements = response["measurements"]
    assert isinstance(measurements, list)
    assert [m["weight"] for m in measurements if isinstance(m, dict)] == [
        81,
        82,
        83,
        84,
    ]


@pytest.mark.parametrize(
    ("delay", "joined"),
    [(0, True), (1.5, True), (119, True), (-90, True), (121, False)],
)
async def test_fat_near_a_weight(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    delay: float,
    joined: bool,
) -> None:
    """A fat belongs to a weight up to two minutes away."""
    clouds.google.step_on_scale(
        "bob", 80.0, when=MORNING, body_fat=18.5, fat_delay=delay
    )
    await set_up(hass, fitbit_entry)
    assert weigh_ins(fitbit_entry) == [(MORNING, 80.0, 18.5 if joined else None)]
    assert (entity_id_of(hass, fitbit_entry, "body_fat") is not None) is joined


async def test_each_fat_has_its_weight(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """Of two weighings in a minute, each gets the fat that is nearest to it."""
    minute_later = MORNING + timedelta(minutes=1)
    clouds.google.step_on_scale("bob", 80.0, when=MORNING, body_fat=18.5, fat_delay=20)
    clouds.google.step_on_scale(
        "bob", 60.0, when=minute_later, body_fat=25.5, fat_delay=-25
    )
    await set_up(hass, fitbit_entry)
    assert weigh_ins(fitbit_entry) == [
        (MORNING, 80.0, 18.5),
        (minute_later, 60.0, 25.5),
    ]


async def test_fat_comes_later(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """A fat that Google learns of after the weight still joins it, without an event."""
    clouds.google.step_on_scale("bob", 80.0, when=MORNING - timedelta(days=2))
    await set_up(hass, fitbit_entry)
    clouds.google.step_on_scale("bob", 80.0, when=MORNING)
    await wait_for_poll(hass)
    fired = state_of(hass, fitbit_entry, "weigh_in", "event").state
    clouds.google.step_on_scale("bob", 80.0, when=MORNING, body_fat=18.5)
    await wait_for_poll(hass)
    assert value_of(hass, fitbit_entry, "body_fat") == 18.5
    assert state_of(hass, fitbit_entry, "weigh_in", "event").state == fired


async def test_copies_of_one_weighing(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """What other apps repeat is one weigh-in, with the fat of whoever has it."""
    for seconds, platform in ((0, "FITBIT"), (0, "HEALTH_KIT"), (40, "HEALTH_CONNECT")):
        clouds.google.step_on_scale(
            "bob",
            80.0 + seconds / 1000,
            when=MORNING + timedelta(seconds=seconds),
            platform=platform,
            package="" if platform == "FITBIT" else "org.example.sync",
            body_fat=18.5 if platform == "HEALTH_CONNECT" else None,
        )
    # The same weight a while later, or another weight, is a weighing of its own.
    clouds.google.step_on_scale("bob", 80.0, when=MORNING + timedelta(seconds=200))
    clouds.google.step_on_scale(
        "bob",
        80.3,
        when=MORNING + timedelta(seconds=10),
        platform="HEALTH_CONNECT",
        package="org.example.sync",
    )
    await set_up(hass, fitbit_entry)
    assert weigh_ins(fitbit_entry) == [
        (MORNING, 80.0, 18.5),
        (MORNING + timedelta(seconds=10), 80.3, None),
        (MORNING + timedelta(seconds=200), 80.0, None),
    ]


async def test_twice_on_the_same_scale(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """Who steps on the scale twice has weighed himself twice."""
    for seconds in (0, 30):
        clouds.google.step_on_scale(
            "bob", 80.0, when=MORNING + timedelta(seconds=seconds)
        )
    await set_up(hass, fitbit_entry)
    assert len(weigh_ins(fitbit_entry)) == 2


@pytest.mark.parametrize(
    ("source", "origin"),
    [
        ({"platform": "FITBIT"}, None),
        (
            {
                "platform": "HEALTH_CONNECT",
                "application": {"packageName": "com.garmin.android.apps.connectmobile"},
            },
            "garmin",
        ),
        (
            {
                "platform": "HEALTH_KIT",
                "application": {"packageName": "com.garmin.connect.mobile"},
            },
            "garmin",
        ),
        (
            {"platform": "HEALTH_CONNECT", "device": {"manufacturer": "Garmin"}},
            "garmin",
        ),
        (
            {
                "platform": "HEALTH_CONNECT",
                "application": {"packageName": "com.withings.wiscale2"},
            },
            "withings",
        ),
        (
            {
                "platform": "HEALTH_KIT",
                "application": {"packageName": "com.withings.wiScaleNG"},
            },
            "withings",
        ),
        (
            {
                "platform": "HEALTH_KIT",
                "application": {"packageName": "com.apple.Health"},
                "device": {"displayName": "Withings Body Scan"},
            },
            "withings",
        ),
        (
            {
                "platform": "FITBIT_WEB_API",
                "application": {"webClientId": "ABC123"},
            },
            None,
        ),
        (
            {
                "platform": "HEALTH_CONNECT",
                "application": {"packageName": "org.example.withingsgarmin"},
            },
            None,
        ),
    ],
)
async def test_origin(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    source: dict[str, Any],
    origin: str | None,
) -> None:
    """Copies from Withings and Garmin are known by their app or device."""
    clouds.google.raw_point("bob", "weight", point(80, MORNING, **source), when=MORNING)
    await set_up(hass, fitbit_entry)
    (weigh_in,) = fitbit_entry.runtime_data.coordinator.data.weigh_ins
    assert isinstance(weigh_in, WeighIn)
    assert weigh_in.copied_from == origin
    assert weigh_in.relayed is (source["platform"] != "FITBIT")


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"name": "users/me/dataTypes/weight/dataPoints/1"},
        {"weight": None},
        {"weight": {"weightGrams": 80000}},
        {"weight": {"weightGrams": 80000, "sampleTime": {}}},
        {"weight": {"weightGrams": 80000, "sampleTime": {"physicalTime": 7}}},
        {"weight": {"weightGrams": 80000, "sampleTime": {"physicalTime": "soon"}}},
        {
            "weight": {
                "weightGrams": 80000,
                "sampleTime": {"physicalTime": "2026-11-20T07:00:00"},
            }
        },
        {
            "weight": {
                "weightGrams": 80000,
                "sampleTime": {"physicalTime": "0001-01-01T00:00:00+14:00"},
            }
        },
        point(0, MORNING),
        point(-80, MORNING),
        point(1001, MORNING),
        {"weight": {**point(80, MORNING)["weight"], "weightGrams": "heavy"}},
        {"weight": {**point(80, MORNING)["weight"], "weightGrams": "NaN"}},
        {"weight": {**point(80, MORNING)["weight"], "weightGrams": True}},
        {"weight": {**point(80, MORNING)["weight"], "weightGrams": None}},
    ],
)
async def test_odd_points(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    odd: dict[str, Any],
) -> None:
    """An odd point loses only itself, and is told of once."""
    for _ in range(2):
        clouds.google.raw_point("bob", "weight", odd, when=MORNING)
    clouds.google.step_on_scale("bob", 80.0, when=MORNING, body_fat=18.5)
    await set_up(hass, fitbit_entry)
    await wait_for_poll(hass)
    assert weigh_ins(fitbit_entry) == [(MORNING, 80.0, 18.5)]
    assert caplog.text.count("Google Health sent a weight that cannot be read") == 1


async def test_sparse_points(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """A data source may say nothing or nonsense, a time may have nanoseconds."""
    for second, source in enumerate((None, "?", {"device": "?", "platform": None})):
        when = MORNING + timedelta(seconds=second)
        body = point(80 + second, when)
        body["dataSource"] = source
        body["weight"]["sampleTime"]["physicalTime"] = (
            f"{when:%Y-%m-%dT%H:%M:%S}.123456789Z"
        )
        clouds.google.raw_point("bob", "weight", body, when=when)
    await set_up(hass, fitbit_entry)
    assert [(t, w) for t, w, _ in weigh_ins(fitbit_entry)] == [
        (MORNING + timedelta(seconds=second), 80 + second) for second in range(3)
    ]


async def test_values_of_one_second(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """Two weights of one second do not take turns."""
    clouds.google.step_on_scale("bob", 80.0, when=MORNING)
    clouds.google.step_on_scale("bob", 81.0, when=MORNING)
    await set_up(hass, fitbit_entry)
    known = weigh_ins(fitbit_entry)
    assert len(known) == 1
    clouds.google.people["bob"].points["weight"].reverse()
    await wait_for_poll(hass)
    assert weigh_ins(fitbit_entry) == known


@pytest.mark.parametrize("only", [SCOPE_MEASUREMENTS, SCOPE_SETTINGS])
async def test_only_what_was_granted_is_asked_for(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry, only: str
) -> None:
    """A permission that was withheld costs what it is for, and no request."""
    clouds.google.device("bob", "t1")
    clouds.google.step_on_scale("bob", 80.0, when=MORNING)
    clouds.google.grant("bob", [only])
    token = await google_token(clouds, "bob")
    hass.config_entries.async_update_entry(
        fitbit_entry, data={**fitbit_entry.data, "token": token}
    )
    await set_up(hass, fitbit_entry)
    await wait_for_poll(hass)
    measures = only == SCOPE_MEASUREMENTS
    assert (entity_id_of(hass, fitbit_entry, "weight") is not None) is measures
    assert (entity_id_of(hass, fitbit_entry, "t1_battery") is None) is measures
    assert (clouds.log.count("google", path=POINTS) > 0) is measures
    assert (clouds.log.count("google", path="/pairedDevices") > 0) is not measures
    assert {r.status for r in clouds.log.requests("google")} == {200}
