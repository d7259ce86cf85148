"""Scales of a Home Assistant whose clock was wrong, and is put right."""

import pytest

from .notation import DAY, HOUR, weights
from .replay import Replay, Step, told

NOON = 40 * DAY


def standing(at: float, weight: float, body_fat: float | None = None) -> list[Step]:
    """Return what a scale reports of somebody, and of an empty scale afterwards."""
    fat: list[Step] = [] if body_fat is None else [(at + 3, "body_fat", body_fat)]
    return [*weights((at, weight)), *fat, *weights((at + 30, "empty"))]


@pytest.mark.parametrize("jump", [-30 * DAY, -HOUR, -90, HOUR, 30 * DAY])
@pytest.mark.parametrize("body_fat", [None, 20.0])
@pytest.mark.parametrize("second", [80.0, 80.3, 70.0])
def test_clock_jumps(jump: float, body_fat: float | None, second: float) -> None:
    """Who stands there afterwards is weighed, whatever was weighed before.

    The same weight once more is a weighing only after two hours of rest, and nobody knows
    how long it was where the clock goes back.
    """
    then = NOON + 10 * 60 + jump
    steps = [
        *weights((NOON - DAY, "shown 75.0")),
        *standing(NOON, 80.0, body_fat),
        *standing(then, second, body_fat and body_fat + 0.4),
        *standing(then + DAY, 79.4, body_fat and body_fat + 0.2),
    ]
    found = [values["weight"] for _, values in told(Replay(steps).run())]
    expected = [80.0, second, 79.4]
    if second == 80.0 and jump <= HOUR:
        expected.remove(second)
    assert sorted(found) == sorted(expected)


def test_the_same_weight_by_a_clock_that_was_ahead() -> None:
    """A scale that was away tells it once more: nobody knows that time has passed."""
    found = told(
        Replay(
            weights((NOON, 80.0), (NOON + 600, "away"), (NOON - DAY, 80.0)),
        ).run()
    )
    assert found == [(NOON, {"weight": 80.0})]


def test_clock_that_was_ahead_at_first() -> None:
    """A scale that tells the time of each weighing is not left out until then."""
    steps: list[Step] = []
    for at, weight, measured in (
        (NOON + 30 * DAY, 80.0, NOON - HOUR),
        (NOON, 80.4, NOON - 30),
        (NOON + DAY, 80.2, NOON + DAY - 30),
    ):
        steps += [(at, "weight", weight), (at, "measured_at", measured)]
    found = told(Replay(steps, dated=True).run())
    assert [(at, values["weight"]) for at, values in found] == [
        (NOON + DAY - 30, 80.2),
    ]
