"""What Withings' measures mean: weigh-ins, blood pressures and other readings.

The facts are those of the vendor's public API reference: measures come in groups, each of
one person at one moment, and a value is an integer times a power of ten.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
import math
from typing import Any

from ...model import (
    COMPOSITION,
    SEGMENTAL_MASSES,
    SEGMENTS,
    Batch,
    BloodPressure,
    Doubt,
    Height,
    Reading,
    WeighIn,
)
from ..oddities import Oddities

CATEGORY_REAL = 1
CATEGORY_GOAL = 2  # what the user wants to reach

MEASURES: Mapping[int, str] = {
    1: "weight",
    4: "height",
    5: "fat_free_mass",
    6: "body_fat",
    8: "fat_mass",
    9: "diastolic",
    10: "systolic",
    11: "heart_rate",
    76: "muscle_mass",
    77: "water_mass",
    88: "bone_mass",
    91: "pulse_wave_velocity",
    155: "vascular_age",
    167: "nerve_health_score",
    168: "extracellular_water",
    169: "intracellular_water",
    170: "visceral_fat",
    196: "nerve_response_score",
    226: "basal_metabolic_rate",
    227: "metabolic_age",
    229: "skin_conductance",
}
SEGMENTAL_MEASURES: Mapping[int, str] = {
    173: "fat_free_mass",
    174: "fat_mass",
    175: "muscle_mass",
}
POSITIONS: Mapping[int, str] = {
    2: "right_arm",
    3: "left_arm",
    10: "left_leg",
    11: "right_leg",
    12: "torso",
}
MEASTYPES = ",".join(map(str, sorted({*MEASURES, *SEGMENTAL_MEASURES})))

READINGS = (
    "pulse_wave_velocity",
    "vascular_age",
    "nerve_health_score",
    "nerve_response_score",
    "skin_conductance",
    "extracellular_water",
    "intracellular_water",
    *(f"{mass}_{segment}" for mass in SEGMENTAL_MASSES for segment in SEGMENTS),
)

DOUBTS: Mapping[int, Doubt] = {1: Doubt.AMBIGUOUS, 4: Doubt.INITIAL}
# Device, manual entry, picked by the user, automatic, confirmed, as 0, two seen in
# the field and never documented, guided.
CERTAIN = frozenset({0, 2, 3, 5, 7, 8, 10, 15, 17})

type Json = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What Withings stored for one person at one moment: values by their names."""

    key: str
    date: int
    modified: int
    doubt: Doubt | None
    measures: Mapping[str, float]

    @property
    def measured_at(self) -> datetime:
        """Return the aware UTC time of the measurement."""
        return datetime.fromtimestamp(self.date, UTC)

    @property
    def is_of_cuff(self) -> bool:
        """Tell whether a blood pressure monitor measured, and no scale."""
        return "weight" not in self.measures and not self.measures.keys().isdisjoint(
            {"systolic", "diastolic"}
        )


def newest_goal(groups: Iterable[Json], oddities: Oddities) -> float | None:
    """Return the weight in kg that a person wants to have since the newest of groups."""
    goals = [
        (goal.date, goal.measures["weight"])
        for found in groups
        if (goal := parse_group({**found, "category": CATEGORY_REAL}, oddities))
        and "weight" in goal.measures
    ]
    return max(goals)[1] if goals else None


def parse_group(group: Json, oddities: Oddities) -> Group | None:
    """Return a group of `getmeas`, or None for one that is of no use."""
    if group.get("category", CATEGORY_REAL) != CATEGORY_REAL:
        return None
    date = integer(group.get("date"))
    if date is None:
        oddities.tell("a measurement without a usable date")
        return None
    attribution = integer(group.get("attrib"))
    doubt = None if attribution is None else DOUBTS.get(attribution)
    if doubt is None and attribution not in CERTAIN:
        oddities.tell("an unknown attribution, taken for certain", attribution)
    grpid = integer(group.get("grpid"))
    return Group(
        key="" if grpid is None else str(grpid),
        date=date,
        modified=integer(group.get("modified")) or date,
        doubt=doubt,
        measures=dict(_parse_measures(group, oddities)),
    )


def make_batch(
    since: int,
    until: int,
    groups: Iterable[Group],
    oddities: Oddities,
    window: tuple[int, int] | None = None,
) -> Batch:
    """Return what groups hold, each kind in the order of time."""
    moments: dict[int, list[Group]] = {}
    for group in sorted(groups, key=lambda group: (group.date, group.modified)):
        moments.setdefault(group.date, []).append(group)
    weigh_ins: list[WeighIn] = []
    # Of what is there twice, the later one, changed last, is right.
    blood_pressures: dict[int, BloodPressure] = {}
    heights: dict[int, Height] = {}
    readings: list[Reading] = []
    for date, found in moments.items():
        weigh_in = _weigh_in([group for group in found if not group.is_of_cuff])
        if weigh_in is not None:
            weigh_ins.append(weigh_in)
        for group in found:
            if pressure := _blood_pressure(group, oddities):
                blood_pressures[date] = pressure
            if (height := group.measures.get("height")) is not None:
                heights[date] = Height(group.measured_at, height, group.key)
            has_own_pulse = weigh_in is None and not group.is_of_cuff
            names = (*READINGS, "heart_rate") if has_own_pulse else READINGS
            # What is stored apart from a weight is told as certain, and is not.
            doubt = group.doubt or (weigh_in.doubt if weigh_in else None)
            readings.extend(_readings(group, names, doubt))
    return Batch(
        since=since,
        until=until,
        window=window,
        weigh_ins=tuple(weigh_ins),
        blood_pressures=tuple(blood_pressures.values()),
        heights=tuple(heights.values()),
        readings=tuple(readings),
    )


def integer(value: object) -> int | None:
    """Return a whole number that is usable as an epoch second or an offset."""
    return value if isinstance(value, int) and 0 <= value < 2**37 else None


def moment(second: int | None) -> datetime | None:
    """Return the aware UTC time of an epoch second; 0 stands for never."""
    return datetime.fromtimestamp(second, UTC) if second else None


def _parse_measures(group: Json, oddities: Oddities) -> Iterator[tuple[str, float]]:
    """Yield the name and value of each measure that can be read.

    No quantity of a living person is 0: Withings writes it for "not measured".
    """
    measures = group.get("measures")
    for measure in measures if isinstance(measures, list) else []:
        try:
            name = _name(measure, oddities)
            value = float(f"{measure['value']:d}e{measure['unit']:d}")
        except KeyError, TypeError, ValueError:
            oddities.tell("a measure that cannot be read")
            continue
        if name is not None and 0 < value < math.inf:
            yield name, value


def _name(measure: Json, oddities: Oddities) -> str | None:
    """Return what a measure is called; raise KeyError or TypeError for a broken one."""
    kind = measure["type"]
    if mass := SEGMENTAL_MEASURES.get(kind):
        position = measure["position"]
        if segment := POSITIONS.get(position):
            return f"{mass}_{segment}"
        oddities.tell("the mass of an unknown part of the body", position)
        return None
    if (name := MEASURES.get(kind)) is None:
        oddities.tell("a measure of an unknown type", kind)
    return name


def _weigh_in(groups: list[Group]) -> WeighIn | None:
    """Return the weighing that groups of one moment make up, if they hold a weight.

    Where two groups give the same quantity, the later one, changed last, is right.
    """
    measures = {name: value for g in groups for name, value in g.measures.items()}
    if (weight := measures.get("weight")) is None:
        return None
    main = next(group for group in reversed(groups) if "weight" in group.measures)
    values: dict[str, Any] = {
        name: measures[name] for name in COMPOSITION if name in measures
    }
    if "fat_mass" in values:
        values.setdefault("body_fat", _percentage(values["fat_mass"], weight))
    elif "body_fat" in values:
        values["fat_mass"] = round(weight * values["body_fat"] / 100, 3)
    if values.get("fat_free_mass", 0.0) >= weight:
        # Manual entries without a fat have the whole weight here.
        del values["fat_free_mass"]
    if "water_mass" in measures:
        values["body_water"] = _percentage(measures["water_mass"], weight)
    return WeighIn(
        key=main.key,
        measured_at=main.measured_at,
        weight=weight,
        doubt=next((group.doubt for group in groups if group.doubt), None),
        **values,
    )


def _blood_pressure(group: Group, oddities: Oddities) -> BloodPressure | None:
    """Return the blood pressure of a group, None without one or with half of it."""
    systolic = group.measures.get("systolic")
    diastolic = group.measures.get("diastolic")
    if systolic is None or diastolic is None:
        if systolic or diastolic:
            oddities.tell("half of a blood pressure, which is left out")
        return None
    heart_rate = group.measures.get("heart_rate")
    return BloodPressure(
        key=group.key,
        measured_at=group.measured_at,
        systolic=round(systolic),
        diastolic=round(diastolic),
        heart_rate=None if heart_rate is None else round(heart_rate),
        doubt=group.doubt,
    )


def _readings(
    group: Group, names: Iterable[str], doubt: Doubt | None
) -> Iterator[Reading]:
    """Yield those measures of a group that are readings of their own."""
    for name in names:
        if (value := group.measures.get(name)) is not None:
            yield Reading(
                key=group.key,
                measured_at=group.measured_at,
                quantity=name,
                value=value,
                doubt=doubt,
            )


def _percentage(part: float, whole: float) -> float:
    """Return what share a mass is of another, in % to a hundredth."""
    return round(part / whole * 100, 2)
