"""A shelf: measurements of one kind as their source has them now, known by its keys.

A source adds, corrects, re-dates and deletes. All of these are changes of the thing with
one key; a second is only where it stands.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, Protocol, Self

from ..model import Reason

HOUR = 60 * 60
DAY = 24 * HOUR

# So many may be gone at once, whatever is left, if their source has told of deletions.
FEW = 3


class Record(Protocol):
    """A measurement: WeighIn, BloodPressure, Reading or Height."""

    @property
    def key(self) -> str:
        """Return what the source calls it."""

    @property
    def second(self) -> int:
        """Return the epoch second of the measurement."""

    def completed(self, newer: Self) -> Self:
        """Return a newer version, with what only this one has."""


class Fate(StrEnum):
    """What became of the measurement of a second."""

    PRESENT = "present"
    HELD = "held"
    """It waits for a person's word, or a person has kept it out."""
    MOVED = "moved"
    """The source has corrected its time."""
    DELETED = "deleted"


class Word(StrEnum):
    """What a person has said of a measurement."""

    MINE = "mine"
    NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Whether a measurement counts.

    `counted` tells that it has counted before, or is history: no event fires for it.
    """

    reason: Reason | None = None
    word: Word | None = None
    counted: bool = True

    @property
    def is_in(self) -> bool:
        """Tell whether it counts."""
        return self.word is Word.MINE or (self.word is None and self.reason is None)

    @property
    def is_open(self) -> bool:
        """Tell whether a person's word is missing."""
        return self.word is None and self.reason is not None


PLAIN = Standing()


class Change[R](NamedTuple):
    """A measurement before and after: None for one that was not there, or is gone.

    `is_back` tells that there was something at its second before.
    """

    before: R | None
    after: R | None
    is_back: bool = False


@dataclass(slots=True)
class Shelf[R: Record]:
    """What a source has of one kind, where it stands, and what became of the rest."""

    records: dict[str, R] = field(default_factory=dict)
    """The measurements by their keys."""
    standings: dict[str, Standing] = field(default_factory=dict)
    """The standings of those that are not plainly in."""
    fates: dict[int, Fate] = field(default_factory=dict)
    """What became of the seconds where nothing stands any more."""
    missed: dict[str, int] = field(default_factory=dict)
    """Since when an answer lacked what is known."""
    _places: dict[int, str] = field(default_factory=dict)
    _present: tuple[R, ...] | None = None

    def copy(self) -> Shelf[R]:
        """Return a shelf that holds the same and goes its own way."""
        return Shelf(
            self.records.copy(),
            self.standings.copy(),
            self.fates.copy(),
            self.missed.copy(),
            self._places.copy(),
            self._present,
        )

    def restore(self, records: Iterable[R]) -> None:
        """Fill an empty shelf."""
        for record in records:
            self.records[record.key] = record
            self._places[record.second] = record.key

    @property
    def present(self) -> tuple[R, ...]:
        """Return what counts, in the order of time."""
        if self._present is None:
            out = {k for k, standing in self.standings.items() if not standing.is_in}
            self._present = tuple(
                self.records[key]
                for _, key in sorted(self._places.items())
                if key not in out
            )
        return self._present

    @property
    def open(self) -> tuple[tuple[R, Reason], ...]:
        """Return what waits for a person's word, and why, in the order of time."""
        waiting = [
            (self.records[key], standing.reason)
            for key, standing in self.standings.items()
            if standing.word is None and standing.reason is not None
        ]
        return tuple(sorted(waiting, key=lambda pair: pair[0].second))

    def at(self, second: int) -> R | None:
        """Return what stands at a second, whether or not it counts."""
        key = self._places.get(second)
        return None if key is None else self.records[key]

    def standing(self, key: str) -> Standing:
        """Return the standing of a measurement."""
        return self.standings.get(key, PLAIN)

    def fate(self, second: int) -> Fate | None:
        """Return what became of a second, None if there never was anything."""
        if (record := self.at(second)) is not None:
            return Fate.PRESENT if self.standing(record.key).is_in else Fate.HELD
        return self.fates.get(second)

    def stand(self, key: str, standing: Standing) -> None:
        """Note whether a measurement counts."""
        self._present = None
        self.standings.pop(key, None)
        if standing != PLAIN:
            self.standings[key] = standing

    def put(self, records: Iterable[R], *, whole: bool) -> Iterator[Change[R]]:
        """Take what the source has, in the order of time; yield what is new in it.

        What is not `whole` may lack parts that are known already. A measurement that
        comes under another key at its old second has its standing from the old one.
        """
        wanted = {record.key: record for record in records}
        for key, record in wanted.items():
            # All stand up first: two may change places.
            before = self.records.get(key)
            if before is not None and before.second != record.second:
                self._leave(before)
        for found in sorted(wanted.values(), key=lambda record: record.second):
            record = found
            self.missed.pop(record.key, None)
            before = self.records.get(record.key)
            there = self.at(record.second)
            if there is not None and there.key != record.key:
                standing = self.standing(there.key)
                self._remove(there)
                if before is None:
                    before = there
                    self.stand(record.key, standing)
                else:
                    yield Change(there, None)
            if before is not None and before.second == record.second and not whole:
                record = before.completed(record)
            if before == record:
                continue
            self._present = None
            self.records[record.key] = record
            self._places[record.second] = record.key
            fate = self.fates.pop(record.second, None)
            if before is not None and before.second != record.second:
                self._leave(before)
                if before.second not in self._places:
                    self.fates[before.second] = Fate.MOVED
            yield Change(before, record, fate is not None)

    def look(
        self, keys: Collection[str], window: tuple[int, int], now: int, patience: int
    ) -> Iterator[Change[R]]:
        """Remove what was missing in an answer for some time; yield it.

        The answer had these keys of all that was measured within the window. One that
        has lost most of what it had is rather a bad day: it must be so for a day. Who is
        patient for less than an hour has been told of deletions.
        """
        first, end = window
        known = [k for second, k in self._places.items() if first <= second < end]
        missing = [key for key in known if key not in keys]
        few = FEW if patience < HOUR else 0
        lost_most = 2 * len(missing) > len(known) and len(missing) > few
        wait = DAY if lost_most else patience
        for key in missing:
            since = min(self.missed.get(key, now), now)
            self.missed[key] = since
            if now - since >= wait:
                record = self.records[key]
                self._remove(record)
                self.fates[record.second] = Fate.DELETED
                yield Change(record, None)

    def drop(self, record: R) -> None:
        """Forget a measurement that is of no more use."""
        self._remove(record)

    def _leave(self, record: R) -> None:
        """Clear the place of a measurement, if it still stands there."""
        if self._places.get(record.second) == record.key:
            del self._places[record.second]

    def _remove(self, record: R) -> None:
        """Take a measurement off the shelf."""
        self._present = None
        self._leave(record)
        self.missed.pop(record.key, None)
        self.standings.pop(record.key, None)
        del self.records[record.key]
