"""The Google Health API, where Fitbit's data lives.

The facts are those of the vendor's discovery document `health:v4`: every call is a GET
with a bearer token; an error is an HTTP status with a JSON body whose `details` name
the reason.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPMethod, HTTPStatus
import time
from typing import Any

from aiohttp import ClientSession

from ...model import EVER, Batch, DeviceStatus, WeighIn
from ...pace import async_apart
from .. import (
    Refusal,
    SourceAuthError,
    SourceError,
    SourceRefusedError,
    SourceUnavailableError,
    TokenGetter,
    Trouble,
)
from ..answers import Answer, Caller
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
AUDIENCE_URL = "https://console.cloud.google.com/auth/audience"
FITBIT_HELP_URL = "https://support.google.com/fitbit"

_HEALTH_SCOPE = "https://www.googleapis.com/auth/googlehealth."
SCOPE_MEASUREMENTS = f"{_HEALTH_SCOPE}health_metrics_and_measurements.readonly"
SCOPE_SETTINGS = f"{_HEALTH_SCOPE}settings.readonly"
SCOPE_USER_INFO = "https://www.googleapis.com/auth/userinfo.profile"

# Google filters by the time of measurement, and scales upload late.
OVERLAP = timedelta(days=30)
POINTS_PAGE = 5000
DEVICES_PAGE = 100  # more than the vendor's default of 5
MAX_PAGES = 1000

type Json = Mapping[str, Any]


REFUSALS: Mapping[str, Refusal] = {
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": Refusal.MISSING_SCOPE,
    # Only a new consent has cured it.
    "RESOURCE_PERMISSION_DENIED": Refusal.MISSING_SCOPE,
    "insufficient_scope": Refusal.MISSING_SCOPE,
    "SERVICE_DISABLED": Refusal.API_NOT_ENABLED,
    "ACCOUNT_NOT_LINKED": Refusal.ACCOUNT_NOT_LINKED,
    "USER_PROJECT_DENIED": Refusal.PROJECT_DENIED,
}
REFUSAL_URLS: Mapping[Refusal, str] = {
    Refusal.API_NOT_ENABLED: API_LIBRARY_URL,
    Refusal.ACCOUNT_NOT_LINKED: FITBIT_HELP_URL,
    Refusal.PROJECT_DENIED: AUDIENCE_URL,
}


class GoogleHealthClient:
    """Reads one person's Fitbit, as far as the person lets it."""

    def __init__(
        self,
        websession: ClientSession,
        get_token: TokenGetter,
        scopes: Collection[str] = (SCOPE_MEASUREMENTS, SCOPE_SETTINGS),
    ) -> None:
        """Read with the access tokens that `get_token` gives, within their scopes."""
        self._caller = Caller(websession, get_token)
        self._scopes = scopes
        self._oddities = Oddities("Google Health")

    @property
    def shapes(self) -> Mapping[str, Any]:
        """Return how the last answers looked, by their paths."""
        return self._caller.shapes

    async def async_get_changes(self, since: int) -> Batch:
        """Return what was measured up to a month before an epoch second, or later.

        0 means everything. Google does not tell when it learned of what.

        Raises SourceError.
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

        Raises SourceError.
        """
        return Batch(
            since=int(start.timestamp()),
            until=int(end.timestamp()),
            window=(int(start.timestamp()), int(end.timestamp())),
            weigh_ins=await self._async_get_weigh_ins(start, end),
        )

    async def async_get_devices(self) -> tuple[DeviceStatus, ...]:
        """Return the person's trackers and scales.

        Raises SourceError.
        """
        if SCOPE_SETTINGS not in self._scopes:
            return ()
        found = await self._async_list(
            "pairedDevices", "pairedDevices", {"pageSize": str(DEVICES_PAGE)}
        )
        devices = (read_device(device, self._oddities) for device in found)
        return tuple(device for device in devices if device)

    async def async_get_goal(self) -> None:
        """Know of no goal: the API tells of none."""

    async def async_get_user_id(self) -> str:
        """Return the person's id at Google Health. Any scope of the API will do.

        Raises SourceError.
        """
        identity = await self._async_get(f"{API_BASE}/v4/users/me/identity")
        user_id = identity.get("healthUserId")
        if not isinstance(user_id, str) or not user_id:
            raise SourceUnavailableError(Trouble.ODD, "healthUserId")
        return user_id

    async def async_get_name(self) -> str | None:
        """Return what the person is called, if they share it (SCOPE_USER_INFO).

        Raises SourceError.
        """
        user_info = await self._async_get(USER_INFO_URL)
        name = user_info.get("given_name") or user_info.get("name")
        return name if isinstance(name, str) else None

    async def _async_get_weigh_ins(
        self, start: datetime | None, end: datetime | None
    ) -> tuple[WeighIn, ...]:
        """Return the weighings of a period; None is without end.

        What lies just outside decides what is a copy and what belongs together. What is
        entered by hand may carry the last second of its day: until then it is not told.
        """
        now = datetime.now(UTC)
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
            and weigh_in.measured_at <= now
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
                raise SourceUnavailableError(Trouble.ODD, key)
            found.extend(item if isinstance(item, dict) else {} for item in items)
            token = page.get("nextPageToken")
            if not token:
                return found
        raise SourceUnavailableError(Trouble.ODD, "nextPageToken")

    async def _async_get(
        self, url: str, params: Mapping[str, str] | None = None
    ) -> Json:
        """Return the body of a successful answer."""
        name = url.removeprefix(API_BASE)
        answer = await self._caller.async_ask(name, HTTPMethod.GET, url, params=params)
        if answer.status != HTTPStatus.OK:
            raise _error(answer)
        return answer.body


def _error(answer: Answer) -> SourceError:
    """Return what an answer other than a success means."""
    reasons = list(_reasons(answer.body))
    for reason in reasons:
        if (refusal := REFUSALS.get(reason)) is not None:
            url = _help_url(answer.body) or REFUSAL_URLS.get(refusal, "")
            return SourceRefusedError(refusal, url)
    told = ", ".join([answer.code, *reasons])
    if "error" not in answer.body:
        trouble = Trouble.FOREIGN
    elif answer.status == HTTPStatus.UNAUTHORIZED:
        return SourceAuthError(told)
    elif answer.status == HTTPStatus.FORBIDDEN:
        trouble = Trouble.FORBIDDEN
    else:
        trouble = Trouble.ODD
    return SourceUnavailableError(trouble, told, retry_after=answer.retry_after)


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
