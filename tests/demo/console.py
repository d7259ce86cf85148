"""What the demo tells whoever started it."""

from collections.abc import Generator
from contextlib import contextmanager
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
    except BaseException:
        say(f"  FAILED  {name}")
        raise
    say(f"  done    {name:{_WIDTH}} {monotonic() - start:5.1f} s")
