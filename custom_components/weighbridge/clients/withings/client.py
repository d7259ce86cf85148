"""Withings' API: measurements, devices and notifications.

The facts are those of the vendor's public API reference: every call is a POST form with
a bearer token, and every answer comes with HTTP 200 and a `status` of its own in the body.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from http import HTTPMethod
import time
from typing import Any, NamedTuple

from aiohttp import ClientSession

from ...model import EVER, Batch, DeviceStatus
from ...pace import async_apart
from .. import (
    Refusal,
    SourceAuthError,
    SourceRefusedError,
    SourceUnavailableError,
    TokenGetter,
    Trouble,
)
from ..answers import TOO_MANY_REQUESTS_PAUSE, Answer, Caller
from ..oddities import Oddities
from .devices import read_device
from .measures import (
    CATEGORY_GOAL,
    CATEGORY_REAL,
    MEASTYPES,
    Group,
    integer,
    make_batch,
    newest_goal,
    parse_group,
)

API_BASE = "https://wbsapi.withings.net"

OVERLAP = 24 * 60 * 60  # seconds; late and concurrent writes at Withings hide in it

STATUS_OK = 0
STATUS_AUTH = frozenset({100, 101, 102, 200, 214, 401, 2553, 2555})
STATUS_NO_SCOPE = 277
STATUS_FORBIDDEN = 403  # a missing scope if the error says so, else nobody knows
STATUS_TOO_MANY_REQUESTS = 601

type Json = Mapping[str, Any]


class Subscription(NamedTuple):
    """A URL that Withings calls when it has something new.

    `appli` is the vendor's number of a kind of data: 1 weight and body composition,
    4 blood pressure.
    """

    url: str
    appli: int


class WithingsClient:
    """Reads one person's measurements and devices."""

    def __init__(self, websession: ClientSession, get_token: TokenGetter) -> None:
        """Read with the access tokens that `get_token` gives."""
        self._caller = Caller(websession, get_token)
        self._oddities = Oddities("Withings")

    @property
    def shapes(self) -> Mapping[str, Any]:
        """Return how the last answers looked, by their actions."""
        return self._caller.shapes

    async def async_get_changes(self, since: int) -> Batch:
        """Return what Withings learned since an epoch second; 0 means everything.

        Raises SourceError.
        """
        now = int(time.time())
        # From a time that a wrong clock has put into the future, nothing would be read.
        since = max(min(since, now) - OVERLAP, 0)
        window = {"lastupdate": since} if since else {}
        groups, until = await self._async_get_groups(window)
        until = min(until, now + OVERLAP)
        return await async_apart(
            len(groups),
            make_batch,
            since,
            max(since, until),
            groups,
            self._oddities,
            None if since else EVER,
        )

    async def async_get_period(self, start: datetime, end: datetime) -> Batch:
        """Return what was measured from `start` up to `end`, both aware.

        Raises SourceError.
        """
        first, last = int(start.timestamp()), int(end.timestamp())
        groups, _ = await self._async_get_groups({"startdate": first, "enddate": last})
        wanted = [group for group in groups if first <= group.date < last]
        return await async_apart(
            len(wanted),
            make_batch,
            first,
            last,
            wanted,
            self._oddities,
            (first, last),
        )

    async def async_get_devices(self) -> tuple[DeviceStatus, ...]:
        """Return the person's scales, trackers and monitors; phones are left out.

        Raises SourceError.
        """
        body = await self._async_post("/v2/user", {"action": "getdevice"})
        devices = (
            read_device(device, self._oddities) for device in _objects(body, "devices")
        )
        return tuple(device for device in devices if device)

    async def async_get_goal(self) -> float | None:
        """Return the newest goal of the weight, in kg, None if there is none.

        Raises SourceError.
        """
        body = await self._async_post(
            "/measure",
            {
                "action": "getmeas",
                "category": CATEGORY_GOAL,
                "meastypes": MEASTYPES,
            },
        )
        return newest_goal(_objects(body, "measuregrps"), self._oddities)

    async def async_list_subscriptions(self) -> frozenset[Subscription]:
        """Return what Withings calls when it has something new of this person.

        Raises SourceError.
        """
        body = await self._async_post("/notify", {"action": "list"})
        return frozenset(
            Subscription(url, appli)
            for profile in _objects(body, "profiles")
            if isinstance(url := profile.get("callbackurl"), str)
            and isinstance(appli := profile.get("appli"), int)
        )

    async def async_subscribe(self, subscription: Subscription) -> None:
        """Have Withings call a URL, which must answer its HEAD request at once.

        Raises SourceError.
        """
        await self._async_notify("subscribe", subscription)

    async def async_revoke(self, subscription: Subscription) -> None:
        """Have Withings call a URL no longer.

        Raises SourceError.
        """
        await self._async_notify("revoke", subscription)

    async def _async_notify(self, action: str, subscription: Subscription) -> None:
        """Change a subscription."""
        await self._async_post(
            "/notify",
            {
                "action": action,
                "callbackurl": subscription.url,
                "appli": subscription.appli,
            },
        )

    async def _async_get_groups(
        self, window: Mapping[str, int]
    ) -> tuple[list[Group], int]:
        """Return the groups of all pages, and the vendor's time of the first page."""
        form: dict[str, str | int] = {
            "action": "getmeas",
            "category": CATEGORY_REAL,
            "meastypes": MEASTYPES,
            **window,
        }
        groups: list[Group] = []
        until: int | None = None
        while True:
            body = await self._async_post("/measure", form)
            found = list(_objects(body, "measuregrps"))
            groups += await async_apart(len(found), self._parse, found)
            if until is None:
                until = integer(body.get("updatetime"))
            if not body.get("more"):
                break
            offset = integer(body.get("offset"))
            if offset is None or offset <= int(form.get("offset", 0)):
                raise SourceUnavailableError(Trouble.ODD, "offset")
            form["offset"] = offset
        if until is None:
            until = max((group.modified for group in groups), default=0)
        return groups, until

    def _parse(self, found: Iterable[Json]) -> list[Group]:
        """Return the groups that can be read; it may be called in any thread."""
        groups = (parse_group(one, self._oddities) for one in found)
        return [group for group in groups if group]

    async def _async_post(self, path: str, form: Mapping[str, str | int]) -> Json:
        """Return the body of a successful answer."""
        name = str(form["action"])
        url = f"{API_BASE}{path}"
        answer = await self._caller.async_ask(name, HTTPMethod.POST, url, data=form)
        if isinstance(status := answer.body.get("status"), int):
            self._caller.shapes[name]["status"] = status
        return _unwrap(answer)


def _unwrap(answer: Answer) -> Json:
    """Return the body of a successful answer; raise what another status means."""
    if "status" not in answer.body:
        raise SourceUnavailableError(Trouble.FOREIGN, answer.code)
    status, body = answer.body["status"], answer.body.get("body")
    if not isinstance(body, dict):
        body = {}
    if status == STATUS_OK:
        return body
    code = f"status {status}"
    if status in STATUS_AUTH:
        raise SourceAuthError(code)
    error = str(answer.body.get("error", "")).lower()
    if status == STATUS_NO_SCOPE or (
        status == STATUS_FORBIDDEN and error.startswith("insufficient_scope")
    ):
        raise SourceRefusedError(Refusal.MISSING_SCOPE)
    if status == STATUS_FORBIDDEN:
        raise SourceUnavailableError(Trouble.FORBIDDEN, code)
    if status == STATUS_TOO_MANY_REQUESTS:
        wait = integer(body.get("wait_seconds")) or TOO_MANY_REQUESTS_PAUSE
        raise SourceUnavailableError(Trouble.BUSY, code, retry_after=wait)
    raise SourceUnavailableError(Trouble.DOWN, code)


def _objects(body: Json, name: str) -> list[Json]:
    """Return the objects of a list that an answer cannot lack."""
    items = body.get(name)
    if not isinstance(items, list):
        raise SourceUnavailableError(Trouble.ODD, name)
    return [item for item in items if isinstance(item, dict)]
