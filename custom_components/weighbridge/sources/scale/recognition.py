"""Who stood on a scale, told from what everybody weighed before.

Somebody is recognised whose band the weigh-in lies in, if it is far likelier theirs than
anybody else's. It is never guessed: everything else is a question, and each answer is a
weigh-in that the band follows. Body fat tells people apart that weigh the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot
from typing import Final

from ...model import Reason, WeighIn
from .band import BODY_FAT, WEIGHT, Band, band

# So many weigh-ins somebody must have said to be theirs before others are recognised.
ANSWERS: Final = 3

# How many standard deviations somebody's weigh-in may be off, and how far off it must
# be to be certainly not theirs. Where it fits somebody, what counts is how much likelier
# it is theirs: 10,000 times, as squares of distances are logarithms of likelihoods.
FITS: Final = 3.2
NEAR: Final = 4.3
# Of one or two weigh-ins nobody knows how much somebody varies.
NEAR_NEW: Final = 2 * NEAR

# What is older says nothing of today.
_DAYS: Final = 400
WEIGH_INS: Final = 60

# No fat of theirs is known, or it is told by another scale.
_LEAST_FAT: Final = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Somebody who may have stood there: their limits in kg, and their weigh-ins."""

    id: str
    weigh_ins: Sequence[WeighIn] = ()
    min_weight: float | None = None
    max_weight: float | None = None

    def outside(self, weight: float) -> float:
        """Return how far a weight is outside the limits, in kg."""
        below = 0.0 if self.min_weight is None else self.min_weight - weight
        above = 0.0 if self.max_weight is None else weight - self.max_weight
        return max(below, above, 0.0)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Somebody's id, or why it must be asked whose it is, the likeliest first."""

    person: str | None
    reason: Reason | None = None
    candidates: tuple[str, ...] = ()


def recognise(weigh_in: WeighIn, people: Iterable[Candidate]) -> Verdict:
    """Tell whose a weigh-in is, or what to ask."""
    everybody = list(people)
    outside = {who.id: who.outside(weigh_in.weight) for who in everybody}
    admitted = [who for who in everybody if not outside[who.id]]
    if not admitted:
        # It may be anybody's all the same: limits were set long ago.
        nearest = tuple(sorted(outside, key=outside.__getitem__))
        return Verdict(None, _outside(weigh_in.weight, everybody), nearest)
    off = {who.id: _distance(weigh_in, who) for who in admitted}
    likely = sorted(off, key=lambda who: NEAR if (d := off[who]) is None else d.far)
    fitting = [d.far for d in off.values() if d is not None and d.far <= FITS]
    best = min(fitting, default=0.0)
    near = [who for who in likely if (d := off[who]) is None or d.is_near(best)]
    match near:
        case []:
            return Verdict(None, Reason.UNKNOWN_PERSON, tuple(likely))
        case [only]:
            distance = off[only]
            if distance is None or distance.is_new:
                return Verdict(None, Reason.UNKNOWN_PERSON, tuple(likely))
            if distance.far <= FITS:
                return Verdict(only)
            return Verdict(None, Reason.UNLIKELY, tuple(likely))
        case _:
            return Verdict(None, Reason.AMBIGUOUS, tuple(near))


@dataclass(frozen=True, slots=True)
class _Distance:
    """How many standard deviations off somebody's band is, and whether they are new."""

    far: float
    is_new: bool = False

    def is_near(self, best: float) -> bool:
        """Tell whether it may be theirs, where the best explanation is so far off."""
        return self.far <= hypot(NEAR_NEW if self.is_new else NEAR, best)


def _distance(weigh_in: WeighIn, who: Candidate) -> _Distance | None:
    """Return how far off somebody's band is; None if nothing is known of them.

    Whoever has both limits and few weigh-ins is known by the limits.
    """
    now = weigh_in.second
    oldest = now - _DAYS * 86_400
    past = sorted(
        (second, one.weight, one.body_fat)
        for one in who.weigh_ins
        if oldest <= (second := one.second) < now
    )[-WEIGH_INS:]
    is_new = len(past) < ANSWERS
    if is_new and who.min_weight is not None and who.max_weight is not None:
        return _Distance(0.0)
    if not past:
        return None
    weight = band(WEIGHT, ((second, weight) for second, weight, _ in past))
    distance = _off(weight, now, weigh_in.weight) ** 2
    if weigh_in.body_fat is not None:
        fats = [(second, fat) for second, _, fat in past if fat is not None]
        if len(fats) >= _LEAST_FAT:
            distance += _off(band(BODY_FAT, fats), now, weigh_in.body_fat) ** 2
    return _Distance(float(distance**0.5), is_new)


def _off(expected: Band, second: int, value: float) -> float:
    """Return how many standard deviations a value is off."""
    level, deviation = expected.expect(second)
    return abs(value - level) / deviation


def _outside(weight: float, people: Sequence[Candidate]) -> Reason:
    """Tell on which side of everybody's limits a weight is."""
    if not people:
        return Reason.UNKNOWN_PERSON
    if all(p.min_weight is not None and weight < p.min_weight for p in people):
        return Reason.TOO_LIGHT
    if all(p.max_weight is not None and weight > p.max_weight for p in people):
        return Reason.TOO_HEAVY
    return Reason.UNKNOWN_PERSON
