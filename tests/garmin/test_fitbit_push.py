"""From a Fitbit to Garmin Connect, alone and beside Withings."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, GarminAccount
from ..support.common import link, restart, set_up, state_of, value_of
from ..support.pushing import Pushing

NOW = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)

GARMIN_APP = "com.garmin.android.apps.connectmobile"
WITHINGS_APP = "com.withings.wiscale2"


@pytest.fixture(autouse=True)
def today(freezer: FrozenDateTimeFactory) -> None:
    """Begin on the morning of a known day."""
    freezer.move_to(NOW)


@pytest.fixture
def apart(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> Pushing:
    """Return Bob's Fitbit and a Garmin account, neither set up nor linked."""
    return Pushing(
        hass=hass,
        clouds=clouds,
        source=fitbit_entry,
        garmin=garmin_entry,
        user=garmin_user,
        freezer=freezer,
    )


@pytest.fixture
async def bob(apart: Pushing) -> Pushing:
    """Return both, set up and linked."""
    apart.clouds.google.step_on_scale("bob", 81.0, when=NOW - timedelta(days=3))
    await set_up(apart.hass, apart.source)
    await set_up(apart.hass, apart.garmin)
    link(apart.hass, apart.garmin, apart.source)
    await apart.hass.async_block_till_done(wait_background_tasks=True)
    apart.clouds.log.clear()
    return apart


def copy(
    clouds: Clouds,
    weight: float,
    when: datetime,
    package: str,
    body_fat: float | None = None,
) -> None:
    """Let an app write a weighing into Bob's Health Connect."""
    clouds.google.step_on_scale(
        "bob",
        weight,
        when=when,
        body_fat=body_fat,
        device="",
        platform="HEALTH_CONNECT",
        package=package,
    )


async def test_a_weigh_in_arrives(bob: Pushing) -> None:
    """Weight, fat and the BMI go to Garmin at their second, once; old ones do not."""
    await bob.later(hours=1)
    when = NOW + timedelta(minutes=17, seconds=5)
    bob.clouds.google.height("bob", 1.8, when=NOW - timedelta(days=500))
    bob.clouds.google.step_on_scale("bob", 80.25, when=when, body_fat=18.5)
    await bob.poll()
    assert bob.arrived == [(when, 80.25, 18.5)]
    assert bob.clouds.garmin.weigh_ins(bob.user)[0].bmi == 24.8
    assert (
        state_of(bob.hass, bob.garmin, "last_push").state
        == dt_util.utcnow().isoformat()
    )
    bob.clouds.log.clear()
    await bob.poll()
    await restart(bob.hass, bob.source)
    await bob.restart()
    assert bob.clouds.log.count("garmin") == 0


async def test_late_upload(apart: Pushing) -> None:
    """A scale that was offline for weeks loses nothing."""
    await set_up(apart.hass, apart.source)
    await set_up(apart.hass, apart.garmin)
    link(apart.hass, apart.garmin, apart.source)
    await apart.later(days=28)
    apart.clouds.google.step_on_scale("bob", 80.5)
    await apart.poll()
    when = NOW + timedelta(days=1)
    apart.clouds.google.step_on_scale("bob", 80.0, when=when)
    await apart.poll()
    assert (when, 80.0, None) in apart.arrived


async def test_all_history(apart: Pushing) -> None:
    """A link with history brings what is years old, from all pages."""
    apart.clouds.google.page_limit = 10
    for week in range(150):
        apart.clouds.google.step_on_scale(
            "bob", 80 + week / 100, when=NOW - timedelta(weeks=week), body_fat=20
        )
    await set_up(apart.hass, apart.source)
    await set_up(apart.hass, apart.garmin)
    await restart(apart.hass, apart.source)
    link(apart.hass, apart.garmin, apart.source, start=NOW - timedelta(weeks=200))
    await apart.hass.async_block_till_done(wait_background_tasks=True)
    assert len(apart.arrived) == 150
    assert [upload.records for upload in apart.user.uploads] == [100, 50]


async def test_fat_comes_later(bob: Pushing) -> None:
    """A fat that comes after the push replaces the weigh-in at Garmin."""
    await bob.later(hours=1)
    when = NOW + timedelta(minutes=30)
    bob.clouds.google.step_on_scale("bob", 80.0, when=when)
    await bob.poll()
    assert bob.arrived == [(when, 80.0, None)]
    bob.clouds.google.step_on_scale("bob", 80.0, when=when, body_fat=18.5)
    await bob.poll()
    await bob.later(hours=0.2)
    assert bob.arrived == [(when, 80.0, 18.5)]
    bob.clouds.google.remove_points("bob", "body-fat")
    await bob.poll()
    assert bob.arrived == [(when, 80.0, 18.5)]


async def test_nothing_goes_round_by_garmin(bob: Pushing) -> None:
    """What Garmin's app writes into Health Connect never returns to Garmin."""
    await bob.later(hours=3)
    ours = NOW + timedelta(hours=1)
    bob.clouds.google.step_on_scale("bob", 80.0, when=ours)
    await bob.poll()
    # A copy of our own, with a rounded time, and one that was entered at Garmin.
    copy(bob.clouds, 80.0, ours + timedelta(seconds=30), GARMIN_APP)
    copy(bob.clouds, 79.0, NOW + timedelta(hours=2), GARMIN_APP)
    bob.clouds.log.clear()
    await bob.poll()
    assert await bob.sync() == {
        "found": 1,
        "already_there": 1,
        "pushed": 0,
        "held": 0,
        "left_out": 0,
        "failed": 0,
    }
    assert bob.arrived == [(ours, 80.0, None)]
    assert value_of(bob.hass, bob.source, "weight") == 79.0


async def test_copies_by_other_apps(bob: Pushing) -> None:
    """A scale that only Health Connect knows is pushed; what repeats it is not.

    That holds even if the copy that is the better one comes last.
    """
    await bob.later(hours=3)
    when = NOW + timedelta(hours=1)
    copy(bob.clouds, 80.0, when + timedelta(seconds=40), "org.example.sync")
    await bob.poll()
    assert bob.arrived == [(when + timedelta(seconds=40), 80.0, None)]
    copy(bob.clouds, 80.0, when + timedelta(seconds=20), "org.example.another")
    await bob.poll()
    bob.clouds.google.step_on_scale("bob", 80.0, when=when)
    await bob.poll()
    await bob.poll()
    assert len(bob.arrived) == 1


async def test_copies_from_withings(
    bob: Pushing, withings_entry: MockConfigEntry
) -> None:
    """Copies from Withings are pushed only where no link brings the originals.

    The copy may come first, and have a rounded time or weight.
    """
    await bob.later(hours=4)
    alone = NOW + timedelta(hours=1)
    copy(bob.clouds, 80.0, alone, WITHINGS_APP)
    await bob.poll()
    assert bob.arrived == [(alone, 80.0, None)]

    await set_up(bob.hass, withings_entry)
    withings = link(
        bob.hass,
        bob.garmin,
        withings_entry,
        start=NOW + timedelta(hours=2),
        history="since",
    )
    await bob.hass.async_block_till_done(wait_background_tasks=True)
    both = NOW + timedelta(hours=3)
    copy(bob.clouds, 80.5, both + timedelta(seconds=40), WITHINGS_APP, body_fat=20)
    await bob.poll()
    assert bob.arrived == [(alone, 80.0, None)]
    bob.clouds.withings.step_on_scale("alice", 80.46, when=both, body_fat=20.1)
    await bob.poll(withings_entry, bob.source)
    expected = [(alone, 80.0, None), (both, 80.46, 20.1)]
    assert bob.arrived == expected
    response = await bob.sync()
    assert response is not None
    assert response["pushed"] == 0
    assert bob.arrived == expected

    bob.hass.config_entries.async_remove_subentry(bob.garmin, withings.subentry_id)
    await bob.hass.async_block_till_done(wait_background_tasks=True)
    again = NOW + timedelta(hours=3, minutes=50)
    copy(bob.clouds, 81.0, again, WITHINGS_APP)
    await bob.poll()
    assert bob.arrived == [*expected, (again, 81.0, None)]


async def test_copies_from_withings_that_nobody_else_brings(
    bob: Pushing, withings_entry: MockConfigEntry
) -> None:
    """A link for blood pressures alone does not keep the weigh-ins from coming."""
    await set_up(bob.hass, withings_entry)
    link(bob.hass, bob.garmin, withings_entry, weigh_ins=False, blood_pressure=True)
    await bob.hass.async_block_till_done(wait_background_tasks=True)
    await bob.later(hours=4)
    when = NOW + timedelta(hours=3)
    copy(bob.clouds, 80.0, when, WITHINGS_APP)
    await bob.poll()
    assert bob.arrived == [(when, 80.0, None)]


@pytest.mark.parametrize("fitbit_first", [True, False])
@pytest.mark.parametrize(
    ("seconds", "kilograms", "same"),
    [
        (0, 0, True),
        (120, 0.05, True),
        (-119, -0.05, True),
        (121, 0, False),
    ],
)
async def test_merge_of_two_sources(
    bob: Pushing,
    withings_entry: MockConfigEntry,
    fitbit_first: bool,
    seconds: int,
    kilograms: float,
    same: bool,
) -> None:
    """The same weight within two minutes is one weigh-in, whichever source is first."""
    await set_up(bob.hass, withings_entry)
    link(bob.hass, bob.garmin, withings_entry)
    await bob.later(hours=2)
    when = NOW + timedelta(hours=1)
    bob.clouds.withings.step_on_scale("alice", 80.0, when=when)
    bob.clouds.google.step_on_scale(
        "bob", 80.0 + kilograms, when=when + timedelta(seconds=seconds)
    )
    entries = [bob.source, withings_entry]
    await bob.poll(*(entries if fitbit_first else reversed(entries)))
    await bob.poll(*entries)
    first = (
        (when + timedelta(seconds=seconds), 80.0 + kilograms)
        if fitbit_first
        else (when, 80.0)
    )
    found = [(measured_at, weight) for measured_at, weight, _ in bob.arrived]
    assert first in found
    assert len(found) == (1 if same else 2)


async def test_fat_of_a_merged_weigh_in_comes_later(
    bob: Pushing, withings_entry: MockConfigEntry
) -> None:
    """The fat replaces the weigh-in at Garmin also where two sources reported it."""
    await set_up(bob.hass, withings_entry)
    link(bob.hass, bob.garmin, withings_entry)
    await bob.later(hours=2)
    when = NOW + timedelta(hours=1)
    bob.clouds.google.step_on_scale("bob", 80.0, when=when)
    bob.clouds.withings.step_on_scale("alice", 80.0, when=when + timedelta(seconds=50))
    await bob.poll(bob.source, withings_entry)
    assert bob.arrived == [(when, 80.0, None)]
    bob.clouds.google.step_on_scale("bob", 80.0, when=when, body_fat=18.5)
    await bob.poll(bob.source, withings_entry, bob.source)
    await bob.later(hours=0.2)
    assert bob.arrived == [(when, 80.0, 18.5)]
    assert bob.pending == 0
