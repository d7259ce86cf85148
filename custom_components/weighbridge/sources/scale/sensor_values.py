"""What the state of a sensor says of a quantity."""

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import State
from homeassistant.util import dt as dt_util

from .amounts import Amount, Dimension, NumberError, amount, written


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


def read_time(state: State) -> Amount | None:
    """Return the epoch second that a sensor shows, None if it shows none.

    A time without a zone, as that of a helper, is local.
    """
    if (when := dt_util.parse_datetime(state.state)) is None:
        return None
    return Amount(dt_util.as_utc(when).timestamp(), Dimension.NUMBER)
