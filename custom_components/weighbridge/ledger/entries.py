"""What a ledger keeps: the states, offers and memories of measurements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol, Self

type Facts = tuple[float | None, ...]

# Half of the last digit that Garmin and the vendors keep.
_SAME = 0.0051


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
    # Its source has deleted it, and Garmin does not let it go.
    KEPT = "kept"


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

    @property
    def extent(self) -> int:
        """Return how much was measured beside its facts."""

    def values(self) -> Iterable[tuple[str, float]]:
        """Return all that was measured, by name."""

    def completed(self, newer: Self) -> Self:
        """Return a newer version, with what only this one has."""


class Remote(Protocol):
    """A measurement that Garmin holds."""

    @property
    def seconds(self) -> tuple[int, ...]:
        """Return the epoch second of the measurement, or all that it may be."""

    @property
    def facts(self) -> Facts:
        """Return its values, as those of a record."""

    @property
    def serial(self) -> int | None:
        """Return Garmin's key, the older the smaller; None for one that has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item[R: Record]:
    """A measurement that is not settled: pending, refused, or accepted and not seen yet.

    All times are epoch seconds. `since` is when it began to wait, `sent_at` when it was
    last sent, as long as Garmin does not show it or may still be at work on it.
    """

    record: R
    link: str
    state: State = State.PENDING
    since: int | None = None
    sent_at: int | None = None
    attempts: int = 0
    """How many files it has been in."""
    strikes: int = 0
    """How often it was, alone or with others, what Garmin could not cope with."""
    looks: int = 0
    """How often Garmin was asked in vain to show it, or what was there before."""
    was: tuple[Facts, ...] = ()
    """The versions that we sent and that Garmin may hold."""
    gone: tuple[int, ...] = ()
    """The serials of those that we have removed: who shows them is behind the times."""

    @property
    def is_ours(self) -> bool:
        """Tell whether Garmin may hold a version that came from us."""
        return self.attempts > 0 or bool(self.was)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What is remembered of a measurement that needs no more work."""

    facts: Facts
    link: str
    way: Way
    # The second of the measurement that a twin is the same as.
    twin_of: int | None = None
    extent: int = 0
    attempts: int = 0


class Removal(NamedTuple):
    """A wish to have something gone, and how often and when it was last in vain.

    `was` are versions that Garmin may hold beside the one that is remembered.
    """

    strikes: int = 0
    at: int | None = None
    was: tuple[Facts, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot[R: Record]:
    """All that a ledger knew at a moment; it does not change any more."""

    open: Mapping[int, Item[R]]
    settled: Mapping[int, Settled]
    withdrawals: Mapping[int, Removal]


def differ(facts: Facts, known: Facts) -> bool:
    """Tell whether facts were edited; one that is missing now is no edit."""
    return any(
        new and (not old or abs(new - old) >= _SAME)
        for new, old in zip(facts, known, strict=False)
    )


def same(facts: Facts, known: Facts) -> bool:
    """Tell whether facts are those that were sent, neither less nor more."""
    return not differ(facts, known) and not differ(known, facts)
