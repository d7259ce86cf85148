"""The time the simulated vendors live in."""

from collections.abc import Callable
from datetime import UTC, datetime

type Clock = Callable[[], datetime]


def utcnow() -> datetime:
    """Return the real time, or the frozen one while a test has frozen it."""
    return datetime.now(UTC)
