"""Runs the simulated clouds by themselves: `python -m tests.clouds --port 8899`."""

import argparse
import asyncio
import signal
import sys

from . import Clouds


async def _run(port: int, latency: float, seed: int) -> None:
    """Print the address, and answer until told to stop."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    async with Clouds(port=port, latency=latency, seed=seed) as clouds:
        sys.stdout.write(f"{clouds.url}\n")
        sys.stdout.flush()
        await stop.wait()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.clouds")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds a request")
    parser.add_argument("--seed", type=int, default=0, help="of random faults")
    arguments = parser.parse_args()
    asyncio.run(_run(arguments.port, arguments.latency, arguments.seed))


if __name__ == "__main__":
    main()
