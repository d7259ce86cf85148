"""What a state says, and how it came to say so."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from custom_components.weighbridge.sources.scale import (
    Amount,
    Dimension,
    Kind,
    NumberError,
    UnitError,
    absence,
    check,
    kind_of_change,
    number,
    read,
    read_time,
)
from homeassistant.core import State
from homeassistant.util import dt as dt_util

NOW = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def state(text: str, *, minutes: float = 0, **attributes: Any) -> State:
    """Return a state that was written so many minutes later."""
    attributes = {"unit_of_measurement": "kg", **attributes}
    at = NOW + timedelta(minutes=minutes)
    return State("sensor.any", text, attributes, at, at, at)


@pytest.mark.parametrize(
    ("old", "new", "kind"),
    [
        (state("80"), state("79", minutes=1), Kind.REPORTED),
        (state("80"), state("80", minutes=1), Kind.REPORTED),
        (state("80"), state("80", rssi=-60), None),
        (state("80"), state("79", friendly_name="Scale"), Kind.SHOWN),
        (state("80"), state("176", unit_of_measurement="lb"), Kind.SHOWN),
        (state("80"), state("80", icon="mdi:scale"), Kind.SHOWN),
        (state("80"), state("80", device_class="weight"), Kind.SHOWN),
        (state("80", restored=True), state("80", minutes=1), Kind.SHOWN),
        (state("80"), state("80", minutes=1, restored=True), Kind.SHOWN),
        (state("80"), state("unavailable"), Kind.AWAY),
        (state("80"), state("unavailable", restored=True), Kind.GONE),
        (state("80"), None, Kind.GONE),
        (state("unavailable"), state("80", minutes=1), Kind.REPORTED),
        (None, None, Kind.GONE),
    ],
)
@pytest.mark.parametrize("is_running", [False, True])
def test_kinds(
    old: State | None, new: State | None, kind: Kind | None, is_running: bool
) -> None:
    """Only what was written anew, and not because of settings, is a report."""
    assert kind_of_change(old, new, is_running=is_running) is kind


def test_a_new_sensor() -> None:
    """While Home Assistant starts, it shows what it had before."""
    assert kind_of_change(None, state("80"), is_running=True) is Kind.REPORTED
    assert kind_of_change(None, state("80"), is_running=False) is Kind.SHOWN


def test_absence() -> None:
    """A sensor that shows a word is there all the same."""
    assert absence(None) is Kind.GONE
    assert absence(state("unknown")) is None


@pytest.mark.parametrize(
    ("text", "found"), [("80,5 kg", 80.5), ("0", 0.0), ("step on", None), ("8-9:", 8.0)]
)
def test_numbers(text: str, found: float | None) -> None:
    """A number is one whatever its unit."""
    assert number(state(text)) == found


def test_no_number() -> None:
    """What cannot be read shows none."""
    assert number(state("80,500")) is None


def test_sensors_that_cannot_measure() -> None:
    """One that shows nothing now is known by its unit; one without any may be fit."""
    check("weight", state("unknown"))
    check("weight", state("80 lb", unit_of_measurement=None))
    check("weight", state("unknown", unit_of_measurement=None))
    check("weight", state("0 kg", unit_of_measurement=None))
    with pytest.raises(UnitError):
        check("weight", state("unknown", unit_of_measurement="%"))
    with pytest.raises(UnitError):
        check("weight", state("80", unit_of_measurement=None))
    with pytest.raises(NumberError):
        check("weight", state("80,500"))


def test_times() -> None:
    """A time without a zone is local."""
    zone = dt_util.get_default_time_zone()
    local = NOW.astimezone(zone).replace(tzinfo=None).isoformat(" ")
    for text in ("2026-11-01T06:30:00+00:00", "2026-11-01 07:30:00+01:00", local):
        assert read_time(state(text)) == Amount(NOW.timestamp(), Dimension.NUMBER)
    assert read_time(state("unknown")) is None


@pytest.mark.parametrize(
    ("quantity", "text", "unit", "amount"),
    [
        ("body_fat", "21.55", "%", Amount(21.55, Dimension.SHARE)),
        ("body_fat", "17.2", " KG ", Amount(17.2, Dimension.MASS)),
        ("muscle_mass", "76", "%", Amount(76, Dimension.SHARE)),
        ("bone_mass", "6.614", "lb", Amount(3, Dimension.MASS)),
        ("body_water", "0", "%", None),
        ("basal_metabolic_rate", "1650.4", "kcal / d", Amount(1650, Dimension.ENERGY)),
        ("basal_metabolic_rate", "6903.6", "kJ", Amount(1650, Dimension.ENERGY)),
        ("visceral_fat", "7.5", None, Amount(7.5, Dimension.NUMBER)),
        ("visceral_fat", "1", None, Amount(1, Dimension.NUMBER)),
        ("metabolic_age", "40", "years", Amount(40, Dimension.NUMBER)),
        ("heart_rate", "-1", "bpm", None),
        ("weight", "2", "kg", Amount(2, Dimension.MASS)),
    ],
)
def test_quantities(
    quantity: str, text: str, unit: str | None, amount: Amount | None
) -> None:
    """Each comes in units of its own; nothing measured is nothing."""
    assert read(quantity, state(text, unit_of_measurement=unit)) == amount


@pytest.mark.parametrize(
    ("quantity", "unit"), [("bone_mass", "kcal"), ("body_fat", "kcal"), ("weight", "%")]
)
def test_units_of_something_else(quantity: str, unit: str) -> None:
    """A unit that belongs to another quantity is none."""
    with pytest.raises(UnitError):
        read(quantity, state("3", unit_of_measurement=unit))
