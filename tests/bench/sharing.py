"""What a scale in Home Assistant costs, and what recognition makes of households."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from ..demo.accounts import add_scale
from ..sources.scale.households import Tally, households, live
from .house import built


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


def share(seeds: int, most: int | None = None) -> list[Shared]:
    """Let households, all or so many of them, live for two years, several times."""
    names = [household.name for household in households()]
    return [
        Shared(
            name=name,
            tallies=[live(households()[place], seed) for seed in range(seeds)],
        )
        for place, name in enumerate(names[:most])
    ]


async def cost_of_a_report(scales: int = 20, seconds: int = 300) -> float:
    """Return how many seconds of the event loop a report of a scale's sensor costs.

    It is what Home Assistant spends more than on sensors that nobody follows, weighings
    and all that follows from them included.
    """
    followed = [f"sensor.scale_{number}" for number in range(scales)]
    others = [f"sensor.other_{number}" for number in range(scales)]
    async with built() as house:
        for number, sensor in enumerate(followed):
            await house.api.post(
                f"/api/states/{sensor}",
                {"state": "0", "attributes": {"unit_of_measurement": "kg"}},
            )
            await add_scale(
                house.api,
                f"Scale {number}",
                {"weight": sensor},
                {f"Person {number}": {"min_weight": 50, "max_weight": 100}},
            )
        # Whoever is new is more expensive.
        await house.spend_reports(followed, 60)
        await house.spend_reports(others, 60)
        idle = await house.spend_reports(others, seconds)
        busy = await house.spend_reports(followed, seconds)
    return (busy - idle) / (scales * seconds)
