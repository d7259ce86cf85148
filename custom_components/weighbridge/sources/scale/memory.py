"""What a scale is remembered by: what it showed, what was weighed, and how it behaves."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

# So many weighings in a row without a quantity, and nobody waits for it any more.
MISSES = 5

_KNOWN = 8

# A clock that goes back by less than that, in seconds, is only being corrected.
CLOCK = 60.0

# Nobody knows how long ago it was when the clock goes back: long enough for somebody else
# to stand there, not for the same weight to be another weighing.
AGO = 3600.0


@dataclass(slots=True)
class Known:
    """A weighing: its weight in kg, when it was shown first and last, and its parts.

    Without a key it was no weighing of ours, only what the scale showed at first.
    """

    key: str | None
    weight: float
    at: float
    seen: float
    composition: dict[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Memory:
    """Epoch seconds, and values in the units of `amounts`."""

    shown: dict[str, float] = field(default_factory=dict)
    since: float | None = None
    heard: float | None = None
    known: list[Known] = field(default_factory=list)
    # It shows what is on the way; it is out of reach while nobody stands on it.
    live: bool = False
    sleeps: bool = False
    # How many weighings in a row came without what others came with.
    misses: dict[str, int] = field(default_factory=dict)
    # What is repeated by a sensor though nobody was weighed.
    chatty: set[str] = field(default_factory=set)
    # It said last that it measured at a time that was still to come.
    ahead: bool = False

    @property
    def last(self) -> Known | None:
        """Return what was weighed last."""
        return self.known[-1] if self.known else None

    @property
    def expected(self) -> set[str]:
        """Return what a weighing is likely to come with."""
        return {name for name, misses in self.misses.items() if misses < MISSES}

    def remember(self, known: Known) -> None:
        """Remember one more weighing."""
        self.known.append(known)
        del self.known[:-_KNOWN]

    def is_ahead_of(self, now: float) -> bool:
        """Tell whether the clock was set back since something was heard."""
        return self.heard is not None and self.heard > now + CLOCK

    def wind(self, now: float) -> None:
        """Take what was heard by a clock that was ahead for some time ago."""
        then = now - AGO
        self.heard = then
        for known in self.known:
            known.at, known.seen = min(known.at, then), min(known.seen, then)

    def as_json(self) -> dict[str, Any]:
        """Return what is stored."""
        return {
            "shown": dict(self.shown),
            "since": self.since,
            "heard": self.heard,
            "known": [
                [known.key, known.weight, known.at, known.seen, dict(known.composition)]
                for known in self.known
            ],
            "live": self.live,
            "sleeps": self.sleeps,
            "misses": dict(self.misses),
            "chatty": sorted(self.chatty),
            "ahead": self.ahead,
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Return what was stored."""
        return cls(
            shown=dict(data["shown"]),
            since=data["since"],
            heard=data["heard"],
            known=[Known(*known) for known in data["known"]],
            live=data["live"],
            sleeps=data["sleeps"],
            misses=dict(data["misses"]),
            chatty=set(data["chatty"]),
            ahead=data.get("ahead", False),
        )
