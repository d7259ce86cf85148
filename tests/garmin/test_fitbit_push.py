"""From a Fitbit to Garmin Connect, alone and beside Withings."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant, ServiceResponse
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, GarminAccount
from ..support.common import link, restart, set_up, state_of, value_of

NOW = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)

GARMIN_APP = "com.garmin.android.apps.connectmobile"
WITHINGS_APP = "com.withings.wiscale2"


@pytest.fixture(autouse=True)
def today(freezer: FrozenDateTimeFactory) -> None:
    """Begin on the morning of a known day."""
    freezer.move_to(NOW)


@pytest.fixture
async def linked(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
) -> MockConfigEntry:
    """Return a Garmin entry, set up and linked to Bob's Fitbit."""
    clouds.google.step_on_scale("bob", 81.0, when=NOW - timedelta(days=3))
    await set_up(hass, fitbit_entry)
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, fitbit_entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    clouds.log.clear()
    return garmin_entry


async def poll(hass: HomeAssistant, *entries: MockConfigEntry) -> None:
    """Poll sources now, one after the other, and let the pushes come to their end."""
    for entry in entries:
        await entry.runtime_data.async_poll_now()
        await hass.async_block_till_done(wait_background_tasks=True)


async def later(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, hours: float
) -> None:
    """Let time pass, and what it starts come to its end."""
    freezer.tick(timedelta(hours=hours))
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)


async def sync(
    hass: HomeAssistant, garmin: MockConfigEntry, **data: object
) -> ServiceResponse:
    """Call the action that brings Garmin up to date."""
    return await hass.services.async_call(
        DOMAIN,
        "sync",
        {"config_entry_id": garmin.entry_id, **data},
        blocking=True,
        return_response=True,
    )


def arrived(
    clouds: Clouds, user: GarminAccount
) -> list[tuple[datetime, float, float | None]]:
    """Return what Garmin holds: time, weight, body fat."""
    return [
        (w.measured_at, w.weight, w.body_fat) for w in clouds.garmin.weigh_ins(user)
    ]


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


async def test_a_weigh_in_arrives(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    fitbit_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Weight, fat and the BMI go to Garmin at their second, once; old ones do not."""
    await later(hass, freezer, 1)
    when = NOW + timedelta(minutes=17, seconds=5)
    clouds.google.height("bob", 1.8, when=NOW - timedelta(days=500))
    clouds.google.step_on_scale("bob", 80.25, when=when, body_fat=18.5)
    await poll(hass, fitbit_entry)
    assert arrived(clouds, garmin_user) == [(when, 80.25, 18.5)]
    assert clouds.garmin.weigh_ins(garmin_user)[0].bmi == 24.8
    assert state_of(hass, linked, "last_push").state == dt_util.utcnow().isoformat()
    clouds.log.clear()
    await poll(hass, fitbit_entry)
    await restart(hass, fitbit_entry)
    await restart(hass, linked)
    assert clouds.log.count("garmin") == 0


async def test_late_upload(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A scale that was offline for weeks loses nothing."""
    await set_up(hass, fitbit_entry)
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, fitbit_entry)
    await later(hass, freezer, 28 * 24)
    clouds.google.step_on_scale("bob", 80.5)
    await poll(hass, fitbit_entry)
    when = NOW + timedelta(days=1)
    clouds.google.step_on_scale("bob", 80.0, when=when)
    await poll(hass, fitbit_entry)
    assert (when, 80.0, None) in arrived(clouds, garmin_user)


async def test_all_history(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """A link with history brings what is years old, from all pages."""
    clouds.google.page_limit = 10
    for week in range(150):
        clouds.google.step_on_scale(
            "bob", 80 + week / 100, when=NOW - timedelta(weeks=week), body_fat=20
        )
    await set_up(hass, fitbit_entry)
    await set_up(hass, garmin_entry)
    await restart(hass, fitbit_entry)
    link(hass, garmin_entry, fitbit_entry, start=NOW - timedelta(weeks=200))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(arrived(clouds, garmin_user)) == 150
    assert [upload.records for upload in garmin_user.uploads] == [100, 50]


async def test_fat_comes_later(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    fitbit_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A fat that comes after the push replaces the weigh-in at Garmin."""
    await later(hass, freezer, 1)
    when = NOW + timedelta(minutes=30)
    clouds.google.step_on_scale("bob", 80.0, when=when)
    await poll(hass, fitbit_entry)
    assert arrived(clouds, garmin_user) == [(when, 80.0, None)]
    clouds.google.step_on_scale("bob", 80.0, when=when, body_fat=18.5)
    await poll(hass, fitbit_entry)
    await later(hass, freezer, 0.2)
    assert arrived(clouds, garmin_user) == [(when, 80.0, 18.5)]
    clouds.google.remove_points("bob", "body-fat")
    await poll(hass, fitbit_entry)
    assert arrived(clouds, garmin_user) == [(when, 80.0, 18.5)]


async def test_nothing_goes_round_by_garmin(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    fitbit_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What Garmin's app writes into Health Connect never returns to Garmin."""
    await later(hass, freezer, 3)
    ours = NOW + timedelta(hours=1)
    clouds.google.step_on_scale("bob", 80.0, when=ours)
    await poll(hass, fitbit_entry)
    # A copy of our own, with a rounded time, and one that was entered at Garmin.
    copy(clouds, 80.0, ours + timedelta(seconds=30), GARMIN_APP)
    copy(clouds, 79.0, NOW + timedelta(hours=2), GARMIN_APP)
    clouds.log.clear()
    await poll(hass, fitbit_entry)
    assert await sync(hass, linked) == {
        "found": 1,
        "already_there": 1,
        "pushed": 0,
        "held": 0,
        "left_out": 0,
        "failed": 0,
    }
    assert arrived(clouds, garmin_user) == [(ours, 80.0, None)]
    assert value_of(hass, fitbit_entry, "weight") == 79.0


async def test_copies_by_other_apps(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    fitbit_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A scale that only Health Connect knows is pushed; what repeats it is not.

    That holds even if the copy that is the better one comes last.
    """
    await later(hass, freezer, 3)
    when = NOW + timedelta(hours=1)
    copy(clouds, 80.0, when + timedelta(seconds=40), "org.example.sync")
    await poll(hass, fitbit_entry)
    assert arrived(clouds, garmin_user) == [(when + timedelta(seconds=40), 80.0, None)]
    copy(clouds, 80.0, when + timedelta(seconds=20), "org.example.another")
    await poll(hass, fitbit_entry)
    clouds.google.step_on_scale("bob", 80.0, when=when)
    await poll(hass, fitbit_entry)
    await poll(hass, fitbit_entry)
    assert len(arrived(clouds, garmin_user)) == 1


async def test_copies_from_withings(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    fitbit_entry: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Copies from Withings are pushed only where no link brings the originals.

    The copy may come first, and have a rounded time or weight.
    """
    await later(hass, freezer, 4)
    alone = NOW + timedelta(hours=1)
    copy(clouds, 80.0, alone, WITHINGS_APP)
    await poll(hass, fitbit_entry)
    assert arrived(clouds, garmin_user) == [(alone, 80.0, None)]

    await set_up(hass, withings_entry)
    withings = link(
        hass, linked, withings_entry, start=NOW + timedelta(hours=2), history="since"
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    both = NOW + timedelta(hours=3)
    copy(clouds, 80.5, both + timedelta(seconds=40), WITHINGS_APP, body_fat=20)
    await poll(hass, fitbit_entry)
    assert arrived(clouds, garmin_user) == [(alone, 80.0, None)]
    clouds.withings.step_on_scale("alice", 80.46, when=both, body_fat=20.1)
    await poll(hass, withings_entry, fitbit_entry)
    expected = [(alone, 80.0, None), (both, 80.46, 20.1)]
    assert arrived(clouds, garmin_user) == expected
    response = await sync(hass, linked)
    assert response is not None
    assert response["pushed"] == 0
    assert arrived(clouds, garmin_user) == expected

    hass.config_entries.async_remove_subentry(linked, withings.subentry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    again = NOW + timedelta(hours=3, minutes=50)
    copy(clouds, 81.0, again, WITHINGS_APP)
    await poll(hass, fitbit_entry)
    assert arrived(clouds, garmin_user) == [*expected, (again, 81.0, None)]


async def test_copies_from_withings_that_nobody_else_brings(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    fitbit_entry: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A link for blood pressures alone does not keep the weigh-ins from coming."""
    await set_up(hass, withings_entry)
    link(hass, linked, withings_entry, weigh_ins=False, blood_pressure=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    await later(hass, freezer, 4)
    when = NOW + timedelta(hours=3)
    copy(clouds, 80.0, when, WITHINGS_APP)
    await poll(hass, fitbit_entry)
    assert arrived(clouds, garmin_user) == [(when, 80.0, None)]


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
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    fitbit_entry: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    fitbit_first: bool,
    seconds: int,
    kilograms: float,
    same: bool,
) -> None:
    """The same weight within two minutes is one weigh-in, whichever source is first."""
    await set_up(hass, withings_entry)
    link(hass, linked, withings_entry)
    await later(hass, freezer, 2)
    when = NOW + timedelta(hours=1)
    clouds.withings.step_on_scale("alice", 80.0, when=when)
    clouds.google.step_on_scale(
        "bob", 80.0 + kilograms, when=when + timedelta(seconds=seconds)
    )
    entries = [fitbit_entry, withings_entry]
    await poll(hass, *(entries if fitbit_first else reversed(entries)))
    await poll(hass, *entries)
    first = (
        (when + timedelta(seconds=seconds), 80.0 + kilograms)
        if fitbit_first
        else (when, 80.0)
    )
    found = [
        (measured_at, weight) for measured_at, weight, _ in arrived(clouds, garmin_user)
    ]
    assert first in found
    assert len(found) == (1 if same else 2)


async def test_fat_of_a_merged_weigh_in_comes_later(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    fitbit_entry: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The fat replaces the weigh-in at Garmin also where two sources reported it."""
    await set_up(hass, withings_entry)
    link(hass, linked, withings_entry)
    await later(hass, freezer, 2)
    when = NOW + timedelta(hours=1)
    clouds.google.step_on_scale("bob", 80.0, when=when)
    clouds.withings.step_on_scale("alice", 80.0, when=when + timedelta(seconds=50))
    await poll(hass, fitbit_entry, withings_entry)
    assert arrived(clouds, garmin_user) == [(when, 80.0, None)]
    clouds.google.step_on_scale("bob", 80.0, when=when, body_fat=18.5)
    await poll(hass, fitbit_entry, withings_entry, fitbit_entry)
    await later(hass, freezer, 0.2)
    assert arrived(clouds, garmin_user) == [(when, 80.0, 18.5)]
    assert value_of(hass, linked, "pending") == 0
