"""What can go wrong at Garmin Connect, and what it means."""

from typing import Any

import requests

from ..answers import seconds_to_wait


class GarminError(Exception):
    """Garmin Connect did not do what it was asked."""


class GarminAuthError(GarminError):
    """The password or the tokens were refused: a person has to sign in."""


class GarminCodeError(GarminError):
    """The MFA code was wrong."""


class GarminThrottledError(GarminError):
    """Too many requests; `retry_after` are the seconds that Garmin asked to wait."""

    def __init__(self, message: str, *, retry_after: float | None = None) -> None:
        """Keep the wait, None when Garmin named none."""
        super().__init__(message)
        self.retry_after = retry_after


class GarminForbiddenError(GarminError):
    """Garmin refuses this client or account for now (403)."""


class GarminConsentError(GarminError):
    """The account has not consented to device uploads (412)."""


class GarminRejectedError(GarminError):
    """Garmin refused the uploaded records themselves."""


class GarminDuplicateError(GarminError):
    """Garmin has had this very file before (409)."""


class GarminUnavailableError(GarminError):
    """Garmin cannot be reached or is out of order; nothing was changed there."""


class GarminAmbiguousError(GarminError):
    """The answer to a write was lost: Garmin may or may not have carried it out."""


def status_of(err: Exception) -> int | None:
    """Return the HTTP status behind an error, None for trouble on the way."""
    status: int | None = getattr(getattr(err, "response", None), "status_code", None)
    return status


def retry_after_of(response: Any) -> float | None:
    """Return the seconds that an answer asks to wait, None if it does not."""
    headers = getattr(response, "headers", None) or {}
    return seconds_to_wait(headers.get("Retry-After"))


def read_error(err: Exception) -> GarminError:
    """Translate the failure of a request that changes nothing."""
    status = status_of(err)
    if status == 401:
        # The client has refreshed the tokens by now, and they were refused again.
        return GarminAuthError("Garmin refused the tokens")
    if status == 403:
        return GarminForbiddenError("Garmin refused the request (403)")
    if status == 429:
        return GarminThrottledError(
            "Too many requests",
            retry_after=retry_after_of(getattr(err, "response", None)),
        )
    if status is None:
        return GarminUnavailableError(f"No answer from Garmin: {type(err).__name__}")
    return GarminUnavailableError(f"Garmin answered {status}")


def write_error(err: Exception) -> GarminError:
    """Translate the failure of a request that may have changed something."""
    status = status_of(err)
    if status in (400, 413, 415, 422):
        return GarminRejectedError(f"Garmin refused the records ({status})")
    if status == 409:
        return GarminDuplicateError("Garmin has had this file before (409)")
    if status == 412:
        return GarminConsentError("The account does not allow device uploads (412)")
    if status in (401, 403, 429):
        return read_error(err)
    if status is not None and status < 500:
        return GarminUnavailableError(f"Garmin answered {status}")
    if isinstance(err, requests.ConnectTimeout):
        return GarminUnavailableError("No connection to Garmin")
    cause = status if status is not None else type(err).__name__
    return GarminAmbiguousError(f"The answer to the upload was lost ({cause})")


def sign_in_error(err: Exception) -> GarminError:
    """Translate a failed sign-in that was neither refused nor throttled as a whole."""
    # The chain of strategies reports only its last failure, as text.
    if "429" in str(err) or "427" in str(err):
        return GarminThrottledError("Garmin refuses further sign-ins")
    return GarminUnavailableError("Garmin Connect cannot be reached")
