"""What a source has told so far: the newest values, and what is known already."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from ..model import Batch, BloodPressure, Height, Reading, WeighIn

DAY = 24 * 60 * 60

type Measured = WeighIn | BloodPressure | Reading
type Values = Mapping[str, tuple[float, int]]
"""Values by their quantities, each with its epoch second."""


@dataclass(slots=True, kw_only=True)
class SourceMemory:
    """What must outlive a restart, all times as epoch seconds.

    A weigh-in is new once: when the vendor learned of it after the first reading, and
    no reading before told of it. One that the vendor was not sure of is new when the
    doubt ends, however late. An edit of an old weigh-in is not new.
    """

    cursor: int | None = None
    """Up to when the vendor's changes are known; None before the first reading."""
    seen: dict[int, int] = field(default_factory=dict)
    """Weigh-ins that are not new any more, and when the vendor learned of each."""
    doubtful: set[int] = field(default_factory=set)
    """Weigh-ins whose person the vendor was not sure of."""
    latest: dict[str, tuple[float, int]] = field(default_factory=dict)
    """The newest value of each quantity, and its time."""
    heights: dict[int, float] = field(default_factory=dict)
    """Heights in metres by the time from which they are valid."""
    new: dict[int, WeighIn] = field(default_factory=dict)
    """New weigh-ins that nobody took yet; kept out of the store, so that they return."""

    @classmethod
    def from_store(cls, stored: Any) -> Self:
        """Return what `as_dict` gave; raise LookupError, TypeError or ValueError."""
        return cls(
            cursor=int(stored["cursor"]),
            seen={int(second): int(at) for second, at in stored["seen"]},
            doubtful={int(second) for second in stored["doubtful"]},
            latest={
                str(quantity): (float(value), int(second))
                for quantity, value, second in stored["latest"]
            },
            heights={
                int(second): float(height) for second, height in stored["heights"]
            },
        )

    def as_dict(self) -> dict[str, Any]:
        """Return what is worth storing, ready for JSON."""
        return {
            "cursor": self.cursor,
            "seen": sorted(self.seen.items()),
            "doubtful": sorted(self.doubtful),
            "latest": [[name, *known] for name, known in sorted(self.latest.items())],
            "heights": sorted(self.heights.items()),
        }

    def learn(self, batch: Batch, newest: Values) -> bool:
        """Take in what a reading brought; return whether it is worth storing.

        `newest` are its `newest_values`. The cursor alone is not worth it: from an old
        one, a reading only brings more.
        """
        is_history = self.cursor is None
        before = self._facts()
        self.heights.update(_by_second(batch.heights))
        _keep_newest(self.latest, newest.items())
        for weigh_in in sorted(batch.weigh_ins, key=lambda weigh_in: weigh_in.second):
            if weigh_in.doubt is None:
                self._learn_arrival(weigh_in, batch.since, is_history=is_history)
            elif not is_history:
                self.doubtful.add(weigh_in.second)
        # Nothing that the vendor learned before this window can look new again.
        self.seen = {s: at for s, at in self.seen.items() if at >= batch.since}
        self.cursor = max(batch.until, self.cursor or 0)
        return is_history or self._facts() != before

    def _facts(self) -> tuple[object, ...]:
        """Return a copy of what readings change."""
        return dict(self.latest), dict(self.heights), set(self.doubtful)

    def _learn_arrival(
        self, weigh_in: WeighIn, since: int, *, is_history: bool
    ) -> None:
        """Decide whether a weigh-in is new."""
        second = weigh_in.second
        arrived = int((weigh_in.recorded_at or weigh_in.measured_at).timestamp())
        is_settled = second in self.doubtful
        self.doubtful.discard(second)
        if is_history:
            self.seen[second] = arrived
        elif second not in self.seen and (arrived >= since or is_settled):
            self.new[second] = weigh_in

    def take_new(self) -> list[WeighIn]:
        """Return the new weigh-ins, the oldest first, and count them as seen."""
        taken = sorted(self.new.items())
        self.new.clear()
        for second, weigh_in in taken:
            arrived = weigh_in.recorded_at or weigh_in.measured_at
            self.seen[second] = int(arrived.timestamp())
        return [weigh_in for _, weigh_in in taken]

    def values(self) -> dict[str, float]:
        """Return the newest value of each quantity; the BMI is that of the weight."""
        values = {quantity: value for quantity, (value, _) in self.latest.items()}
        if (weighed := self.latest.get("weight")) and self.heights:
            weight, second = weighed
            values["bmi"] = bmi(weight, _height_at(self.heights, second))
        return values

    def enrich(self, batch: Batch) -> Batch:
        """Return a batch whose weigh-ins have the BMI, if a height is known."""
        heights = self.heights | _by_second(batch.heights)
        if not heights:
            return batch
        return replace(
            batch,
            weigh_ins=tuple(
                replace(w, bmi=bmi(w.weight, _height_at(heights, w.second)))
                for w in batch.weigh_ins
            ),
        )


def newest_values(batch: Batch) -> Values:
    """Return the newest value of each quantity in a batch, with its second."""
    values: dict[str, tuple[float, int]] = {}
    everything: tuple[Measured, ...] = (
        *batch.weigh_ins,
        *batch.blood_pressures,
        *batch.readings,
    )
    for measured in everything:
        second = measured.second
        # The clock of a scale that is far ahead would freeze the values.
        if measured.doubt is None and second <= batch.until + DAY:
            _keep_newest(
                values,
                ((quantity, (value, second)) for quantity, value in measured.values()),
            )
    return values


def bmi(weight: float, height: float) -> float:
    """Return the body mass index, in kg/m² to a hundredth."""
    return round(weight / height**2, 2)


def moment(second: int) -> datetime:
    """Return the aware UTC time of an epoch second."""
    return datetime.fromtimestamp(second, UTC)


def _keep_newest(
    known: dict[str, tuple[float, int]],
    values: Iterable[tuple[str, tuple[float, int]]],
) -> None:
    """Replace values by those that are not older."""
    for quantity, value in values:
        if quantity not in known or known[quantity][1] <= value[1]:
            known[quantity] = value


def _by_second(heights: Iterable[Height]) -> dict[int, float]:
    """Return heights by the second from which they are valid."""
    return {int(h.measured_at.timestamp()): h.height for h in heights}


def _height_at(heights: Mapping[int, float], second: int) -> float:
    """Return the height in force at a time; the first one reaches back for ever."""
    return heights[max((s for s in heights if s <= second), default=min(heights))]
