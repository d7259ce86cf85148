"""The trend: the Hacker's Diet's on daily weights, whatever comes late or goes."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
import random
from time import thread_time
from zoneinfo import ZoneInfo

from hypothesis import given, settings, strategies as st
import pytest

from custom_components.weighbridge.trend import Trend

BERLIN = ZoneInfo("Europe/Berlin")
START = date(2026, 1, 1)

type Sample = tuple[int, float]


def at(day: int, hour: float = 7.0, zone: ZoneInfo = BERLIN) -> int:
    """Return the second of a local time of day, some days after the start."""
    midnight = datetime.combine(START + timedelta(days=day), datetime.min.time(), zone)
    return int((midnight + timedelta(hours=hour)).timestamp())


def hackers_diet(weights: list[float]) -> list[float]:
    """Return the trend of the book's paper log, to its letter.

    Begin with the first weight. Subtract yesterday's trend from today's weight, shift
    the decimal point one place to the left, and add that to yesterday's trend.
    """
    trend = [weights[0]]
    for weight in weights[1:]:
        trend.append(trend[-1] + (weight - trend[-1]) / 10)
    return trend


def walk(days: int, seed: int = 1) -> list[float]:
    """Return the weights of somebody who loses some, and scatters."""
    dice = random.Random(seed)
    return [round(90 - day / 50 + dice.gauss(0, 0.7), 2) for day in range(days)]


def test_hackers_diet() -> None:
    """On daily weights, at any hour and over changes of the clock, it is the book's."""
    dice = random.Random(2)
    weights = walk(400)
    samples = [(at(day, dice.uniform(4, 23)), w) for day, w in enumerate(weights)]
    expected = hackers_diet(weights)
    points = [value for _, value in Trend(BERLIN, samples).points]
    assert points == pytest.approx(expected, abs=0.001)


def test_days_without_a_weight() -> None:
    """A gap counts as if the next weight had been there on each day of it."""
    filled = hackers_diet([80.0, 79.0, 79.0, 79.0, 81.0])
    trend = Trend(BERLIN, [(at(0), 80.0), (at(3), 79.0), (at(4), 81.0)])
    assert [value for _, value in trend.points] == pytest.approx(
        [filled[0], filled[3], filled[4]]
    )


def test_first_of_a_day() -> None:
    """Of several weigh-ins of a local day the first one counts."""
    trend = Trend(BERLIN, [(at(0, 12), 81.0), (at(0, 0.5), 80.0), (at(0, 23.5), 90.0)])
    assert list(trend.points) == [(at(0, 0.5), 80.0)]
    trend.remove(at(0, 0.5), 80.0)
    assert list(trend.points) == [(at(0, 12), 81.0)]


def test_the_zone_tells_the_days() -> None:
    """What is one day in Berlin may be two in Auckland."""
    samples = [(at(0, 7), 80.0), (at(0, 20), 81.0)]
    assert len(Trend(BERLIN, samples)) == 1
    assert len(Trend(ZoneInfo("Pacific/Auckland"), samples)) == 2


def test_nothing() -> None:
    """Without a weigh-in there is nothing, not zero."""
    trend = Trend(BERLIN)
    assert (trend.value, trend.first, list(trend.points)) == (None, None, [])
    assert trend.at(at(0)) is None
    assert trend.change(at(0)) is None
    with pytest.raises(ValueError, match="not in list"):
        trend.remove(at(0), 80.0)


def test_at() -> None:
    """The trend at a time is the one after the last weigh-in until then."""
    trend = Trend(BERLIN, [(at(0), 80.0), (at(1), 81.0)])
    assert trend.at(at(0) - 1) is None
    assert trend.at(at(0)) == 80.0
    assert trend.at(at(1) - 1) == 80.0
    assert trend.at(at(1)) == pytest.approx(80.1)
    assert trend.at(at(99)) == trend.value


def test_change() -> None:
    """The change is that of seven days, and none before the trend is that old."""
    weights = walk(30)
    trend = Trend(BERLIN, [(at(day), w) for day, w in enumerate(weights)])
    book = hackers_diet(weights)
    assert trend.change(at(29)) == pytest.approx(book[29] - book[22])
    # An hour before the next weigh-in.
    assert trend.change(at(30, 6)) == pytest.approx(book[29] - book[22])
    assert trend.change(at(29 + 8)) == 0
    young = Trend(BERLIN, [(at(0), 80.0), (at(6), 79.0)])
    assert young.change(at(7) - 1) is None
    assert young.change(at(7)) is not None


SAMPLES = st.lists(
    st.tuples(
        st.integers(at(0) // 7200, at(60) // 7200).map(lambda n: n * 7200),
        st.integers(700, 900).map(lambda n: n / 10),
    ),
    max_size=40,
)


@given(here=SAMPLES, gone=SAMPLES, order=st.randoms(use_true_random=False))
@settings(deadline=None)
def test_any_order(
    here: list[Sample], gone: list[Sample], order: random.Random
) -> None:
    """Late, edited and deleted weigh-ins leave the same as if it had always been so."""
    trend = Trend(BERLIN)
    todo = [(True, sample) for sample in (*here, *gone)]
    order.shuffle(todo)
    left = list(gone)
    while todo or left:
        removable = [s for s in left if (True, s) not in todo]
        if removable and (not todo or order.random() < 0.4):
            sample = order.choice(removable)
            left.remove(sample)
            trend.remove(*sample)
        else:
            _, sample = todo.pop()
            trend.add(*sample)
    assert list(trend.points) == list(Trend(BERLIN, here).points)


def best(action: Callable[[], object], times: int = 5) -> float:
    """Return the CPU seconds of the fastest of some runs: others use the machine, too."""
    runs = []
    for _ in range(times):
        started = thread_time()
        action()
        runs.append(thread_time() - started)
    return min(runs)


def test_ten_years_are_quick() -> None:
    """Ten years are worked out in 10 ms, and one more weigh-in in 0.1 ms."""
    samples = [(at(day), weight) for day, weight in enumerate(walk(3650))]
    assert best(lambda: Trend(BERLIN, samples)) < 0.010
    trend = Trend(BERLIN, samples)
    more = iter(range(3650, 4000))
    assert best(lambda: trend.add(at(next(more)), 80.0)) < 0.0001


def test_late_ones_are_quick() -> None:
    """A weigh-in of long ago is worked in without going through all that followed."""
    trend = Trend(UTC, [(at(day), weight) for day, weight in enumerate(walk(3650))])
    late = iter(range(100, 200))
    assert best(lambda: trend.add(at(next(late), 1), 80.0)) < 0.001
