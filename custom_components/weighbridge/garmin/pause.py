"""How long Garmin is left alone after it has said no."""

from dataclasses import dataclass
from enum import StrEnum

from ..clients.garmin import (
    GarminAmbiguousError,
    GarminConsentError,
    GarminDuplicateError,
    GarminError,
    GarminForbiddenError,
    GarminThrottledError,
)

MINUTE = 60
HOUR = 60 * MINUTE
MAX_PAUSE = 24 * HOUR

# Garmin may still be working on an upload whose answer was lost.
SETTLING_SECONDS = 10 * MINUTE


class Reason(StrEnum):
    """Why nothing is sent for a while."""

    THROTTLED = "throttled"
    FORBIDDEN = "forbidden"
    CONSENT = "consent"
    AMBIGUOUS = "ambiguous"
    UNAVAILABLE = "unavailable"


# What a person may try again at once: it neither prolongs a ban nor doubles a weigh-in.
IMPATIENT = frozenset({Reason.FORBIDDEN, Reason.CONSENT, Reason.UNAVAILABLE})


@dataclass(frozen=True, slots=True)
class Pause:
    """A reason to wait, and for how many seconds."""

    reason: Reason
    seconds: float


def reason_for(error: GarminError) -> Reason:
    """Return the reason that an error gives."""
    match error:
        case GarminThrottledError():
            return Reason.THROTTLED
        case GarminForbiddenError():
            return Reason.FORBIDDEN
        case GarminConsentError():
            return Reason.CONSENT
        case GarminAmbiguousError() | GarminDuplicateError():
            return Reason.AMBIGUOUS
        case _:
            return Reason.UNAVAILABLE


def pause_after(error: GarminError, strikes: int) -> Pause:
    """Return the pause after the `strikes`-th failure in a row for one reason."""
    reason = reason_for(error)
    doublings = min(strikes, 16) - 1
    seconds: float
    match reason:
        case Reason.THROTTLED:
            asked = getattr(error, "retry_after", None)
            seconds = asked if asked is not None else HOUR * 2**doublings
            seconds = min(max(seconds, MINUTE), MAX_PAUSE)
        case Reason.FORBIDDEN:
            seconds = 6 * HOUR
        case Reason.CONSENT:
            seconds = HOUR
        case Reason.AMBIGUOUS:
            seconds = SETTLING_SECONDS
        case _:
            seconds = min(2 * MINUTE * 2**doublings, HOUR)
    return Pause(reason, seconds)
