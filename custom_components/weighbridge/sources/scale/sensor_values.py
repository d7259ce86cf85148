"""What the state of a sensor says of a quantity."""

from homeassistant.const import ATTR_UNIT_OF_MEASUREMENT
from homeassistant.core import State

from .amounts import Amount, NumberError, amount, written


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
