"""The trend of a quantity that is measured now and then: the Hacker's Diet's.

John Walker's moving average adds a tenth of what the day's weight is off, each day.
Here a day without a weight takes its tenth, too, so that gaps do not hold it back.
"""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable
from datetime import datetime, tzinfo
from math import nan
from typing import Final

# What is left after a day of the difference between trend and weight.
KEPT: Final = 0.9

CHANGE_DAYS: Final = 7
DAY: Final = 86_400

type Sample = tuple[int, float]
"""An epoch second and what was measured then."""


class Trend:
    """A trend that follows its samples as they come, change and go, in any order.

    Days are whole local days, so it is all the same at what hour one weighs, and what
    daylight saving does. Of several samples of a day the first one counts.
    """

    def __init__(self, zone: tzinfo, samples: Iterable[Sample] = ()) -> None:
        """Take days as those of `zone`."""
        self._zone = zone
        self._samples: dict[int, list[Sample]] = {}
        for sample in samples:
            self._samples.setdefault(self._day(sample[0]), []).append(sample)
        for of_day in self._samples.values():
            of_day.sort()
        self._days = sorted(self._samples)
        self._values = [nan] * len(self._days)
        self._smooth(0)

    def __len__(self) -> int:
        """Return how many days count."""
        return len(self._days)

    def add(self, second: int, value: float) -> None:
        """Take in a sample, whenever it was."""
        day = self._day(second)
        index = bisect_left(self._days, day)
        if day not in self._samples:
            self._samples[day] = []
            self._days.insert(index, day)
            self._values.insert(index, nan)
        insort(self._samples[day], (second, value))
        self._smooth(index)

    def remove(self, second: int, value: float) -> None:
        """Forget a sample; raise ValueError if there is none."""
        day = self._day(second)
        self._samples.get(day, []).remove((second, value))
        index = bisect_left(self._days, day)
        if not self._samples[day]:
            del self._samples[day], self._days[index], self._values[index]
        self._smooth(index)

    @property
    def first(self) -> int | None:
        """Return the second at which the trend begins, None while there is none."""
        return self._second(0) if self._days else None

    @property
    def value(self) -> float | None:
        """Return the trend now, None while there is none."""
        return self._values[-1] if self._values else None

    @property
    def points(self) -> list[Sample]:
        """Return the trend at the second of each sample that counts."""
        return [
            (self._samples[day][0][0], value)
            for day, value in zip(self._days, self._values, strict=True)
        ]

    def at(self, second: int) -> float | None:
        """Return the trend as it was at a second, None before its beginning."""
        index = bisect_right(self._days, self._day(second)) - 1
        if index >= 0 and self._second(index) > second:
            index -= 1
        return self._values[index] if index >= 0 else None

    def change(self, now: int) -> float | None:
        """Return by how much the trend has moved in the last seven days.

        None while it is not that old.
        """
        before = self.at(now - CHANGE_DAYS * DAY)
        return None if self.value is None or before is None else self.value - before

    def since(self, day: int) -> list[tuple[int, float]]:
        """Return the trend of each day that counts, from an ordinal of a date on."""
        index = bisect_left(self._days, day)
        return list(zip(self._days[index:], self._values[index:], strict=True))

    def _day(self, second: int) -> int:
        """Return the ordinal of the local day of a second."""
        return datetime.fromtimestamp(second, self._zone).toordinal()

    def _second(self, index: int) -> int:
        """Return the second of the sample that counts."""
        return self._samples[self._days[index]][0][0]

    def _smooth(self, index: int) -> None:
        """Work out the trend anew from a day on, as far as anything changes."""
        days, values = self._days, self._values
        for n in range(index, len(days)):
            sample = self._samples[days[n]][0][1]
            if n == 0:
                value = sample
            else:
                before = values[n - 1]
                weight = 1 - KEPT ** (days[n] - days[n - 1])
                value = before + weight * (sample - before)
            if value == values[n]:
                break
            values[n] = value
