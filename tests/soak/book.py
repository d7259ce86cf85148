"""What Garmin must hold of one person in the end."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from ..clouds import GarminWeighIn, MeasureGroup

type Values = Mapping[str, float]
"""What was measured, in kg and %, by the names of Garmin's weigh-ins."""

_TOLERANCE = 1e-6


@dataclass(kw_only=True, slots=True)
class Weighing:
    """One weighing, which one scale or two have reported, each with a second of its own.

    Garmin must hold it under one of the `answers`, which are values by their second.
    """

    scale: str
    group: MeasureGroup
    answers: dict[int, Values]
    versions: list[Values] = field(default_factory=list)
    """What it was before it was edited."""
    is_settled: bool = True
    """Whether nothing but the newest version is right."""
    is_held: bool = False
    """Whether the vendor is not sure whose it is: Garmin must not have it then."""
    is_deleted: bool = False
    """Whether it is gone at the vendor: Garmin may have it or not."""
    left: set[int] = field(default_factory=set)
    """The seconds at which it stood before it was re-dated."""

    def edit(self, group: MeasureGroup, **changed: float) -> None:
        """Change what Garmin must hold of a weighing that one scale has reported."""
        ((second, values),) = self.answers.items()
        self.versions.append(values)
        self.group = group
        self.answers = {second: {**values, **changed}}

    def accepts(self, weigh_in: GarminWeighIn) -> bool:
        """Tell whether a weigh-in at Garmin is this weighing as it must be."""
        # Of one that was re-dated, an old place may have to do.
        values = self.answers.get(_second(weigh_in), next(iter(self.answers.values())))
        return any(
            all(_is_close(weigh_in, name, value) for name, value in right.items())
            for right in (values, *(() if self.is_settled else self.versions))
        )


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

    def add(self, weighing: Weighing) -> None:
        """Write a weighing down."""
        self.weighings.append(weighing)
        self._seconds.update(weighing.answers)

    def move(self, weighing: Weighing, second: int) -> None:
        """Write down that a weighing has another time."""
        ((old, values),) = weighing.answers.items()
        weighing.left.add(old)
        weighing.answers = {second: values}
        self._seconds.add(second)

    def unsettle(self) -> None:
        """Let old versions pass, too, of all that was written down so far.

        Without its ledger Weighbridge no longer knows what at Garmin came from it, and
        leaves it as it is.
        """
        for weighing in self.weighings:
            weighing.is_settled = False

    def check(self, held: Iterable[GarminWeighIn]) -> Verdict:
        """Compare what Garmin holds with what it must hold."""
        verdict = Verdict()
        by_second: defaultdict[int, list[GarminWeighIn]] = defaultdict(list)
        for weigh_in in held:
            by_second[_second(weigh_in)].append(weigh_in)
        for weighing in self.weighings:
            found = [
                weigh_in
                for second in weighing.answers
                for weigh_in in by_second.pop(second, ())
            ]
            name = f"{weighing.scale} at {min(weighing.answers)}"
            if not weighing.is_settled:
                # What stays where it was is nobody's any more.
                for second in weighing.left:
                    found += by_second.pop(second, ())
                found = found[:1]
            if weighing.is_deleted or (weighing.is_held and not weighing.is_settled):
                continue
            if weighing.is_held:
                if found:
                    verdict.wrong.append(f"{name}: held, and at Garmin")
                continue
            if not found:
                verdict.lost.append(name)
            elif len(found) > 1:
                verdict.twice.append(name)
            elif not weighing.accepts(found[0]):
                verdict.wrong.append(f"{name}: {found[0].weight} kg")
        verdict.twice.extend(
            f"never weighed: {weigh_in.weight} kg at {second}"
            for second, strangers in by_second.items()
            for weigh_in in strangers
        )
        return verdict


def _second(weigh_in: GarminWeighIn) -> int:
    """Return the epoch second of a weigh-in."""
    return int(weigh_in.measured_at.timestamp())


def _is_close(weigh_in: GarminWeighIn, name: str, value: float) -> bool:
    """Tell whether a weigh-in has a value."""
    held: float | None = getattr(weigh_in, name)
    return held is not None and abs(held - value) < _TOLERANCE
