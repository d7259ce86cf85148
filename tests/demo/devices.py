"""What people have at home: scales to step on, a cuff, and batteries that run low."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from random import Random

from ..clouds import Clouds
from .cast import (
    ALICE,
    BOB,
    Person,
    Pressure,
    Vendor,
    Weighing,
    plausible,
    plausible_pressure,
)

WEEKS = 26
"""How far back people remember that they were weighed."""
# Another zone than that of Home Assistant: people travel, and days are not the same.
GARMIN_TIME_ZONE = "America/New_York"

# In kg: what Alice has told Withings that she wants to weigh.
GOAL = 66

_MORNING = 6 * 60 + 40
_SKIPPED = 0.15
_GAINED = 2.5
_BETWEEN_PRESSURES = 5
"""How often people are weighed from one blood pressure to the next."""

type Past = Mapping[datetime, Weighing]


@dataclass(frozen=True, kw_only=True, slots=True)
class Battery:
    """What a vendor tells of the battery of a device: maybe %, and a word."""

    model: str
    percent: int | None
    word: str

    @property
    def device_id(self) -> str:
        """Return the vendor's id of the device."""
        return self.model.lower().replace(" ", "-")

    @property
    def level(self) -> str:
        """Return what stands in a text about it."""
        return self.word.capitalize() if self.percent is None else f"{self.percent}%"


BODY = Battery(model="Body+", percent=None, word="high")
CUFF = Battery(model="BPM Connect", percent=None, word="medium")
ARIA = Battery(model="Aria Air", percent=64, word="medium")
TRACKER = Battery(model="Charge 6", percent=85, word="high")
TRACKER_LOW = Battery(model="Charge 6", percent=9, word="low")
STRAP = Battery(model="HRM 600", percent=93, word="high")
STRAP_SERIAL = 33554456

_BATTERIES: Mapping[Vendor | None, tuple[Battery, ...]] = {
    "withings": (BODY, CUFF),
    "fitbit": (TRACKER, ARIA),
    None: (),
}


def batteries(person: Person) -> tuple[Battery, ...]:
    """Return the batteries of a person's devices, in the beginning."""
    return _BATTERIES[person.vendor]


def straps(person: Person) -> tuple[Battery, ...]:
    """Return the batteries of what a person's Garmin watch is paired with."""
    return (STRAP,) if person is ALICE else ()


def enter(clouds: Clouds, person: Person, now: datetime) -> Past:
    """Give a person their accounts and devices, and some weeks of weighings.

    Return the weighings by their times.
    """
    clouds.garmin.account(
        person.email,
        person.password,
        mfa=person.code,
        display_name=person.name,
        timezone=GARMIN_TIME_ZONE,
    )
    for strap in straps(person):
        clouds.garmin.device(
            person.email, STRAP_SERIAL, name=strap.model, battery_level=strap.percent
        )
    long_ago = now - timedelta(weeks=WEEKS + 1)
    match person.vendor:
        case "withings":
            _enter_withings(clouds, person, long_ago)
        case "fitbit":
            _enter_google(clouds, person, long_ago)
        case None:
            return {}
    for battery in batteries(person):
        set_battery(clouds, person, battery)
    past = _past(person, now)
    for when, weighing in past.items():
        step_on_scale(clouds, person, weighing, when, uploaded=when)
    if person.vendor == "withings":
        rng = Random(person.name)
        for weighed in list(past)[::_BETWEEN_PRESSURES]:
            when = weighed - timedelta(minutes=5)
            use_cuff(clouds, person, plausible_pressure(rng), when, uploaded=when)
    return past


def _enter_withings(clouds: Clouds, person: Person, long_ago: datetime) -> None:
    """Give a person an account at Withings, a scale and a cuff."""
    clouds.withings.person(person.name)
    clouds.withings.height(person.name, person.height, when=long_ago)
    clouds.withings.step_on_scale(person.name, GOAL, when=long_ago, category=2)
    clouds.withings.device(person.name, BODY.device_id, model=BODY.model)
    clouds.withings.device(
        person.name,
        CUFF.device_id,
        type="Blood Pressure Monitor",
        model=CUFF.model,
        model_id=45,
    )


def _enter_google(clouds: Clouds, person: Person, long_ago: datetime) -> None:
    """Give a person an account at Google, a tracker and a scale."""
    clouds.google.person(person.name)
    clouds.google.height(person.name, person.height, when=long_ago)
    for device, device_type in (TRACKER, "TRACKER"), (ARIA, "SCALE"):
        clouds.google.device(
            person.name,
            device.device_id,
            device_type=device_type,
            version=device.model,
        )


def use_cuff(
    clouds: Clouds,
    person: Person,
    pressure: Pressure,
    when: datetime,
    *,
    uploaded: datetime | None = None,
) -> None:
    """Let a person measure their blood pressure."""
    clouds.withings.blood_pressure(
        person.name, when=when, uploaded=uploaded, **asdict(pressure)
    )


def step_on_scale(
    clouds: Clouds,
    person: Person,
    weighing: Weighing,
    when: datetime,
    *,
    uploaded: datetime | None = None,
) -> None:
    """Let a person step on their scale."""
    if person.vendor == "fitbit":
        clouds.google.step_on_scale(
            person.name, weighing.weight, when=when, body_fat=weighing.body_fat
        )
    else:
        clouds.withings.step_on_scale(
            person.name, when=when, uploaded=uploaded, **asdict(weighing)
        )


def set_battery(clouds: Clouds, person: Person, battery: Battery) -> None:
    """Let the battery of a device be in a certain state."""
    if person.vendor == "fitbit":
        clouds.google.set_battery(
            person.name,
            battery.device_id,
            level=battery.percent,
            status=battery.word.capitalize(),
        )
    else:
        clouds.withings.set_battery(person.name, battery.device_id, battery.word)


def drain_tracker(clouds: Clouds) -> None:
    """Let the battery of Bob's tracker run low."""
    set_battery(clouds, BOB, TRACKER_LOW)


def charge_tracker(clouds: Clouds) -> None:
    """Let Bob charge his tracker."""
    set_battery(clouds, BOB, TRACKER)


def _past(person: Person, now: datetime) -> Past:
    """Return the weighings of the last weeks, in the mornings of most days.

    People begin to weigh themselves when they have gained weight.
    """
    rng = Random(person.name)
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    past: dict[datetime, Weighing] = {}
    days = WEEKS * 7
    for ago in range(days, 0, -1):
        gained = _GAINED * (ago / days) ** 1.5
        weighing = plausible(person, rng, gained=gained)
        minutes = _MORNING + rng.randint(-45, 45)
        if rng.random() > _SKIPPED:
            past[today + timedelta(days=-ago, minutes=minutes)] = weighing
    return past
