"""Google's points, copies and odd ones: which of them are weigh-ins."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.model import WeighIn
from homeassistant.core import HomeAssistant

from ..clouds import Clouds, GarminAccount
from ..support.common import (
    entity_id_of,
    link,
    set_up,
    state_of,
    value_of,
    wait_for_poll,
)
from ..support.vendors import later

NOW = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


MORNING = NOW - timedelta(hours=1)


@pytest.fixture(autouse=True)
def today(freezer: FrozenDateTimeFactory) -> None:
    """Begin on the morning of a known day."""
    freezer.move_to(NOW)


def weigh_ins(entry: MockConfigEntry) -> list[tuple[datetime, float, float | None]]:
    """Return what the last poll brought: time, weight, body fat."""
    batch = entry.runtime_data.coordinator.data
    return [(w.measured_at, w.weight, w.body_fat) for w in batch.weigh_ins]


def point(weight: float, when: datetime, **source: Any) -> dict[str, Any]:
    """Return a point of weight as Google lists it."""
    return {
        "dataSource": source,
        "weight": {
            "weightGrams": weight * 1000,
            "sampleTime": {"physicalTime": when.isoformat()},
        },
    }


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
    """Of two weights of one second the newer one is right, whichever is heavier."""
    evening = NOW - timedelta(days=1)
    for when, weights in ((evening, (80.0, 81.0)), (MORNING, (81.0, 80.0))):
        for weight in weights:
            clouds.google.step_on_scale(
                "bob", weight, when=when, device="", recording_method="MANUAL"
            )
    await set_up(hass, fitbit_entry)
    assert weigh_ins(fitbit_entry) == [(evening, 81.0, None), (MORNING, 80.0, None)]


async def test_end_of_the_day(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A weight of the last second of today is told once that is over, here and there."""
    await set_up(hass, fitbit_entry)
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, fitbit_entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    freezer.move_to(NOW)
    tonight = NOW.replace(hour=22, minute=59, second=59)
    clouds.google.step_on_scale("bob", 79.0, when=NOW)
    clouds.google.step_on_scale(
        "bob", 78.5, when=tonight, device="", recording_method="MANUAL"
    )
    await later(hass, freezer, 15.1)
    assert value_of(hass, fitbit_entry, "weight") == 79.0
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [79.0]

    freezer.move_to(tonight)
    await later(hass, freezer, 15.1)
    assert value_of(hass, fitbit_entry, "weight") == 78.5
    fired = state_of(hass, fitbit_entry, "weigh_in", "event")
    assert fired.attributes["weight"] == 78.5
    assert [
        (w.weight, w.measured_at) for w in clouds.garmin.weigh_ins(garmin_user)
    ] == [(79.0, NOW), (78.5, tonight)]
