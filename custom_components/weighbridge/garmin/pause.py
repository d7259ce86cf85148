"""How long Garmin is left alone after it has said no."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from ..clients.garmin import (
    GarminConsentError,
    GarminForbiddenError,
    GarminRejectedError,
    GarminThrottledError,
)
from ..const import Status
from ..store import DiskError

MINUTE = 60
HOUR = 60 * MINUTE
MAX_PAUSE = 24 * HOUR


class Reason(StrEnum):
    """Why nothing is sent for a while."""

    THROTTLED = "throttled"
    FORBIDDEN = "forbidden"
    CONSENT = "consent"
    REJECTED = "rejected"
    UNAVAILABLE = "unavailable"
    DISK = "disk"
    AMBIGUOUS = "ambiguous"
    SIGNED_OUT = "signed_out"


STATUSES: Final[Mapping[Reason, Status]] = {
    Reason.THROTTLED: Status.THROTTLED,
    Reason.FORBIDDEN: Status.REFUSED,
    Reason.CONSENT: Status.CONSENT,
    Reason.REJECTED: Status.REFUSED,
    Reason.UNAVAILABLE: Status.UNAVAILABLE,
    Reason.DISK: Status.UNAVAILABLE,
    Reason.AMBIGUOUS: Status.WAITING,
    Reason.SIGNED_OUT: Status.SIGNED_OUT,
}

# The reason that an error gives, and how long the first and the longest pause are.
_PAUSES: Final[Mapping[type[Exception], tuple[Reason, int, int]]] = {
    GarminThrottledError: (Reason.THROTTLED, HOUR, MAX_PAUSE),
    GarminForbiddenError: (Reason.FORBIDDEN, 6 * HOUR, 6 * HOUR),
    GarminConsentError: (Reason.CONSENT, HOUR, HOUR),
    GarminRejectedError: (Reason.REJECTED, HOUR, 4 * HOUR),
    DiskError: (Reason.DISK, 10 * MINUTE, 10 * MINUTE),
}
_OUTAGE = Reason.UNAVAILABLE, 2 * MINUTE, HOUR


def reason_for(error: Exception) -> Reason:
    """Return the reason that an error gives; one that nobody thought of is an outage."""
    return _PAUSES.get(type(error), _OUTAGE)[0]


def pause_after(error: Exception, strikes: int) -> float:
    """Return the seconds to wait after the `strikes`-th failure in a row for one reason."""
    _, first, longest = _PAUSES.get(type(error), _OUTAGE)
    seconds = min(first << min(strikes - 1, 16), longest)
    asked: float | None = getattr(error, "retry_after", None)
    if asked is None:
        return seconds
    # The second time, what Garmin asks for was too little.
    return min(max(asked, MINUTE if strikes == 1 else seconds), MAX_PAUSE)
