"""What the state of a sensor says of a quantity, and how it came to say so."""

from typing import Final

from homeassistant.const import (
    ATTR_DEVICE_CLASS,
    ATTR_FRIENDLY_NAME,
    ATTR_ICON,
    ATTR_RESTORED,
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_UNAVAILABLE,
)
from homeassistant.core import State
from homeassistant.util import dt as dt_util

from .amounts import Amount, Dimension, NumberError, amount, written
from .weighing import Kind

# A state that is written because one of these was edited is no measurement.
SETTINGS: Final = (
    ATTR_DEVICE_CLASS,
    ATTR_FRIENDLY_NAME,
    ATTR_ICON,
    ATTR_UNIT_OF_MEASUREMENT,
)


def number(state: State) -> float | None:
    """Return the number that a state shows, None if it shows none."""
    try:
        found = written(state.state)
    except NumberError:
        return None
    return None if found is None else found[0]


def read(quantity: str, state: State) -> Amount | None:
    """Return what a sensor shows of a quantity, None if that is nothing.

    A unit in the state itself comes before that of the sensor. Raises UnitError and
    NumberError.
    """
    if (found := written(state.state)) is None:
        return None
    value, unit = found
    return amount(
        quantity, value, unit or state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    )


def check(quantity: str, state: State) -> None:
    """Raise UnitError or NumberError if a sensor cannot measure a quantity.

    One that shows nothing now is known by its unit, if it has any.
    """
    found = written(state.state)
    unit = state.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
    if found is not None or unit is not None:
        value, written_unit = found or (0.0, "")
        amount(quantity, value, written_unit or unit)


def read_time(state: State) -> Amount | None:
    """Return the epoch second that a sensor shows, None if it shows none.

    A time without a zone, as that of a helper, is local.
    """
    if (when := dt_util.parse_datetime(state.state)) is None:
        return None
    return Amount(dt_util.as_utc(when).timestamp(), Dimension.NUMBER)


def absence(state: State | None) -> Kind | None:
    """Return how a sensor is missing, None if it is there."""
    if state is None:
        return Kind.GONE
    if state.state != STATE_UNAVAILABLE:
        return None
    return Kind.GONE if state.attributes.get(ATTR_RESTORED) else Kind.AWAY


def kind_of_change(
    old: State | None, new: State | None, *, is_running: bool
) -> Kind | None:
    """Tell how a sensor came to show a value; None if that is no report at all.

    While Home Assistant starts, helpers and template entities show what they had before.
    """
    missing = absence(new)
    if new is None or missing is not None:
        return missing
    if old is None:
        return Kind.REPORTED if is_running else Kind.SHOWN
    if any(state.attributes.get(ATTR_RESTORED) for state in (old, new)):
        return Kind.SHOWN
    if any(old.attributes.get(name) != new.attributes.get(name) for name in SETTINGS):
        return Kind.SHOWN
    if old.state == new.state and old.last_changed == new.last_changed:
        # An attribute has changed: the radio's signal, or what was computed anew.
        return None
    return Kind.REPORTED
