"""Who plays in the demo, and what their scale says."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from random import Random

from ..clouds import Clouds, MeasureGroup


@dataclass(frozen=True, kw_only=True, slots=True)
class Weighing:
    """What a scale shows after one weighing: masses and water in kg, fat in %."""

    weight: float
    body_fat: float
    muscle_mass: float
    bone_mass: float
    body_water: float
    visceral_fat: float
    basal_metabolic_rate: float
    metabolic_age: float
    heart_rate: float


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """Somebody with a Withings scale and a Garmin account with MFA."""

    name: str
    height: float
    """In metres."""
    weight: float
    """About what the scale usually shows, in kg."""
    body_fat: float
    """About what the scale usually shows, in %."""
    email: str
    password: str
    code: str
    """The MFA code. Its letters keep it apart from the numbers in logs and files."""


ALICE = Person(
    name="Alice",
    height=1.72,
    weight=68.4,
    body_fat=27.5,
    email="alice@example.com",
    password="swans&kettles=9",
    code="7Q4X1Z",
)
SCALE = "Alice's scale"
GARMIN_TIME_ZONE = "America/New_York"
"""Another zone than that of Home Assistant: Alice travels, and days are not the same."""


def enter(clouds: Clouds, person: Person, now: datetime) -> None:
    """Give a person their accounts, and a month of weighings in that of Withings."""
    clouds.withings.person(person.name)
    clouds.withings.device(person.name, SCALE)
    clouds.withings.height(person.name, person.height, when=now - timedelta(days=60))
    clouds.garmin.account(
        person.email,
        person.password,
        mfa=person.code,
        display_name=person.name,
        timezone=GARMIN_TIME_ZONE,
    )
    rng = Random(person.name)
    for days in range(30, 0, -1):
        when = now - timedelta(days=days, minutes=rng.randint(-40, 40))
        step_on_scale(clouds, person, plausible(person, rng), when, uploaded=when)


def plausible(person: Person, rng: Random, weight: float | None = None) -> Weighing:
    """Return what the scale might show today, or might show beside this weight."""
    if weight is None:
        weight = round(rng.gauss(person.weight, 0.4), 2)
    body_fat = round(rng.gauss(person.body_fat, 0.3), 2)
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


def step_on_scale(
    clouds: Clouds,
    person: Person,
    weighing: Weighing,
    when: datetime,
    *,
    uploaded: datetime | None = None,
) -> MeasureGroup:
    """Let a person step on their scale."""
    return clouds.withings.step_on_scale(
        person.name, when=when, uploaded=uploaded, device=SCALE, **asdict(weighing)
    )
