"""The Google Health API, where Fitbit's data lives.

The facts are those of the vendor's discovery document `health:v4`: every call is a GET
with a bearer token; an error is an HTTP status with a JSON body whose `details` name
the reason.
"""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from http import HTTPStatus
import time
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession

from ...model import EVER, Batch, DeviceStatus, WeighIn
from ...pace import async_apart
from .. import SourceAuthError, SourceUnavailableError, TokenGetter
from ..oddities import Oddities
from .devices import read_device
from .points import (
    BODY_FAT,
    HEIGHT,
    NEAR,
    WEIGHT,
    DataType,
    Point,
    read_height,
    read_point,
    read_weigh_ins,
    rfc3339,
)

API_BASE = "https://health.googleapis.com"
USER_INFO_URL = "https://www.googleapis.com/oauth2/v3/userinfo"
API_LIBRARY_URL = "https://console.cloud.google.com/apis/library/health.googleapis.com"

_HEALTH_SCOPE = "https://www.googleapis.com/auth/googlehealth."
SCOPE_MEASUREMENTS = f"{_HEALTH_SCOPE}health_metrics_and_measurements.readonly"
SCOPE_SETTINGS = f"{_HEALTH_SCOPE}settings.readonly"
SCOPE_PROFILE = f"{_HEALTH_SCOPE}profile.readonly"
SCOPE_USER_INFO = "https://www.googleapis.com/auth/userinfo.profile"

TIMEOUT = 30  # seconds for one request
# Google filters by the time of measurement, and scales upload late.
OVERLAP = timedelta(days=30)
POINTS_PAGE = 5000
DEVICES_PAGE = 100  # more than the vendor's default of 5
MAX_PAGES = 1000
TOO_MANY_REQUESTS_PAUSE = 60  # seconds; the limit counts requests per minute

type Json = Mapping[str, Any]


class Refusal(StrEnum):
    """Why Google serves an account not at all, until a person changes something."""

    MISSING_SCOPE = "missing_scope"
    API_NOT_ENABLED = "api_not_enabled"
    ACCOUNT_NOT_LINKED = "account_not_linked"
    PROJECT_DENIED = "project_denied"


REFUSALS: Mapping[str, Refusal] = {
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": Refusal.MISSING_SCOPE,
    "insufficient_scope": Refusal.MISSING_SCOPE,
    "SERVICE_DISABLED": Refusal.API_NOT_ENABLED,
    "ACCOUNT_NOT_LINKED": Refusal.ACCOUNT_NOT_LINKED,
    "USER_PROJECT_DENIED": Refusal.PROJECT_DENIED,
}


class GoogleRefusedError(SourceUnavailableError):
    """Google refuses, and neither waiting nor signing in again would change it.

    `refusal` tells why, and `url` is the page where a disabled API is enabled.
    """

    def __init__(self, refusal: Refusal, url: str | None = None) -> None:
        """Keep why, and where that can be changed."""
        super().__init__(f"Google refuses: {refusal}")
        self.refusal = refusal
        self.url = url or API_LIBRARY_URL


class GoogleHealthClient:
    """Reads one person's Fitbit, as far as the person lets it."""

    def __init__(
        self,
        websession: ClientSession,
        get_token: TokenGetter,
        scopes: Collection[str] = (SCOPE_MEASUREMENTS, SCOPE_SETTINGS),
    ) -> None:
        """Read with the access tokens that `get_token` gives, within their scopes."""
        self._websession = websession
        self._get_token = get_token
        self._scopes = scopes
        self._oddities = Oddities("Google Health")

    async def async_get_changes(self, since: int) -> Batch:
        """Return what was measured up to a month before an epoch second, or later.

        0 means everything. Google does not tell when it learned of what.

        Raises SourceAuthError or SourceUnavailableError.
        """
        if SCOPE_MEASUREMENTS not in self._scopes:
            # What may be asked shows whether Google still lets us in.
            await self.async_get_user_id()
        now = int(time.time())
        # From a time that a wrong clock has put into the future, nothing would be read.
        since = max(min(since, now) - int(OVERLAP.total_seconds()), 0)
        start = datetime.fromtimestamp(since, UTC) if since else None
        weigh_ins = await self._async_get_weigh_ins(start, None)
        # They are few, and may be dated back.
        heights = await self._async_get_points(HEIGHT, None, None)
        return Batch(
            since=since,
            until=now,
            # Without the scope nothing is told, which is no word on what there is.
            window=(since, EVER[1]) if SCOPE_MEASUREMENTS in self._scopes else None,
            weigh_ins=weigh_ins,
            heights=tuple(sorted(map(read_height, heights))),
        )

    async def async_get_period(self, start: datetime, end: datetime) -> Batch:
        """Return what was measured from `start` up to `end`, both aware.

        Raises SourceAuthError or SourceUnavailableError.
        """
        return Batch(
            since=int(start.timestamp()),
            until=int(end.timestamp()),
            window=(int(start.timestamp()), int(end.timestamp())),
            weigh_ins=await self._async_get_weigh_ins(start, end),
        )

    async def async_get_devices(self) -> tuple[DeviceStatus, ...]:
        """Return the person's trackers and scales.

        Raises SourceAuthError or SourceUnavailableError.
        """
        if SCOPE_SETTINGS not in self._scopes:
            return ()
        found = await self._async_list(
            "pairedDevices", "pairedDevices", {"pageSize": str(DEVICES_PAGE)}
        )
        devices = (read_device(device, self._oddities) for device in found)
        return tuple(device for device in devices if device)

    async def async_get_user_id(self) -> str:
        """Return the person's id at Google Health. Any scope of the API will do.

        Raises SourceAuthError or SourceUnavailableError.
        """
        identity = await self._async_get(f"{API_BASE}/v4/users/me/identity")
        user_id = identity.get("healthUserId")
        if not isinstance(user_id, str) or not user_id:
            raise SourceUnavailableError("the answer names no user")
        return user_id

    async def async_get_name(self) -> str | None:
        """Return what the person is called, if they share it (SCOPE_USER_INFO).

        Raises SourceAuthError or SourceUnavailableError.
        """
        user_info = await self._async_get(USER_INFO_URL)
        name = user_info.get("given_name") or user_info.get("name")
        return name if isinstance(name, str) else None

    async def _async_get_weigh_ins(
        self, start: datetime | None, end: datetime | None
    ) -> tuple[WeighIn, ...]:
        """Return the weighings of a period; None is without end.

        What lies just outside decides what is a copy and what belongs together.
        """
        margin_start = None if start is None else start - NEAR
        margin_end = None if end is None else end + NEAR
        weights = await self._async_get_points(WEIGHT, margin_start, margin_end)
        fats = await self._async_get_points(BODY_FAT, margin_start, margin_end)
        weigh_ins = await async_apart(
            len(weights), tuple, read_weigh_ins(weights, fats)
        )
        return tuple(
            weigh_in
            for weigh_in in weigh_ins
            if (start is None or weigh_in.measured_at >= start)
            and (end is None or weigh_in.measured_at < end)
        )

    async def _async_get_points(
        self, data_type: DataType, start: datetime | None, end: datetime | None
    ) -> list[Point]:
        """Return the points of a data type; an odd one is left out alone."""
        if SCOPE_MEASUREMENTS not in self._scopes:
            return []
        params = {"pageSize": str(POINTS_PAGE)}
        terms = [
            f'{data_type.sample_time} {operator} "{rfc3339(limit)}"'
            for operator, limit in ((">=", start), ("<", end))
            if limit is not None
        ]
        if terms:
            params["filter"] = " AND ".join(terms)
        found = await self._async_list(
            f"dataTypes/{data_type.path}/dataPoints", "dataPoints", params
        )
        return await async_apart(len(found), self._read_points, data_type, found)

    def _read_points(self, data_type: DataType, found: Iterable[Json]) -> list[Point]:
        """Read points, but for odd ones."""
        points: list[Point] = []
        for item in found:
            if (point := read_point(data_type, item)) is None:
                self._oddities.tell(f"a {data_type.path} that cannot be read")
            else:
                points.append(point)
        return points

    async def _async_list(
        self, path: str, key: str, params: Mapping[str, str]
    ) -> list[Json]:
        """Return the objects of all pages of a list; an empty page lacks it."""
        found: list[Json] = []
        token: str | None = None
        for _ in range(MAX_PAGES):
            page = await self._async_get(
                f"{API_BASE}/v4/users/me/{path}",
                params if token is None else {**params, "pageToken": token},
            )
            items = page.get(key, [])
            if not isinstance(items, list):
                raise SourceUnavailableError(f"the answer has no {key}")
            found.extend(item if isinstance(item, dict) else {} for item in items)
            token = page.get("nextPageToken")
            if not token:
                return found
        raise SourceUnavailableError("the pages of the answer do not end")

    async def _async_get(
        self, url: str, params: Mapping[str, str] | None = None
    ) -> Json:
        """Return the body of a successful answer."""
        token = await self._get_token()
        try:
            async with (
                asyncio.timeout(TIMEOUT),
                self._websession.get(
                    url, params=params, headers={"Authorization": f"Bearer {token}"}
                ) as response,
            ):
                answer = await response.json(content_type=None)
        except TimeoutError as err:
            raise SourceUnavailableError("no answer in time") from err
        except ClientError as err:
            raise SourceUnavailableError(str(err) or type(err).__name__) from err
        except ValueError as err:
            raise SourceUnavailableError("the answer is not from Google") from err
        body: Json = answer if isinstance(answer, dict) else {}
        if response.status != HTTPStatus.OK:
            raise _error(response, body)
        if not isinstance(answer, dict):
            raise SourceUnavailableError("the answer is not from Google")
        return body


def _error(
    response: ClientResponse, body: Json
) -> SourceAuthError | SourceUnavailableError:
    """Return what an answer other than a success means."""
    reasons = list(_reasons(body))
    for reason in reasons:
        if (refusal := REFUSALS.get(reason)) is not None:
            return GoogleRefusedError(refusal, _help_url(body))
    told = ", ".join([f"HTTP {response.status}", *reasons])
    if response.status == HTTPStatus.UNAUTHORIZED and "error" in body:
        return SourceAuthError(told)
    seconds = response.headers.get("Retry-After", "")
    retry_after: float | None = None
    if seconds.isdecimal():
        retry_after = int(seconds)
    elif response.status == HTTPStatus.TOO_MANY_REQUESTS:
        retry_after = TOO_MANY_REQUESTS_PAUSE
    return SourceUnavailableError(told, retry_after=retry_after)


def _reasons(body: Json) -> Iterator[str]:
    """Yield the reasons in an error body: Google's form, or that of OAuth."""
    if isinstance(error := body.get("error"), str):
        yield error
    for detail in _details(body):
        if isinstance(reason := detail.get("reason"), str):
            yield reason


def _help_url(body: Json) -> str | None:
    """Return the first link of an error body's help."""
    for detail in _details(body):
        links = detail.get("links")
        for link in links if isinstance(links, list) else []:
            url = link.get("url") if isinstance(link, dict) else None
            if isinstance(url, str) and url.startswith("https://"):
                return url
    return None


def _details(body: Json) -> Iterator[Json]:
    """Yield the details of an error body."""
    error = body.get("error")
    details = error.get("details") if isinstance(error, dict) else None
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict):
            yield detail
