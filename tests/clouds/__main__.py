"""Runs the simulated clouds by themselves: `python -m tests.clouds --port 8899`."""

import argparse
import asyncio
import sys

from . import Clouds


async def _run(port: int, latency: float, seed: int) -> None:
    """Answer until interrupted."""
    async with Clouds(port=port, latency=latency, seed=seed) as clouds:
        sys.stdout.write(f"{clouds.url}\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


def main() -> None:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(prog="python -m tests.clouds")
    parser.add_argument("--port", type=int, default=0, help="0: any that is free")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds a request")
    parser.add_argument("--seed", type=int, default=0, help="of random faults")
    arguments = parser.parse_args()
    try:
        asyncio.run(_run(arguments.port, arguments.latency, arguments.seed))
    except KeyboardInterrupt:
        sys.stderr.write("stopped\n")


if __name__ == "__main__":
    main()
