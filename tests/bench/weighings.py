"""What was weighed, and how Garmin's holdings differ from it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from random import Random

from ..clouds import Clouds, GarminWeighIn

# The last digit that Garmin keeps, halved.
_TOLERANCE = 0.006

YEARS = timedelta(days=3650)


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighing:
    """What a scale reported: masses in kg, the rest in %."""

    second: int
    weight: float
    body_fat: float
    body_water: float
    muscle_mass: float
    bone_mass: float

    @property
    def when(self) -> datetime:
        """Return the moment on the scale, in UTC."""
        return datetime.fromtimestamp(self.second, UTC)

    def values(self) -> dict[str, float]:
        """Return what was measured, by the names of Garmin's weigh-ins."""
        values: dict[str, float] = asdict(self)
        del values["second"]
        return values

    def is_held_by(self, weigh_in: GarminWeighIn) -> bool:
        """Tell whether a weigh-in at Garmin has the same values."""
        return all(
            (held := getattr(weigh_in, name)) is not None
            and abs(held - value) < _TOLERANCE
            for name, value in self.values().items()
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """How many weigh-ins are not once at Garmin with what was measured."""

    lost: int
    off: int
    doubled: int


def weigh(when: datetime, random: Random) -> Weighing:
    """Return what a scale might report."""
    lean = random.randint(5000, 7000) / 100
    return Weighing(
        second=int(when.timestamp()),
        weight=random.randint(7600, 8050) / 100,
        body_fat=random.randint(1500, 3500) / 100,
        body_water=random.randint(4500, 6500) / 100,
        muscle_mass=round(lean * 0.95, 2),
        bone_mass=round(lean * 0.05, 2),
    )


def past(number: int, now: datetime) -> list[Weighing]:
    """Return weighings spread evenly over ten years that end yesterday."""
    random = Random(number)
    begin = now - YEARS - timedelta(days=1)
    return [weigh(begin + place * YEARS / number, random) for place in range(number)]


def step_on_scale(
    clouds: Clouds, person: str, weighing: Weighing, *, uploaded: datetime | None = None
) -> None:
    """Let Withings know of a weighing; without `uploaded` it learns of it now."""
    clouds.withings.step_on_scale(
        person,
        weighing.weight,
        when=weighing.when,
        uploaded=uploaded,
        body_fat=weighing.body_fat,
        body_water=weighing.weight * weighing.body_water / 100,
        muscle_mass=weighing.muscle_mass,
        bone_mass=weighing.bone_mass,
    )


def compare(weighings: Iterable[Weighing], held: Iterable[GarminWeighIn]) -> Difference:
    """Compare what was weighed with what Garmin holds."""
    by_second: defaultdict[int, list[GarminWeighIn]] = defaultdict(list)
    for weigh_in in held:
        by_second[int(weigh_in.measured_at.timestamp())].append(weigh_in)
    counts: Counter[str] = Counter()
    for weighing in weighings:
        found = by_second.pop(weighing.second, [])
        counts["lost"] += not found
        counts["doubled"] += max(0, len(found) - 1)
        counts["off"] += any(not weighing.is_held_by(weigh_in) for weigh_in in found)
    # What nobody weighed is nobody's double, but neither is it right.
    counts["off"] += sum(map(len, by_second.values()))
    return Difference(lost=counts["lost"], off=counts["off"], doubled=counts["doubled"])
