"""How a sequence of reports is written down."""

from dataclasses import dataclass, field

from .replay import Step, Weigh

MINUTE = 60

HOUR = 3600

DAY = 24 * HOUR


@dataclass(frozen=True, slots=True)
class Sequence:
    """Reports, and the weighings that they tell of."""

    name: str
    steps: list[Step]
    right: list[Weigh]
    polled: bool = False
    dated: bool = False
    # Whether it is always the same person who stands there.
    alone: bool = True


def weights(*values: tuple[float, float | str]) -> list[Step]:
    """Return reports of the weight."""
    return [(at, "weight", value) for at, value in values]


def weighed(at: float, weight: float, **composition: float) -> Weigh:
    """Return what was weighed at a second."""
    return at, {"weight": weight, **composition}


def every(
    seconds: float, begin: float, end: float, value: float, sensor: str = "weight"
) -> list[Step]:
    """Return the same report again and again."""
    times = range(int((end - begin) / seconds))
    return [(begin + n * seconds, sensor, value) for n in times]


@dataclass(slots=True)
class Day:
    """Yesterday's weighing, so that a scale is known."""

    weight: float = 80.0
    body_fat: float | None = None
    steps: list[Step] = field(default_factory=list)
    right: list[Weigh] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Stand on the scale."""
        self.steps = [(0, "weight", "shown 75.0"), (100, "weight", self.weight)]
        self.right = [weighed(100, self.weight)]
        if self.body_fat is not None:
            self.steps += [(106, "body_fat", self.body_fat)]
            self.right = [weighed(100, self.weight, body_fat=self.body_fat)]
