"""How long Garmin is left alone after it has said no."""

from collections.abc import Mapping
from dataclasses import dataclass
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


STATUSES: Final[Mapping[str, Status]] = {
    Reason.THROTTLED: Status.THROTTLED,
    Reason.FORBIDDEN: Status.REFUSED,
    Reason.CONSENT: Status.CONSENT,
    Reason.REJECTED: Status.REFUSED,
    Reason.UNAVAILABLE: Status.UNAVAILABLE,
    Reason.DISK: Status.UNAVAILABLE,
}


@dataclass(frozen=True, slots=True)
class Pause:
    """A reason to wait, and for how many seconds."""

    reason: Reason
    seconds: float


def reason_for(error: Exception) -> Reason:
    """Return the reason that an error gives; one that nobody thought of is an outage."""
    match error:
        case GarminThrottledError():
            return Reason.THROTTLED
        case GarminForbiddenError():
            return Reason.FORBIDDEN
        case GarminConsentError():
            return Reason.CONSENT
        case GarminRejectedError():
            return Reason.REJECTED
        case DiskError():
            return Reason.DISK
        case _:
            return Reason.UNAVAILABLE


def pause_after(error: Exception, strikes: int) -> Pause:
    """Return the pause after the `strikes`-th failure in a row for one reason."""
    reason = reason_for(error)
    doubled = 2 ** (min(strikes, 16) - 1)
    seconds: float
    match reason:
        case Reason.THROTTLED:
            asked: float | None = getattr(error, "retry_after", None)
            seconds = HOUR * doubled
            if asked is not None:
                # The second time, what Garmin asks for was too little.
                seconds = asked if strikes == 1 else max(asked, seconds)
            seconds = min(max(seconds, MINUTE), MAX_PAUSE)
        case Reason.FORBIDDEN:
            seconds = 6 * HOUR
        case Reason.CONSENT:
            seconds = HOUR
        case Reason.REJECTED:
            seconds = min(HOUR * doubled, 4 * HOUR)
        case Reason.DISK:
            seconds = 10 * MINUTE
        case _:
            seconds = min(2 * MINUTE * doubled, HOUR)
    return Pause(reason, seconds)
