"""What Garmin must hold of one person in the end."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from ..clouds import GarminWeighIn
from .measured import Values

_TOLERANCE = 1e-6


@dataclass(kw_only=True, slots=True)
class Weighing:
    """One weighing, which one scale or two have reported, each with a second of its own.

    Garmin must hold it under one of the `answers`, which are values as Garmin keeps them
    by their second, and not at all if there is none. `key` is what its source calls it.
    """

    scale: str
    key: int
    answers: dict[int, Values]
    others: dict[int, str] = field(default_factory=dict)
    """The seconds that other scales than `scale` have reported."""
    former: list[tuple[int, Values]] = field(default_factory=list)
    """Where and what it was before it was corrected or deleted."""
    is_settled: bool = True
    """Whether nothing but the newest version is right."""
    is_sure: bool = True
    """Whether Home Assistant can know of it: it may have been killed just then."""
    left_alone: frozenset[int] = frozenset()
    """What Garmin held, by its keys, when it was forgotten what came from here."""

    @property
    def is_plain(self) -> bool:
        """Tell whether it is at its source, and was reported by one scale."""
        return len(self.answers) == 1

    @property
    def second(self) -> int:
        """Return when it was, if it was reported by one scale."""
        return next(iter(self.answers), 0)

    def reported_by(self, scale: str) -> dict[int, Values]:
        """Return what a scale says of it."""
        return {
            second: values
            for second, values in self.answers.items()
            if self.others.get(second, self.scale) == scale
        }

    def edit(self, values: Values) -> None:
        """Change what Garmin must hold of a weighing that one scale has reported."""
        ((second, before),) = self.answers.items()
        self.former.append((second, before))
        self.answers = {second: values}

    def redate(self, second: int) -> None:
        """Change when a weighing was that one scale has reported."""
        ((before, values),) = self.answers.items()
        self.former.append((before, values))
        self.answers = {second: values}

    def delete(self) -> None:
        """Let Garmin hold it no longer."""
        self.former.extend(self.answers.items())
        self.answers = {}

    def restore(self) -> None:
        """Let Garmin hold it again."""
        self.answers = dict(self.former[-1:])

    def seconds(self) -> set[int]:
        """Return all seconds at which it is or was."""
        return {*self.answers, *(second for second, _ in self.former)}

    def judge(self, found: Sequence[GarminWeighIn]) -> str | None:
        """Tell what is wrong with what Garmin holds at its seconds."""
        right = [w for w in found if _is_like(w, self.answers.get(_second(w)))]
        rest = [w for w in found if w not in right]
        if not self.is_settled:
            # Without its ledger, Weighbridge leaves alone what was ours.
            old = [w for w in rest if any(_is_like(w, v) for v in self._former(w))]
            rest = [w for w in rest if w not in old]
            right = right or [w for w in old if _second(w) in self.answers]
            # Nor can it know what was there twice just then, and is not its own double.
            left = [w for w in right if w.sample_pk in self.left_alone]
            right = [w for w in right if w not in left[1:]]
        if len(right) > 1 or (rest and right) or (rest and not self.answers):
            return "twice"
        if self.answers and not right and (rest or self.is_sure):
            return "wrong" if rest else "lost"
        return None

    def _former(self, weigh_in: GarminWeighIn) -> list[Values]:
        """Return what it was at the second of a weigh-in."""
        return [v for second, v in self.former if second == _second(weigh_in)]


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """What is not as it must be, in words, one for each weighing concerned."""

    lost: list[str] = field(default_factory=list)
    twice: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        """Tell whether anything is wrong."""
        return bool(self.lost or self.twice or self.wrong)

    def add(self, other: Verdict) -> None:
        """Take in what was found in another account."""
        self.lost.extend(other.lost)
        self.twice.extend(other.twice)
        self.wrong.extend(other.wrong)


class Book:
    """The weighings of one person."""

    def __init__(self) -> None:
        """Begin with an empty page."""
        self.weighings: list[Weighing] = []
        self._seconds: set[int] = set()

    def is_free(self, second: int) -> bool:
        """Tell whether nobody was weighed in a second."""
        return second not in self._seconds

    def is_lonely(self, second: int, *, apart: int) -> bool:
        """Tell whether nobody was weighed around a second."""
        return all(abs(second - other) > apart for other in self._seconds)

    def take(self, second: int) -> None:
        """Take a second for a weighing that is there already."""
        self._seconds.add(second)

    def add(self, weighing: Weighing) -> None:
        """Write a weighing down."""
        self.weighings.append(weighing)
        self._seconds.update(weighing.answers)

    def unsettle(self, held: Iterable[GarminWeighIn]) -> None:
        """Let old versions pass, too, of all that was written down so far.

        Without its ledger Weighbridge no longer knows what at Garmin came from it, and
        leaves it as it is.
        """
        keys = frozenset(weigh_in.sample_pk for weigh_in in held)
        for weighing in self.weighings:
            weighing.is_settled = False
            weighing.left_alone = keys

    def check(self, held: Iterable[GarminWeighIn]) -> Verdict:
        """Compare what Garmin holds with what it must hold."""
        verdict = Verdict()
        by_second: defaultdict[int, list[GarminWeighIn]] = defaultdict(list)
        for weigh_in in held:
            by_second[_second(weigh_in)].append(weigh_in)
        for weighing in self.weighings:
            found = [
                weigh_in
                for second in weighing.seconds()
                for weigh_in in by_second.pop(second, ())
            ]
            match weighing.judge(found):
                case "lost":
                    verdict.lost.append(_tell(weighing, found))
                case "twice":
                    verdict.twice.append(_tell(weighing, found))
                case "wrong":
                    verdict.wrong.append(_tell(weighing, found))
        verdict.twice.extend(
            f"never weighed: {weigh_in.weight} kg at {second}"
            for second, strangers in by_second.items()
            for weigh_in in strangers
        )
        return verdict


def _second(weigh_in: GarminWeighIn) -> int:
    """Return the epoch second of a weigh-in."""
    return int(weigh_in.measured_at.timestamp())


def _is_like(weigh_in: GarminWeighIn, values: Values | None) -> bool:
    """Tell whether a weigh-in has some values."""
    return values is not None and all(
        _is_close(weigh_in, name, value) for name, value in values.items()
    )


def _tell(weighing: Weighing, found: Iterable[GarminWeighIn]) -> str:
    """Return what Garmin holds of a weighing, in words."""
    there = ", ".join(f"{w.weight} kg at {_second(w)}" for w in found)
    wanted = ", ".join(f"{v['weight']} kg at {s}" for s, v in weighing.answers.items())
    before = ", ".join(f"{v['weight']} kg at {s}" for s, v in weighing.former)
    return (
        f"{weighing.scale}: {wanted or 'nothing'}, not {there or 'nothing'} "
        f"(before: {before or 'nothing'})"
    )


def _is_close(weigh_in: GarminWeighIn, name: str, value: float) -> bool:
    """Tell whether a weigh-in has a value."""
    held: float | None = getattr(weigh_in, name)
    return held is not None and abs(held - value) < _TOLERANCE
