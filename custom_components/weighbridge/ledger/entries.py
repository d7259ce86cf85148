"""What a ledger keeps: the states, offers and memories of measurements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol, Self

type Facts = tuple[float | None, ...]


class State(StrEnum):
    """Where a measurement is on its way to Garmin."""

    PENDING = "pending"
    DONE = "done"
    FAILED = "failed"


class Way(StrEnum):
    """How a measurement came to be settled."""

    PUSHED = "pushed"
    FOUND = "found"
    TWIN = "twin"
    LEFT_OUT = "left_out"
    WITHDRAWN = "withdrawn"


class Offer(StrEnum):
    """What the ledger makes of an offered measurement."""

    NEW = "new"
    KNOWN = "known"
    TWIN = "twin"
    CHANGED = "changed"


class Record(Protocol):
    """A measurement: WeighIn or BloodPressure."""

    @property
    def second(self) -> int:
        """Return the epoch second of the measurement."""

    @property
    def facts(self) -> Facts:
        """Return the values that tell it from another; the first ones are always there."""

    def values(self) -> Iterable[tuple[str, float]]:
        """Return all that was measured, by name."""

    def completed(self, newer: Self) -> Self:
        """Return a newer version, with what only this one has."""


class Remote(Protocol):
    """A measurement that Garmin holds."""

    @property
    def second(self) -> int:
        """Return the epoch second of the measurement."""

    @property
    def facts(self) -> Facts:
        """Return its values, as those of a record."""

    @property
    def serial(self) -> int | None:
        """Return Garmin's key, the older the smaller; None for one that has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item[R: Record]:
    """A measurement that is not settled.

    `sent_at` is the epoch second of an upload whose outcome is unknown. `replaces`
    tells that Garmin holds an older version of it, which we pushed.
    """

    record: R
    link: str
    state: State = State.PENDING
    sent_at: int | None = None
    replaces: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What is remembered of a measurement that needs no more work."""

    facts: Facts
    link: str
    way: Way
    # The second of the measurement that a twin is the same as.
    twin_of: int | None = None


class Cursor(NamedTuple):
    """How far a link has read its source: all that came from `start` to `until`.

    Both are epoch seconds of the source's clock.
    """

    start: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled[M: Remote]:
    """What a look at Garmin settled, and what has no business there any more."""

    found: tuple[int, ...]
    unwanted: tuple[M, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot[R: Record]:
    """All that a ledger knew at a moment; it does not change any more."""

    open: tuple[Item[R], ...]
    settled: Mapping[int, Settled]
    cursors: Mapping[str, Cursor]
    withdrawals: frozenset[int]
    accepted: tuple[tuple[int, int], ...]
