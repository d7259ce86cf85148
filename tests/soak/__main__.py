"""Runs the soak: see scripts/soak."""

import argparse
import asyncio
import logging
import sys

from ..demo.console import say
from ..demo.errors import DemoError
from .run import soak


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        prog="scripts/soak",
        description="Kill a real Home Assistant at random moments, between simulated "
        "vendors where everything goes wrong, and see whether Garmin holds each "
        "weigh-in exactly once, and sensors and statistics show what counts.",
    )
    parser.add_argument("--rounds", type=int, default=20, help="20 take about a minute")
    parser.add_argument("--seed", type=int, default=1, help="of all that is random")
    parser.add_argument(
        "--accounts",
        type=int,
        default=3,
        choices=range(2, 51),
        metavar="N",
        help="every third has two scales",
    )
    parser.add_argument(
        "--keep", action="store_true", help="leave Home Assistant's files behind"
    )
    parser.add_argument("--verbose", action="store_true", help="tell of every round")
    arguments = parser.parse_args()
    # The simulated vendors cannot answer a client that was killed.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL)
    try:
        good = asyncio.run(
            soak(
                arguments.rounds,
                residents=arguments.accounts,
                seed=arguments.seed,
                keep=arguments.keep,
                verbose=arguments.verbose,
            )
        )
    except DemoError as err:
        say(f"The soak failed: {err}")
        return 2
    except KeyboardInterrupt:
        say("Interrupted")
        return 130
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
