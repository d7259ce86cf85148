"""The figures in words and tables, and whether they are what they should be."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
import os
from pathlib import Path
import platform

from .contenders import Race
from .house import LATENCY
from .scaling import Crowd, Growth
from .sharing import Shared
from .trending import DAYS, TrendCost

DOCUMENT = Path(__file__).parents[2] / "docs" / "performance.md"

MOST_REQUESTS = 45
LEAST_SPEEDUP = 25
LONGEST_STALL = 0.05
# Ten years of daily weigh-ins. What is longer shows how the cost grows.
LONG_HISTORY = 3650
# Fewer say little of speed.
ENOUGH_TO_RACE = 1000
# How much more a weigh-in may cost among ten times as many.
STEEPEST = 2

# What a report of a sensor may cost, in seconds of the event loop, and how much of a
# core so many scales may take that report every second.
DEAREST_REPORT = 0.0002
BUSY_SCALES = 20
MOST_BUSY = 0.01

# What the trend may cost, in seconds of CPU.
DEAREST_TREND = TrendCost(whole=0.010, one_more=0.0001)

type Row = Sequence[object]


@dataclass(frozen=True, kw_only=True, slots=True)
class Goal:
    """Something to reach, and what was reached."""

    name: str
    reached: str
    is_met: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """All that was measured."""

    command: str
    races: list[Race]
    crowds: list[Crowd]
    growths: list[Growth]
    shared: list[Shared]
    report_cost: float
    """Seconds of the event loop that a report of a scale's sensor takes."""
    trend_cost: TrendCost
    absent: str | None = None
    """Why somebody did not take part."""

    def goals(self) -> list[Goal]:
        """Compare what was measured with what it should be."""
        ours = [race for race in self.races if race.load is not None]
        most = max(ours, key=lambda race: race.weigh_ins)
        loads = [
            *(race.load for race in ours if race.load is not None),
            *(load for crowd in self.crowds for load in (crowd.busy, crowd.day)),
            *(
                load
                for growth in self.growths
                if growth.weigh_ins <= LONG_HISTORY
                for load in (growth.load, growth.next_load)
            ),
        ]
        stall = max(load.stall for load in loads)
        idle = sum(crowd.day_garmin_requests for crowd in self.crowds)
        people = sum(crowd.people for crowd in self.crowds)
        looks = sum(crowd.day_sensor_requests for crowd in self.crowds) / people
        off, lost = sum(r.off for r in ours), sum(r.lost for r in ours)
        doubled = sum(r.doubled for r in ours)
        late = sum(r.late_lost or 0 for r in ours)
        goals = [
            Goal(
                name=f"{most.weigh_ins:,} weigh-ins in at most {MOST_REQUESTS} requests"
                " to Garmin",
                reached=str(most.garmin_requests),
                is_met=most.garmin_requests <= MOST_REQUESTS,
            ),
            Goal(
                name="None lost, off, doubled, or lost for being late",
                reached=f"{lost}, {off}, {doubled}, {late}",
                is_met=not (lost or off or doubled or late),
            ),
            Goal(
                name=f"No stall of the event loop over {_ms(LONGEST_STALL)}",
                reached=f"{_ms(stall)} at the longest",
                is_met=stall <= LONGEST_STALL,
            ),
            Goal(
                name="An idle day costs no request to Garmin",
                reached=str(idle),
                is_met=idle == 0,
            ),
            Goal(
                name="An idle day costs one with batteries of sensors",
                reached=f"{looks:g}",
                is_met=looks == 1,
            ),
        ]
        wrong = sum(household.wrong for household in self.shared)
        goals += [
            Goal(
                name="No weigh-in on a shared scale is given to somebody else",
                reached=f"{wrong} of {sum(h.weigh_ins for h in self.shared):,}",
                is_met=wrong == 0,
            ),
            Goal(
                name="A report of a scale's sensor holds the event loop for less than "
                f"{DEAREST_REPORT * 1000:.1f} ms, and {BUSY_SCALES} scales that report "
                f"every second take less than {MOST_BUSY:.0%} of a core",
                reached=f"{self.report_cost * 1000:.3f} ms, "
                f"{self.report_cost * BUSY_SCALES:.2%}",
                is_met=self.report_cost < DEAREST_REPORT
                and self.report_cost * BUSY_SCALES < MOST_BUSY,
            ),
            Goal(
                name=f"A trend of {DAYS:,} weigh-ins takes less than "
                f"{_ms(DEAREST_TREND.whole)}, one more less than "
                f"{DEAREST_TREND.one_more * 1000:.1f} ms",
                reached=f"{self.trend_cost.whole * 1000:.1f} ms, "
                f"{self.trend_cost.one_more * 1000:.3f} ms",
                is_met=self.trend_cost.whole < DEAREST_TREND.whole
                and self.trend_cost.one_more < DEAREST_TREND.one_more,
            ),
        ]
        for race in self.races:
            if race.late_lost is None and race.weigh_ins >= ENOUGH_TO_RACE:
                speedup = race.seconds / most.seconds
                goals.append(
                    Goal(
                        name=f"At most 1/{LEAST_SPEEDUP} of the time of the loop",
                        reached=f"1/{speedup:.0f}",
                        is_met=speedup >= LEAST_SPEEDUP,
                    )
                )
        if len(self.growths) > 1:
            small, large = self.growths[-2:]
            steepness = _cpu_each(large) / _cpu_each(small)
            goals.append(
                Goal(
                    name=f"A weigh-in costs the same among {large.weigh_ins:,} as "
                    f"among {small.weigh_ins:,}",
                    reached=f"{steepness:.2f} times the CPU time",
                    is_met=steepness <= STEEPEST,
                )
            )
        return goals

    def document(self) -> str:
        """Return the figures as a document."""
        parts = [
            _HEAD.format(
                command=self.command,
                machine=_machine(),
                latency=_ms(LATENCY),
                collector=_ms(max(crowd.collector for crowd in self.crowds)),
            ),
            "## Goals\n",
            _table(
                ("Goal", "Reached", ""),
                (
                    (goal.name, goal.reached, "✓" if goal.is_met else "**missed**")
                    for goal in self.goals()
                ),
            ),
            _RACES,
            *(
                f"**{_weigh_ins(number)}**\n\n" + self._race_table(number)
                for number in sorted({race.weigh_ins for race in self.races})
            ),
        ]
        if self.absent:
            parts.append(self.absent + "\n")
        parts += [_CROWDS, _crowd_table(self.crowds)]
        if self.growths:
            parts += [_GROWTHS, _growth_table(self.growths)]
        parts += [_SHARED, _shared_table(self.shared)]
        return "\n".join(parts)

    def _race_table(self, weigh_ins: int) -> str:
        """Return who brought so many weigh-ins how."""
        return _table(
            (
                "",
                "Time",
                "Requests",
                "Lost",
                "Values off",
                "Doubled by a second run",
                "Late one",
            ),
            (
                (
                    race.name,
                    f"{race.seconds:,.1f} s",
                    "<br>".join(
                        f"{number:,} to {host}"
                        for host, number in sorted(race.requests.items())
                    ),
                    f"{race.lost:,}",
                    f"{race.off:,}",
                    f"{race.doubled:,}",
                    {None: "—", 0: "arrives"}.get(race.late_lost, "lost"),
                )
                for race in self.races
                if race.weigh_ins == weigh_ins
            ),
        )


def _crowd_table(crowds: Iterable[Crowd]) -> str:
    """Return what so many people cost."""
    return _table(
        (
            "Accounts",
            "Set-up",
            "Memory",
            "All arrived after",
            "Longest stall",
            "CPU",
            "CPU of an idle day",
            "Garmin requests of an idle day",
            "With batteries of sensors",
        ),
        (
            (
                f"{crowd.people}",
                f"{crowd.set_up:.2f} s",
                f"{crowd.memory / 2**20:+.1f} MiB",
                f"{crowd.arrival:.2f} s",
                _ms(max(crowd.busy.stall, crowd.day.stall)),
                f"{crowd.busy.cpu:.2f} s",
                f"{crowd.day.cpu:.2f} s",
                f"{crowd.day_garmin_requests}",
                f"{crowd.day_sensor_requests / crowd.people:g} each",
            )
            for crowd in crowds
        ),
    )


def _growth_table(growths: Iterable[Growth]) -> str:
    """Return what long histories cost."""
    return _table(
        (
            "Weigh-ins",
            "Time",
            "Garmin requests",
            "CPU each",
            "Longest stall",
            "Peak memory",
            "Ledger on disk",
            "One more arrives after",
            "Its CPU",
            "Its longest stall",
        ),
        (
            (
                f"{growth.weigh_ins:,}",
                f"{growth.seconds:.1f} s",
                f"{growth.garmin_requests}",
                f"{_cpu_each(growth) * 1000:.2f} ms" if growth.weigh_ins else "",
                _ms(growth.load.stall),
                f"{growth.load.peak_memory / 2**20:.0f} MiB",
                f"{growth.ledger_bytes:,} B",
                f"{growth.next_seconds:.2f} s",
                f"{growth.next_load.cpu:.2f} s",
                _ms(growth.next_load.stall),
            )
            for growth in growths
        ),
    )


def _shared_table(shared: Iterable[Shared]) -> str:
    """Return who was recognised."""
    return _table(
        ("Household", "Weigh-ins", "Given to somebody else", "Asked", "Visitors asked"),
        (
            (
                household.name,
                f"{household.weigh_ins:,}",
                f"{household.wrong}",
                f"{household.asked:.1%}",
                f"{household.visits_asked} of {household.visits}"
                if household.visits
                else "",
            )
            for household in shared
        ),
    )


def _cpu_each(growth: Growth) -> float:
    """Return the CPU time that each weigh-in of a history took, in seconds."""
    return growth.load.cpu / max(growth.weigh_ins, 1)


def _weigh_ins(number: int) -> str:
    """Return a number of weigh-ins in words."""
    return "One weigh-in" if number == 1 else f"{number:,} weigh-ins of ten years"


def _ms(seconds: float) -> str:
    """Return a time in milliseconds."""
    return f"{seconds * 1000:.0f} ms"


def _machine() -> str:
    """Return what kind of machine this is."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    cores = len(os.sched_getaffinity(0))
    return (
        f"{cores} cores, {memory:.0f} GB, {platform.system()}, "
        f"Python {platform.python_version()}"
    )


def _table(head: Row, rows: Iterable[Row]) -> str:
    """Return a table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


_HEAD = """\
# Performance

Measured by

```
{command}
```

on a machine with {machine}. Everything is real — the newest Home Assistant in a process
of its own, `garminconnect`, `withings-sync` from the package index — but for the
vendors, which are simulated (`tests/clouds`) and take {latency} for each request, besides
the time that they need to decode a FIT file.

A *stall* is the longest time by which the event loop of Home Assistant came late because
its process was at work. It leaves out what no integration can change: times when the
machine gave its cores to other processes, and full runs of Python's garbage collector,
which take {collector} in this Home Assistant without any account.
"""

_RACES = """
## Who brings weigh-ins to Garmin

For Weighbridge, a history takes from the sign-in to Withings to the arrival of the last
weigh-in; a single one takes from the poll. The loop calls `add_body_composition` for one
after the other and is told what to push; starting it and signing in count for nothing.
`withings-sync` runs once, and for the history with `--fromdate`. The second run is the
same again (for Weighbridge, a restart and another poll), at a Garmin that keeps whatever
it is sent. The late one was measured three days before Withings learned of it.
"""

_CROWDS = """
## Many accounts

Everybody has a Withings account, a Garmin account, a link and a year of weigh-ins. The
set-up is that of all accounts at once. Then all step on the scale in the same moment and
are polled together; an idle day has 96 polls of everybody, one right after the other.
"""

_GROWTHS = """
## Long histories

A history is pushed, and then one weigh-in more. The CPU time is that of all of Home
Assistant, with the statistics that its recorder keeps.
"""

_SHARED = """
## A scale that people share

Simulated households over two years. Bodies vary by half a percent from day to day, in
winters and at weekends; visitors weigh 5 kg more or less than everybody in the house.
"""
