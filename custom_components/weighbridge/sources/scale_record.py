"""What the sensors of a scale have shown last, for those who send a report."""

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import State

from .scale import Amount, Kind

RECORDED: Final = 50


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a sensor showed at an epoch second: a number, or a word instead."""

    at: float
    kind: Kind
    value: float | str


class Record:
    """The last reports of each sensor, without what nobody needs to know."""

    def __init__(self, quantities: Iterable[str]) -> None:
        """Have recorded nothing yet."""
        self._recorded: dict[str, deque[Recorded]] = {
            quantity: deque(maxlen=RECORDED) for quantity in quantities
        }

    def __iter__(self) -> Iterator[tuple[str, list[Recorded]]]:
        """Yield what each sensor has shown last, the oldest first."""
        for quantity, recorded in self._recorded.items():
            yield quantity, list(recorded)

    def add(
        self,
        quantity: str,
        state: State | None,
        at: float,
        kind: Kind,
        amount: Amount | None,
    ) -> None:
        """Record what a sensor showed, and what was read of it."""
        value: float | str
        if amount is not None:
            value = amount.value
        elif state is None or state.state in (STATE_UNAVAILABLE, STATE_UNKNOWN):
            value = "gone" if state is None else state.state
        else:
            text = state.state.strip().lstrip("+-")
            value = "empty" if text[:1].isdigit() else "text"
        self._recorded[quantity].append(Recorded(at, kind, value))
