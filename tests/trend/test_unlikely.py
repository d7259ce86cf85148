"""What is too far off to be the same person."""

from hypothesis import given, strategies as st
import pytest

from custom_components.weighbridge.trend import is_unlikely, margin

WEEK = 7 * 24 * 3600
DAY = 24 * 3600
NOW = 1_790_000_000


@pytest.mark.parametrize(
    ("kilograms", "weeks", "expected"),
    [(80, 0, 8.0), (80, 1, 8.8), (80, -1, 8.8), (80, 10, 16.0), (30, 0, 5.0)],
)
def test_margin(kilograms: float, weeks: float, expected: float) -> None:
    """Ten per cent, one more for each week, and five kilograms at least."""
    assert margin(kilograms, weeks * WEEK) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("weight", "unlikely"),
    [(71.9, True), (72.0, False), (80.0, False), (88.1, False), (90.3, True)],
)
def test_off_from_both(weight: float, unlikely: bool) -> None:
    """Near either the trend of 80 kg or the newest 82 kg is likely."""
    assert is_unlikely(NOW, weight, trend=80.0, newest=(NOW, 82.0)) is unlikely


def test_a_fast_change_is_likely() -> None:
    """Who has gone down faster than the trend can follow is the same person."""
    assert not is_unlikely(NOW + DAY, 69.0, trend=80.0, newest=(NOW, 72.0))


def test_time_widens() -> None:
    """After half a year away much is likely."""
    newest = (NOW, 80.0)
    assert is_unlikely(NOW + DAY, 65.0, trend=80.0, newest=newest)
    assert not is_unlikely(NOW + 26 * WEEK, 65.0, trend=80.0, newest=newest)


@given(
    st.floats(20, 200), st.floats(20, 200), st.floats(20, 200), st.integers(0, 9 * WEEK)
)
def test_five_kilograms_are_never_unlikely(
    weight: float, trend: float, newest: float, since: int
) -> None:
    """Within five kilograms of either, at any time, nobody is asked."""
    if min(abs(weight - trend), abs(weight - newest)) <= 5:
        assert not is_unlikely(NOW + since, weight, trend=trend, newest=(NOW, newest))
