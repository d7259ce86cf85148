"""Weighings, told from what the sensors of a scale report.

A sensor has no word for "somebody stands here". What counts as a weighing:

- A weight at rest that differs from the last one, but not what is on the way to it,
  nor what falls deep and at once from it, nor what comes between two equal ones.
- The same weight *reported* once more after two hours of rest by a sensor that is
  not polled, if no other one follows within the minute: a sleeping scale that wakes
  first shows what it remembers. So does one that was away because it sleeps.
- The same weight of a sensor that was away, with another composition.

A return to just the values of the weighing before, within half an hour and without
an empty scale in between, takes back what was in between: it was a mistake, or old
weights that were read once more. What is shown because an entity or its settings are
new was measured nobody knows when; it only tells later values from it.

Where the time of measurement is a sensor itself, `dated` tells weighings by it.

All times are epoch seconds, and come from outside: reports can be replayed.
"""

from dataclasses import dataclass
from enum import Enum

from .amounts import WEIGHT, Amount
from .composition import SAME, Composing, Found, Outcome
from .memory import Known, Memory
from .plateau import NOISE, Burst, Ending, Plateau

# Whoever weighs the same twice within this time has one weigh-in. Heartbeats of
# sensors and gaps in their radio contact are shorter.
REPEAT = 2 * 3600.0

# Until then a weight that is shown once more may be followed by another one.
DOUBT = 60.0

# Within this time nobody gets off a scale and somebody else onto it.
SAME_STANDING = 8.0

# What was at rest for a moment only was on the way; nobody stands there for ever.
SHORT_STANDING = 20.0
LONG_STANDING = 120.0

# How long a mistake may stand before it is removed in the app of a scale.
RETURN = 1800.0

# A scale that goes to sleep does so within this time of a weighing.
ASLEEP = 1800.0

# Within this time a new entity that showed nothing at first shows what it had before: a
# broker delivers what it has retained.
NEW = 30.0


class Kind(Enum):
    """How a value came to be shown."""

    REPORTED = "reported"
    """Written by its integration, be it the same value or another one."""
    SHOWN = "shown"
    """Shown because the entity, or its settings, are new or edited."""
    AWAY = "away"
    """Shown no longer: the scale is out of reach."""
    GONE = "gone"
    """Shown no longer: the entity is not set up."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A weight in kg that is shown once more, and whether fat must tell that it counts."""

    at: float
    weight: float
    needs_composition: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """What a sensor showed at an epoch second; no amount is an empty scale.

    `since` tells of what is shown that it has been for longer.
    """

    at: float
    quantity: str
    kind: Kind
    amount: Amount | None = None
    polled: bool = False
    since: float | None = None


class Weighings:
    """Makes weighings of reports; each returns what came of it, if anything."""

    def __init__(self, memory: Memory) -> None:
        """Go on from what is remembered, and keep that up to date."""
        self.memory = memory
        self._composing = Composing(memory)
        self._burst: Burst | None = None
        # What is at rest and still shown.
        self._standing: Plateau | None = None
        # The same weight shown once more, until it is sure to be a weighing.
        self._doubt: Doubt | None = None
        # Whether it is shown, as long as nothing was reported: no.
        self._away: Kind | None = Kind.GONE
        # Until when what is shown may be of before, as the entity is new.
        self._new_until = 0.0

    @property
    def due(self) -> float | None:
        """Return when `tick` has something to do without another report."""
        times = [
            self._composing.due,
            None if self._burst is None else self._burst.due,
            None if self._doubt is None else self._doubt.at + DOUBT,
        ]
        return min((time for time in times if time is not None), default=None)

    def tick(self, now: float) -> list[Outcome]:
        """Let time pass."""
        outcomes: list[Outcome] = []
        while (due := self.due) is not None and due <= now:
            if self._burst is not None and self._burst.due <= due:
                outcomes += self._end(due, Ending.REST)
            if self._doubt is not None and self._doubt.at + DOUBT <= due:
                outcomes += self._believe()
            outcomes += self._composing.tick(due)
        return outcomes

    def flush(self, now: float) -> list[Outcome]:
        """Decide now what would be decided later: there will be no more reports."""
        outcomes = self.tick(now)
        outcomes += self._end(now, Ending.REST)
        outcomes += self._believe()
        return outcomes + self._composing.flush()

    def edited(self, at: float) -> None:
        """Take no repetition for a weighing: the entity itself was edited."""
        self.memory.heard = at
        if self._doubt is not None and at - self._doubt.at <= 1:
            self._doubt = None

    def report(self, report: Report) -> list[Outcome]:
        """Take what a sensor shows."""
        memory = self.memory
        if memory.heard is not None and memory.is_ahead_of(report.at):
            outcomes = self.flush(memory.heard)
            self._composing = Composing(memory)
            self._standing = None
            memory.wind(report.at)
            return outcomes + self.report(report)
        outcomes = self.tick(report.at)
        if report.quantity != WEIGHT:
            if report.kind in (Kind.AWAY, Kind.GONE):
                self._composing.miss(report.quantity)
            if report.amount is None:
                return outcomes
            if report.kind is Kind.SHOWN:
                memory.shown[report.quantity] = report.amount.value
                return outcomes
            return outcomes + self._composing.report(
                report.quantity,
                report.at,
                report.amount,
                polled=report.polled,
                holds=self._burst is not None or self._doubt is not None,
            )
        if report.kind in (Kind.AWAY, Kind.GONE):
            return outcomes + self._leave(report)
        if report.amount is None:
            outcomes += self._end(report.at, Ending.EMPTY)
            self._standing = None
            if self._away is Kind.GONE:
                self._new_until = report.at + NEW
            self._away = None
        elif report.kind is Kind.SHOWN:
            outcomes += self._show(report, report.amount.value)
        else:
            outcomes += self._weigh(report, report.amount.value)
        return outcomes

    def _leave(self, report: Report) -> list[Outcome]:
        """Miss the sensor."""
        if self._away is None and report.kind is Kind.AWAY:
            last = self.memory.last
            self.memory.sleeps = last is not None and report.at - last.at <= ASLEEP
        self._away = report.kind
        outcomes = self._end(report.at, Ending.AWAY)
        self._standing = None
        return outcomes

    def _show(self, report: Report, value: float) -> list[Outcome]:
        """Take a weight that was measured nobody knows when."""
        outcomes = self._end(report.at, Ending.REST)
        memory = self.memory
        at = report.at if report.since is None else report.since
        memory.shown[WEIGHT] = value
        memory.heard = at
        self._away = None
        self._standing = Plateau(value, at, at)
        if memory.last is None or abs(memory.last.weight - value) > SAME:
            memory.remember(Known(None, value, at, at))
        return outcomes

    def _weigh(self, report: Report, value: float) -> list[Outcome]:
        """Take a weight that the sensor reports."""
        at, memory = report.at, self.memory
        away, self._away = self._away, None
        if at <= self._new_until:
            away = Kind.GONE
        self._new_until = 0.0
        rested = memory.heard is None or at - memory.heard > REPEAT
        memory.heard = at
        before = memory.shown.get(WEIGHT)
        memory.shown[WEIGHT] = value
        if self._burst is not None:
            if not self._burst.is_left_by(at, value):
                self._burst.add(at, value)
                return []
            stood = self._burst.end(at, Ending.REST, live=memory.live)
            standing = stood or self._burst.before
            outcomes = self._end(at, Ending.REST)
            self._burst = Burst(at, value, before=standing)
            return outcomes
        repeated = before is not None and abs(value - before) <= SAME
        if not repeated or (self._standing is None and away is None):
            self._doubt = None
            self._burst = Burst(at, value, before=self._standing)
            return []
        last = memory.last
        if last is None or abs(last.weight - value) > SAME:
            return []
        self._standing = Plateau(value, at, at)
        awake = away is None or (away is Kind.AWAY and memory.sleeps)
        if not report.polled and rested and awake:
            self._doubt = Doubt(at, value)
        elif away is not None:
            self._doubt = Doubt(at, value, needs_composition=True)
        else:
            last.seen = at
        return []

    def _end(self, at: float, ending: Ending) -> list[Outcome]:
        """Tell what came of all the reports since the scale moved."""
        if (burst := self._burst) is None:
            return []
        memory = self.memory
        self._burst = None
        plateau = burst.end(at, ending, live=memory.live)
        memory.live |= burst.is_live
        self._standing = plateau or Plateau(memory.shown[WEIGHT], at, at)
        if plateau is None:
            return self._composing.adopt()
        return self._settle(burst, plateau)

    def _settle(
        self, burst: Burst, plateau: Plateau, superseded: tuple[Found, ...] = ()
    ) -> list[Outcome]:
        """Tell what a weight at rest is: a weighing, or something known already."""
        if (known := self.memory.last) is None:
            return self._found(plateau, superseded)
        difference = abs(plateau.weight - known.weight)
        age = plateau.at - known.at
        gap = burst.began - known.seen
        shown = burst.before is not None
        old = shown and not burst.comes_from_below(plateau.weight)
        if (difference <= SAME and (old or plateau.at - known.seen <= REPEAT)) or (
            # The weight has dropped for a moment while somebody stood there.
            difference <= NOISE
            and gap <= SAME_STANDING
            and age <= LONG_STANDING
            and not (shown and burst.is_single)
        ):
            known.seen = plateau.seen
            undone = [found.taken_back(known) for found in superseded]
            return [*undone, *self._composing.adopt()]
        if shown and gap <= SAME_STANDING and age <= SHORT_STANDING and known.key:
            # What seemed to be at rest was on the way, or that of somebody else.
            before = self._composing.supersede(self.memory.known.pop())
            return self._settle(burst, plateau, (*before, *superseded))
        if old and (earlier := self._find_earlier(plateau)):
            earlier.seen = plateau.seen
            undone = [found.taken_back(earlier) for found in superseded]
            return [*undone, *self._take_back(earlier)]
        return self._found(plateau, superseded)

    def _find_earlier(self, plateau: Plateau) -> Known | None:
        """Return the weighing that is shown again, and takes back those after it."""
        known, shown = self.memory.known, self.memory.shown
        for back in range(1, len(known)):
            earlier = known[-back - 1]
            if plateau.at - known[-back].at > RETURN:
                return None
            if abs(earlier.weight - plateau.weight) <= SAME:
                parts = earlier.composition.items()
                same = all(abs(shown[name] - value) <= SAME for name, value in parts)
                return earlier if same else None
        return None

    def _take_back(self, earlier: Known) -> list[Outcome]:
        """Take back the weighings after an earlier one, the last first."""
        outcomes: list[Outcome] = []
        while (last := self.memory.known[-1]) is not earlier:
            self.memory.known.pop()
            outcomes += self._composing.drop(last, earlier)
        return outcomes

    def _found(self, plateau: Plateau, before: tuple[Found, ...] = ()) -> list[Outcome]:
        """Remember a weighing, and wait for its composition."""
        known = Known(str(int(plateau.at)), plateau.weight, plateau.at, plateau.seen)
        self.memory.remember(known)
        return self._composing.take(Found(known, plateau.at, before=before))

    def _believe(self) -> list[Outcome]:
        """Take a weight shown once more for a weighing, as nothing followed."""
        if (doubt := self._doubt) is None:
            return []
        self._doubt = None
        if doubt.needs_composition and not self._composing.has_news(doubt.at):
            if self.memory.last is not None:
                self.memory.last.seen = doubt.at
            return self._composing.adopt()
        return self._found(Plateau(doubt.weight, doubt.at, doubt.at))
