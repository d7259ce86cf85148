"""What was measured, by its quantities, and what of it Garmin keeps."""

from collections.abc import Mapping
from decimal import Decimal

from ..clouds import MeasureGroup
from ..clouds.withings import model

type Values = Mapping[str, float]
"""What was measured, in kg and %, by the names of the entities."""

# How tall everybody is, in metres.
HEIGHT = 1.75

_QUANTITIES = {
    model.WEIGHT: "weight",
    model.FAT_FREE_MASS: "fat_free_mass",
    model.FAT_RATIO: "body_fat",
    model.FAT_MASS: "fat_mass",
    model.DIASTOLIC: "diastolic",
    model.SYSTOLIC: "systolic",
    model.HEART_RATE: "heart_rate",
    model.MUSCLE_MASS: "muscle_mass",
    model.BONE_MASS: "bone_mass",
    model.VISCERAL_FAT: "visceral_fat",
    model.BASAL_METABOLIC_RATE: "basal_metabolic_rate",
    model.METABOLIC_AGE: "metabolic_age",
}
# How many digits after the point Garmin keeps of what it keeps at all.
_DIGITS = {
    "weight": 2,
    "body_fat": 2,
    "body_water": 2,
    "muscle_mass": 2,
    "bone_mass": 2,
    "bmi": 1,
    "visceral_fat": 0,
    "basal_metabolic_rate": 0,
    "metabolic_age": 0,
}


def of_group(group: MeasureGroup) -> Values:
    """Return what Withings holds of one moment."""
    values = {
        name: group.measures[kind]
        for kind, name in _QUANTITIES.items()
        if kind in group.measures
    }
    if (weight := values.get("weight")) is None:
        return values
    if values.get("fat_free_mass", 0) >= weight:
        # After an edit of the weight there may be no room for any fat.
        del values["fat_free_mass"]
    if (water := group.measures.get(model.HYDRATION)) is not None:
        values["body_water"] = round(water / weight * 100, 2)
    return with_bmi(values)


def with_bmi(values: Values) -> Values:
    """Return what was weighed, and what follows from it for somebody so tall."""
    return {**values, "bmi": round(values["weight"] / HEIGHT**2, 2)}


def at_garmin(values: Values) -> Values:
    """Return what Garmin holds of what was weighed."""
    return {
        name: float(round(Decimal(str(value)), _DIGITS[name]))
        for name, value in values.items()
        if name in _DIGITS
    }
