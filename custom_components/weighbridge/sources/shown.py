"""What sensors show of a person: the newest values, and what becomes of the weight."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from homeassistant.components.sensor import (
    SensorDeviceClass,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import (
    PERCENTAGE,
    UnitOfMass,
    UnitOfPressure,
    UnitOfSpeed,
    UnitOfTime,
)

from ..model import SEGMENTAL_MASSES, SEGMENTS
from .person import Person
from .trends import Trends


@dataclass(frozen=True, kw_only=True)
class PersonSensorDescription(SensorEntityDescription):
    """A sensor of a person: where its value is, None while there never was one."""

    value_fn: Callable[[Person], float | datetime | None]


@dataclass(frozen=True, kw_only=True)
class TrendSensorDescription(SensorEntityDescription):
    """A sensor of what becomes of a person's weight, at a moment.

    `is_there` tells whether there is anything to tell.
    """

    value_fn: Callable[[Person, datetime], float | date | None]
    is_there: Callable[[Trends], bool] = lambda trends: trends.weight.first is not None
    attributes: Mapping[str, Callable[[Person, datetime], Any]] = field(
        default_factory=dict
    )


@dataclass(frozen=True, kw_only=True)
class MassTrendDescription(TrendSensorDescription):
    """A sensor of a mass, as exactly as Garmin Connect takes it."""

    device_class: SensorDeviceClass | None = SensorDeviceClass.WEIGHT
    native_unit_of_measurement: str | None = UnitOfMass.KILOGRAMS
    state_class: SensorStateClass | None = SensorStateClass.MEASUREMENT
    suggested_display_precision: int | None = 2


def _quantity(
    key: str,
    unit: str | None,
    *,
    precision: int,
    device_class: SensorDeviceClass | None = None,
    keeps_unit: bool = False,
    enabled: bool = True,
) -> PersonSensorDescription:
    """Describe the newest value of a quantity.

    One that keeps its unit has it in every country, as no physician speaks of a blood
    pressure in inches of mercury.
    """
    return PersonSensorDescription(
        key=key,
        translation_key=key,
        device_class=device_class,
        entity_registry_enabled_default=enabled,
        native_unit_of_measurement=unit,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=precision,
        suggested_unit_of_measurement=unit if keeps_unit else None,
        value_fn=lambda person: _shown(person.latest.get(key), precision),
    )


def _shown(value: float | None, precision: int) -> float | None:
    """Return a value as its state shows it: in full, but 61 and not 61.0."""
    return round(value) if value is not None and precision == 0 else value


def _mass(key: str, *, enabled: bool = True) -> PersonSensorDescription:
    """Describe a mass as exactly as Garmin Connect takes it."""
    return _quantity(
        key,
        UnitOfMass.KILOGRAMS,
        precision=2,
        device_class=SensorDeviceClass.WEIGHT,
        enabled=enabled,
    )


def _blood_pressure(key: str) -> PersonSensorDescription:
    """Describe one of the two pressures that a cuff measures."""
    return _quantity(
        key,
        UnitOfPressure.MMHG,
        precision=0,
        device_class=SensorDeviceClass.PRESSURE,
        keeps_unit=True,
    )


PERSON_SENSORS = (
    _mass("weight"),
    _mass("fat_mass"),
    _mass("fat_free_mass"),
    _mass("muscle_mass"),
    _mass("bone_mass"),
    _quantity("body_fat", PERCENTAGE, precision=1),
    _quantity("body_water", PERCENTAGE, precision=1),
    _quantity("visceral_fat", None, precision=1),
    _quantity("bmi", "kg/m²", precision=1),
    _quantity("basal_metabolic_rate", "kcal/d", precision=0),
    _quantity("metabolic_age", UnitOfTime.YEARS, precision=0),
    _quantity("heart_rate", "bpm", precision=0),
    _blood_pressure("systolic"),
    _blood_pressure("diastolic"),
    _quantity(
        "pulse_wave_velocity",
        UnitOfSpeed.METERS_PER_SECOND,
        precision=1,
        device_class=SensorDeviceClass.SPEED,
        keeps_unit=True,
    ),
    _quantity("vascular_age", UnitOfTime.YEARS, precision=0),
    _quantity("nerve_health_score", None, precision=0),
    _quantity("nerve_response_score", None, precision=0),
    _quantity("skin_conductance", "µS", precision=1, enabled=False),
    _mass("extracellular_water", enabled=False),
    _mass("intracellular_water", enabled=False),
    *(
        _mass(f"{mass}_{segment}", enabled=False)
        for mass in SEGMENTAL_MASSES
        for segment in SEGMENTS
    ),
    PersonSensorDescription(
        key="last_weigh_in",
        translation_key="last_weigh_in",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda person: person.last_weigh_in,
    ),
)

TREND_SENSORS = (
    MassTrendDescription(
        key="weight_trend",
        translation_key="weight_trend",
        value_fn=lambda person, _now: person.trends.weight.value,
    ),
    MassTrendDescription(
        key="weight_change",
        translation_key="weight_change",
        value_fn=lambda person, now: person.trends.change(now),
        attributes={
            "missing_days": lambda person, now: person.trends.days_missing(now)
        },
    ),
    MassTrendDescription(
        key="to_goal",
        translation_key="to_goal",
        value_fn=lambda person, _now: person.trends.to_goal(person.goal),
    ),
    TrendSensorDescription(
        key="goal_date",
        translation_key="goal_date",
        device_class=SensorDeviceClass.DATE,
        value_fn=lambda person, now: person.trends.goal_date(person.goal, now),
        # The frontend writes a date as people do in an attribute, but not in a state.
        attributes={
            "date": lambda person, now: person.trends.goal_date(person.goal, now),
            "missing_weigh_ins": lambda person, now: person.trends.weigh_ins_missing(
                now
            ),
        },
    ),
    TrendSensorDescription(
        key="body_fat_trend",
        translation_key="body_fat_trend",
        native_unit_of_measurement=PERCENTAGE,
        state_class=SensorStateClass.MEASUREMENT,
        suggested_display_precision=1,
        value_fn=lambda person, _now: person.trends.body_fat.value,
        is_there=lambda trends: trends.body_fat.first is not None,
    ),
)
