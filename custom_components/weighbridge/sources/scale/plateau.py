"""Where the weight comes to rest while somebody gets on and off a scale."""

from dataclasses import dataclass, field
from enum import Enum
from itertools import pairwise

# A weight that has not changed for so many seconds is at rest, and one that moves
# within the noise of a scale after the second time at the latest.
REST = 5.0
NOISY_REST = 12.0

# How far the values of somebody who stands still may be apart, in kg.
NOISE = 0.6

# What was shown for a shorter time, in seconds, was on the way.
HOLD = 2.0

# A weight that comes back within so many seconds has never been away.
BLINK = 3.0

# Below this share of a weight that was at rest, its owner is getting off.
FALLEN = 0.7


class Ending(Enum):
    """How somebody's time on the scale ended, as far as the sensor tells."""

    REST = "rest"
    EMPTY = "empty"
    AWAY = "away"


@dataclass(slots=True)
class Run:
    """Reports that differ by no more than noise: since when each, and for how long."""

    began: float
    last: float
    low: float
    high: float
    since: dict[float, float] = field(default_factory=dict)
    held: dict[float, float] = field(default_factory=dict)
    # How long each value was shown without another one in between, at most.
    unbroken: dict[float, float] = field(default_factory=dict)
    heard: float = 0
    changed: float = 0
    reported: float = 0

    @classmethod
    def begin(cls, at: float, value: float) -> Run:
        """Begin with one report."""
        run = cls(began=at, last=value, low=value, high=value)
        run.heard = run.changed = run.reported = run.since[value] = at
        return run

    def takes(self, value: float) -> bool:
        """Tell whether a value is the same one but for noise."""
        return max(self.high, value) - min(self.low, value) <= NOISE

    def pass_time(self, at: float) -> None:
        """Have the last value shown until a moment."""
        last = self.last
        self.held[last] = self.held.get(last, 0) + at - self.heard
        self.unbroken[last] = max(self.unbroken.get(last, 0), at - self.changed)
        self.heard = at

    def add(self, at: float, value: float) -> None:
        """Take one more report."""
        self.pass_time(at)
        self.reported = at
        if value != self.last:
            self.last, self.changed = value, at
            self.low, self.high = min(self.low, value), max(self.high, value)
            self.since.setdefault(value, at)

    @property
    def seconds(self) -> float:
        """Return how long it has lasted."""
        return self.heard - self.began

    @property
    def value(self) -> float:
        """Return the weight: what stood longest, or lies in the middle of the noise."""
        if not self.held:
            return self.last
        longest = max(self.unbroken.values())
        if longest >= HOLD or self.seconds < HOLD:
            return next(v for v, s in reversed(self.unbroken.items()) if s == longest)
        half = self.seconds / 2
        passed = 0.0
        for value in sorted(self.held):
            passed += self.held[value]
            if passed >= half:
                return value
        return self.last


@dataclass(frozen=True, slots=True)
class Plateau:
    """A weight in kg at rest, since when, and when it was shown last."""

    weight: float
    at: float
    seen: float


class Burst:
    """What is reported from the first movement of a scale to its rest."""

    def __init__(self, at: float, value: float, *, before: Plateau | None) -> None:
        """Begin; `before` is what was at rest and still shown."""
        self.began = at
        self.before = before
        self._runs = [Run.begin(at, value)]

    @property
    def due(self) -> float:
        """Return when it is at rest, unless there are more reports."""
        run = self._runs[-1]
        return min(run.changed + REST, max(run.heard, run.began + NOISY_REST))

    @property
    def is_live(self) -> bool:
        """Tell whether the sensor shows what is on the way."""
        return len(self._runs) > 2

    def comes_from_below(self, weight: float) -> bool:
        """Tell whether it has shown somebody getting on, up to a weight."""
        return min(run.low for run in self._runs) < FALLEN * weight

    @property
    def is_single(self) -> bool:
        """Tell whether the weight has come at once."""
        return len(self._runs) == 1

    def add(self, at: float, value: float) -> None:
        """Take one more report."""
        run = self._runs[-1]
        if run.takes(value):
            run.add(at, value)
        elif (
            len(self._runs) > 1
            and at - run.began <= BLINK
            and self._runs[-2].takes(value)
        ):
            # A loose contact, or somebody who held on to the wall.
            self._runs.pop()
            self._runs[-1].add(at, value)
        else:
            run.pass_time(at)
            self._runs.append(Run.begin(at, value))

    def is_left_by(self, at: float, value: float) -> bool:
        """Tell whether somebody has got off, and the next one gets on with a value."""
        *earlier, last = self._runs
        blinks = at - last.began <= BLINK and earlier and earlier[-1].takes(value)
        if blinks or last.takes(value) or value < last.last:
            return False
        last.pass_time(at)
        return self._standing() is not last

    def end(self, at: float, ending: Ending, *, live: bool) -> Plateau | None:
        """Return what was weighed, if anything was.

        `live` sensors show touches, too; of others one report is a weighing.
        """
        last = self._runs[-1]
        last.pass_time(at)
        if ending is Ending.REST:
            return _plateau(self._standing())
        if self.before is not None and _is_fall(self.before.weight, self._runs):
            return None
        held = [run for run in self._runs if run.seconds >= HOLD]
        if held:
            return _plateau(max(held, key=lambda run: (run.seconds, run.began)))
        if (len(self._runs) == 1 and not live) or (
            ending is Ending.AWAY and last.high == max(run.high for run in self._runs)
        ):
            return _plateau(last)
        return None

    def _standing(self) -> Run | None:
        """Return at which run somebody stood who may have got off since."""
        last = self._runs[-1]
        held = [run for run in self._runs[:-1] if run.seconds >= HOLD]
        top = max(held, key=lambda run: (run.seconds, run.began), default=None)
        if top is not None:
            below = self._runs[self._runs.index(top) + 1 :]
            return top if _gets_off(top.value, below) else last
        if (before := self.before) is not None and (
            len(self._runs) > 1 or self.began - before.seen < BLINK
        ):
            return None if _gets_off(before.weight, self._runs) else last
        peak = max(self._runs, key=lambda run: run.high)
        below = self._runs[self._runs.index(peak) + 1 :]
        return None if len(below) > 1 and _gets_off(peak.high, below) else last


def _plateau(run: Run | None) -> Plateau | None:
    """Return a run as a plateau."""
    if run is None:
        return None
    value = run.value
    return Plateau(value, run.since[value], run.reported)


def _is_fall(top: float, runs: list[Run]) -> bool:
    """Tell whether the weight has only fallen."""
    values = [top, *(run.last for run in runs)]
    return all(b < a for a, b in pairwise(values))


def _gets_off(top: float, runs: list[Run]) -> bool:
    """Tell whether somebody got off: the weight has only fallen, and deep."""
    return _is_fall(top, runs) and runs[-1].last < FALLEN * top
