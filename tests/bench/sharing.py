"""What a scale in Home Assistant costs, and what recognition makes of households."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean
from time import process_time

from custom_components.weighbridge.sources.scale import amounts, memory, weighing

from ..sources.scale.households import Tally, households, live


@dataclass(frozen=True, kw_only=True, slots=True)
class Shared:
    """What became of a household in two years, with some seeds."""

    name: str
    tallies: Sequence[Tally]

    @property
    def weigh_ins(self) -> int:
        """Return how many weigh-ins of its people there were."""
        return sum(tally.weigh_ins for tally in self.tallies)

    @property
    def wrong(self) -> int:
        """Return how many were given to somebody else."""
        return sum(tally.wrong for tally in self.tallies)

    @property
    def asked(self) -> float:
        """Return the share that was asked about."""
        return mean(tally.share_asked for tally in self.tallies)

    @property
    def visits(self) -> int:
        """Return how many visitors stood on the scale."""
        return sum(tally.visits for tally in self.tallies)

    @property
    def visits_asked(self) -> int:
        """Return how many of them were asked about."""
        return sum(tally.visits_asked for tally in self.tallies)


def share(seeds: int) -> list[Shared]:
    """Let households live for two years, several times."""
    names = [household.name for household in households()]
    return [
        Shared(
            name=name,
            tallies=[live(households()[place], seed) for seed in range(seeds)],
        )
        for place, name in enumerate(names)
    ]


def cost_of_a_report(reports: int = 20_000) -> float:
    """Return how many seconds of CPU a report of a sensor costs, weighings included.

    The sensor is live: it shows an empty scale, somebody getting on, and noise.
    """
    weighings = weighing.Weighings(memory.Memory())
    start = process_time()
    for second in range(reports):
        place = second % 60
        weight = 0.0 if place < 40 else 80 + second % 7 / 20
        weighings.report(
            weighing.Report(
                float(second),
                amounts.WEIGHT,
                weighing.Kind.REPORTED,
                amounts.amount(amounts.WEIGHT, weight, "kg"),
            )
        )
    return (process_time() - start) / reports
