"""Trend, change and goal of a person, as Home Assistant shows them."""

from datetime import UTC, datetime, timedelta
from math import ceil

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from homeassistant.const import STATE_UNKNOWN, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from ..clouds import Clouds
from ..support.common import (
    claim,
    entity_id_of,
    restart,
    set_up,
    state_of,
    update_entity,
    value_of,
)

NOW = datetime(2026, 11, 19, 16, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
def afternoon(freezer: FrozenDateTimeFactory) -> None:
    """Begin on the afternoon of a known day."""
    freezer.move_to(NOW)


def weigh(clouds: Clouds, *weights: float, body_fat: float | None = None) -> None:
    """Weigh Alice on the last days, at the same hour, the last time an hour ago."""
    for ago, weight in enumerate(reversed(weights)):
        when = NOW - timedelta(days=ago, hours=1)
        clouds.withings.step_on_scale(
            "alice", weight, when=when, uploaded=when, body_fat=body_fat
        )


def hackers_diet(*weights: float) -> list[float]:
    """Return the trend of daily weights."""
    trend = [weights[0]]
    for weight in weights[1:]:
        trend.append(trend[-1] + (weight - trend[-1]) / 10)
    return trend


async def set_goal(hass: HomeAssistant, entry: MockConfigEntry, goal: float) -> None:
    """Choose a goal, as a person does."""
    await hass.services.async_call(
        "number",
        "set_value",
        {
            "entity_id": entity_id_of(hass, entry, "goal_weight", "number"),
            "value": goal,
        },
        blocking=True,
    )
    await hass.async_block_till_done()


async def poll(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Let the time of a poll come."""
    freezer.tick(timedelta(minutes=15))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_trend(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """The trend is that of the Hacker's Diet, of weight and of body fat."""
    weights = [80.0, 81.0, 79.5, 79.0, 80.2, 78.8, 78.9, 78.5, 79.9, 78.0]
    weigh(clouds, *weights, body_fat=25.0)
    await set_up(hass, withings_entry)
    book = hackers_diet(*weights)
    trend = state_of(hass, withings_entry, "weight_trend")
    assert float(trend.state) == pytest.approx(book[-1], abs=0.001)
    assert trend.attributes["unit_of_measurement"] == "kg"
    assert trend.attributes["state_class"] == "measurement"
    assert value_of(hass, withings_entry, "weight_change") == pytest.approx(
        book[-1] - book[-8], abs=0.001
    )
    assert value_of(hass, withings_entry, "body_fat_trend") == 25.0


async def test_too_little(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What cannot be told yet is unknown, not zero, and says how much is missing."""
    await set_up(hass, withings_entry)
    for key in ("weight_trend", "weight_change", "to_goal", "goal_date"):
        assert entity_id_of(hass, withings_entry, key) is None
    assert entity_id_of(hass, withings_entry, "goal_weight", "number") is None
    weigh(clouds, 80.0)
    await poll(hass, freezer)
    assert value_of(hass, withings_entry, "weight_trend") == 80.0
    assert entity_id_of(hass, withings_entry, "body_fat_trend") is None
    change = state_of(hass, withings_entry, "weight_change")
    assert (change.state, change.attributes["missing_days"]) == (STATE_UNKNOWN, 7)
    goal = state_of(hass, withings_entry, "goal_weight", "number")
    assert goal.state == STATE_UNKNOWN
    assert state_of(hass, withings_entry, "to_goal").state == STATE_UNKNOWN
    await set_goal(hass, withings_entry, 75)
    assert value_of(hass, withings_entry, "to_goal") == -5
    day = state_of(hass, withings_entry, "goal_date")
    assert (day.state, day.attributes["missing_weigh_ins"]) == (STATE_UNKNOWN, 3)
    # The week passes, and nobody weighs in.
    freezer.move_to(NOW + timedelta(days=6, hours=23, minutes=30))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert value_of(hass, withings_entry, "weight_change") == 0
    change = state_of(hass, withings_entry, "weight_change")
    assert change.attributes["missing_days"] == 0


async def test_goal(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """The goal of the vendor comes first, until a person sets another one."""
    weigh(clouds, *(90 - day / 4 for day in range(60)))
    for ago, goal in ((300, 70.0), (200, 60.0), (400, 50.0)):
        clouds.withings.step_on_scale(
            "alice", goal, when=NOW - timedelta(days=ago), category=2
        )
    await set_up(hass, withings_entry)
    goal_weight = state_of(hass, withings_entry, "goal_weight", "number")
    assert float(goal_weight.state) == 60
    assert value_of(hass, withings_entry, "weight") == 75.25
    trend = value_of(hass, withings_entry, "weight_trend")
    assert value_of(hass, withings_entry, "to_goal") == pytest.approx(60 - trend)
    entity = er.async_get(hass).async_get(goal_weight.entity_id)
    assert entity is not None
    assert entity.entity_category is EntityCategory.CONFIG

    await set_goal(hass, withings_entry, 70)
    await restart(hass, withings_entry)
    goal_weight = state_of(hass, withings_entry, "goal_weight", "number")
    assert float(goal_weight.state) == 70
    # It falls by almost 250 g a day.
    days = ceil((trend - 70) / 0.249)
    expected = dt_util.as_local(NOW).date() + timedelta(days=days)
    shown = state_of(hass, withings_entry, "goal_date")
    assert (shown.state, shown.attributes["date"]) == (expected.isoformat(), expected)
    assert shown.attributes["device_class"] == "date"


async def test_vendor_does_not_tell_the_goal(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """A goal that cannot be read is none, and harms nothing else."""
    weigh(clouds, 80.0)
    clouds.withings.step_on_scale("alice", 70, when=NOW, category=2)
    await set_up(hass, withings_entry)
    clouds.withings.fail(601, action="getmeas", times=None)
    await hass.config_entries.async_unload(withings_entry.entry_id)
    clouds.faults.clear()
    await set_up(hass, withings_entry)
    goal_weight = state_of(hass, withings_entry, "goal_weight", "number")
    assert float(goal_weight.state) == 70


@pytest.mark.parametrize("goal", [19, 301])
async def test_implausible_goal(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry, goal: float
) -> None:
    """Nobody wants to weigh that."""
    weigh(clouds, 80.0)
    await set_up(hass, withings_entry)
    with pytest.raises(ServiceValidationError, match="valid range"):
        await set_goal(hass, withings_entry, goal)


async def test_pounds(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """Who uses pounds reads and enters all of it in pounds."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    weigh(clouds, *(80.0,) * 8)
    await set_up(hass, withings_entry)
    for key in ("weight_trend", "weight_change", "to_goal"):
        state = state_of(hass, withings_entry, key)
        assert state.attributes["unit_of_measurement"] == "lb"
    assert value_of(hass, withings_entry, "weight_trend") == pytest.approx(176.37, 1e-4)
    await set_goal(hass, withings_entry, 166.5)
    goal = state_of(hass, withings_entry, "goal_weight", "number")
    assert float(goal.state) == 166.5
    assert goal.attributes["unit_of_measurement"] == "lb"
    assert value_of(hass, withings_entry, "to_goal") == pytest.approx(-9.87, abs=0.01)


async def test_a_home_that_changes_to_pounds(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """A goal is read and entered in the unit that stands beside it."""
    weigh(clouds, 80.0)
    await set_up(hass, withings_entry)
    await set_goal(hass, withings_entry, 70)
    await hass.config.async_update(unit_system="us_customary")
    await set_goal(hass, withings_entry, 72)
    assert value_of(hass, withings_entry, "to_goal") == -8
    goal = state_of(hass, withings_entry, "goal_weight", "number")
    assert (float(goal.state), goal.attributes["unit_of_measurement"]) == (72, "kg")
    await restart(hass, withings_entry)
    goal = state_of(hass, withings_entry, "goal_weight", "number")
    assert goal.attributes["unit_of_measurement"] == "lb"
    assert float(goal.state) == pytest.approx(158.73, abs=0.01)


async def test_deleted_and_late(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A late weigh-in bends the trend as if it had come in time."""
    weights = [80.0, 79.0, 79.5, 78.8, 79.1, 78.2, 78.0, 77.9, 78.4]
    weigh(clouds, *weights)
    late = NOW - timedelta(days=4, hours=1)
    (group,) = (
        g for g in clouds.withings.people["alice"].groups if g.measured_at == late
    )
    clouds.withings.delete("alice", group.grpid)
    await set_up(hass, withings_entry)
    without = value_of(hass, withings_entry, "weight_trend")
    clouds.withings.step_on_scale("alice", 79.1, when=late)
    await poll(hass, freezer)
    complete = value_of(hass, withings_entry, "weight_trend")
    assert complete == pytest.approx(hackers_diet(*weights)[-1], abs=0.001)
    assert complete != without


@pytest.mark.parametrize(("weight", "unlikely"), [(70.0, True), (73.0, False)])
async def test_unlikely(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    weight: float,
    unlikely: bool,
) -> None:
    """What is far off trend and newest weigh-in is shown nowhere, and asked about."""
    weigh(clouds, *(80.0,) * 10, 60.0, 80.0)
    await set_up(hass, withings_entry)
    trend = value_of(hass, withings_entry, "weight_trend")
    clouds.withings.step_on_scale("alice", weight, when=NOW)
    await poll(hass, freezer)
    if unlikely:
        assert value_of(hass, withings_entry, "weight") == 80.0
        assert value_of(hass, withings_entry, "weight_trend") == trend
    else:
        assert value_of(hass, withings_entry, "weight") == weight
    person = withings_entry.runtime_data.coordinator.person
    reasons = [question.reason for question in person.book.questions]
    assert reasons == (["unlikely"] if unlikely else [])


async def test_an_answer_teaches(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Who says that a weight is theirs is not asked about the like of it again."""
    weigh(clouds, *(80.0,) * 10)
    await set_up(hass, withings_entry)
    clouds.withings.step_on_scale("alice", 60.0, when=NOW)
    await poll(hass, freezer)
    assert value_of(hass, withings_entry, "weight") == 80.0
    await claim(hass, withings_entry)
    assert value_of(hass, withings_entry, "weight") == 60.0
    clouds.withings.step_on_scale("alice", 60.5, when=dt_util.utcnow())
    await poll(hass, freezer)
    assert value_of(hass, withings_entry, "weight") == 60.5
    assert not withings_entry.runtime_data.coordinator.person.book.questions


async def test_update_entity(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """The goal, too, has its source asked at once."""
    weigh(clouds, 80.0)
    await set_up(hass, withings_entry)
    clouds.withings.step_on_scale("alice", 79.0, when=NOW + timedelta(seconds=5))
    entity_id = entity_id_of(hass, withings_entry, "goal_weight", "number")
    assert entity_id is not None
    await update_entity(hass, entity_id)
    assert value_of(hass, withings_entry, "weight") == 79.0
