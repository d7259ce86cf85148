"""Amounts of what a scale measures, in the units of a weigh-in, and how they are written."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
import math
import re

# What an empty scale may show. No person weighs that little, in kg.
EMPTY = 2

# How people and integrations write units, and what one is in kg or in kcal.
_MASSES: Mapping[str, float] = {
    "kg": 1,
    "kgs": 1,
    "g": 0.001,
    "mg": 0.000001,
    "µg": 0.000000001,
    "lb": 0.45359237,
    "lbs": 0.45359237,
    "oz": 0.45359237 / 16,
    "st": 0.45359237 * 14,
    "stone": 0.45359237 * 14,
    "stones": 0.45359237 * 14,
    # Half a kilogram, on scales from China.
    "jin": 0.5,
    "斤": 0.5,
}
_ENERGIES: Mapping[str, float] = {
    "kcal": 1,
    "cal": 0.001,
    "kj": 1 / 4.184,
    "mj": 1000 / 4.184,
    "j": 0.001 / 4.184,
}

_WRITTEN = re.compile(r"([+-]?)(\d+(?:[.,]\d+)*)\s*([^\d\s].*)?")
_BEGINS_AS_NUMBER = re.compile(r"[+-]*\d")


class Dimension(Enum):
    """What a value is measured in here: kg, %, kcal, or nothing."""

    MASS = "mass"
    SHARE = "share"
    ENERGY = "energy"
    NUMBER = "number"


# The quantities of a weigh-in that sensors may have, and what each is measured in.
# A part of the body may come in either of two, and is then converted by the weight.
QUANTITIES: Mapping[str, tuple[Dimension, ...]] = {
    "weight": (Dimension.MASS,),
    "body_fat": (Dimension.SHARE, Dimension.MASS),
    "body_water": (Dimension.SHARE, Dimension.MASS),
    "muscle_mass": (Dimension.MASS, Dimension.SHARE),
    "bone_mass": (Dimension.MASS, Dimension.SHARE),
    "visceral_fat": (Dimension.NUMBER,),
    "basal_metabolic_rate": (Dimension.ENERGY,),
    "metabolic_age": (Dimension.NUMBER,),
    "bmi": (Dimension.NUMBER,),
    "heart_rate": (Dimension.NUMBER,),
}
WEIGHT = "weight"


class UnitError(ValueError):
    """A value has no unit, or one that the quantity cannot be measured in."""


class NumberError(ValueError):
    """There are digits that make no number."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A value in kg, %, kcal or without a unit, as its dimension says."""

    value: float
    dimension: Dimension


def written(text: str) -> tuple[float, str] | None:
    """Return a number and the unit behind it, as people write them; None for words.

    "80.5", "80,5" and "80.5 kg" are numbers. Raises NumberError.
    """
    try:
        value = float(text)
    except ValueError:
        pass
    else:
        return (value, "") if math.isfinite(value) else None
    text = text.strip()
    if (match := _WRITTEN.fullmatch(text)) is None:
        # "E2" on the display of a scale is a word as well.
        if _BEGINS_AS_NUMBER.match(text):
            raise NumberError
        return None
    sign, digits, unit = match.groups(default="")
    return float(sign + _decimal(digits)), unit


def _decimal(digits: str) -> str:
    """Return digits with a point before the fraction, and no other marks.

    Of two kinds of marks the last is the decimal one; what repeats groups thousands.
    Nobody knows what "1,650" is.
    """
    if digits.isdecimal():
        return digits
    mark = re.findall("[.,]", digits)[-1]
    whole, _, fraction = digits.rpartition(mark)
    if mark in whole:
        whole, fraction = digits, ""
    elif mark == "," and len(fraction) == 3 and "." not in whole:
        raise NumberError
    first, *groups = re.split("[.,]", whole)
    if any(len(group) != 3 for group in groups):
        raise NumberError
    return f"{first}{''.join(groups)}.{fraction}"


def amount(quantity: str, value: float, unit: str | None) -> Amount | None:
    """Return a value in the first unit of its quantity that its own belongs to.

    A zero is a sensor's way to say that it measured nothing. Raises UnitError.
    """
    found = _convert(value, unit, QUANTITIES[quantity])
    empty = found.value < EMPTY if quantity == WEIGHT else found.value <= 0
    return None if empty else found


def part(quantity: str, amount: Amount, weight: float) -> float | None:
    """Return an amount as a weigh-in of a weight in kg has it.

    What cannot be part of that weight is None.
    """
    value = amount.value
    match QUANTITIES[quantity][0], amount.dimension:
        case Dimension.SHARE, Dimension.MASS:
            value = round(100 * value / weight, 2)
        case Dimension.MASS, Dimension.SHARE:
            value = round(weight * value / 100, 2)
    match QUANTITIES[quantity][0]:
        case Dimension.SHARE:
            return value if value <= 100 else None
        case Dimension.MASS:
            return value if value <= weight else None
    return value


def _convert(
    value: float, unit: str | None, dimensions: tuple[Dimension, ...]
) -> Amount:
    """Return a value in the unit of the first dimension that its unit belongs to."""
    if Dimension.NUMBER in dimensions:
        return Amount(value, Dimension.NUMBER)
    name = "" if unit is None else unit.strip().lower()
    if Dimension.SHARE in dimensions and name == "%":
        return Amount(value, Dimension.SHARE)
    if Dimension.MASS in dimensions and name in _MASSES:
        return Amount(round(value * _MASSES[name], 2), Dimension.MASS)
    # Whether a rate per day says so or not: 1650 kcal/d.
    energy = _ENERGIES.get(name.partition("/")[0].rstrip())
    if Dimension.ENERGY in dimensions and energy is not None:
        return Amount(round(value * energy), Dimension.ENERGY)
    raise UnitError
