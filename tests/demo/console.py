"""What the demo tells whoever started it."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager, suppress
import sys
from time import monotonic

_WIDTH = 60


def say(text: str = "") -> None:
    """Write a line."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


@contextmanager
def step(name: str) -> Generator[None]:
    """Do a part of the work, and write whether and how fast it was done."""
    start = monotonic()
    try:
        yield
        _heed_interruption()
    except BaseException:
        say(f"  FAILED  {name}")
        raise
    say(f"  done    {name:{_WIDTH}} {monotonic() - start:5.1f} s")


def _heed_interruption() -> None:
    """Stop where a library has swallowed the cancellation that Ctrl-C brings."""
    with suppress(RuntimeError):  # Not every step is one of a loop.
        task = asyncio.current_task()
        if task is not None and task.cancelling():
            raise asyncio.CancelledError
