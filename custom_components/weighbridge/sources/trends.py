"""The trends of a person, which follow the book."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Final

from ..model import Reason, WeighIn
from ..pace import async_apart
from ..trend import (
    CHANGE_DAYS,
    Sample,
    Trend,
    goal_date,
    is_unlikely,
    weigh_ins_missing,
)
from .book import Book
from .shelf import DAY

# What has a trend: named as in WeighIn.
QUANTITIES: Final = ("weight", "body_fat")

# So many changes cost less one by one than all anew.
LITTLE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Goals:
    """The weights in kg that a person wants to have, as said here and at the vendor.

    `asked_at` is the epoch second at which the vendor was last asked.
    """

    own: float | None = None
    vendor: float | None = None
    asked_at: int = 0


class Trends:
    """The trend of weight and body fat, and what it says of a goal in kg."""

    def __init__(self, zone: tzinfo) -> None:
        """Begin without a weigh-in, in a time zone."""
        self._zone = zone
        self._known: Sequence[WeighIn] = ()
        self._trends = _trends((), zone)

    @property
    def zone(self) -> tzinfo:
        """Return where the days are those of the trends."""
        return self._zone

    @property
    def weight(self) -> Trend:
        """Return the trend of the weight, in kg."""
        return self._trends["weight"]

    @property
    def body_fat(self) -> Trend:
        """Return the trend of the body fat, in %."""
        return self._trends["body_fat"]

    async def async_follow(self, weigh_ins: Sequence[WeighIn], zone: tzinfo) -> None:
        """Bring the trends in line with the weigh-ins, which are in the order of time.

        Of those that stand at the same place as before, nothing is worked out anew.
        """
        first = _common(zip(self._known, weigh_ins, strict=False))
        old, new = self._known[first:], weigh_ins[first:]
        last = _common(zip(reversed(old), reversed(new), strict=False))
        gone, come = old[: len(old) - last], new[: len(new) - last]
        self._known = weigh_ins
        is_little = zone is self._zone and len(gone) + len(come) <= LITTLE
        self._zone = zone
        if not is_little:
            self._trends = await async_apart(len(weigh_ins), _trends, weigh_ins, zone)
            return
        for quantity, trend in self._trends.items():
            for sample in _samples(gone, quantity):
                trend.remove(*sample)
            for sample in _samples(come, quantity):
                trend.add(*sample)

    def today(self, now: datetime) -> date:
        """Return the local day of a moment."""
        return now.astimezone(self._zone).date()

    def change(self, now: datetime) -> float | None:
        """Return by how many kg the weight's trend has moved in the last seven days."""
        return self.weight.change(int(now.timestamp()))

    def to_goal(self, goal: float | None) -> float | None:
        """Return by how many kg the trend must still move; negative to lose weight."""
        if goal is None or self.weight.value is None:
            return None
        return goal - self.weight.value

    def meets(self, goal: float, second: int) -> bool:
        """Tell whether the trend came to the goal (kg) by the weigh-in of a second."""
        before, now = self.weight.at(second - 1), self.weight.at(second)
        if before is None or now is None or before == goal:
            return False
        return (before - goal) * (now - goal) <= 0

    def goal_date(self, goal: float | None, now: datetime) -> date | None:
        """Return on which day the goal will be reached, as far as that can be told."""
        return None if goal is None else goal_date(self.weight, goal, self.today(now))

    def days_missing(self, now: datetime) -> int:
        """Return in how many days the trend is old enough to tell of a change."""
        if self.weight.first is None:
            return CHANGE_DAYS
        left = self.weight.first + CHANGE_DAYS * DAY - int(now.timestamp())
        return max(0, -(-left // DAY))

    def weigh_ins_missing(self, now: datetime) -> int:
        """Return on how many more days one must be weighed for a date."""
        return weigh_ins_missing(self.weight, self.today(now))

    def doubt(self, book: Book, weigh_in: WeighIn) -> Reason | None:
        """Tell whether a new weigh-in is far off the trend and the newest one.

        The trend is that of before: what comes with it has not been believed yet.
        """
        if (trend := self.weight.value) is None:
            return None
        newest = next(
            (w for w in reversed(book.weigh_ins.present) if w.key != weigh_in.key), None
        )
        if newest is None or not is_unlikely(
            weigh_in.second,
            weigh_in.weight,
            trend=trend,
            newest=(newest.second, newest.weight),
        ):
            return None
        return Reason.UNLIKELY


def _common(pairs: Iterable[tuple[WeighIn, WeighIn]]) -> int:
    """Return how many pairs from the first on are one and the same."""
    number = 0
    for one, other in pairs:
        if one is not other:
            break
        number += 1
    return number


def _trends(weigh_ins: Sequence[WeighIn], zone: tzinfo) -> dict[str, Trend]:
    """Work out all trends anew."""
    return {
        quantity: Trend(zone, _samples(weigh_ins, quantity)) for quantity in QUANTITIES
    }


def _samples(weigh_ins: Iterable[WeighIn], quantity: str) -> Iterable[Sample]:
    """Return what was measured of a quantity."""
    return (
        (weigh_in.second, value)
        for weigh_in in weigh_ins
        if (value := getattr(weigh_in, quantity)) is not None
    )
