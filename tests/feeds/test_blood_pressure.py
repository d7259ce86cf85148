"""A blood pressure follows its source to Garmin, as a weigh-in does."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from ..clouds import Clouds, GarminAccount
from ..clouds.withings import MeasureGroup
from ..support.common import link, set_up
from ..support.push import NOW, hours, poll
from ..support.repairs import Fix

# Enough that three of them are not most of what there was.
COUNT = 7
SYSTOLIC = list(range(120, 120 + COUNT))
PRESSURE = "/garmin/bloodpressure-service/bloodpressure"


@pytest.fixture(params=[True, False], ids=["deletions", "no deletions"])
async def deletions(request: pytest.FixtureRequest) -> bool:
    """Tell whether the link follows deletions."""
    return bool(request.param)


@pytest.fixture
def morning(freezer: FrozenDateTimeFactory) -> None:
    """Begin on the morning of a known day."""
    freezer.move_to(NOW)


@pytest.fixture
async def readings(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    morning: None,
    fix: Fix,
    deletions: bool,
) -> list[MeasureGroup]:
    """Return readings, the oldest first, that a link has brought to Garmin."""
    groups = [
        clouds.withings.blood_pressure(
            "alice", systolic, 79, when=NOW - timedelta(days=COUNT - day)
        )
        for day, systolic in enumerate(SYSTOLIC)
    ]
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    link(
        hass,
        garmin_entry,
        withings_entry,
        start=NOW - timedelta(days=60),
        blood_pressure=True,
        deletions=deletions,
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    await hours(hass, freezer, 2)
    return groups


def at_garmin(clouds: Clouds, user: GarminAccount) -> list[int]:
    """Return the systolic pressures that Garmin holds, the oldest first."""
    return [reading.systolic for reading in clouds.garmin.blood_pressures(user)]


async def test_a_corrected_time(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    readings: list[MeasureGroup],
) -> None:
    """It is at Garmin once, at its new time, whatever the link says of deletions."""
    when = NOW - timedelta(days=30)
    clouds.withings.redate("alice", readings[-1].grpid, when)
    await poll(hass, withings_entry)
    await hours(hass, freezer, 1)
    held = clouds.garmin.blood_pressures(garmin_user)
    assert [r.systolic for r in held] == [SYSTOLIC[-1], *SYSTOLIC[:-1]]
    assert held[0].measured_at == when


async def test_a_corrected_value(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    readings: list[MeasureGroup],
) -> None:
    """It takes the place of the older one."""
    clouds.withings.edit("alice", readings[2].grpid, systolic=140)
    await poll(hass, withings_entry)
    await hours(hass, freezer, 1)
    expected = [*SYSTOLIC[:2], 140, *SYSTOLIC[3:]]
    assert at_garmin(clouds, garmin_user) == expected


async def test_a_pulse_that_garmin_refuses(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    readings: list[MeasureGroup],
) -> None:
    """It is left out, and what is known as ours without it follows its source."""
    odd = clouds.withings.blood_pressure("alice", 131, 79, heart_rate=300, when=NOW)
    await poll(hass, withings_entry)
    await hours(hass, freezer, 2)
    assert at_garmin(clouds, garmin_user) == [*SYSTOLIC, 131]
    clouds.withings.edit("alice", odd.grpid, systolic=132)
    await poll(hass, withings_entry)
    await hours(hass, freezer, 1)
    assert at_garmin(clouds, garmin_user) == [*SYSTOLIC, 132]


async def test_a_doubt(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    readings: list[MeasureGroup],
) -> None:
    """What the source is not sure of any more goes, and comes back when it is."""
    for attribution, expected in ((1, SYSTOLIC[:-1]), (0, SYSTOLIC)):
        clouds.withings.attribute("alice", readings[-1].grpid, attribution)
        await poll(hass, withings_entry)
        await hours(hass, freezer, 1)
        assert at_garmin(clouds, garmin_user) == expected


async def test_a_deletion(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    deletions: bool,
    readings: list[MeasureGroup],
) -> None:
    """It is followed if the link says so, and what others have entered stays."""
    clouds.withings.delete("alice", readings[0].grpid)
    freezer.tick(timedelta(days=1))
    await poll(hass, withings_entry)
    await hours(hass, freezer, 3)
    expected = SYSTOLIC[1:] if deletions else SYSTOLIC
    assert at_garmin(clouds, garmin_user) == expected


@pytest.mark.parametrize("change", ["redated", "doubted", "deleted"])
async def test_what_was_not_pushed_yet(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    readings: list[MeasureGroup],
    change: str,
) -> None:
    """It goes there as it is now, or not at all."""
    fault = clouds.faults.answer(f"{PRESSURE}/range", 503, times=None)
    group = clouds.withings.blood_pressure("alice", 150, 90)
    await poll(hass, withings_entry)
    if change == "redated":
        clouds.withings.redate("alice", group.grpid, NOW - timedelta(days=30))
    elif change == "doubted":
        clouds.withings.attribute("alice", group.grpid, 1)
    else:
        clouds.withings.delete("alice", group.grpid)
        freezer.tick(timedelta(days=1))
    await poll(hass, withings_entry)
    await hours(hass, freezer, 2)
    fault.remove()
    await hours(hass, freezer, 2)
    expected = [150, *SYSTOLIC] if change == "redated" else SYSTOLIC
    assert at_garmin(clouds, garmin_user) == expected


@pytest.mark.parametrize("deletions", [True], indirect=True)
@pytest.mark.parametrize("choice", ["remove", "keep"])
async def test_many_of_both_kinds_are_one_question(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    readings: list[MeasureGroup],
    fix: Fix,
    choice: str,
) -> None:
    """A person sees all that is gone, whatever it was."""
    scale = [
        clouds.withings.step_on_scale(
            "alice", 80.0 + day, when=NOW - timedelta(days=COUNT - day, hours=1)
        )
        for day in range(COUNT)
    ]
    await poll(hass, withings_entry)
    await hours(hass, freezer, 2)
    for group in (*readings[:2], scale[0]):
        clouds.withings.delete("alice", group.grpid)
    freezer.tick(timedelta(days=1))
    await poll(hass, withings_entry)
    await hours(hass, freezer, 3)
    assert at_garmin(clouds, garmin_user) == SYSTOLIC
    question = await fix.open("gone")
    assert question["description_placeholders"]["measurements"].count("\n- ") == 2
    await fix.submit(next_step_id=choice)
    await hours(hass, freezer, 1)
    gone = choice == "remove"
    assert at_garmin(clouds, garmin_user) == (SYSTOLIC[2:] if gone else SYSTOLIC)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == (COUNT - 1 if gone else COUNT)
