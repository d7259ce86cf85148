"""Runs the bench: see scripts/bench."""

import argparse
import asyncio
from collections.abc import Coroutine
import logging
from pathlib import Path
import sys
from typing import Any

from ..demo.console import say, step
from ..demo.errors import DemoError
from .contenders import race_loop, race_weighbridge, race_withings_sync
from .report import DOCUMENT, Figures
from .scaling import crowd, grow
from .sharing import cost_of_a_report, share
from .trending import cost_of_a_trend

_ABSENT = "`withings-sync` did not take part: it could not be installed."


async def measure(*, quick: bool, withings_sync: Path | None) -> Figures:
    """Measure all, or little of it."""
    races = [
        await _measured(f"{name}, {number:,}", run)
        for number in ((20,) if quick else (1, 3650))
        for name, run in (
            ("Weighbridge", race_weighbridge(number)),
            ("garminconnect in a loop", race_loop(number)),
            *(
                [("withings-sync", race_withings_sync(number, withings_sync))]
                if withings_sync
                else []
            ),
        )
    ]
    crowds = [
        await _measured(f"{people} accounts", run)
        for people, run in (
            [(2, crowd(2, history=10, polls=4, calm=0.5, restart=False))]
            if quick
            else [(people, crowd(people)) for people in (1, 10, 50)]
        )
    ]
    growths = [
        await _measured(f"A history of {number:,}", grow(number))
        for number in (() if quick else (0, 365, 3650, 36500))
    ]
    with step("Households that share a scale"):
        shared = await asyncio.to_thread(
            share, 1 if quick else 20, 1 if quick else None
        )
    report_cost = await _measured(
        "Scales that report every second",
        cost_of_a_report(2, 60) if quick else cost_of_a_report(),
    )
    with step("The trend of ten years"):
        trend_cost = await asyncio.to_thread(cost_of_a_trend)
    return Figures(
        command="scripts/bench" + (" --quick" if quick else " --write"),
        races=races,
        crowds=crowds,
        growths=growths,
        shared=shared,
        report_cost=report_cost,
        trend_cost=trend_cost,
        absent=None if quick or withings_sync else _ABSENT,
    )


async def _measured[T](name: str, run: Coroutine[Any, Any, T]) -> T:
    """Measure something and tell how long that took."""
    with step(name):
        return await run


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        prog="scripts/bench",
        description="Measure Weighbridge, beside what people use without it.",
    )
    parser.add_argument(
        "--quick", action="store_true", help="only see whether it can be measured"
    )
    parser.add_argument(
        "--write", action="store_true", help=f"write docs/{DOCUMENT.name}"
    )
    parser.add_argument(
        "--withings-sync",
        type=Path,
        metavar="PYTHON",
        help="of an environment that has it",
    )
    arguments = parser.parse_args()
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    try:
        figures = asyncio.run(
            measure(quick=arguments.quick, withings_sync=arguments.withings_sync)
        )
    except DemoError as err:
        say(f"The bench failed: {err}")
        return 2
    except KeyboardInterrupt:
        say("Interrupted")
        return 130
    if arguments.write:
        DOCUMENT.write_text(figures.document())
        say(f"Written: {DOCUMENT}")
    else:
        say()
        say(figures.document())
    missed = [goal for goal in figures.goals() if not goal.is_met]
    for goal in missed:
        say(f"Missed: {goal.name}: {goal.reached}")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
