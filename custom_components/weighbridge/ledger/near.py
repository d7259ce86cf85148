"""What is near to a second: twins are found at the same cost among any number."""

from collections.abc import Iterator

# Two sources that report the same so close together report the same measurement.
TWIN_SECONDS = 120


class Seconds:
    """Known seconds by their TWIN_SECONDS wide slot."""

    def __init__(self) -> None:
        """Begin with none."""
        self._slots: dict[int, tuple[int, ...]] = {}

    def add(self, second: int) -> None:
        """Know a second."""
        slot = second // TWIN_SECONDS
        known = self._slots.get(slot, ())
        if second not in known:
            self._slots[slot] = (*known, second)

    def drop(self, second: int) -> None:
        """Forget a second that is known."""
        slot = second // TWIN_SECONDS
        self._slots[slot] = tuple(s for s in self._slots[slot] if s != second)

    def near(self, second: int, reach: int = 1) -> Iterator[int]:
        """Yield what is known in the slot of a second and in so many before and after."""
        for slot in near_slots(second, reach):
            yield from self._slots.get(slot, ())

    def copy(self) -> Seconds:
        """Return the same, to go its own way."""
        other = Seconds()
        other._slots = self._slots.copy()
        return other


def near_slots(second: int, reach: int = 1) -> range:
    """Return the slots in which something near to a second may be."""
    slot = second // TWIN_SECONDS
    return range(slot - reach, slot + reach + 1)
