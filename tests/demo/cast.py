"""Who plays in the demo, and what their scales say."""

from dataclasses import dataclass
from random import Random
from typing import Literal

type Vendor = Literal["withings", "fitbit"]


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighing:
    """What a scale shows after one weighing: masses and water in kg, fat in %.

    What it does not measure is None.
    """

    weight: float
    body_fat: float
    muscle_mass: float | None = None
    bone_mass: float | None = None
    body_water: float | None = None
    visceral_fat: float | None = None
    basal_metabolic_rate: float | None = None
    metabolic_age: float | None = None
    heart_rate: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Pressure:
    """What a cuff shows after one measurement: mmHg, and beats per minute."""

    systolic: int
    diastolic: int
    heart_rate: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody with a scale and a Garmin account."""

    name: str
    vendor: Vendor | None = "withings"
    """Whose scale it is; None: one that Home Assistant knows without Weighbridge."""
    height: float
    """In metres."""
    weight: float
    """About what the scale usually shows, in kg."""
    body_fat: float
    """About what the scale usually shows, in %."""
    email: str
    password: str
    code: str | None
    """The MFA code, None for an account without MFA.

    Its letters keep it apart from the numbers in logs and files.
    """


ALICE = Person(
    name="Alice",
    height=1.72,
    weight=68.4,
    body_fat=27.5,
    email="alice@example.com",
    password="swans&kettles=9",
    code="7Q4X1Z",
)
BOB = Person(
    name="Bob",
    vendor="fitbit",
    height=1.83,
    weight=84.2,
    body_fat=21.6,
    email="bob@example.com",
    password="ferns+anvils/4",
    code=None,
)
CAROL = Person(
    name="Carol",
    vendor=None,
    height=1.65,
    weight=61.8,
    body_fat=29.4,
    email="carol@example.com",
    password="moss#lanterns+7",
    code=None,
)

# Carol's partner, who has no account anywhere.
DAVE = Person(
    name="Dave",
    vendor=None,
    height=1.81,
    weight=83.5,
    body_fat=20.2,
    email="dave@example.com",
    password="no account",
    code=None,
)


def plausible(
    person: Person, rng: Random, weight: float | None = None, *, gained: float = 0.0
) -> Weighing:
    """Return what the scale might show today, or might show beside this weight.

    `gained` is how many kg of fat the person has more than usually.
    """
    if weight is None:
        weight = round(rng.gauss(person.weight + gained, 0.3), 2)
    body_fat = round(rng.gauss(person.body_fat + gained / person.weight * 100, 0.25), 2)
    if person.vendor != "withings":
        return Weighing(weight=weight, body_fat=body_fat)
    lean = weight * (1 - body_fat / 100)
    return Weighing(
        weight=weight,
        body_fat=body_fat,
        muscle_mass=round(lean * 0.95, 2),
        bone_mass=round(lean * 0.05, 2),
        body_water=round(lean * 0.73, 2),
        visceral_fat=5,
        basal_metabolic_rate=round(370 + 21.6 * lean),
        metabolic_age=34,
        heart_rate=rng.randint(54, 72),
    )


def plausible_pressure(rng: Random) -> Pressure:
    """Return what a cuff might show of somebody who is well."""
    return Pressure(
        systolic=rng.randint(112, 128),
        diastolic=rng.randint(70, 82),
        heart_rate=rng.randint(56, 70),
    )
