"""What somebody is likely to weigh: a value, and how far from it is still likely.

The trend of the Hacker's Diet lags nine days behind somebody who loses or gains, more
than a couple may differ. A band must not lag, and must know how sure it is: it follows
level and slope of the weigh-ins (a Kalman filter), widens with the days since, and
learns how much somebody varies from day to day.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

DAY: Final = 86_400.0

# A change of mood, of diet, of health: what slopes are (units a day), how they turn.
_SLOPE: Final = 0.03
_SLOPE_DAYS: Final = 40.0


@dataclass(frozen=True, slots=True)
class Habit:
    """How a quantity of people varies, in its unit.

    `scatter` is what two days differ by for no reason, `least` the least of it that is
    believed; `drift` is what the level wanders by in a day.
    """

    scatter: float
    least: float
    drift: float


WEIGHT: Final = Habit(scatter=0.4, least=0.2, drift=0.07)
BODY_FAT: Final = Habit(scatter=0.8, least=0.4, drift=0.1)

# How many weigh-ins it takes to believe in somebody's own scatter.
_LEARNING: Final = 12.0


class Band:
    """Level and slope of a quantity, with their doubt, and the scatter around them."""

    def __init__(self, habit: Habit, second: int, value: float) -> None:
        """Begin with one value."""
        self._habit = habit
        self._second = second
        self._level = value
        self._slope = 0.0
        self._scatter = habit.scatter**2
        self._learned = 0.0
        self._level_doubt = self._scatter
        self._slope_doubt = _SLOPE**2
        self._both_doubt = 0.0

    def add(self, second: int, value: float) -> None:
        """Take in one more value, none of them older than those before."""
        self._pass_time(second)
        off = value - self._level
        expected = self._level_doubt + self._scatter
        if off * off > 16 * expected:
            # A person said so: all that was believed is in doubt.
            self._level_doubt += off * off
            self._slope_doubt += _SLOPE**2
            expected = self._level_doubt + self._scatter
        else:
            self._learn(off)
        gain, slope_gain = self._level_doubt / expected, self._both_doubt / expected
        self._level += gain * off
        self._slope += slope_gain * off
        self._slope_doubt -= slope_gain * self._both_doubt
        self._both_doubt *= 1 - gain
        self._level_doubt *= 1 - gain

    def expect(self, second: int) -> tuple[float, float]:
        """Return what is likely at a moment, and its standard deviation."""
        later = Band(self._habit, self._second, self._level)
        later._slope = self._slope
        later._level_doubt = self._level_doubt
        later._slope_doubt = self._slope_doubt
        later._both_doubt = self._both_doubt
        later._pass_time(second)
        return later._level, (later._level_doubt + self._scatter) ** 0.5

    def _pass_time(self, second: int) -> None:
        """Widen with the days; a slope does not last for ever."""
        days = max(0.0, (second - self._second) / DAY)
        self._second = max(self._second, second)
        kept = 2 ** (-days / _SLOPE_DAYS)
        # How many days of slope come together until it has turned.
        reach = (1 - kept) * _SLOPE_DAYS / 0.693
        self._level += self._slope * reach
        self._slope *= kept
        self._level_doubt += (
            2 * reach * self._both_doubt
            + reach * reach * self._slope_doubt
            + self._habit.drift**2 * days
            + _SLOPE**2 * days * days * (1 - kept) / 3
        )
        self._both_doubt = (
            kept * (self._both_doubt + reach * self._slope_doubt)
            + _SLOPE**2 * (1 - kept * kept) * days / 2
        )
        self._slope_doubt = kept * kept * self._slope_doubt + _SLOPE**2 * (
            1 - kept * kept
        )

    def _learn(self, off: float) -> None:
        """Learn how much somebody varies."""
        seen = max(off * off - self._level_doubt, 0.0)
        self._learned = min(self._learned + 1, 4 * _LEARNING)
        self._scatter += (seen - self._scatter) / (_LEARNING + self._learned)
        self._scatter = max(self._scatter, self._habit.least**2)


def band(habit: Habit, samples: Iterable[tuple[int, float]]) -> Band:
    """Return the band of samples, one at least, the oldest first."""
    first, *others = samples
    found = Band(habit, *first)
    for second, value in others:
        found.add(second, value)
    return found
