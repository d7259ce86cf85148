"""Numbers and units, as people and integrations write them."""

import pytest

from custom_components.weighbridge.sources.scale import (
    Amount,
    Dimension,
    NumberError,
    UnitError,
    read,
)
from custom_components.weighbridge.sources.scale.amounts import part
from homeassistant.core import State


def state(text: str, unit: str | None = "kg") -> State:
    """Return a state of a sensor."""
    return State(
        "sensor.any", text, {} if unit is None else {"unit_of_measurement": unit}
    )


@pytest.mark.parametrize(
    ("text", "unit", "kilograms"),
    [
        ("80.5", "kg", 80.5),
        ("80,5", "kg", 80.5),
        ("80.5 kg", None, 80.5),
        ("80,5kg", "lb", 80.5),
        ("177,5 lb", None, 80.51),
        (" +80.5 KG ", "kg", 80.5),
        ("8.05e1", "kg", 80.5),
        ("80.500,0", "g", 80.5),
        ("80,500.0", "g", 80.5),
        ("80.500,125", "g", 80.5),
        ("80.500.000", "mg", 80.5),
        ("12.6", "st", 80.01),
        ("161", "斤", 80.5),
    ],
)
def test_weights(text: str, unit: str | None, kilograms: float) -> None:
    """All of them are understood; a unit in the text comes before the sensor's."""
    found = read("weight", state(text, unit))
    assert found is not None
    assert found.value == kilograms


@pytest.mark.parametrize(
    "text", ["unknown", "unavailable", "", "step on", "nan", "inf", "-inf", "Lo", "E2"]
)
def test_words(text: str) -> None:
    """A word is no weight."""
    assert read("weight", state(text)) is None


@pytest.mark.parametrize(
    "text",
    [
        "80:30",
        "80,500",
        "8,05,5",
        "80,50.0",
        "1,234.5,6",
        "1.234,5.6",
        "1.2.3",
        "80.5.",
        "8-9",
        "80 5",
        "--80",
    ],
)
def test_what_is_no_number(text: str) -> None:
    """Digits that nobody can read are told, not left out without a word."""
    with pytest.raises((NumberError, UnitError)):
        read("weight", state(text))


@pytest.mark.parametrize("text", ["0", "0.0 kg", "-0.3", "1.9"])
def test_an_empty_scale(text: str) -> None:
    """What an empty scale shows is no weight."""
    assert read("weight", state(text)) is None


@pytest.mark.parametrize(
    ("quantity", "text", "unit"),
    [
        ("weight", "80", None),
        ("weight", "80", "%"),
        ("weight", "80 ft", "kg"),
        ("body_fat", "21", "°C"),
        ("basal_metabolic_rate", "1700", "W"),
    ],
)
def test_units(quantity: str, text: str, unit: str | None) -> None:
    """Nobody guesses a unit."""
    with pytest.raises(UnitError):
        read(quantity, state(text, unit))


@pytest.mark.parametrize(
    ("quantity", "value", "dimension", "found"),
    [
        ("body_fat", 20, Dimension.MASS, 25),
        ("body_fat", 20, Dimension.SHARE, 20),
        ("body_fat", 100, Dimension.SHARE, 100),
        ("body_fat", 101, Dimension.SHARE, None),
        ("body_water", 81, Dimension.MASS, None),
        ("muscle_mass", 75.126, Dimension.SHARE, 60.1),
        ("body_fat", 17.237, Dimension.MASS, 21.55),
        ("muscle_mass", 60, Dimension.MASS, 60),
        ("bone_mass", 80, Dimension.MASS, 80),
        ("bone_mass", 81, Dimension.MASS, None),
        ("basal_metabolic_rate", 1650, Dimension.ENERGY, 1650),
    ],
)
def test_parts_of_eighty_kilograms(
    quantity: str, value: float, dimension: Dimension, found: float | None
) -> None:
    """A part is told in kg or in %, and is no more than all."""
    assert part(quantity, Amount(value, dimension), 80) == found
