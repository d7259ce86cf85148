"""Garmin Connect through `garminconnect`: tokens, weigh-ins and blood pressure.

Everything here blocks and belongs into the executor, one call at a time for an account.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, tzinfo
from http import HTTPStatus
import json
import math
from time import monotonic
from typing import Any, override

from curl_cffi.requests.exceptions import RequestException as CurlRequestException
from garminconnect.client import Client
from garminconnect.exceptions import GarminConnectConnectionError
import requests

from .errors import (
    GarminAmbiguousError,
    GarminAuthError,
    GarminDuplicateError,
    GarminForbiddenError,
    GarminRejectedError,
    GarminThrottledError,
    GarminUnavailableError,
    read_error,
    retry_after_of,
    status_of,
    write_error,
)
from .sign_in import PROFILE_PATH, GarminProfile, profile_from

WEIGHT_PATH = "/weight-service/weight"
WEIGHT_RANGE_PATH = f"{WEIGHT_PATH}/range"
BLOOD_PRESSURE_PATH = "/bloodpressure-service/bloodpressure"
UPLOAD_PATH = "/upload-service/upload"
SENSORS_PATH = "/device-service/sensors"

UPLOAD_TIMEOUT = 60

# A clock that is wrong must not have the tokens refreshed before each request.
_REFRESHED_FOR = 900


@dataclass(frozen=True, slots=True)
class GarminWeighIn:
    """A weigh-in that Garmin holds: kg, %, and Garmin's delete key.

    `seconds` is its epoch second, or both that its wall clock may mean.
    """

    seconds: tuple[int, ...]
    weight: float
    body_fat: float | None
    sample_pk: int | None
    calendar_date: str | None

    @property
    def facts(self) -> tuple[float | None, ...]:
        """Return what the ledger compares."""
        return self.weight, self.body_fat

    @property
    def serial(self) -> int | None:
        """Return the delete key, which grows with the time of creation."""
        return self.sample_pk


@dataclass(frozen=True, slots=True)
class GarminBloodPressure:
    """A blood pressure reading that Garmin holds: mmHg, epoch second, delete key."""

    seconds: tuple[int, ...]
    systolic: int
    diastolic: int
    pulse: int | None
    version: int | None
    calendar_date: str

    @property
    def facts(self) -> tuple[float | None, ...]:
        """Return what the ledger compares."""
        return self.systolic, self.diastolic, self.pulse

    @property
    def serial(self) -> int | None:
        """Return the delete key, which grows with the time of creation."""
        return self.version


class _TokenClient(Client):
    """The library's client, with a refresh that neither swallows nor logs its failure.

    The library ignores a refused refresh and a broken network alike, and writes the
    answer, which may quote the refresh token, into its debug log.
    """

    def __init__(self, tokens: str, on_rotation: Callable[[str], None]) -> None:
        """Take up the tokens of an earlier sign-in, as `dumps()` gave them."""
        super().__init__()
        self._on_rotation = on_rotation
        self._refreshed_at: float | None = None
        self.loads(tokens)

    def hang_up(self) -> None:
        """Close idle connections."""
        self._api_session.close()

    @override
    def _token_expires_soon(self) -> bool:
        """Tell whether the token ends soon, by a clock that need not be right."""
        return (
            self._refreshed_at is None
            or monotonic() - self._refreshed_at > _REFRESHED_FOR
        ) and bool(super()._token_expires_soon())

    @override
    def _refresh_session(self) -> None:
        """Rotate the tokens and have them saved before anything else is sent.

        Where nothing can be saved, the old ones are left alone.
        """
        with self._token_lock:
            if not self.di_refresh_token or not self.di_client_id:
                raise GarminAuthError("The sign-in has no refresh token")
            self._on_rotation(self.dumps())
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
            if status == 403:
                raise GarminForbiddenError("The token refresh was refused (403)")
            if status == 429:
                raise GarminThrottledError(
                    "Too many token refreshes", retry_after=retry_after_of(response)
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
            self._refreshed_at = monotonic()
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
        return profile_from(self._read(PROFILE_PATH))

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

    def sensors(self) -> list[Any]:
        """Return straps, power meters and the like, in Garmin's words."""
        answer = self._read(SENSORS_PATH)
        if not isinstance(answer, list):
            raise GarminUnavailableError("The list of sensors had a foreign answer")
        return answer

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
            raise write_error(err) from None
        _check_import(response)

    def delete_weigh_in(self, weigh_in: GarminWeighIn) -> None:
        """Remove a weigh-in; one that is gone already is no error.

        Raises GarminRejectedError where Garmin does not let it go.
        """
        if weigh_in.sample_pk is None or weigh_in.calendar_date is None:
            raise GarminRejectedError("Garmin tells no key to remove it by")
        self._delete(
            f"{WEIGHT_PATH}/{weigh_in.calendar_date}/byversion/{weigh_in.sample_pk}"
        )

    def blood_pressures(self, start: date, end: date) -> list[GarminBloodPressure]:
        """Return all blood pressure readings of the calendar days of the account."""
        answer = self._read(
            f"{BLOOD_PRESSURE_PATH}/range/{start.isoformat()}/{end.isoformat()}",
            params={"includeAll": "true"},
        )
        try:
            return [
                reading
                for summary in answer["measurementSummaries"]
                for measurement in summary.get("measurements") or ()
                if (reading := _blood_pressure(measurement)) is not None
            ]
        except KeyError, TypeError, AttributeError:
            raise GarminUnavailableError(
                "The list of blood pressures had a foreign answer"
            ) from None

    def add_blood_pressure(
        self, measured_at: datetime, systolic: int, diastolic: int, pulse: int | None
    ) -> None:
        """Add a reading in mmHg and beats per minute, at an aware local time.

        A FIT file would be the other way; Garmin takes it and shows nothing.
        """
        payload: dict[str, Any] = {
            "measurementTimestampLocal": _timestamp(measured_at),
            "measurementTimestampGMT": _timestamp(measured_at.astimezone(UTC)),
            "systolic": systolic,
            "diastolic": diastolic,
            "sourceType": "MANUAL",
            "notes": "",
        }
        if pulse is not None:
            payload["pulse"] = pulse
        try:
            self._client.request(
                "POST", "connectapi", BLOOD_PRESSURE_PATH, json=payload
            )
        except (GarminConnectConnectionError, requests.RequestException) as err:
            raise write_error(err) from None

    def delete_blood_pressure(self, reading: GarminBloodPressure) -> None:
        """Remove a reading; one that is gone already is no error.

        Raises GarminRejectedError where Garmin does not let it go.
        """
        if reading.version is None:
            raise GarminRejectedError("Garmin tells no key to remove it by")
        self._delete(f"{BLOOD_PRESSURE_PATH}/{reading.calendar_date}/{reading.version}")

    def _delete(self, path: str) -> None:
        """Delete what may be gone already."""
        try:
            self._client.request("DELETE", "connectapi", path)
        except (GarminConnectConnectionError, requests.RequestException) as err:
            status = status_of(err)
            if status in (HTTPStatus.NOT_FOUND, HTTPStatus.GONE):
                return
            if status in (HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.CONFLICT):
                raise GarminRejectedError(
                    f"Garmin refused a removal ({status})"
                ) from None
            raise write_error(err) from None

    def _read(self, path: str, **kwargs: Any) -> Any:
        """Read JSON from Garmin; every failure becomes a GarminError."""
        # Every visit begins with a read: on a new connection, as one that has been
        # idle for hours may be dead, which an upload would take for a lost answer.
        self._client.hang_up()
        try:
            return self._client.connectapi(path, **kwargs)
        except (GarminConnectConnectionError, requests.RequestException) as err:
            raise read_error(err) from None


def _weigh_in(metric: dict[str, Any], time_zone: tzinfo) -> GarminWeighIn | None:
    """Read one weigh-in: grams, epoch milliseconds. None without weight or time."""
    weight = _number(metric.get("weight"))
    if weight is None:
        return None
    try:
        if milliseconds := _number(metric.get("timestampGMT")):
            seconds = [int(milliseconds // 1000)]
        elif milliseconds := _number(metric.get("date")):
            local = datetime.fromtimestamp(milliseconds // 1000, UTC)
            local = local.replace(tzinfo=time_zone)
            seconds = [int(local.replace(fold=fold).timestamp()) for fold in (0, 1)]
        else:
            return None
    except ValueError, OverflowError, OSError:
        return None
    day = metric.get("calendarDate")
    return GarminWeighIn(
        seconds=tuple(dict.fromkeys(seconds)),
        weight=weight / 1000,
        body_fat=_number(metric.get("bodyFat")),
        sample_pk=metric.get("samplePk"),
        calendar_date=day if isinstance(day, str) else None,
    )


def _blood_pressure(measurement: dict[str, Any]) -> GarminBloodPressure | None:
    """Read one reading; its times are ISO 8601 without a zone. None for a broken one."""
    try:
        measured_at = datetime.fromisoformat(measurement["measurementTimestampGMT"])
        local = str(measurement["measurementTimestampLocal"])
        return GarminBloodPressure(
            seconds=(int(measured_at.replace(tzinfo=UTC).timestamp()),),
            systolic=int(measurement["systolic"]),
            diastolic=int(measurement["diastolic"]),
            pulse=measurement.get("pulse"),
            version=measurement.get("version"),
            calendar_date=local[:10],
        )
    except KeyError, TypeError, ValueError:
        return None


def _timestamp(time: datetime) -> str:
    """Return a time as Garmin's JSON wants it: no zone, and the milliseconds given."""
    return time.replace(tzinfo=None).isoformat(timespec="milliseconds")


def _number(value: Any) -> float | None:
    """Return a JSON value if it is a number."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if math.isfinite(value) else None


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
