"""What was measured: plain values in SI units, free of vendors and of Home Assistant."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, ClassVar

# Everything a weigh-in may carry besides its weight, named as the entities are.
COMPOSITION = (
    "body_fat",
    "fat_mass",
    "fat_free_mass",
    "muscle_mass",
    "bone_mass",
    "body_water",
    "visceral_fat",
    "bmi",
    "basal_metabolic_rate",
    "metabolic_age",
    "heart_rate",
)

# What goes along with the weight and the body fat to whoever takes weigh-ins. The BMI
# does not count: a new height makes a new one for years of weigh-ins.
EXTRAS = (
    "muscle_mass",
    "bone_mass",
    "body_water",
    "visceral_fat",
    "basal_metabolic_rate",
    "metabolic_age",
)

# What some scales weigh of each part of the body, in kg.
SEGMENTAL_MASSES = ("fat_free_mass", "fat_mass", "muscle_mass")
SEGMENTS = ("torso", "left_arm", "right_arm", "left_leg", "right_leg")


# All of time, in epoch seconds.
EVER = (0, 2**37)


class Doubt(StrEnum):
    """Why a vendor is not sure that a measurement belongs to this person."""

    AMBIGUOUS = "ambiguous"
    INITIAL = "initial"


class Reason(StrEnum):
    """Why a measurement waits for a person's word before it counts."""

    TOO_LIGHT = "too_light"
    TOO_HEAVY = "too_heavy"
    AMBIGUOUS = "ambiguous"
    UNLIKELY = "unlikely"
    UNKNOWN_PERSON = "unknown_person"


class Origin(StrEnum):
    """Another service that a vendor has a weigh-in from, where that can be told."""

    GARMIN = "garmin"
    WITHINGS = "withings"


class Kind(StrEnum):
    """What goes to Garmin."""

    WEIGH_IN = "weigh_in"
    BLOOD_PRESSURE = "blood_pressure"


class Keyed:
    """What a source calls by a key of its own: where it has none, by its second."""

    __slots__ = ()

    key: str
    measured_at: datetime

    def __post_init__(self) -> None:
        """Give a key to what came without one."""
        if not self.key:
            object.__setattr__(self, "key", str(self.second))

    @property
    def second(self) -> int:
        """Return the epoch second of the measurement."""
        return int(self.measured_at.timestamp())


@dataclass(frozen=True, slots=True, kw_only=True)
class WeighIn(Keyed):
    """One weighing of one person.

    `measured_at` is an aware UTC datetime in whole seconds: the moment on the
    scale. Masses are in kg, `body_fat` and `body_water` in %, `visceral_fat` is the
    vendor's index, `basal_metabolic_rate` is in kcal/day, `metabolic_age` in years
    and `heart_rate` in beats per minute. What was not measured is None, never 0.
    `key` is what its source calls it, and stays when its time is corrected.
    """

    kind: ClassVar = Kind.WEIGH_IN

    measured_at: datetime
    weight: float
    body_fat: float | None = None
    fat_mass: float | None = None
    fat_free_mass: float | None = None
    muscle_mass: float | None = None
    bone_mass: float | None = None
    body_water: float | None = None
    visceral_fat: float | None = None
    bmi: float | None = None
    basal_metabolic_rate: float | None = None
    metabolic_age: float | None = None
    heart_rate: float | None = None
    doubt: Doubt | None = None
    copied_from: Origin | None = None
    # It, or a copy of it, came through another service, maybe with another second.
    relayed: bool = False
    key: str = ""

    @property
    def facts(self) -> tuple[float | None, ...]:
        """Return what tells a weigh-in from another: its weight and its body fat."""
        return self.weight, self.body_fat

    @property
    def extent(self) -> int:
        """Return how much was measured beside its facts."""
        return sum(getattr(self, name) is not None for name in EXTRAS)

    def values(self) -> Iterator[tuple[str, float]]:
        """Yield the name and value of all that was measured, the weight first."""
        yield "weight", self.weight
        for name in COMPOSITION:
            value: float | None = getattr(self, name)
            if value is not None:
                yield name, value

    def completed(self, newer: WeighIn) -> WeighIn:
        """Return a newer version, with what only this one has."""
        missing: dict[str, Any] = {
            name: value for name, value in self.values() if getattr(newer, name) is None
        }
        return replace(newer, **missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class BloodPressure(Keyed):
    """One blood pressure reading: mmHg and beats per minute, at an aware UTC time."""

    kind: ClassVar = Kind.BLOOD_PRESSURE

    measured_at: datetime
    systolic: int
    diastolic: int
    heart_rate: int | None = None
    doubt: Doubt | None = None
    key: str = ""

    @property
    def facts(self) -> tuple[float | None, ...]:
        """Return what tells a reading from another: all that was measured."""
        return self.systolic, self.diastolic, self.heart_rate

    @property
    def extent(self) -> int:
        """Return how much was measured beside its facts."""
        return 0

    def values(self) -> Iterator[tuple[str, float]]:
        """Yield the name and value of all that was measured."""
        yield "systolic", self.systolic
        yield "diastolic", self.diastolic
        if self.heart_rate is not None:
            yield "heart_rate", self.heart_rate

    def completed(self, newer: BloodPressure) -> BloodPressure:
        """Return a newer version, with the pulse if only this one has it."""
        if newer.heart_rate is not None:
            return newer
        return replace(newer, heart_rate=self.heart_rate)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading(Keyed):
    """One value that is worth a sensor and is part of nothing that is pushed.

    `measured_at` is an aware UTC datetime in whole seconds; `quantity` is named as the
    entity is, and `value` is in its unit: kg, m/s, years or beats per minute.
    """

    measured_at: datetime
    quantity: str
    value: float
    doubt: Doubt | None = None
    key: str = ""

    def values(self) -> Iterator[tuple[str, float]]:
        """Yield the name and the value of what was measured."""
        yield self.quantity, self.value

    def completed(self, newer: Reading) -> Reading:
        """Return a newer version: there is nothing to complete."""
        return newer


@dataclass(frozen=True, slots=True, order=True)
class Height(Keyed):
    """A person's height in metres, valid from a moment (aware UTC) on."""

    measured_at: datetime
    height: float
    key: str = ""

    def completed(self, newer: Height) -> Height:
        """Return a newer version: there is nothing to complete."""
        return newer


class BatteryLevel(StrEnum):
    """The battery words that vendors use instead of, or beside, a percentage."""

    EMPTY = "empty"
    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class DeviceKind(StrEnum):
    """What a scale, tracker or sensor is."""

    SCALE = "scale"
    TRACKER = "tracker"
    BLOOD_PRESSURE_MONITOR = "blood_pressure_monitor"
    SLEEP_MONITOR = "sleep_monitor"
    THERMOMETER = "thermometer"
    HEART_RATE_STRAP = "heart_rate_strap"
    POWER_METER = "power_meter"
    SPEED_SENSOR = "speed_sensor"
    FOOT_POD = "foot_pod"
    RADAR = "radar"
    BIKE_LIGHT = "bike_light"
    SHIFTER = "shifter"
    TEMPERATURE_SENSOR = "temperature_sensor"
    SENSOR = "sensor"
    GATEWAY = "gateway"
    BABY_MONITOR = "baby_monitor"
    GLUCOSE_SENSOR = "glucose_sensor"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceStatus:
    """A scale, tracker or sensor: `battery` in %, `last_sync` an aware UTC datetime."""

    device_id: str
    kind: DeviceKind
    # What its owner calls it; without one it is called after owner and model.
    name: str | None = None
    model: str | None = None
    manufacturer: str | None = None
    firmware: str | None = None
    battery: int | None = None
    battery_level: BatteryLevel | None = None
    # Whether a word for low counts although there is a percentage.
    trusts_word: bool = False
    last_sync: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """What one reading of a source brought.

    The batch holds everything that the vendor learned from `since` up to `until`,
    both epoch seconds of the vendor's clock, and may hold more. `until` is where the
    next reading may start. `window` are the first and the end second of what it holds
    completely, by when it was measured: what is missing there is gone. None holds no
    such promise.
    """

    since: int
    until: int
    window: tuple[int, int] | None = None
    weigh_ins: tuple[WeighIn, ...] = ()
    blood_pressures: tuple[BloodPressure, ...] = ()
    readings: tuple[Reading, ...] = ()
    heights: tuple[Height, ...] = ()
