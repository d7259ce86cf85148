"""What Google Health answers, and what becomes of it."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.clients.google import client as google_health
from custom_components.weighbridge.clients.google.client import (
    SCOPE_MEASUREMENTS,
    SCOPE_SETTINGS,
)
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
    batch = await weighed.runtime_data.coordinator.async_get_period(
        begin + timedelta(hours=1), begin + timedelta(hours=5)
    )
    assert [(w.weight, w.body_fat) for w in batch.weigh_ins] == [
        (81, 20),
        (82, 20),
        (83, 20),
        (84, 20),
    ]


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
