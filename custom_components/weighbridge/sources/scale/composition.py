"""Which composition belongs to which weighing, and when a weighing is offered.

What is measured besides the weight is told within a minute before or after it. It
belongs to the weighing that is nearer; a value that is there already is replaced only
at once, as some integrations first compute the fat of the person before.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ...model import WeighIn
from .amounts import Amount, part
from .memory import Known, Memory

# Composition comes within so many seconds of its weight.
TOGETHER = 60.0

# Until then a value may be told better.
BETTER = 15.0

# A sensor that repeats itself more often than this says nothing.
QUIET = 60.0

# Less than half of the last digit that is kept.
SAME = 0.0049


@dataclass(frozen=True, slots=True)
class Weighed:
    """A weighing, new or with other values than before; `key` is its name.

    `instead` of others, told or not, which were just before it: those on the way to it,
    unless somebody else stood there.
    """

    key: str
    weigh_in: WeighIn
    instead: tuple[Weighed, ...] = ()


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken for a weighing, told or not yet, was none.

    `shown` is the weighing that the scale shows again, None if that is none of ours.
    """

    key: str
    weigh_in: WeighIn
    shown: str | None


type Outcome = Weighed | TakenBack


@dataclass(frozen=True, slots=True)
class Told:
    """What a sensor told of a quantity, and whether that was news."""

    at: float
    amount: Amount
    changed: bool
    was_there: bool
    polled: bool
    back: bool


@dataclass(slots=True)
class Found:
    """A weighing that may still get its composition."""

    known: Known
    measured: float
    composition: dict[str, Told] = field(default_factory=dict)
    told: WeighIn | None = None
    # What seemed to be on the way to it.
    before: tuple[Found, ...] = ()

    @property
    def weighed(self) -> Weighed:
        """Return the weighing with its name."""
        return Weighed(str(self.known.key), self.weigh_in)

    def taken_back(self, shown: Known) -> TakenBack:
        """Return that it was none, as another one is shown again."""
        return TakenBack(str(self.known.key), self.weigh_in, shown.key)

    @property
    def weigh_in(self) -> WeighIn:
        """Return what was weighed, as far as it is known."""
        # A polled sensor shows the composition of an earlier weighing as well.
        changed = any(told.changed for told in self.composition.values())
        weight = self.known.weight
        parts: dict[str, Any] = {
            name: part(name, told.amount, weight)
            for name, told in self.composition.items()
            if changed or not told.polled
        }
        return WeighIn(
            measured_at=datetime.fromtimestamp(int(self.measured), UTC),
            weight=weight,
            # Some scales are heard by their vendor, too.
            relayed=True,
            **parts,
        )


class Composing:
    """Puts weighings and their composition together."""

    def __init__(self, memory: Memory) -> None:
        """Learn in `memory` what comes with a weighing."""
        self._memory = memory
        self._open: list[Found] = []
        self._loose: dict[str, Told] = {}
        self._heard: dict[str, float] = {}
        self._away: set[str] = set()

    @property
    def due(self) -> float | None:
        """Return when the next weighing has all that it will have."""
        return min((f.known.at + TOGETHER for f in self._open), default=None)

    def take(self, found: Found) -> list[Outcome]:
        """Take a weighing, with what was told just before it."""
        at = found.known.at
        outcomes: list[Outcome] = []
        for name, told in self._loose.items():
            if abs(told.at - at) > TOGETHER:
                continue
            for other in (*self._open, *found.before):
                if other.composition.get(name) is told:
                    if abs(told.at - other.known.at) < abs(told.at - at):
                        break
                    del other.composition[name]
                    outcomes += self._tell(other)
            else:
                found.composition[name] = told
        self._open.append(found)
        return outcomes + self._tell(found)

    def drop(self, known: Known, shown: Known) -> list[Outcome]:
        """Forget a weighing that was none, as another one is shown again."""
        if known.key is None:
            return []
        return [found.taken_back(shown) for found in self.supersede(known)]

    def supersede(self, known: Known) -> tuple[Found, ...]:
        """Leave a weighing to the next one, with those that were left to it."""
        for found in self._open:
            if found.known is known:
                self._open.remove(found)
                return (found, *(found.before if found.told is None else ()))
        return (Found(known, known.at),)

    def miss(self, name: str) -> None:
        """Note that a sensor is away: it may repeat itself when it is back."""
        self._away.add(name)

    def report(
        self, name: str, at: float, amount: Amount, *, polled: bool, holds: bool
    ) -> list[Outcome]:
        """Take what a sensor measured; `holds` leaves it for what is under way."""
        memory = self._memory
        before = memory.shown.get(name)
        changed = before is None or abs(amount.value - before) > SAME
        memory.shown[name] = amount.value
        heard = self._heard.get(name)
        self._heard[name] = at
        back = name in self._away
        self._away.discard(name)
        often = heard is not None and at - heard <= QUIET
        chatty = name in memory.chatty and not polled
        if not changed and (often or chatty):
            return []
        self._judge(name, at)
        self._loose[name] = Told(at, amount, changed, before is not None, polled, back)
        return [] if holds else self.adopt()

    def adopt(self) -> list[Outcome]:
        """Give what belongs to nothing yet to the last weighing."""
        if not self._open:
            return []
        found = self._open[-1]
        at = found.known.at
        for name, told in self._loose.items():
            if any(f.composition.get(name) is told for f in self._open):
                continue
            there = name in found.composition
            if abs(told.at - at) <= (BETTER if there else TOGETHER):
                found.composition[name] = told
        return self._tell(found)

    def has_news(self, at: float) -> bool:
        """Tell whether a sensor that was there told something else around a moment."""
        return any(
            told.changed and told.was_there and abs(told.at - at) <= TOGETHER
            for told in self._loose.values()
        )

    def tick(self, now: float) -> list[Outcome]:
        """Close what has all that it will have."""
        return self._close([f for f in self._open if f.known.at + TOGETHER <= now])

    def flush(self) -> list[Outcome]:
        """Close everything."""
        return self._close(list(self._open))

    def _close(self, over: list[Found]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        for found in over:
            outcomes += self._tell(found, closing=True)
            self._open.remove(found)
            misses = self._memory.misses
            for name in misses.keys() | found.composition.keys():
                there = name in found.composition
                misses[name] = 0 if there else misses[name] + 1
            for name, told in found.composition.items():
                if self._loose.get(name) is told:
                    del self._loose[name]
        return outcomes

    def _tell(self, found: Found, *, closing: bool = False) -> list[Outcome]:
        """Tell of a weighing if it is complete, or was told before."""
        waits = self._memory.expected - found.composition.keys()
        if found.told is None and waits and not closing:
            return []
        weigh_in = found.weigh_in
        if weigh_in == found.told or found.known.key is None:
            return []
        instead = found.before if found.told is None else ()
        found.told = weigh_in
        found.known.composition = {
            name: told.amount.value for name, told in found.composition.items()
        }
        before = tuple(other.weighed for other in instead)
        return [Weighed(found.known.key, weigh_in, before)]

    def _judge(self, name: str, now: float) -> None:
        """Note whether a sensor has said the same for nothing."""
        if (told := self._loose.get(name)) is None:
            return
        owned = any(found.composition.get(name) is told for found in self._open)
        news = owned or told.changed or told.polled or told.back
        if not news and now - told.at > TOGETHER:
            self._memory.chatty.add(name)
