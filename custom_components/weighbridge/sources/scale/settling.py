"""What a scale's sensors report, told apart: a weighing, or old values shown again.

A sensor has no word for "somebody stood on the scale". What counts as a weighing:

- The sensor was there all along and shows another weight than before.
- It reports the same weight once more after a rest. A sensor that repeats itself at
  shorter intervals has nothing new to say, nor has one that is polled.
- It was away (unavailable, or not there at all) and comes back with another weight,
  or with the same one and another composition. The same values are old ones.

What a sensor shows when its entity is set up, or after a change of its settings,
was measured nobody knows when; it only tells later values from it.
"""

from collections.abc import MutableMapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Any

from ...model import WeighIn
from .amounts import WEIGHT, Amount, part

# Whoever weighs the same twice within this time has one weigh-in. Heartbeats of
# sensors and gaps in their radio contact are shorter.
REST = timedelta(hours=2)

# Less than half of the last digit that is kept of a weight.
_SAME = 0.0049


class Arrival(Enum):
    """How a value came to be shown."""

    LIVE = "live"
    """Reported by a sensor that was there all along."""
    BACK = "back"
    """Reported by a sensor that was away."""
    SHOWN = "shown"
    """Shown because the entity, or its settings, are new."""


class Weighing:
    """Collects what belongs together until it is settled, again and again."""

    def __init__(self, shown: MutableMapping[str, float]) -> None:
        """Go on from what the sensors showed last, and keep that up to date."""
        self._shown = shown
        self._heard_at: datetime | None = None
        self._begin()

    def _begin(self) -> None:
        self._weight: float | None = None
        self._measured_at = datetime.min.replace(tzinfo=UTC)
        self._composition: dict[str, Amount] = {}
        self._changed = False
        self._repeated = False
        self._composition_changed = False
        self._composition_measured = False

    def report(
        self,
        quantity: str,
        amount: Amount,
        at: datetime,
        arrival: Arrival,
        *,
        polled: bool,
    ) -> bool:
        """Take what a sensor shows; tell whether that has to settle now."""
        before = self._shown.get(quantity)
        changed = before is None or abs(amount.value - before) > _SAME
        if changed:
            self._shown[quantity] = amount.value
        if quantity == WEIGHT:
            rested = self._heard_at is None or at - self._heard_at > REST
            self._heard_at = at
            repeated = arrival is Arrival.LIVE and rested and not polled
            if arrival is Arrival.SHOWN or not (
                changed or repeated or arrival is Arrival.BACK
            ):
                return changed
            self._changed |= changed
            self._repeated |= repeated
            self._weight, self._measured_at = amount.value, at
            return True
        if arrival is Arrival.SHOWN:
            return changed
        news = changed or quantity not in self._composition
        self._composition[quantity] = amount
        self._composition_changed |= changed and before is not None
        self._composition_measured |= changed or not polled
        return news

    def touch(self, at: datetime) -> None:
        """Take no repetition for a weighing: the entity itself was edited."""
        self._heard_at = at
        self._repeated = False

    def settle(self) -> WeighIn | None:
        """Return the weighing that came together, if it is one, and begin anew."""
        weight = self._weight
        weigh_in = None
        if weight is not None and (
            self._changed or self._repeated or self._composition_changed
        ):
            # A polled sensor shows the composition of an earlier weighing as well.
            composition: dict[str, Any] = {
                quantity: part(quantity, amount, weight)
                for quantity, amount in self._composition.items()
                if self._composition_measured
            }
            weigh_in = WeighIn(
                measured_at=self._measured_at.replace(microsecond=0),
                weight=weight,
                # Some scales say it twice.
                relayed=True,
                **composition,
            )
        self._begin()
        return weigh_in
