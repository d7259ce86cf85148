"""What is deleted at its source goes at Garmin, but not much at once without a word."""

from datetime import timedelta
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError

from ..clouds import Clouds, GarminAccount
from ..clouds.withings import MeasureGroup
from ..support.common import link, set_up, value_of
from ..support.push import NOW, READ, REMOVE
from ..support.pushing import Pushing
from ..support.repairs import Fix, issue

# Enough that three of them are not most of what there was.
COUNT = 7


@pytest.fixture
def pushing(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    morning: None,
    fix: Fix,
) -> Pushing:
    """Return Alice, whose weigh-ins go to Garmin, and who can answer repairs."""
    return Pushing(
        hass=hass,
        clouds=clouds,
        source=withings_entry,
        garmin=garmin_entry,
        user=garmin_user,
        freezer=freezer,
    )


@pytest.fixture
async def pushed(
    pushing: Pushing,
) -> list[MeasureGroup]:
    """Return weigh-ins that were pushed along a link that follows deletions."""
    groups = [
        pushing.clouds.withings.step_on_scale(
            "alice", 80.0 + day, when=NOW - timedelta(days=COUNT - day)
        )
        for day in range(COUNT)
    ]
    await set_up(pushing.hass, pushing.source)
    await set_up(pushing.hass, pushing.garmin)
    start = NOW - timedelta(days=60)
    link(pushing.hass, pushing.garmin, pushing.source, start=start, deletions=True)
    await pushing.hass.async_block_till_done(wait_background_tasks=True)
    await pushing.hours(3)
    return groups


async def delete(
    pushing: Pushing,
    groups: list[MeasureGroup],
) -> None:
    """Delete weigh-ins in the vendor's app, and let that be believed."""
    for group in groups:
        pushing.clouds.withings.delete("alice", group.grpid)
    pushing.freezer.tick(timedelta(days=1))
    await pushing.poll()
    await pushing.hours(3)


async def test_what_garmin_does_not_let_go_is_told(
    pushing: Pushing,
    pushed: list[MeasureGroup],
) -> None:
    """A person is told which weigh-in is left, as nobody else will remove it."""
    pushing.clouds.faults.answer(REMOVE, 405, method="DELETE", times=None)
    await delete(pushing, pushed[:1])
    assert pushing.weights[0] == 80.0
    kept = issue(pushing.hass, "kept")
    assert kept is not None
    second = int((NOW - timedelta(days=COUNT)).timestamp())
    assert kept.issue_id.endswith(f"kept_{second}")
    # Nothing would tell of it again after a restart of Home Assistant.
    assert kept.is_persistent


async def test_what_was_deleted_at_both_ends(
    pushing: Pushing,
    pushed: list[MeasureGroup],
) -> None:
    """Garmin may be late to show it, so it is looked for once more, and never again."""
    first = pushing.clouds.garmin.weigh_ins(pushing.user)[0]
    pushing.clouds.garmin.remove_weigh_in(pushing.user, first.sample_pk)
    pushing.clouds.log.clear()
    await delete(pushing, pushed[:1])
    assert len(pushing.weights) == COUNT - 1
    assert pushing.pending == 0
    assert pushing.clouds.log.count("garmin", path=READ) == 2
    await pushing.hours(12)
    assert pushing.clouds.log.count("garmin") == 2


@pytest.mark.parametrize("number", [1, 2])
async def test_what_garmin_does_not_let_go_today_goes_later(
    pushing: Pushing,
    pushed: list[MeasureGroup],
    number: int,
) -> None:
    """Where one removal fails, the others rest with it; none is forgotten."""
    fault = pushing.clouds.faults.answer(REMOVE, 500, method="DELETE", times=None)
    await delete(pushing, pushed[:number])
    assert len(pushing.weights) == COUNT
    assert 1 < fault.hits <= 6
    fault.remove()
    await pushing.hours(4)
    assert pushing.weights[0] == 80.0 + number


@pytest.mark.parametrize(
    ("choice", "left"),
    [
        ("remove", [80.0, 84.0, 85.0, 86.0]),
        ("keep", [80.0, 81.0, 82.0, 83.0, 84.0, 85.0, 86.0]),
    ],
)
async def test_many_at_once_are_a_question(
    pushing: Pushing,
    pushed: list[MeasureGroup],
    fix: Fix,
    choice: str,
    left: list[float],
) -> None:
    """Nothing goes before a person says so, and what is kept is not asked again."""
    await delete(pushing, pushed[1:4])
    assert len(pushing.weights) == COUNT
    question = await fix.open("gone")
    assert question["menu_options"] == ["remove", "keep"]
    assert question["description_placeholders"]["measurements"].count("\n- ") == 2
    answer = await fix.submit(next_step_id=choice)
    assert answer["type"] == "create_entry"
    await pushing.hours(1)
    assert pushing.weights == left
    await pushing.restart()
    await pushing.hours(2)
    assert issue(pushing.hass, "gone") is None
    assert pushing.weights == left


async def test_two_at_once_are_no_question(
    pushing: Pushing,
    pushed: list[MeasureGroup],
) -> None:
    """A person who tidies up is followed."""
    await delete(pushing, pushed[1:3])
    assert issue(pushing.hass, "gone") is None
    assert pushing.weights == [80.0, 83.0, 84.0, 85.0, 86.0]


async def test_what_goes_while_the_question_is_open_is_asked_next(
    pushing: Pushing,
    pushed: list[MeasureGroup],
    fix: Fix,
) -> None:
    """The answer is for what was shown."""
    await delete(pushing, pushed[1:4])
    await fix.open("gone")
    await delete(pushing, pushed[4:5])
    question = await fix.submit(next_step_id="remove")
    assert question["type"] == "menu"
    assert "\n" not in question["description_placeholders"]["measurements"]
    assert pushing.weights == [80.0, 84.0, 85.0, 86.0]
    answer = await fix.submit(next_step_id="keep")
    assert answer["type"] == "create_entry"
    assert pushing.weights == [80.0, 84.0, 85.0, 86.0]


async def test_an_answer_outlives_an_outage(
    pushing: Pushing,
    pushed: list[MeasureGroup],
    fix: Fix,
) -> None:
    """What a person wants away is not asked about again while Garmin is down."""
    await delete(pushing, pushed[1:4])
    await fix.open("gone")
    fault = pushing.clouds.faults.answer(READ, 503, times=None)
    await fix.submit(next_step_id="remove")
    pushing.clouds.withings.step_on_scale("alice", 86.5)
    await pushing.poll()
    assert value_of(pushing.hass, pushing.source, "weight") == 86.5
    assert issue(pushing.hass, "gone") is None
    fault.remove()
    await pushing.hours(2)
    assert pushing.weights == [80.0, 84.0, 85.0, 86.0, 86.5]


async def test_an_answer_outlives_a_full_disk(
    pushing: Pushing,
    pushed: list[MeasureGroup],
    fix: Fix,
) -> None:
    """What a person wants away goes, though Home Assistant stops before the next try."""
    await delete(pushing, pushed[1:4])
    await fix.open("gone")
    fault = pushing.clouds.faults.answer(READ, 503, times=None)
    with patch.object(Store, "_async_write_data", side_effect=WriteError("full")):
        await fix.submit(next_step_id="remove")
    fault.remove()
    await pushing.restart()
    await pushing.hours(2)
    assert issue(pushing.hass, "gone") is None
    assert pushing.weights == [80.0, 84.0, 85.0, 86.0]
