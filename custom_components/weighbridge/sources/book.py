"""The book of a person: all that a source says of them, and what of it counts.

Pure: what the source has now, whatever came when, makes the same book. All that is told
of a person (newest values, trend, statistics, what is pushed) is derived from it.
"""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..model import (
    COMPOSITION,
    Batch,
    BloodPressure,
    Height,
    Kind,
    Reading,
    Reason,
    WeighIn,
)
from .shelf import DAY, HOUR, Change, Fate, Record, Shelf, Standing, Word

# The quantities of each kind, with the fields that hold them.
WEIGHED = {name: name for name in ("weight", *COMPOSITION)}
PRESSURE = {name: name for name in ("systolic", "diastolic", "heart_rate")}

# How far back a source is compared with what is known of it.
REACH = 30 * DAY

type Measured = WeighIn | BloodPressure
type Judge = Callable[[Book, Measured], Reason | None]
"""Tells why something must wait; asked in the order of time."""
type Values = Mapping[str, tuple[float, int]]
"""Values by their quantities, each with its epoch second."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A measurement that waits for a person's word."""

    record: Measured
    reason: Reason
    candidates: Mapping[str, str] = field(default_factory=dict)
    """The names of those whose it may be, by the ids of their subentries."""

    @property
    def key(self) -> str:
        """Return what the source calls the measurement."""
        return self.record.key

    @property
    def measured_at(self) -> datetime:
        """Return when it was measured."""
        return self.record.measured_at


@dataclass(slots=True)
class Outcome:
    """What came of a change of the book."""

    seconds: set[int] = field(default_factory=set)
    """Where something counts since, or counts no longer, or has other values."""
    arrived: list[WeighIn] = field(default_factory=list)
    """The weigh-ins that count for the first time, and are no history."""
    asked: list[Question] = field(default_factory=list)
    """The questions that are open since."""
    is_new: bool = False
    """Whether the book says anything else than before."""


@dataclass(slots=True)
class Book:
    """All of a person's measurements, by kind."""

    weigh_ins: Shelf[WeighIn] = field(default_factory=Shelf)
    blood_pressures: Shelf[BloodPressure] = field(default_factory=Shelf)
    heights: Shelf[Height] = field(default_factory=Shelf)
    readings: dict[str, Shelf[Reading]] = field(default_factory=dict)
    """Of each quantity what may still be deleted, and the newest before that."""

    def copy(self) -> Book:
        """Return a book that says the same and goes its own way."""
        return Book(
            self.weigh_ins.copy(),
            self.blood_pressures.copy(),
            self.heights.copy(),
            {quantity: shelf.copy() for quantity, shelf in self.readings.items()},
        )

    @property
    def size(self) -> int:
        """Return how many measurements are known."""
        return len(self.weigh_ins.records) + len(self.blood_pressures.records)

    def shelf(self, kind: Kind) -> Shelf[Any]:
        """Return the shelf of what goes to Garmin, by its kind."""
        return self.weigh_ins if kind is Kind.WEIGH_IN else self.blood_pressures

    @property
    def questions(self) -> tuple[Question, ...]:
        """Return what waits for a person's word, the oldest first."""
        waiting: tuple[tuple[Measured, Reason], ...] = (
            *self.weigh_ins.open,
            *self.blood_pressures.open,
        )
        return tuple(
            Question(record=record, reason=reason)
            for record, reason in sorted(waiting, key=lambda pair: pair[0].second)
        )

    def missed(self) -> Iterator[int]:
        """Yield since when an answer lacked what is known."""
        for shelf in self._shelves():
            yield from shelf.missed.values()

    def apply(
        self,
        batch: Batch,
        looked_at: int,
        judge: Judge,
        *,
        patience: int = HOUR,
        is_history: bool = False,
    ) -> Outcome:
        """Take in what a reading brought, and notice what it lacks.

        What is missing is gone at a second look, `patience` seconds later at least.
        """
        news = Outcome()
        whole = batch.window is not None
        for height in self.heights.put(batch.heights, whole=whole):
            news.is_new |= height.before != height.after
        for weigh_in in self.weigh_ins.put(batch.weigh_ins, whole=whole):
            self._judge(self.weigh_ins, weigh_in, judge, news, is_history=is_history)
        for pressure in self.blood_pressures.put(batch.blood_pressures, whole=whole):
            self._judge(
                self.blood_pressures, pressure, judge, news, is_history=is_history
            )
        by_quantity: dict[str, list[Reading]] = {}
        for reading in batch.readings:
            by_quantity.setdefault(reading.quantity, []).append(reading)
        for quantity, readings in by_quantity.items():
            shelf = self.readings.setdefault(quantity, Shelf())
            for _ in shelf.put(readings, whole=whole):
                news.is_new = True
        if batch.window is not None:
            self._look(batch, by_quantity, batch.window, looked_at, patience, news)
        self._trim(looked_at)
        return news

    def review(self, judge: Judge, since: int) -> Outcome:
        """Judge anew what is open, and what was measured since an epoch second."""
        news = Outcome()
        for weigh_in in sorted(
            self.weigh_ins.records.values(), key=lambda weigh_in: weigh_in.second
        ):
            standing = self.weigh_ins.standing(weigh_in.key)
            if standing.word is None and (standing.is_open or weigh_in.second >= since):
                self._stand(
                    self.weigh_ins,
                    weigh_in,
                    replace(standing, reason=judge(self, weigh_in)),
                    news,
                )
        return news

    def is_answered(self, key: str) -> bool:
        """Tell whether a person has said whose a measurement is."""
        shelves: tuple[Shelf[Any], ...] = (self.weigh_ins, self.blood_pressures)
        return any(shelf.standing(key).word is not None for shelf in shelves)

    def answer(self, key: str, word: Word) -> Outcome | None:
        """Take a person's word on a measurement; return None if there is none such."""
        news = Outcome()
        shelves: tuple[Shelf[Any], ...] = (self.weigh_ins, self.blood_pressures)
        for shelf in shelves:
            if (record := shelf.records.get(key)) is not None:
                standing = replace(shelf.standing(key), word=word)
                self._stand(shelf, record, standing, news)
                return news
        return None

    def forget(self, key: str, fate: Fate) -> Outcome | None:
        """Take off a weigh-in; return None if there is none such."""
        news = Outcome()
        if (record := self.weigh_ins.records.get(key)) is None:
            return None
        self.weigh_ins.drop(record)
        self.weigh_ins.fates[record.second] = fate
        news.is_new = True
        news.seconds.add(record.second)
        return news

    def newest(self, end: int) -> Values:
        """Return the newest value of each quantity, measured before a second.

        The clock of a scale that is far ahead would freeze the values.
        """
        values: dict[str, tuple[float, int]] = {}
        _keep_newest(values, self.weigh_ins.present, end, WEIGHED)
        _keep_newest(values, self.blood_pressures.present, end, PRESSURE)
        for quantity, shelf in self.readings.items():
            counting = [r for r in shelf.present if self._counts(r)]
            _keep_newest(values, counting, end, {quantity: "value"})
        return values

    def next(self, second: int) -> int | None:
        """Return when the first thing that counts was measured from a second on."""
        return min(
            (
                shelf.present[index].second
                for shelf in self._shelves()
                if (index := count_before(shelf.present, second)) < len(shelf.present)
            ),
            default=None,
        )

    def height(self, second: int) -> float | None:
        """Return the height in force at a time; the first one reaches back for ever."""
        heights = self.heights.present
        if not heights:
            return None
        earlier = [height for height in heights if height.second <= second]
        return (earlier[-1] if earlier else heights[0]).height

    def _shelves(self) -> Iterator[Shelf[Any]]:
        """Yield all shelves."""
        yield self.weigh_ins
        yield self.blood_pressures
        yield self.heights
        yield from self.readings.values()

    def _judge[M: (WeighIn, BloodPressure)](
        self,
        shelf: Shelf[M],
        change: Change[M],
        judge: Judge,
        news: Outcome,
        *,
        is_history: bool,
    ) -> None:
        """Decide whether something new or corrected counts."""
        before, after, is_back = change
        news.is_new = True
        news.seconds.update(r.second for r in (before, after) if r is not None)
        if after is None:
            return
        if before is None:
            standing = Standing(counted=is_history or is_back)
        else:
            standing = shelf.standing(after.key)
        if standing.word is Word.NOBODY and before is not None:
            if _same(before, after):
                return
            standing = replace(standing, word=None)
        if standing.word is None:
            standing = replace(standing, reason=judge(self, after))
        self._stand(shelf, after, standing, news)

    def _stand[M: (WeighIn, BloodPressure)](
        self, shelf: Shelf[M], record: M, standing: Standing, news: Outcome
    ) -> None:
        """Let something count, or not, and tell of it."""
        before = shelf.standing(record.key)
        if standing.is_in and not standing.counted:
            standing = replace(standing, counted=True)
            if isinstance(record, WeighIn):
                news.arrived.append(record)
        if standing.is_open and standing.reason and not before.is_open:
            news.asked.append(Question(record=record, reason=standing.reason))
        if standing != before:
            news.is_new = True
            news.seconds.add(record.second)
            shelf.stand(record.key, standing)

    def _look(
        self,
        batch: Batch,
        readings: Mapping[str, Iterable[Reading]],
        window: tuple[int, int],
        now: int,
        patience: int,
        news: Outcome,
    ) -> None:
        """Take off the shelves what was missing in an answer for some time."""

        def look[R: Record](shelf: Shelf[R], found: Iterable[R]) -> None:
            keys = {record.key for record in found}
            for change in shelf.look(keys, window, now, patience):
                news.is_new = True
                if change.before is not None:
                    news.seconds.add(change.before.second)

        look(self.weigh_ins, batch.weigh_ins)
        look(self.blood_pressures, batch.blood_pressures)
        look(self.heights, batch.heights)
        for quantity, shelf in self.readings.items():
            look(shelf, readings.get(quantity, ()))

    def _trim(self, now: int) -> None:
        """Forget readings that can neither be deleted nor be the newest any more."""
        for quantity, shelf in list(self.readings.items()):
            old = [r for r in shelf.present if r.second < now - REACH - DAY]
            newest = next((r for r in reversed(old) if self._counts(r)), None)
            for reading in old:
                if reading is not newest:
                    shelf.drop(reading)
            if not shelf.records:
                del self.readings[quantity]

    def _counts(self, reading: Reading) -> bool:
        """Tell whether a reading counts: as what was measured with it does."""
        for shelf in (self.weigh_ins, self.blood_pressures):
            if (beside := shelf.at(reading.second)) is not None:
                return shelf.standing(beside.key).is_in
        return reading.doubt is None


def count_before(records: Sequence[Record], second: int) -> int:
    """Return how many records, in the order of time, are of before a second."""
    return bisect_left(records, second, key=lambda record: record.second)


def _same(one: Measured, other: Measured) -> bool:
    """Tell whether a person's word on one holds for the other."""
    return (one.second, one.facts[0], one.doubt) == (
        other.second,
        other.facts[0],
        other.doubt,
    )


def _keep_newest(
    values: dict[str, tuple[float, int]],
    records: Sequence[WeighIn | BloodPressure | Reading],
    end: int,
    names: Mapping[str, str],
) -> None:
    """Replace values by the newest ones of some quantities, if they are not older."""
    believed = records[: count_before(records, end)]
    for quantity, name in names.items():
        for record in reversed(believed):
            value: float | None = getattr(record, name)
            if value is None:
                continue
            second = record.second
            if quantity not in values or values[quantity][1] <= second:
                values[quantity] = value, second
            break
