"""Garmin Connect through `garminconnect`: sign-in, tokens, weigh-ins.

Everything here blocks and belongs into the executor, one call at a time for an account.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
import json
from typing import Any, override

from curl_cffi.requests.exceptions import RequestException as CurlRequestException
from garminconnect.client import Client
from garminconnect.exceptions import (
    GarminConnectAuthenticationError,
    GarminConnectConnectionError,
    GarminConnectTooManyRequestsError,
)
import requests

PROFILE_PATH = "/userprofile-service/socialProfile"
WEIGHT_RANGE_PATH = "/weight-service/weight/range"
WEIGHT_PATH = "/weight-service/weight"
UPLOAD_PATH = "/upload-service/upload"

UPLOAD_TIMEOUT = 60


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


@dataclass(frozen=True, slots=True)
class GarminProfile:
    """Who signed in: `profile_id` is stable, `name` is for people."""

    profile_id: str
    name: str | None


@dataclass(frozen=True, slots=True)
class GarminWeighIn:
    """A weigh-in that Garmin holds: kg, %, epoch second, and Garmin's delete key."""

    second: int
    weight: float
    body_fat: float | None
    sample_pk: int | None
    calendar_date: str | None


class _TokenClient(Client):
    """The library's client, with a refresh that neither swallows nor logs its failure.

    The library ignores a refused refresh and a broken network alike, and writes the
    answer, which may quote the refresh token, into its debug log.
    """

    def __init__(self, tokens: str, on_rotation: Callable[[str], None]) -> None:
        """Take up the tokens of an earlier sign-in, as `dumps()` gave them."""
        super().__init__()
        self._on_rotation = on_rotation
        self.loads(tokens)

    def hang_up(self) -> None:
        """Close idle connections."""
        self._api_session.close()

    @override
    def _refresh_session(self) -> None:
        """Rotate the tokens and have them saved before anything else is sent."""
        with self._token_lock:
            if not self.di_refresh_token or not self.di_client_id:
                raise GarminAuthError("The sign-in has no refresh token")
            try:
                response = self._di_token_post(
                    self.di_client_id,
                    "application/json",
                    {
                        "grant_type": "refresh_token",
                        "client_id": self.di_client_id,
                        "refresh_token": self.di_refresh_token,
                    },
                )
            except (CurlRequestException, requests.RequestException, OSError) as err:
                raise GarminUnavailableError(
                    f"No connection for a token refresh: {type(err).__name__}"
                ) from None
            status = response.status_code
            if status in (400, 401):
                raise GarminAuthError(f"The token refresh was refused ({status})")
            if status == 429:
                raise GarminThrottledError(
                    "Too many token refreshes", retry_after=_retry_after(response)
                )
            if not response.ok:
                raise GarminUnavailableError(f"The token refresh failed ({status})")
            try:
                answer = response.json()
                access_token = answer["access_token"]
            except ValueError, KeyError, TypeError:
                raise GarminUnavailableError(
                    "The token refresh had a foreign answer"
                ) from None
            self.di_token = access_token
            self.di_refresh_token = answer.get("refresh_token") or self.di_refresh_token
            self.di_client_id = (
                self._extract_client_id_from_jwt(access_token) or self.di_client_id
            )
            self._on_rotation(self.dumps())


class GarminClient:
    """A signed-in account. Blocking: one executor job at a time."""

    def __init__(self, tokens: str, on_rotation: Callable[[str], None]) -> None:
        """Use `tokens`; `on_rotation` must have saved new ones when it returns."""
        try:
            self._client = _TokenClient(tokens, on_rotation)
        except GarminConnectConnectionError:
            raise GarminAuthError("The saved sign-in cannot be read") from None

    def profile(self) -> GarminProfile:
        """Return whose account this is."""
        return _profile(self._read(PROFILE_PATH))

    def weigh_ins(
        self, start: date, end: date, time_zone: tzinfo
    ) -> list[GarminWeighIn]:
        """Return all weigh-ins of the calendar days from `start` to `end`.

        The days are those of the account's own time zone. Some weigh-ins have nothing
        but a wall clock; it is taken for one of `time_zone`.
        """
        answer = self._read(
            f"{WEIGHT_RANGE_PATH}/{start.isoformat()}/{end.isoformat()}",
            params={"includeAll": "true"},
        )
        try:
            return [
                weigh_in
                for day in answer["dailyWeightSummaries"]
                for metric in day.get("allWeightMetrics") or ()
                if (weigh_in := _weigh_in(metric, time_zone)) is not None
            ]
        except KeyError, TypeError, AttributeError:
            raise GarminUnavailableError(
                "The list of weigh-ins had a foreign answer"
            ) from None

    def upload(self, fit: bytes) -> None:
        """Upload a FIT file; return when Garmin has accepted every record in it."""
        try:
            response = self._client.request(
                "POST",
                "connectapi",
                UPLOAD_PATH,
                files={"file": ("weigh_ins.fit", fit, "application/octet-stream")},
                timeout=UPLOAD_TIMEOUT,
            )
        except (GarminConnectConnectionError, requests.RequestException) as err:
            raise _write_error(err) from None
        _check_import(response)

    def delete_weigh_in(self, weigh_in: GarminWeighIn) -> None:
        """Remove a weigh-in; one that is gone already is no error."""
        path = f"{WEIGHT_PATH}/{weigh_in.calendar_date}/byversion/{weigh_in.sample_pk}"
        try:
            self._client.request("DELETE", "connectapi", path)
        except (GarminConnectConnectionError, requests.RequestException) as err:
            error = _write_error(err)
            if getattr(getattr(err, "response", None), "status_code", None) != 404:
                raise error from None

    def _read(self, path: str, **kwargs: Any) -> Any:
        """Read JSON from Garmin; every failure becomes a GarminError."""
        # Every visit begins with a read: on a new connection, as one that has been
        # idle for hours may be dead, which an upload would take for a lost answer.
        self._client.hang_up()
        try:
            return self._client.connectapi(path, **kwargs)
        except (GarminConnectConnectionError, requests.RequestException) as err:
            raise _read_error(err) from None


class GarminSignIn:
    """One attempt of a person to sign in. Blocking: run it in the executor."""

    def __init__(self, username: str, password: str) -> None:
        """Keep the credentials until the sign-in has used them."""
        self._client = Client()
        self._credentials: tuple[str, str] | None = (username, password)
        self._state: Any = None

    def sign_in(self) -> bool:
        """Sign in and forget the password; return True when an MFA code is needed."""
        if self._credentials is None:
            raise GarminAuthError("The password has been used and forgotten")
        username, password = self._credentials
        self._credentials = None
        try:
            status, self._state = self._client.login(
                username, password, return_on_mfa=True
            )
        except GarminConnectAuthenticationError:
            raise GarminAuthError("Garmin refused the user name or password") from None
        except GarminConnectTooManyRequestsError:
            raise GarminThrottledError("Garmin refuses further sign-ins") from None
        except (GarminConnectConnectionError, requests.RequestException) as err:
            raise _sign_in_error(err) from None
        return status == "needs_mfa"

    def enter_code(self, code: str) -> None:
        """Finish a sign-in with the MFA code. After a wrong one it may be repeated.

        Garmin counts a wrong code twice: the library asks at two addresses.
        """
        try:
            self._client.resume_login(self._state, code)
        except GarminConnectAuthenticationError as err:
            # The library reports trouble on the way as a refused code, too.
            text = str(err)
            if "connection error" in text or "non-JSON" in text:
                raise GarminUnavailableError(
                    "Garmin could not check the MFA code"
                ) from None
            raise GarminCodeError("Garmin refused the MFA code") from None
        except GarminConnectTooManyRequestsError:
            raise GarminThrottledError("Garmin refuses further MFA codes") from None
        except (GarminConnectConnectionError, requests.RequestException) as err:
            raise _sign_in_error(err) from None
        self._state = None

    def profile(self) -> GarminProfile:
        """Return who signed in."""
        try:
            return _profile(self._client.connectapi(PROFILE_PATH))
        except (GarminConnectConnectionError, requests.RequestException) as err:
            raise _read_error(err) from None

    def tokens(self) -> str:
        """Return the tokens as JSON. They are secret."""
        if not self._client.di_token or not self._client.di_refresh_token:
            # A sign-in by cookie alone dies with the process.
            raise GarminUnavailableError("Garmin gave no lasting sign-in")
        return self._client.dumps()


def _status(err: Exception) -> int | None:
    """Return the HTTP status behind an error, None for trouble on the way."""
    status: int | None = getattr(getattr(err, "response", None), "status_code", None)
    return status


def _retry_after(response: Any) -> float | None:
    """Return the seconds of a Retry-After header, None without a usable one."""
    try:
        seconds = float(response.headers["Retry-After"])
    except KeyError, ValueError, TypeError:
        return None
    return seconds if seconds >= 0 else None


def _read_error(err: Exception) -> GarminError:
    """Translate the failure of a request that changes nothing."""
    status = _status(err)
    if status == 401:
        # The client has refreshed the tokens by now, and they were refused again.
        return GarminAuthError("Garmin refused the tokens")
    if status == 403:
        return GarminForbiddenError("Garmin refused the request (403)")
    if status == 429:
        return GarminThrottledError(
            "Too many requests",
            retry_after=_retry_after(getattr(err, "response", None)),
        )
    if status is None:
        return GarminUnavailableError(f"No answer from Garmin: {type(err).__name__}")
    return GarminUnavailableError(f"Garmin answered {status}")


def _write_error(err: Exception) -> GarminError:
    """Translate the failure of a request that may have changed something."""
    status = _status(err)
    if status in (400, 413, 415, 422):
        return GarminRejectedError(f"Garmin refused the records ({status})")
    if status == 409:
        return GarminDuplicateError("Garmin has had this file before (409)")
    if status == 412:
        return GarminConsentError("The account does not allow device uploads (412)")
    if status in (401, 403, 429):
        return _read_error(err)
    if status is not None and status < 500:
        return GarminUnavailableError(f"Garmin answered {status}")
    if isinstance(err, requests.ConnectTimeout):
        return GarminUnavailableError("No connection to Garmin")
    cause = status if status is not None else type(err).__name__
    return GarminAmbiguousError(f"The answer to the upload was lost ({cause})")


def _sign_in_error(err: Exception) -> GarminError:
    """Translate a failed sign-in that was neither refused nor throttled as a whole."""
    # The chain of strategies reports only its last failure, as text.
    if "429" in str(err) or "427" in str(err):
        return GarminThrottledError("Garmin refuses further sign-ins")
    return GarminUnavailableError("Garmin Connect cannot be reached")


def _profile(answer: Any) -> GarminProfile:
    """Read the social profile."""
    profile_id = answer.get("profileId") if isinstance(answer, dict) else None
    if not isinstance(profile_id, int):
        raise GarminUnavailableError("The profile had a foreign answer")
    # `userName`, the other one that people know, is often their e-mail.
    name = answer.get("fullName")
    return GarminProfile(
        str(profile_id), name if isinstance(name, str) and name else None
    )


def _weigh_in(metric: dict[str, Any], time_zone: tzinfo) -> GarminWeighIn | None:
    """Read one weigh-in: grams, epoch milliseconds. None without weight or time."""
    weight = _number(metric.get("weight"))
    if weight is None:
        return None
    if milliseconds := _number(metric.get("timestampGMT")):
        second = int(milliseconds // 1000)
    elif milliseconds := _number(metric.get("date")):
        wall_clock = datetime.fromtimestamp(milliseconds // 1000, UTC)
        second = int(wall_clock.replace(tzinfo=time_zone).timestamp())
    else:
        return None
    day = metric.get("calendarDate")
    return GarminWeighIn(
        second=second,
        weight=weight / 1000,
        body_fat=_number(metric.get("bodyFat")),
        sample_pk=metric.get("samplePk"),
        calendar_date=day if isinstance(day, str) else None,
    )


def _number(value: Any) -> float | None:
    """Return a JSON value if it is a number."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return value
    return None


def _check_import(response: Any) -> None:
    """Raise when an upload that was received holds refused records.

    Accepted uploads answer 200, 201 or 202, some without a body; a 200 with a
    `failures` list is a refusal.
    """
    if not response.content:
        return
    try:
        answer = json.loads(response.content)
    except ValueError:
        # A proxy's page, or half an answer: it does not tell what Garmin did.
        raise GarminAmbiguousError("The upload had a foreign answer") from None
    if not isinstance(answer, dict):
        raise GarminAmbiguousError("The upload had a foreign answer")
    result = answer.get("detailedImportResult")
    failures: Sequence[Any] = (
        result.get("failures") or () if isinstance(result, dict) else ()
    )
    if not failures:
        return
    if any("duplicate" in str(failure).lower() for failure in failures):
        raise GarminDuplicateError("Garmin has had this file before")
    raise GarminRejectedError("Garmin refused records of the file")
