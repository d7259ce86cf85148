"""How long to wait for Garmin, and how often to try."""

from .entries import Item, Record, Removal, State

# Garmin may still be at work on what it was sent.
SETTLING_SECONDS = 600

# When Garmin is looked at again for what it has accepted and does not show.
LOOKS = (3600, 86400)

# After so many strikes a measurement goes in a small file, then alone.
ALONE = 2
FILE_SIZES = (100, 10, 1)

# Others have gone up since: it is its own fault, and three more times are enough.
SUSPECT = 3
PARKED = 6

# A removal that fails for so long, about a day, is given up.
LAST_REMOVAL = 8

# What is accepted twice, and never shown, is told.
RESENT = 2
NEVER_SHOWN = 4


def due[R: Record](item: Item[R]) -> int:
    """Return from when on something can be done about a measurement."""
    if item.sent_at is None:
        return 0
    if item.state is State.DONE:
        return item.sent_at + LOOKS[item.looks % 2]
    return item.sent_at + _wait(item.strikes)


def removal_due(removal: Removal) -> int:
    """Return from when on a removal can be tried."""
    return 0 if removal.at is None else removal.at + _wait(removal.strikes)


def file_size(strikes: int) -> int:
    """Return how many measurements go in one file."""
    return FILE_SIZES[min(strikes, ALONE)]


def _wait(strikes: int) -> int:
    """Return how long something rests that was in the way, in seconds."""
    return SETTLING_SECONDS * int(2 ** min(max(strikes - 1, 0), LAST_REMOVAL))
