"""What Garmin holds of an account, and how its API words it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .sensors import GarminSensor

_YEAR = timedelta(days=365.25)


@dataclass(frozen=True, kw_only=True, slots=True)
class Composition:
    """A weigh-in as a scale or a FIT record gives it; kg, %, kcal/day, years."""

    measured_at: datetime
    weight: float
    body_fat: float | None = None
    body_water: float | None = None
    visceral_fat_mass: float | None = None
    bone_mass: float | None = None
    muscle_mass: float | None = None
    basal_metabolic_rate: float | None = None
    active_metabolic_rate: float | None = None
    physique_rating: float | None = None
    metabolic_age: float | None = None
    visceral_fat: float | None = None
    bmi: float | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GarminWeighIn(Composition):
    """A weigh-in in an account."""

    sample_pk: int
    source_type: str
    visible_at: datetime
    """When reads begin to show it."""
    without_gmt: bool = False
    """Whether reads leave `timestampGMT` empty, as for some sources."""

    def as_json(self, zone: ZoneInfo) -> dict[str, Any]:
        """Return it as an element of `allWeightMetrics`."""
        local = self.measured_at.astimezone(zone)
        return {
            "samplePk": self.sample_pk,
            "date": _milliseconds(local.replace(tzinfo=UTC)),
            "calendarDate": local.date().isoformat(),
            "weight": _grams(self.weight),
            "bmi": self.bmi,
            "bodyFat": self.body_fat,
            "bodyWater": self.body_water,
            "boneMass": _grams(self.bone_mass),
            "muscleMass": _grams(self.muscle_mass),
            "physiqueRating": self.physique_rating,
            "visceralFat": self.visceral_fat,
            "metabolicAge": None
            if self.metabolic_age is None
            else int(self.metabolic_age * _YEAR.total_seconds() * 1000),
            "sourceType": self.source_type,
            "timestampGMT": None
            if self.without_gmt
            else _milliseconds(self.measured_at),
            "weightDelta": None,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class GarminBloodPressure:
    """A blood pressure in an account, in mmHg."""

    version: int
    measured_at: datetime
    measured_local: datetime
    """The wall clock it was entered with, naive."""
    systolic: int
    diastolic: int
    pulse: int | None
    notes: str
    source_type: str = "MANUAL"

    def as_json(self) -> dict[str, Any]:
        """Return it as an element of `measurements`."""
        return {
            "version": self.version,
            "systolic": self.systolic,
            "diastolic": self.diastolic,
            "pulse": self.pulse,
            "multiMeasurement": None,
            "notes": self.notes,
            "sourceType": self.source_type,
            "measurementTimestampLocal": _naive(self.measured_local),
            "measurementTimestampGMT": _naive(self.measured_at),
            "category": None,
            "categoryName": None,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Upload:
    """A file that an account accepted."""

    received_at: datetime
    size: int
    digest: str
    records: int


@dataclass(eq=False, kw_only=True)
class GarminAccount:
    """A Garmin Connect account."""

    email: str
    password: str = field(repr=False)
    mfa: str | None = field(repr=False)
    """The code that is sent at sign-in; None: the account has no MFA."""
    profile_id: int
    display_name: str
    timezone: str
    device_upload: bool = True
    """Whether the privacy settings allow uploads; without it they answer 412."""
    captcha: bool = False
    """Whether sign-in wants a captcha solved."""
    weigh_ins: list[GarminWeighIn] = field(default_factory=list)
    """In the order of their arrival."""
    removed: list[tuple[GarminWeighIn, datetime]] = field(default_factory=list)
    """What was removed, and when: reads that lag behind show it."""
    blood_pressures: list[GarminBloodPressure] = field(default_factory=list)
    uploads: list[Upload] = field(default_factory=list)
    sensors: dict[int, GarminSensor] = field(default_factory=dict)
    """By their serial numbers."""
    raw_sensors: list[Mapping[str, Any]] = field(default_factory=list)

    @property
    def zone(self) -> ZoneInfo:
        """Return the time zone that the account's calendar days are in."""
        return ZoneInfo(self.timezone)

    def profile(self) -> dict[str, Any]:
        """Return what `socialProfile` answers."""
        return {
            "id": self.profile_id,
            "profileId": self.profile_id,
            "garminGUID": f"guid-{self.profile_id}",
            "displayName": self.display_name,
            "fullName": self.display_name,
            "userName": self.email,
        }

    def remove(self, weigh_in: GarminWeighIn, now: datetime) -> None:
        """Remove a weigh-in."""
        self.weigh_ins.remove(weigh_in)
        self.removed.append((weigh_in, now))

    def days(
        self, start: date, end: date, now: datetime
    ) -> dict[str, list[GarminWeighIn]]:
        """Return what reads show of these calendar days; newest day and entry first."""
        days: dict[str, list[GarminWeighIn]] = {}
        there = [*self.weigh_ins, *(gone for gone, at in self.removed if at > now)]
        for weigh_in in sorted(
            there, key=lambda w: (w.measured_at, w.sample_pk), reverse=True
        ):
            day = weigh_in.measured_at.astimezone(self.zone).date()
            if start <= day <= end and weigh_in.visible_at <= now:
                days.setdefault(day.isoformat(), []).append(weigh_in)
        return days


def _grams(kilograms: float | None) -> int | None:
    """Return a mass as Garmin words it."""
    return None if kilograms is None else round(kilograms * 1000)


def _milliseconds(when: datetime) -> int:
    """Return a time as Garmin words it."""
    return round(when.timestamp() * 1000)


def _naive(when: datetime) -> str:
    """Return a time as the blood pressure API words it: no zone, milliseconds."""
    return when.replace(tzinfo=None).isoformat(timespec="milliseconds")
