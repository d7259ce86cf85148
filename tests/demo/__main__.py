"""Runs the demo: see scripts/demo."""

import argparse
import asyncio
import sys

from aiohttp import ClientError

from .console import say
from .errors import DemoError
from .once import run_once


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        prog="scripts/demo",
        description="Weighbridge in a real Home Assistant, between simulated vendors.",
    )
    parser.add_argument(
        "--once", action="store_true", help="weigh somebody in, check all, and end"
    )
    parser.add_argument(
        "--keep", action="store_true", help="leave Home Assistant's files behind"
    )
    arguments = parser.parse_args()
    try:
        return 0 if asyncio.run(run_once(keep=arguments.keep)) else 1
    except (DemoError, ClientError) as err:
        say(f"\nThe demo failed: {err}")
        return 1


if __name__ == "__main__":
    sys.exit(main())
