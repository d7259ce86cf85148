"""What is deleted at its source goes at Garmin, but not much at once without a word."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from ..clouds import Clouds, GarminAccount
from ..clouds.withings import MeasureGroup
from ..support.common import link, restart, set_up, value_of
from ..support.push import NOW, READ, REMOVE, hours, poll, weights
from ..support.repairs import Fix, issue

# Enough that three of them are not most of what there was.
COUNT = 7


@pytest.fixture
async def pushed(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    morning: None,
    fix: Fix,
) -> list[MeasureGroup]:
    """Return weigh-ins that were pushed along a link that follows deletions."""
    groups = [
        clouds.withings.step_on_scale(
            "alice", 80.0 + day, when=NOW - timedelta(days=COUNT - day)
        )
        for day in range(COUNT)
    ]
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    start = NOW - timedelta(days=60)
    link(hass, garmin_entry, withings_entry, start=start, deletions=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    await hours(hass, freezer, 3)
    return groups


async def delete(
    hass: HomeAssistant,
    clouds: Clouds,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    groups: list[MeasureGroup],
) -> None:
    """Delete weigh-ins in the vendor's app, and let that be believed."""
    for group in groups:
        clouds.withings.delete("alice", group.grpid)
    freezer.tick(timedelta(days=1))
    await poll(hass, entry)
    await hours(hass, freezer, 3)


async def test_what_garmin_does_not_let_go_is_told(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    pushed: list[MeasureGroup],
) -> None:
    """A person is told which weigh-in is left, as nobody else will remove it."""
    clouds.faults.answer(REMOVE, 405, method="DELETE", times=None)
    await delete(hass, clouds, withings_entry, freezer, pushed[:1])
    assert weights(clouds, garmin_user)[0] == 80.0
    kept = issue(hass, "kept")
    assert kept is not None
    second = int((NOW - timedelta(days=COUNT)).timestamp())
    assert kept.issue_id.endswith(f"kept_{second}")
    # Nothing would tell of it again after a restart of Home Assistant.
    assert kept.is_persistent


async def test_what_was_deleted_at_both_ends(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    pushed: list[MeasureGroup],
) -> None:
    """Garmin may be late to show it, so it is looked for once more, and never again."""
    first = clouds.garmin.weigh_ins(garmin_user)[0]
    clouds.garmin.remove_weigh_in(garmin_user, first.sample_pk)
    clouds.log.clear()
    await delete(hass, clouds, withings_entry, freezer, pushed[:1])
    assert len(weights(clouds, garmin_user)) == COUNT - 1
    assert value_of(hass, garmin_entry, "pending") == 0
    assert clouds.log.count("garmin", path=READ) == 2
    await hours(hass, freezer, 12)
    assert clouds.log.count("garmin") == 2


@pytest.mark.parametrize("number", [1, 2])
async def test_what_garmin_does_not_let_go_today_goes_later(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    pushed: list[MeasureGroup],
    number: int,
) -> None:
    """Where one removal fails, the others rest with it; none is forgotten."""
    fault = clouds.faults.answer(REMOVE, 500, method="DELETE", times=None)
    await delete(hass, clouds, withings_entry, freezer, pushed[:number])
    assert len(weights(clouds, garmin_user)) == COUNT
    assert 1 < fault.hits <= 6
    fault.remove()
    await hours(hass, freezer, 4)
    assert weights(clouds, garmin_user)[0] == 80.0 + number


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        ("remove", [80.0, 84.0, 85.0, 86.0]),
        ("keep", [80.0, 81.0, 82.0, 83.0, 84.0, 85.0, 86.0]),
    ],
)
async def test_many_at_once_are_a_question(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    pushed: list[MeasureGroup],
    fix: Fix,
    choice: str,
    left: list[float],
) -> None:
    """Nothing goes before a person says so, and what is kept is not asked again."""
    await delete(hass, clouds, withings_entry, freezer, pushed[1:4])
    assert len(weights(clouds, garmin_user)) == COUNT
    question = await fix.open("gone")
    assert question["menu_options"] == ["remove", "keep"]
    assert question["description_placeholders"]["measurements"].count("\n- ") == 2
    answer = await fix.submit(next_step_id=choice)
    assert answer["type"] == "create_entry"
    await hours(hass, freezer, 1)
    assert weights(clouds, garmin_user) == left
    await restart(hass, garmin_entry)
    await hours(hass, freezer, 2)
    assert issue(hass, "gone") is None
    assert weights(clouds, garmin_user) == left


async def test_two_at_once_are_no_question(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    pushed: list[MeasureGroup],
) -> None:
    """A person who tidies up is followed."""
    await delete(hass, clouds, withings_entry, freezer, pushed[1:3])
    assert issue(hass, "gone") is None
    assert weights(clouds, garmin_user) == [80.0, 83.0, 84.0, 85.0, 86.0]


async def test_what_goes_while_the_question_is_open_is_asked_next(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    pushed: list[MeasureGroup],
    fix: Fix,
) -> None:
    """The answer is for what was shown."""
    await delete(hass, clouds, withings_entry, freezer, pushed[1:4])
    await fix.open("gone")
    await delete(hass, clouds, withings_entry, freezer, pushed[4:5])
    question = await fix.submit(next_step_id="remove")
    assert question["type"] == "menu"
    assert "\n" not in question["description_placeholders"]["measurements"]
    assert weights(clouds, garmin_user) == [80.0, 84.0, 85.0, 86.0]
    answer = await fix.submit(next_step_id="keep")
    assert answer["type"] == "create_entry"
    assert weights(clouds, garmin_user) == [80.0, 84.0, 85.0, 86.0]


async def test_an_answer_outlives_an_outage(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    pushed: list[MeasureGroup],
    fix: Fix,
) -> None:
    """What a person wants away is not asked about again while Garmin is down."""
    await delete(hass, clouds, withings_entry, freezer, pushed[1:4])
    await fix.open("gone")
    fault = clouds.faults.answer(READ, 503, times=None)
    await fix.submit(next_step_id="remove")
    clouds.withings.step_on_scale("alice", 86.5)
    await poll(hass, withings_entry)
    assert value_of(hass, withings_entry, "weight") == 86.5
    assert issue(hass, "gone") is None
    fault.remove()
    await hours(hass, freezer, 2)
    assert weights(clouds, garmin_user) == [80.0, 84.0, 85.0, 86.0, 86.5]
