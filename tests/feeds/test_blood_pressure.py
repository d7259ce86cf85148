"""A blood pressure follows its source to Garmin, as a weigh-in does."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from ..clouds import Clouds, GarminAccount
from ..clouds.withings import MeasureGroup
from ..support.common import link, set_up
from ..support.push import NOW, hours
from ..support.pushing import Pushing
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


@pytest.fixture
def alice(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    readings: list[MeasureGroup],
) -> Pushing:
    """Return Alice, whose readings are at Garmin."""
    return Pushing(
        hass=hass,
        clouds=clouds,
        source=withings_entry,
        garmin=garmin_entry,
        user=garmin_user,
        freezer=freezer,
    )


async def test_a_corrected_time(
    alice: Pushing,
    readings: list[MeasureGroup],
) -> None:
    """It is at Garmin once, at its new time, whatever the link says of deletions."""
    when = NOW - timedelta(days=30)
    alice.clouds.withings.redate("alice", readings[-1].grpid, when)
    await alice.poll()
    await alice.hours(1)
    held = alice.clouds.garmin.blood_pressures(alice.user)
    assert [r.systolic for r in held] == [SYSTOLIC[-1], *SYSTOLIC[:-1]]
    assert held[0].measured_at == when


async def test_a_corrected_value(
    alice: Pushing,
    readings: list[MeasureGroup],
) -> None:
    """It takes the place of the older one."""
    alice.clouds.withings.edit("alice", readings[2].grpid, systolic=140)
    await alice.poll()
    await alice.hours(1)
    expected = [*SYSTOLIC[:2], 140, *SYSTOLIC[3:]]
    assert alice.systolic == expected


async def test_a_pulse_that_garmin_refuses(
    alice: Pushing,
    readings: list[MeasureGroup],
) -> None:
    """It is left out, and what is known as ours without it follows its source."""
    odd = alice.clouds.withings.blood_pressure(
        "alice", 131, 79, heart_rate=300, when=NOW
    )
    await alice.poll()
    await alice.hours(2)
    assert alice.systolic == [*SYSTOLIC, 131]
    alice.clouds.withings.edit("alice", odd.grpid, systolic=132)
    await alice.poll()
    await alice.hours(1)
    assert alice.systolic == [*SYSTOLIC, 132]


async def test_a_doubt(
    alice: Pushing,
    readings: list[MeasureGroup],
) -> None:
    """What the source is not sure of any more goes, and comes back when it is."""
    for attribution, expected in ((1, SYSTOLIC[:-1]), (0, SYSTOLIC)):
        alice.clouds.withings.attribute("alice", readings[-1].grpid, attribution)
        await alice.poll()
        await alice.hours(1)
        assert alice.systolic == expected


async def test_a_deletion(
    alice: Pushing,
    deletions: bool,
    readings: list[MeasureGroup],
) -> None:
    """It is followed if the link says so, and what others have entered stays."""
    alice.clouds.withings.delete("alice", readings[0].grpid)
    alice.freezer.tick(timedelta(days=1))
    await alice.poll()
    await alice.hours(3)
    expected = SYSTOLIC[1:] if deletions else SYSTOLIC
    assert alice.systolic == expected


@pytest.mark.parametrize("change", ["redated", "doubted", "deleted"])
async def test_what_was_not_pushed_yet(
    alice: Pushing,
    readings: list[MeasureGroup],
    change: str,
) -> None:
    """It goes there as it is now, or not at all."""
    fault = alice.clouds.faults.answer(f"{PRESSURE}/range", 503, times=None)
    group = alice.clouds.withings.blood_pressure("alice", 150, 90)
    await alice.poll()
    if change == "redated":
        alice.clouds.withings.redate("alice", group.grpid, NOW - timedelta(days=30))
    elif change == "doubted":
        alice.clouds.withings.attribute("alice", group.grpid, 1)
    else:
        alice.clouds.withings.delete("alice", group.grpid)
        alice.freezer.tick(timedelta(days=1))
    await alice.poll()
    await alice.hours(2)
    fault.remove()
    await alice.hours(2)
    expected = [150, *SYSTOLIC] if change == "redated" else SYSTOLIC
    assert alice.systolic == expected


@pytest.mark.parametrize("deletions", [True], indirect=True)
@pytest.mark.parametrize("choice", ["remove", "keep"])
async def test_many_of_both_kinds_are_one_question(
    alice: Pushing,
    readings: list[MeasureGroup],
    fix: Fix,
    choice: str,
) -> None:
    """A person sees all that is gone, whatever it was."""
    scale = [
        alice.clouds.withings.step_on_scale(
            "alice", 80.0 + day, when=NOW - timedelta(days=COUNT - day, hours=1)
        )
        for day in range(COUNT)
    ]
    await alice.poll()
    await alice.hours(2)
    for group in (*readings[:2], scale[0]):
        alice.clouds.withings.delete("alice", group.grpid)
    alice.freezer.tick(timedelta(days=1))
    await alice.poll()
    await alice.hours(3)
    assert alice.systolic == SYSTOLIC
    question = await fix.open("gone")
    assert question["description_placeholders"]["measurements"].count("\n- ") == 2
    await fix.submit(next_step_id=choice)
    await alice.hours(1)
    gone = choice == "remove"
    assert alice.systolic == (SYSTOLIC[2:] if gone else SYSTOLIC)
    assert len(alice.weights) == (COUNT - 1 if gone else COUNT)
