"""Withings' API: measurements, devices and notifications.

The facts are those of the vendor's public API reference: every call is a POST form with
a bearer token, and every answer comes with HTTP 200 and a `status` of its own in the body.
"""

import asyncio
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from aiohttp import ClientError, ClientSession

from ...model import EVER, Batch, BatteryLevel, DeviceKind, DeviceStatus
from ...pace import async_apart
from .. import SourceAuthError, SourceUnavailableError, TokenGetter
from ..oddities import Oddities
from .measures import (
    CATEGORY_REAL,
    MEASTYPES,
    Group,
    integer,
    make_batch,
    moment,
    parse_group,
)

API_BASE = "https://wbsapi.withings.net"

TIMEOUT = 30  # seconds for one request
OVERLAP = 24 * 60 * 60  # seconds; late and concurrent writes at Withings hide in it
TOO_MANY_REQUESTS_PAUSE = 60  # seconds; the limit counts requests per minute

STATUS_OK = 0
STATUS_AUTH = frozenset({100, 101, 102, 200, 214, 277, 401, 2553, 2555})
STATUS_TOO_MANY_REQUESTS = 601

DEVICE_KINDS: Mapping[str, DeviceKind] = {
    "Scale": DeviceKind.SCALE,
    "Activity Tracker": DeviceKind.TRACKER,
    "Blood Pressure Monitor": DeviceKind.BLOOD_PRESSURE_MONITOR,
    "Sleep Monitor": DeviceKind.SLEEP_MONITOR,
    "Smart Connected Thermometer": DeviceKind.THERMOMETER,
}
# Phones and health stores that Withings lists as devices.
PHONE_MODELS = range(1051, 1063)
BATTERY_LEVELS: Mapping[str, BatteryLevel] = {
    "high": BatteryLevel.HIGH,  # above 75 %
    "medium": BatteryLevel.MEDIUM,  # above 30 %
    "low": BatteryLevel.LOW,
}
NO_BATTERY_WORDS = ("unknown", None)

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
        self._websession = websession
        self._get_token = get_token
        self._oddities = Oddities("Withings")

    async def async_get_changes(self, since: int) -> Batch:
        """Return what Withings learned since an epoch second; 0 means everything.

        Raises SourceAuthError or SourceUnavailableError.
        """
        since = max(since - OVERLAP, 0)
        window = {"lastupdate": since} if since else {}
        groups, until = await self._async_get_groups(window)
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

        Raises SourceAuthError or SourceUnavailableError.
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

        Raises SourceAuthError or SourceUnavailableError.
        """
        body = await self._async_post("/v2/user", {"action": "getdevice"})
        devices = map(self._parse_device, _objects(body, "devices"))
        return tuple(device for device in devices if device)

    async def async_list_subscriptions(self) -> frozenset[Subscription]:
        """Return what Withings calls when it has something new of this person.

        Raises SourceAuthError or SourceUnavailableError.
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

        Raises SourceAuthError or SourceUnavailableError.
        """
        await self._async_notify("subscribe", subscription)

    async def async_revoke(self, subscription: Subscription) -> None:
        """Have Withings call a URL no longer.

        Raises SourceAuthError or SourceUnavailableError.
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
            groups.extend(
                group
                for found in _objects(body, "measuregrps")
                if (group := parse_group(found, self._oddities))
            )
            if until is None:
                until = integer(body.get("updatetime"))
            if not body.get("more"):
                break
            offset = integer(body.get("offset"))
            if offset is None or offset <= int(form.get("offset", 0)):
                raise SourceUnavailableError("the pages of the answer do not end")
            form["offset"] = offset
        if until is None:
            until = max((group.modified for group in groups), default=0)
        return groups, until

    async def _async_post(self, path: str, form: Mapping[str, str | int]) -> Json:
        """Return the body of a successful answer."""
        token = await self._get_token()
        try:
            async with (
                asyncio.timeout(TIMEOUT),
                self._websession.post(
                    f"{API_BASE}{path}",
                    data=form,
                    headers={"Authorization": f"Bearer {token}"},
                ) as response,
            ):
                if response.status >= 500:
                    raise SourceUnavailableError(f"HTTP {response.status}")
                answer = await response.json(content_type=None)
        except TimeoutError as err:
            raise SourceUnavailableError("no answer in time") from err
        except (ClientError, ValueError) as err:
            raise SourceUnavailableError(str(err) or type(err).__name__) from err
        return _unwrap(answer)

    def _parse_device(self, device: Json) -> DeviceStatus | None:
        """Return a device, or None for a phone and for what cannot be told apart."""
        if device.get("model_id") in PHONE_MODELS:
            return None
        kind = DEVICE_KINDS.get(str(device.get("type")))
        device_id = device.get("deviceid")
        if kind is None or not isinstance(device_id, str) or not device_id:
            self._oddities.tell("a device of an unknown type", device.get("type"))
            return None
        word = device.get("battery")
        level = BATTERY_LEVELS.get(str(word))
        if level is None and word not in NO_BATTERY_WORDS:
            self._oddities.tell("an unknown battery word", word)
        model = device.get("model")
        return DeviceStatus(
            device_id=device_id,
            kind=kind,
            model=model if isinstance(model, str) else None,
            manufacturer="Withings",
            battery_level=level,
            last_sync=moment(integer(device.get("last_session_date"))),
        )


def _unwrap(answer: object) -> Json:
    """Return the body of a successful answer; raise what another status means."""
    if not isinstance(answer, dict) or "status" not in answer:
        raise SourceUnavailableError("the answer is not from Withings")
    status, body = answer["status"], answer.get("body")
    if not isinstance(body, dict):
        body = {}
    if status in STATUS_AUTH:
        raise SourceAuthError(f"status {status}")
    if status == STATUS_TOO_MANY_REQUESTS:
        wait = integer(body.get("wait_seconds")) or TOO_MANY_REQUESTS_PAUSE
        raise SourceUnavailableError("too many requests", retry_after=wait)
    if status != STATUS_OK:
        raise SourceUnavailableError(f"status {status}")
    return body


def _objects(body: Json, name: str) -> list[Json]:
    """Return the objects of a list that an answer cannot lack."""
    items = body.get(name)
    if not isinstance(items, list):
        raise SourceUnavailableError(f"the answer has no {name}")
    return [item for item in items if isinstance(item, dict)]
