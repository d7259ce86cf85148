"""What Withings holds of a person, and how its API words it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

WEIGHT = 1
HEIGHT = 4
FAT_FREE_MASS = 5
FAT_RATIO = 6
FAT_MASS = 8
DIASTOLIC = 9
SYSTOLIC = 10
HEART_RATE = 11
MUSCLE_MASS = 76
HYDRATION = 77
BONE_MASS = 88
PULSE_WAVE_VELOCITY = 91
VASCULAR_AGE = 155
NERVE_HEALTH_SCORE = 167
EXTRACELLULAR_WATER = 168
INTRACELLULAR_WATER = 169
VISCERAL_FAT = 170
NERVE_RESPONSE_SCORE = 196
BASAL_METABOLIC_RATE = 226
METABOLIC_AGE = 227
SKIN_CONDUCTANCE = 229

SEGMENTAL = {"fat_free_mass": 173, "fat_mass": 174, "muscle_mass": 175}
WHOLE_BODY = 7
POSITIONS = {
    "right_arm": 2,
    "left_arm": 3,
    "left_leg": 10,
    "right_leg": 11,
    "torso": 12,
}
# What Withings stores apart from the weight of the same second.
_APART = {
    HEART_RATE: 1,
    PULSE_WAVE_VELOCITY: 2,
    VASCULAR_AGE: 2,
    NERVE_HEALTH_SCORE: 3,
    NERVE_RESPONSE_SCORE: 3,
    SKIN_CONDUCTANCE: 3,
}
GROUPS = 1 + max(_APART.values())


@dataclass(kw_only=True)
class MeasureGroup:
    """What one weighing, or one other measurement, gave."""

    grpid: int
    measured_at: datetime
    created: datetime
    modified: datetime
    measures: dict[int, float]
    """Measure type to value, in Withings' units."""
    attrib: int = 0
    category: int = 1
    device: WithingsDevice | None = None
    segments: dict[str, dict[str, float]] = field(default_factory=dict)
    """Masses in kg by their name, by the part of the body."""

    def parts(self, types: frozenset[int] | None = None) -> list[int]:
        """Return which groups of one second Withings makes of it, of these types.

        Recorded are 2 to 4 for one weighing: composition, pulse, arteries and nerves,
        of which only the first has the attribution of the person.
        """
        parts = {
            self._part(kind) for kind in self.measures if types is None or kind in types
        }
        if self._segmental(types):
            parts.add(0)
        return sorted(parts)

    def as_json(
        self,
        part: int,
        types: frozenset[int] | None = None,
        timezone: str = "Europe/Berlin",
    ) -> dict[str, Any]:
        """Return one of the groups, which has an id of its own."""
        wanted = {
            kind: value
            for kind, value in self.measures.items()
            if self._part(kind) == part and (types is None or kind in types)
        }
        measures = [_measure(kind, value) for kind, value in wanted.items()]
        if part == 0:
            measures.extend(self._segmental(types))
            if self.device and WEIGHT in self.measures:
                # Scales of today tell them twice, the second time of a place.
                measures.extend(
                    {**_measure(kind, wanted[kind]), "position": WHOLE_BODY}
                    for kind in (FAT_FREE_MASS, FAT_MASS)
                    if kind in wanted
                )
        return self._group(part, measures, timezone)

    def _segmental(self, types: frozenset[int] | None) -> list[dict[str, int]]:
        """Return the masses of the parts of the body."""
        return [
            {**_measure(SEGMENTAL[mass], value), "position": POSITIONS[segment]}
            for segment, masses in self.segments.items()
            for mass, value in masses.items()
            if types is None or SEGMENTAL[mass] in types
        ]

    def _part(self, kind: int) -> int:
        """Return which of the groups a measure is in."""
        return _APART.get(kind, 0) if WEIGHT in self.measures else 0

    def _group(
        self, number: int, measures: list[dict[str, int]], timezone: str
    ) -> dict[str, Any]:
        """Return one group."""
        deviceid = self.device.deviceid if self.device else None
        if self.device is None:
            measures = [{**measure, "apppfmid": 9} for measure in measures]
        of_device = number > 1 and self.attrib not in (1, 4)
        return {
            "grpid": self.grpid + number,
            "attrib": 8 if of_device else self.attrib,
            "date": int(self.measured_at.timestamp()),
            "created": int(self.created.timestamp()),
            "modified": int(self.modified.timestamp()),
            "category": self.category,
            "deviceid": deviceid,
            "hash_deviceid": deviceid,
            "measures": measures,
            "modelid": self.device.model_id if self.device else None,
            "model": self.device.model if self.device else None,
            "comment": None,
            "timezone": timezone,
        }


@dataclass(kw_only=True)
class WithingsDevice:
    """A device that is linked to a person."""

    deviceid: str
    type: str = "Scale"
    model: str | None = "Body+"
    model_id: int = 5
    battery: str = "high"
    timezone: str = "Europe/Berlin"
    last_session: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the device as `getdevice` lists it."""
        return {
            "type": self.type,
            "battery": self.battery,
            "model": self.model,
            "model_id": self.model_id,
            "timezone": self.timezone,
            "first_session_date": None,
            "last_session_date": int(self.last_session.timestamp())
            if self.last_session
            else None,
            "deviceid": self.deviceid,
            "hash_deviceid": self.deviceid,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Subscription:
    """A callback that wants to know of a person's new data."""

    callbackurl: str
    appli: int
    comment: str
    client_id: str


@dataclass(kw_only=True)
class WithingsPerson:
    """A Withings user."""

    name: str
    userid: int
    timezone: str
    groups: list[MeasureGroup] = field(default_factory=list)
    raw_groups: list[Mapping[str, Any]] = field(default_factory=list)
    """Groups that are answered as they are; their `date` must be there to page."""
    devices: dict[str, WithingsDevice] = field(default_factory=dict)
    raw_devices: list[Mapping[str, Any]] = field(default_factory=list)
    subscriptions: list[Subscription] = field(default_factory=list)


def _measure(kind: int, value: float) -> dict[str, int]:
    """Return a value as Withings words it: an integer and a power of ten."""
    exact = Decimal(str(value))
    unit = {DIASTOLIC: -2, SYSTOLIC: -2, HEART_RATE: 0}.get(kind, -3)
    _, _, exponent = exact.normalize().as_tuple()
    if isinstance(exponent, int):
        unit = min(unit, exponent)
    return {
        "value": int(exact.scaleb(-unit)),
        "type": kind,
        "unit": unit,
        "algo": 218235904 if kind == WEIGHT else 0,
        "fm": 3,
    }
