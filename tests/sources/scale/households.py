"""Simulated people who share a scale for two years.

A body varies by about half a percent from one morning to the next, for reasons that
last a day or two: water, salt, a late dinner. Weekends and winters add to it. The
scale shows steps of 50 g, and a fat that is off by half a percentage point or so.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from math import cos, pi
from random import Random

from custom_components.weighbridge.model import WeighIn
from custom_components.weighbridge.sources.scale.recognition import (
    Candidate,
    Verdict,
    recognise,
)

DAYS = 730
BEGIN = datetime(2024, 1, 1, tzinfo=UTC)

type Course = Callable[[float], float]
"""What somebody gains until a day, in kg."""

GUEST = "a guest"
DOG = "somebody with a dog"


def steady(_day: float) -> float:
    """Stay as you are."""
    return 0.0


def growing(day: float) -> float:
    """Grow, as a child of eight does."""
    return 4.2 * day / 365


def diet(day: float) -> float:
    """Lose twelve kg in four months, and gain half of them in a year."""
    if day < 200:
        return 0.0
    if day < 320:
        return -0.1 * (day - 200)
    return -12 + 6 * min(1.0, (day - 320) / 365)


def pregnancy(day: float) -> float:
    """Gain fourteen kg, lose seven in a day, and the rest in half a year."""
    if day < 150:
        return 0.0
    if day < 420:
        return 14 * float(((day - 150) / 270) ** 1.3)
    return 7 * max(0.0, 1 - (day - 420) / 180)


@dataclass(slots=True)
class Person:
    """Somebody: what they weigh in kg, how often, and when they are away."""

    name: str
    weight: float
    body_fat: float = 25.0
    course: Course = steady
    often: float = 0.8
    hour: float = 7.0
    away: tuple[int, int] | None = None
    holiday: float = 0.0
    fluctuation: float = 0.0
    book: list[WeighIn] = field(default_factory=list)

    def weigh(self, day: int, random: Random, *, fat: bool) -> WeighIn | None:
        """Stand on the scale, on some days."""
        spread = 0.0045 * self.weight
        self.fluctuation = 0.5 * self.fluctuation + random.gauss(0, 0.866 * spread)
        if self.away and self.away[0] <= day < self.away[1]:
            return None
        if random.random() > self.often:
            return None
        weekend = 0.15 if day % 7 in (5, 6) else 0.0
        gained = self.holiday if self.away and day >= self.away[1] else 0.0
        weight = (
            self.weight
            + self.course(day)
            + gained
            + 0.5 * cos(2 * pi * day / 365)
            + weekend
            + self.fluctuation
        )
        body_fat = None
        if fat and random.random() > 0.05:
            off = 0.25 * (weight - self.weight) + random.gauss(0, 0.6)
            body_fat = round(self.body_fat + off, 1)
        minutes = 60 * self.hour + random.gauss(0, 40)
        return WeighIn(
            measured_at=BEGIN + timedelta(days=day, minutes=round(minutes)),
            weight=round(weight * 20) / 20,
            body_fat=body_fat,
        )


@dataclass(slots=True)
class Household:
    """People with one scale, which may measure fat, and their visitors."""

    name: str
    people: Sequence[Person]
    fat: bool = False
    # The share of days on which a guest comes, and on which a dog is weighed.
    guests: float = 0.0
    dog: float = 0.0


@dataclass(frozen=True, slots=True)
class Tally:
    """How often people were weighed, and what was made of it."""

    weigh_ins: int
    asked: int
    wrong: int
    visits: int
    visits_asked: int

    @property
    def share_asked(self) -> float:
        """Return the share of people's own weigh-ins that were asked about."""
        return self.asked / max(1, self.weigh_ins)


def live(household: Household, seed: int) -> Tally:
    """Let two years pass; each question is answered, at once or days later."""
    random = Random(f"{household.name} {seed}")
    counts: Counter[str] = Counter()
    open_questions: list[tuple[float, Person, WeighIn]] = []
    for day in range(DAYS):
        today = [
            (weigh_in, person.name)
            for person in household.people
            if (weigh_in := person.weigh(day, random, fat=household.fat))
        ]
        today += _visits(household, day, random)
        today.sort(key=lambda pair: pair[0].second)
        for weigh_in, name in today:
            verdict = _recognise(weigh_in, household.people)
            owner = next((p for p in household.people if p.name == name), None)
            counts["visits" if owner is None else "weigh_ins"] += 1
            if verdict.person is not None:
                counts["wrong"] += verdict.person != name
                _person(household, verdict.person).book.append(weigh_in)
            elif owner is None:
                counts["visits_asked"] += 1
            else:
                counts["asked"] += 1
                wait = 0.0 if random.random() < 0.7 else random.uniform(0, 3)
                open_questions.append((day + wait, owner, weigh_in))
            for question in [q for q in open_questions if q[0] <= day]:
                open_questions.remove(question)
                question[1].book.append(question[2])
    return Tally(
        weigh_ins=counts["weigh_ins"],
        asked=counts["asked"],
        wrong=counts["wrong"],
        visits=counts["visits"],
        visits_asked=counts["visits_asked"],
    )


def _visits(
    household: Household, day: int, random: Random
) -> list[tuple[WeighIn, str]]:
    """Return whom else the scale carries on a day.

    A guest who weighs what somebody of the house does cannot be told from them by the
    weight, so guests differ by 5 kg at least.
    """
    at = BEGIN + timedelta(days=day, hours=20)
    visits = []
    weights = [p.weight + p.course(day) + p.holiday for p in household.people]
    if random.random() < household.guests:
        guest = random.uniform(45, 110)
        while any(abs(guest - weight) < 5 for weight in weights):
            guest = random.uniform(45, 110)
        weigh_in = WeighIn(measured_at=at, weight=round(guest, 1))
        visits.append((weigh_in, GUEST))
    if random.random() < household.dog:
        both = weights[0] + random.gauss(9.5, 0.2)
        if all(abs(both - weight) >= 5 for weight in weights):
            weigh_in = WeighIn(measured_at=at, weight=round(both, 1))
            visits.append((weigh_in, DOG))
    return visits


def _recognise(weigh_in: WeighIn, people: Sequence[Person]) -> Verdict:
    return recognise(
        weigh_in, [Candidate(id=p.name, weigh_ins=p.book[-90:]) for p in people]
    )


def _person(household: Household, name: str) -> Person:
    return next(person for person in household.people if person.name == name)


def households() -> list[Household]:
    """Return households, anew each time, as their people remember."""
    return [
        Household("couple, 7 kg apart", [Person("A", 75), Person("B", 68, hour=7.5)]),
        Household("couple, 2 kg apart", [Person("A", 70), Person("B", 68, hour=7.5)]),
        Household("couple, 1 kg apart", [Person("A", 70), Person("B", 69, hour=7.5)]),
        Household(
            "couple, 2 kg apart, with fat",
            [Person("A", 70, 18), Person("B", 68, 29, hour=7.5)],
            fat=True,
        ),
        Household(
            "couple, 1 kg apart, with fat",
            [Person("A", 70, 18), Person("B", 69, 29, hour=7.5)],
            fat=True,
        ),
        Household(
            "three, a child grows",
            [Person("A", 84), Person("B", 66), Person("C", 27, course=growing)],
        ),
        Household(
            "a diet, from 15 to 3 kg apart",
            [Person("A", 95, course=diet), Person("B", 80)],
        ),
        Household(
            "a pregnancy past the partner",
            [Person("A", 64, course=pregnancy), Person("B", 74)],
        ),
        Household(
            "four, one is away for three months",
            [
                Person("A", 90),
                Person("B", 62, away=(300, 390), holiday=2.5),
                Person("C", 48, often=0.4),
                Person("D", 75, often=0.3),
            ],
        ),
        Household(
            "five, with guests and a dog",
            [
                Person("A", 88),
                Person("B", 70),
                Person("C", 57, often=0.5),
                Person("D", 41, often=0.3),
                Person("E", 24, course=growing, often=0.3),
            ],
            guests=0.05,
            dog=0.01,
        ),
    ]
