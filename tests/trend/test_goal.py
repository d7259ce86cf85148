"""When the trend meets the goal."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given, strategies as st
import pytest

from custom_components.weighbridge.trend import Trend, goal_date, weigh_ins_missing

TODAY = date(2026, 11, 26)


def trend_of(trend: dict[int, float]) -> Trend:
    """Return a trend that takes given values, by how many days ago each was."""
    samples, before, day_before = [], None, 0
    for ago, value in sorted(trend.items(), reverse=True):
        weight = value
        if before is not None:
            weight = before + (value - before) / (1 - 0.9 ** (day_before - ago))
        at = datetime.combine(TODAY - timedelta(days=ago), datetime.min.time(), UTC)
        samples.append((int(at.timestamp()) + 25_000, weight))
        before, day_before = value, ago
    return Trend(UTC, samples)


def line(per_day: float, now: float = 80.0, days: int = 14) -> Trend:
    """Return a trend along a straight line that is somewhere today."""
    return trend_of({ago: now - per_day * ago for ago in range(days)})


def test_line() -> None:
    """A hundred grams a day are five kilograms in fifty days."""
    assert goal_date(line(-0.1), 75.0, TODAY) == TODAY + timedelta(days=50)
    assert goal_date(line(0.1), 85.0, TODAY) == TODAY + timedelta(days=50)


def test_least_squares() -> None:
    """Scatter around the line makes no difference where it cancels out."""
    off = (0.2, -0.4, 0.2, 0.0) * 3
    bent = {ago: 80 + 0.1 * ago + off[ago] for ago in range(12)}
    middle = sum(range(12)) / 12
    steeper = 0.1 + sum((n - middle) * o for n, o in enumerate(off)) / sum(
        (n - middle) ** 2 for n in range(12)
    )
    ahead = (80 + 0.1 * middle + sum(off) / 12 - 75) / steeper - middle
    found = goal_date(trend_of(bent), 75.0, TODAY)
    assert found is not None
    assert (found - TODAY).days - 1 < ahead <= (found - TODAY).days


def test_not_before_the_last_weigh_in() -> None:
    """A line that met the goal days ago is told otherwise by who was weighed today."""
    days = {ago: 75 + 0.1 * ago for ago in range(1, 14)}
    assert goal_date(trend_of({**days, 0: 75.5}), 75.3, TODAY) == TODAY


def test_only_two_weeks_count() -> None:
    """What was before the last fourteen days does not bend the line."""
    days = {ago: 80 + 0.1 * ago for ago in range(14)}
    assert goal_date(
        trend_of({**days, 14: 60.0, 30: 60.0}), 75.0, TODAY
    ) == TODAY + timedelta(days=50)


@pytest.mark.parametrize(("per_day", "goal"), [(0.1, 75.0), (-0.1, 85.0), (0.0, 75.0)])
def test_leads_away(per_day: float, goal: float) -> None:
    """Away from the goal, or nowhere, there is no date."""
    assert goal_date(line(per_day), goal, TODAY) is None


def test_too_far_off() -> None:
    """A line that takes more than two years tells nothing."""
    # An eighth is exact, so 730 days are, too.
    assert goal_date(line(-0.125, 180.0), 180 - 730 / 8, TODAY) == date(2028, 11, 25)
    assert goal_date(line(-0.125, 180.0), 180 - 731 / 8, TODAY) is None


def test_reached() -> None:
    """A goal that is reached has no date any more."""
    assert goal_date(line(-0.1), 80.0, TODAY) is None
    assert goal_date(line(-0.1), 80.5, TODAY) is None


def test_about_to_be_reached() -> None:
    """Where the line has passed the goal, and the trend is a little above, it is today."""
    slower = {ago: 80 + 0.1 * ago for ago in range(1, 14)} | {0: 80.09}
    assert goal_date(trend_of(slower), 80.05, TODAY) == TODAY


def test_nobody_was_weighed_since() -> None:
    """The day stays while it is to come; once it has passed, it is not today for ever."""
    trend = line(-0.1)
    for later in range(4):
        then = TODAY + timedelta(days=later)
        assert goal_date(trend, 79.75, then) == TODAY + timedelta(days=3)
    assert goal_date(trend, 79.75, TODAY + timedelta(days=4)) is None
    slower = {ago: 80 + 0.1 * ago for ago in range(1, 14)} | {0: 80.09}
    assert goal_date(trend_of(slower), 80.05, TODAY + timedelta(days=1)) is None


def test_too_few() -> None:
    """Four weighed days within two weeks are needed, and it is told how many lack."""
    three = {0: 79.0, 5: 79.5, 13: 80.0, 14: 80.1, 40: 82.0}
    assert goal_date(trend_of(three), 75.0, TODAY) is None
    assert weigh_ins_missing(trend_of(three), TODAY) == 1
    assert goal_date(trend_of({**three, 2: 79.2}), 75.0, TODAY) is not None
    assert weigh_ins_missing(trend_of({**three, 2: 79.2}), TODAY) == 0
    assert weigh_ins_missing(Trend(UTC), TODAY) == 4


@given(
    st.dictionaries(st.integers(0, 30), st.floats(40, 200), min_size=1),
    st.floats(30, 250),
)
def test_never_in_the_past(values: dict[int, float], goal: float) -> None:
    """Whatever was weighed, a date is from today to two years ahead."""
    day = goal_date(trend_of(values), goal, TODAY)
    assert day is None or TODAY <= day <= TODAY + timedelta(days=730)
