"""Reports of sensors, replayed as Home Assistant would tell of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from custom_components.weighbridge.model import WeighIn
from custom_components.weighbridge.sources.scale.amounts import (
    Amount,
    Dimension,
    amount,
)
from custom_components.weighbridge.sources.scale.composition import (
    Outcome,
    TakenBack,
    Weighed,
)
from custom_components.weighbridge.sources.scale.dated import DatedWeighings
from custom_components.weighbridge.sources.scale.memory import Memory
from custom_components.weighbridge.sources.scale.weighing import Kind, Report, Weighings

UNITS = {"weight": "kg", "bone_mass": "kg", "muscle_mass": "kg"}

type Step = tuple[float, str, float | str]
"""When, which sensor, and the value; or a word: away, gone, empty, edited, restart.

A value that was there before, not reported anew, is written as "shown 80.0".
"""

type Weigh = tuple[float, dict[str, float]]
"""When somebody was weighed, and what was measured."""


def told(outcomes: Iterable[Outcome], *, alone: bool = True) -> list[Weigh]:
    """Return what stands in the end, the oldest first.

    If nobody is `alone` with the scale, each weight may be that of somebody else.
    """
    standing: dict[str, WeighIn] = {}
    for outcome in outcomes:
        match outcome:
            case Weighed(key, weigh_in, instead):
                for before in instead:
                    earlier = standing.get(before.key, before.weigh_in)
                    if alone:
                        standing.pop(before.key, None)
                        weigh_in = earlier.completed(weigh_in)
                    else:
                        standing[before.key] = earlier
                standing[key] = weigh_in
            case TakenBack(key):
                standing.pop(key, None)
    found = [(w.measured_at.timestamp(), dict(w.values())) for w in standing.values()]
    return sorted(found, key=lambda weigh: weigh[0])


@dataclass(slots=True)
class Replay:
    """Reports of one scale."""

    steps: Sequence[Step]
    polled: bool = False
    dated: bool = False

    def run(self) -> list[Outcome]:
        """Return all that comes of it, if time passes at each report only."""
        return [outcome for _, outcome in self.moments(ticks=False)]

    def moments(self, *, ticks: bool = True) -> list[tuple[float, Outcome]]:
        """Return all that comes of it, and when that is told."""
        kind = DatedWeighings if self.dated else Weighings
        weighings: Weighings | DatedWeighings = kind(Memory())
        told: list[tuple[float, Outcome]] = []
        for at, sensor, value in (*self.steps, (1e9, "", "over")):
            while ticks and (due := weighings.due) is not None and due <= at:
                told += [(due, outcome) for outcome in weighings.tick(due)]
                assert weighings.due is None or weighings.due > due
            outcomes: list[Outcome] = []
            if value == "over":
                outcomes = weighings.tick(at)
            elif value == "restart":
                outcomes = weighings.flush(at)
                weighings = kind(Memory.from_json(weighings.memory.as_json()))
            elif value == "edited":
                weighings.edited(at)
            else:
                outcomes = weighings.report(self._report(at, sensor, value))
            told += [(at, outcome) for outcome in outcomes]
        return told

    def _report(self, at: float, sensor: str, value: float | str) -> Report:
        """Return a step as a report."""
        how = Kind.REPORTED
        number: float | None = None
        match value:
            case "away":
                how = Kind.AWAY
            case "gone":
                how = Kind.GONE
            case "empty":
                pass
            case str():
                how, number = Kind.SHOWN, float(value.removeprefix("shown "))
            case _:
                number = value
        return Report(at, sensor, how, _amount(sensor, number), self.polled)


def _amount(sensor: str, number: float | None) -> Amount | None:
    """Return a number as an amount."""
    if number is None:
        return None
    if sensor == "measured_at":
        return Amount(number, Dimension.NUMBER)
    return amount(sensor, number, UNITS.get(sensor, "%"))
