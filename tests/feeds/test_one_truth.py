"""One truth: what a source no longer says is said nowhere, at Garmin neither."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import Event, EventStateChangedData, HomeAssistant, callback
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, GarminAccount
from ..support.common import (
    entity_id_of,
    link,
    set_up,
    state_of,
    update_source,
    value_of,
)

NOW = datetime(2026, 11, 19, 8, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def morning(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Begin on the morning of a known day."""
    freezer.move_to(NOW)


@pytest.fixture(params=[True, False], ids=["deletions", "no deletions"])
async def deletions(
    request: pytest.FixtureRequest,
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> bool:
    """Link an account with three weigh-ins to Garmin; tell if deletions are followed."""
    for days in (3, 2, 1):
        when = NOW - timedelta(days=days)
        clouds.withings.step_on_scale("alice", 60.0 + days, when=when, uploaded=when)
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    start = NOW - timedelta(days=60)
    link(hass, garmin_entry, withings_entry, start=start, deletions=request.param)
    await hass.async_block_till_done(wait_background_tasks=True)
    freezer.tick(timedelta(hours=1))
    return bool(request.param)


async def poll(
    hass: HomeAssistant,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    wait: timedelta = timedelta(minutes=15),
) -> None:
    """Let time pass, and poll."""
    freezer.tick(wait)
    await update_source(hass, entry, "weigh_in", "event")
    await hass.async_block_till_done(wait_background_tasks=True)


def at_garmin(clouds: Clouds, user: GarminAccount) -> dict[datetime, float]:
    """Return what Garmin holds, by its times."""
    return {w.measured_at: w.weight for w in clouds.garmin.weigh_ins(user)}


async def test_corrected_time(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    deletions: bool,
) -> None:
    """A weigh-in that is re-dated is at Garmin once, and fires nothing."""
    group = clouds.withings.person("alice").groups[-1]
    moved = NOW - timedelta(days=2, hours=5)
    clouds.withings.redate("alice", group.grpid, moved)
    await poll(hass, withings_entry, freezer)
    await poll(hass, withings_entry, freezer, timedelta(minutes=30))
    assert at_garmin(clouds, garmin_user) == {
        NOW - timedelta(days=3): 63.0,
        NOW - timedelta(days=2): 62.0,
        NOW - timedelta(days=2, hours=5): 61.0,
    }
    assert value_of(hass, withings_entry, "weight") == 62.0
    assert state_of(hass, withings_entry, "weigh_in", "event").state == STATE_UNKNOWN


async def test_deleted(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    deletions: bool,
) -> None:
    """What is deleted is not shown; at Garmin it goes if the link says so."""
    group = clouds.withings.person("alice").groups[-1]
    clouds.withings.delete("alice", group.grpid)
    await poll(hass, withings_entry, freezer, timedelta(days=1))
    assert value_of(hass, withings_entry, "weight") == 61.0
    await poll(hass, withings_entry, freezer, timedelta(minutes=59))
    assert value_of(hass, withings_entry, "weight") == 61.0
    await poll(hass, withings_entry, freezer, timedelta(minutes=1))
    assert value_of(hass, withings_entry, "weight") == 62.0
    assert len(at_garmin(clouds, garmin_user)) == (2 if deletions else 3)


async def test_became_doubtful(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    deletions: bool,
) -> None:
    """What the source doubts later goes everywhere, and comes back when it does not."""
    group = clouds.withings.person("alice").groups[-1]
    for attribution, count in ((1, 2), (0, 3)):
        clouds.withings.attribute("alice", group.grpid, attribution)
        await poll(hass, withings_entry, freezer)
        await poll(hass, withings_entry, freezer, timedelta(minutes=30))
        assert len(at_garmin(clouds, garmin_user)) == count
        expected = 62.0 if attribution else 61.0
        assert value_of(hass, withings_entry, "weight") == expected
    assert state_of(hass, withings_entry, "weigh_in", "event").state == STATE_UNKNOWN


@pytest.mark.parametrize("change", ["redated", "doubted"])
async def test_changed_before_it_was_pushed(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    deletions: bool,
    change: str,
) -> None:
    """What waited for Garmin goes there as it is now, or not at all."""
    fault = clouds.faults.answer("/weight-service/weight/range", 503, times=None)
    group = clouds.withings.step_on_scale("alice", 60.0, when=NOW)
    await poll(hass, withings_entry, freezer)
    if change == "redated":
        clouds.withings.redate("alice", group.grpid, NOW - timedelta(hours=3))
    else:
        clouds.withings.attribute("alice", group.grpid, 1)
    await poll(hass, withings_entry, freezer)
    fault.remove()
    clouds.withings.step_on_scale("alice", 59.0, when=NOW + timedelta(minutes=75))
    for _ in range(3):
        await poll(hass, withings_entry, freezer, timedelta(hours=1))
    held = at_garmin(clouds, garmin_user)
    expected = [63.0, 62.0, 61.0, *([60.0] if change == "redated" else []), 59.0]
    assert list(held.values()) == expected
    assert NOW not in held


@pytest.mark.parametrize("change", ["deleted", "redated", "doubted"])
async def test_changed_before_it_was_pushed_while_another_source_has_it(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    fitbit_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    deletions: bool,
    change: str,
) -> None:
    """What two sources have told of goes up as long as one of them still has it."""
    await set_up(hass, fitbit_entry)
    link(hass, garmin_entry, fitbit_entry, start=NOW - timedelta(days=60))
    await hass.async_block_till_done(wait_background_tasks=True)
    fault = clouds.faults.answer("/weight-service/weight/range", 503, times=None)
    group = clouds.withings.step_on_scale("alice", 60.0, when=NOW)
    await poll(hass, withings_entry, freezer)
    clouds.google.step_on_scale("bob", 60.0, when=NOW + timedelta(seconds=20))
    await poll(hass, fitbit_entry, freezer)
    assert value_of(hass, garmin_entry, "pending") == 1
    moved = NOW - timedelta(hours=3)
    match change:
        case "deleted":
            clouds.withings.delete("alice", group.grpid)
        case "redated":
            clouds.withings.redate("alice", group.grpid, moved)
        case "doubted":
            clouds.withings.attribute("alice", group.grpid, 1)
    await poll(hass, withings_entry, freezer, timedelta(days=1))
    await poll(hass, withings_entry, freezer, timedelta(hours=1))
    assert value_of(hass, withings_entry, "weight") == (
        60.0 if change == "redated" else 61.0
    )
    fault.remove()
    await poll(hass, withings_entry, freezer, timedelta(hours=1))
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)
    pushed = {w for w, kg in at_garmin(clouds, garmin_user).items() if kg == 60.0}
    assert pushed == ({NOW, moved} if change == "redated" else {NOW})


async def test_google_points_that_are_gone(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Google's window is there at each poll: an hour is enough."""
    for days, weight in ((2, 81.0), (1, 80.0)):
        clouds.google.step_on_scale("bob", weight, when=NOW - timedelta(days=days))
    await set_up(hass, fitbit_entry)
    points = clouds.google.person("bob").points["weight"]
    points.pop()
    await poll(hass, fitbit_entry, freezer)
    assert value_of(hass, fitbit_entry, "weight") == 80.0
    await poll(hass, fitbit_entry, freezer, timedelta(hours=1))
    assert value_of(hass, fitbit_entry, "weight") == 81.0


async def test_an_import_of_years(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """History that comes later fires for the newest of the last weeks, and no more."""
    await set_up(hass, withings_entry)
    fired: list[float] = []
    event_id = str(entity_id_of(hass, withings_entry, "weigh_in", "event"))

    @callback
    def note(event: Event[EventStateChangedData]) -> None:
        new = event.data["new_state"]
        if new is not None and "weight" in new.attributes:
            fired.append(new.attributes["weight"])

    async_track_state_change_event(hass, [event_id], note)
    for hours in range(1500):
        clouds.withings.step_on_scale(
            "alice", 60.0 + hours / 1000, when=NOW - timedelta(hours=hours)
        )
    await poll(hass, withings_entry, freezer)
    assert len(fired) == 20
    assert fired[-1] == 60.0
    await poll(hass, withings_entry, freezer)
    assert len(fired) == 20
