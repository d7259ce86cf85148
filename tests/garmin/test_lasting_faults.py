"""Faults that stay: they hold up nothing else, storm nobody, and give nothing up."""

from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
import json

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, GarminAccount
from ..support.common import link, value_of
from ..support.push import (
    NOW,
    READ,
    REMOVE,
    UPLOAD,
    hours,
    issue_keys,
    later,
    poll,
    weights,
)

# Nobody asks Garmin more often in an hour, whatever goes wrong.
AN_HOUR = 12


@pytest.fixture(autouse=True)
def never_a_storm(clouds: Clouds, linked: MockConfigEntry) -> Iterator[None]:
    """Count what Garmin is asked in each hour."""
    yield
    requests = Counter(
        request.at.replace(minute=0, second=0, microsecond=0)
        for request in clouds.log.requests("garmin")
    )
    assert max(requests.values(), default=0) <= AN_HOUR, requests


def weigh(clouds: Clouds, number: int) -> None:
    """Have some weigh-ins, a day apart, the newest a minute ago."""
    for day in range(number):
        clouds.withings.step_on_scale(
            "alice",
            80 + day / 100,
            when=dt_util.utcnow() - timedelta(days=day, minutes=1),
        )


@pytest.mark.parametrize(("status", "body"), [(400, None), (200, "failures")])
async def test_everything_is_refused_for_hours(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    status: int,
    body: str | None,
) -> None:
    """It is not the records: all stay pending, and arrive when Garmin is well again."""
    freezer.tick(timedelta(days=20))
    for minute in range(150):
        clouds.withings.step_on_scale(
            "alice", 80.0, when=dt_util.utcnow() - timedelta(minutes=5 * minute + 1)
        )
    fault = clouds.faults.answer(
        UPLOAD,
        status,
        body='{"detailedImportResult": {"failures": [{"messages": []}]}}'
        if body
        else None,
        times=None,
    )
    await poll(hass, withings_entry)
    # A file, and three of its records alone.
    assert fault.hits == 4
    await hours(hass, freezer, 8)
    assert value_of(hass, linked, "pending") == 150
    assert issue_keys(hass) == set()
    fault.remove()
    await hours(hass, freezer, 5)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 150
    assert value_of(hass, linked, "pending") == 0


async def test_one_record_gets_no_answer(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The others go up, new ones too; after three times alone a person is asked."""
    freezer.tick(timedelta(days=20))
    clouds.garmin.refuse(weight_above=85.0, status=500)
    weigh(clouds, 5)
    clouds.withings.step_on_scale("alice", 86.0)
    await poll(hass, withings_entry)
    await hours(hass, freezer, 3)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 5
    clouds.withings.step_on_scale("alice", 79.0)
    await poll(hass, withings_entry)
    await hours(hass, freezer, 1.5)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 6
    assert issue_keys(hass) == set()
    await hours(hass, freezer, 12)
    assert issue_keys(hass) == {"refused"}
    assert value_of(hass, linked, "pending") == 0
    uploads = clouds.log.count("garmin", path=UPLOAD)
    await hours(hass, freezer, 24)
    assert clouds.log.count("garmin", path=UPLOAD) == uploads


async def test_no_answer_at_all_for_days(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Nothing is given up when nothing gets through, and after a day it is told."""
    fault = clouds.faults.answer(UPLOAD, 503, times=None)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    await hours(hass, freezer, 23)
    assert issue_keys(hass) == set()
    await hours(hass, freezer, 3)
    assert issue_keys(hass) == {"overdue"}
    fault.remove()
    await hours(hass, freezer, 2)
    assert weights(clouds, garmin_user) == [80.0]
    assert issue_keys(hass) == set()


@pytest.mark.parametrize("status", [403, 500])
async def test_a_removal_that_fails_for_hours(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    status: int,
) -> None:
    """It skips its own weigh-in only, and is given up after most of a day."""
    group = clouds.withings.step_on_scale("alice", 88.0)
    await poll(hass, withings_entry)
    await hours(hass, freezer, 2)
    fault = clouds.faults.answer(REMOVE, status, method="DELETE", times=None)
    clouds.withings.edit("alice", group.grpid, 80.0)
    await poll(hass, withings_entry)
    clouds.withings.step_on_scale("alice", 79.0)
    await poll(hass, withings_entry)
    assert weights(clouds, garmin_user) == [88.0, 79.0]
    # It is tried again after longer and longer.
    await hours(hass, freezer, 6)
    assert issue_keys(hass) == set()
    assert fault.hits < 8
    await hours(hass, freezer, 18)
    assert issue_keys(hass) == {"refused"}
    assert fault.hits == 8
    assert weights(clouds, garmin_user) == [88.0, 79.0]


async def test_a_long_range_that_garmin_cannot_answer(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Today goes first, and what can be read goes up, range by range."""
    clouds.faults.answer(f"{READ}/2025", 504, times=None)
    weigh(clouds, 390)
    link_id = next(iter(linked.subentries))
    hass.config_entries.async_remove_subentry(linked, link_id)
    link(hass, linked, withings_entry, start=NOW - timedelta(days=800))
    await poll(hass, withings_entry)
    arrived = clouds.garmin.weigh_ins(garmin_user)
    assert arrived[-1].measured_at == NOW - timedelta(minutes=1)
    assert 300 > len(arrived) > 200
    assert value_of(hass, linked, "pending") == 391 - len(arrived)
    clouds.log.clear()


async def test_retry_after_a_second(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """From the second time on, whoever asks for a second does not mean it."""
    fault = clouds.faults.answer(READ, 429, retry_after=1, times=None)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    await hours(hass, freezer, 8)
    assert fault.hits == 4


async def test_retry_after_a_date(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A time to wait for may be told as a date, too."""
    clouds.faults.answer(
        READ,
        429,
        headers={
            "Retry-After": f"{NOW + timedelta(hours=3):%a, %d %b %Y %H:%M:%S} GMT"
        },
    )
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    await later(hass, freezer, timedelta(hours=2, minutes=50))
    assert weights(clouds, garmin_user) == []
    await later(hass, freezer, timedelta(minutes=15))
    assert weights(clouds, garmin_user) == [80.0]


@pytest.mark.parametrize(
    "odd",
    [
        '{"weight": 80000, "date": 1e300}',
        '{"weight": NaN, "timestampGMT": 1}',
        '{"weight": 80000, "timestampGMT": -1e30}',
    ],
)
async def test_mad_values_at_garmin(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    odd: str,
) -> None:
    """A weigh-in that cannot be read is nobody's twin and stops nobody."""
    clouds.faults.answer(
        READ, 200, body=f'{{"dailyWeightSummaries": [{{"allWeightMetrics": [{odd}]}}]}}'
    )
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert weights(clouds, garmin_user) == [80.0]


@pytest.mark.unexpected
async def test_something_that_nobody_thought_of(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It pauses like an outage, and is logged once with all that helps to mend it."""
    fault = clouds.faults.answer(
        READ,
        200,
        body=json.dumps(
            {
                "dailyWeightSummaries": [
                    {
                        "allWeightMetrics": [
                            {
                                "weight": 80000,
                                "timestampGMT": NOW.timestamp() * 1000,
                                "samplePk": key,
                            }
                            for key in (5, "six")
                        ]
                    }
                ]
            }
        ),
        times=None,
    )
    clouds.withings.step_on_scale("alice", 80.0, when=NOW)
    await poll(hass, withings_entry)
    await hours(hass, freezer, 3)
    fault.remove()
    await hours(hass, freezer, 2)
    assert weights(clouds, garmin_user) == [80.0]
    assert caplog.text.count("Traceback") == 1
