"""When a trend will meet a goal."""

from datetime import date
from math import ceil
from typing import Final

from .trend import Trend

GOAL_DAYS: Final = 14
GOAL_WEIGH_INS: Final = 4

# Further ahead a straight line tells nothing.
HORIZON_DAYS: Final = 730


def goal_date(trend: Trend, goal: float, today: date) -> date | None:
    """Return the day on which the line of the last two weeks meets the goal.

    None with too few weigh-ins, when it leads away from the goal, and when the goal is
    more than two years off, or reached. It was not before the last weigh-in, which told
    so; and when the day has passed without another one, nobody knows.
    """
    now = today.toordinal()
    points = trend.since(now - GOAL_DAYS + 1)
    if len(points) < GOAL_WEIGH_INS or trend.value is None:
        return None
    mean_day = sum(day for day, _ in points) / len(points)
    mean_value = sum(value for _, value in points) / len(points)
    slope = sum((day - mean_day) * (value - mean_value) for day, value in points) / sum(
        (day - mean_day) ** 2 for day, _ in points
    )
    if slope * (goal - trend.value) <= 0:
        return None
    last, _ = points[-1]
    day = max(last, ceil(mean_day + (goal - mean_value) / slope))
    return date.fromordinal(day) if now <= day <= now + HORIZON_DAYS else None


def weigh_ins_missing(trend: Trend, today: date) -> int:
    """Return how many more days must be weighed before a goal has a date."""
    points = trend.since(today.toordinal() - GOAL_DAYS + 1)
    return max(0, GOAL_WEIGH_INS - len(points))
