"""Runs the demo: see scripts/demo."""

import argparse
import asyncio
import signal
import sys

from aiohttp import ClientError

from .console import say
from .door import knock
from .errors import DemoError
from .interactive import run_interactive
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
    commands = parser.add_subparsers(dest="command", metavar="step [KG]")
    step = commands.add_parser("step", help="step on the scale of the running demo")
    step.add_argument("weight", type=_weight, nargs="?", metavar="KG")
    arguments = parser.parse_args()
    try:
        return asyncio.run(_run(arguments))
    except (DemoError, ClientError) as err:
        say(f"\nThe demo failed: {err}")
        return 1
    except KeyboardInterrupt, asyncio.CancelledError:
        say("\nInterrupted")
        return 130


async def _run(arguments: argparse.Namespace) -> int:
    """Do what the command line asks for, until told to terminate."""
    if (task := asyncio.current_task()) is not None:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    if arguments.command == "step":
        say(await knock(arguments.weight))
        return 0
    if arguments.once:
        return 0 if await run_once(keep=arguments.keep) else 1
    await run_interactive(keep=arguments.keep)
    return 0


def _weight(text: str) -> float:
    """Read a weight in kg that somebody could have."""
    weight = float(text)
    if not 2 <= weight <= 300:
        raise argparse.ArgumentTypeError("from 2 to 300 kg")
    return weight


if __name__ == "__main__":
    sys.exit(main())
