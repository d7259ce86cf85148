"""What sensors show, in the units of a weigh-in and told from what is no value."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
import math

from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    PERCENTAGE,
    UnitOfEnergy,
    UnitOfMass,
)
from homeassistant.core import State
from homeassistant.util.unit_conversion import EnergyConverter, MassConverter

# What an empty scale may show. No person weighs that little, in kg.
_EMPTY = 1

# How people and integrations write units, besides Home Assistant's own way.
_ALIASES = {
    "kgs": UnitOfMass.KILOGRAMS,
    "lbs": UnitOfMass.POUNDS,
    "stone": UnitOfMass.STONES,
    "stones": UnitOfMass.STONES,
}
_ENERGIES = {
    "kcal": UnitOfEnergy.KILO_CALORIE,
    "kj": UnitOfEnergy.KILO_JOULE,
    "mj": UnitOfEnergy.MEGA_JOULE,
}


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
}
WEIGHT = "weight"


class UnitError(ValueError):
    """A value has no unit, or one that the quantity cannot be measured in."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A value in kg, %, kcal or without a unit, as its dimension says."""

    value: float
    dimension: Dimension


def number(state: State) -> float | None:
    """Return the number that a state shows, None if it shows none."""
    try:
        value = float(state.state)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def read(quantity: str, state: State) -> Amount | None:
    """Return what a sensor shows of a quantity, None if that is nothing.

    A zero is a sensor's way to say that it measured nothing. Raises UnitError.
    """
    value = number(state)
    if value is None:
        return None
    amount = _convert(
        value, state.attributes.get(ATTR_UNIT_OF_MEASUREMENT), QUANTITIES[quantity]
    )
    empty = amount.value < _EMPTY if quantity == WEIGHT else amount.value <= 0
    return None if empty else amount


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


def _convert(value: float, unit: object, dimensions: tuple[Dimension, ...]) -> Amount:
    """Return a value in the unit of the first dimension that its unit belongs to."""
    if Dimension.NUMBER in dimensions:
        return Amount(value, Dimension.NUMBER)
    name = unit.strip().lower() if isinstance(unit, str) else ""
    if Dimension.SHARE in dimensions and name == PERCENTAGE:
        return Amount(value, Dimension.SHARE)
    mass = _ALIASES.get(name, name)
    if Dimension.MASS in dimensions and mass in MassConverter.VALID_UNITS:
        kilograms = MassConverter.convert(value, mass, UnitOfMass.KILOGRAMS)
        return Amount(round(kilograms, 2), Dimension.MASS)
    # Whether a rate per day says so or not: 1650 kcal/d.
    energy = _ENERGIES.get(name.partition("/")[0].rstrip())
    if Dimension.ENERGY in dimensions and energy is not None:
        kilocalories = EnergyConverter.convert(value, energy, UnitOfEnergy.KILO_CALORIE)
        return Amount(round(kilocalories), Dimension.ENERGY)
    raise UnitError(unit)
