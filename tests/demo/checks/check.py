"""A check, and what several of them need."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """Something that must be true, and what was found instead if it is not."""

    name: str
    found: str = ""

    @property
    def passed(self) -> bool:
        """Tell whether it is true."""
        return not self.found


def moment(text: object) -> datetime | None:
    """Read a time, None if there is none."""
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def listed(things: Iterable[object]) -> str:
    """Return things in a row."""
    return ", ".join(str(thing) for thing in things) or "nothing"
