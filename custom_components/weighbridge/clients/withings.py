"""Withings' API: measurements and devices.

The facts are those of the vendor's public API reference: every call is a POST form with
a bearer token, and every answer comes with HTTP 200 and a `status` of its own in the body.
"""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
import math
from typing import Any

from aiohttp import ClientError, ClientSession

from ..model import (
    Batch,
    BatteryLevel,
    DeviceKind,
    DeviceStatus,
    Doubt,
    Height,
    WeighIn,
)
from . import SourceAuthError, SourceUnavailableError, TokenGetter
from .oddities import Oddities

API_BASE = "https://wbsapi.withings.net"

TIMEOUT = 30  # seconds for one request
OVERLAP = 24 * 60 * 60  # seconds; late and concurrent writes at Withings hide in it
TOO_MANY_REQUESTS_PAUSE = 60  # seconds; the limit counts requests per minute

STATUS_OK = 0
STATUS_AUTH = frozenset({100, 101, 102, 200, 214, 277, 401, 2553, 2555})
STATUS_TOO_MANY_REQUESTS = 601

CATEGORY_REAL = 1  # 2 are the user's objectives

WEIGHT = 1
HEIGHT = 4
HYDRATION = 77
MEASURES: Mapping[int, str] = {
    WEIGHT: "weight",
    5: "fat_free_mass",
    6: "body_fat",
    8: "fat_mass",
    11: "heart_rate",
    76: "muscle_mass",
    88: "bone_mass",
    170: "visceral_fat",
    226: "basal_metabolic_rate",
    227: "metabolic_age",
}
MEASTYPES = ",".join(map(str, sorted({HEIGHT, HYDRATION, *MEASURES})))

DOUBTS: Mapping[int, Doubt] = {1: Doubt.AMBIGUOUS, 4: Doubt.INITIAL}
# Device, manual entry, picked by the user, automatic, confirmed, as 0, two seen in
# the field and never documented, guided.
CERTAIN = frozenset({0, 2, 3, 5, 7, 8, 10, 15, 17})

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """What Withings stored for one person at one moment."""

    date: int
    group_id: str | None
    created: int | None
    modified: int
    doubt: Doubt | None
    measures: Mapping[int, float]


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
        return _batch(since, max(since, until), groups)

    async def async_get_period(self, start: datetime, end: datetime) -> Batch:
        """Return what was measured from `start` up to `end`, both aware.

        Raises SourceAuthError or SourceUnavailableError.
        """
        first, last = int(start.timestamp()), int(end.timestamp())
        groups, _ = await self._async_get_groups({"startdate": first, "enddate": last})
        return _batch(
            first, last, [group for group in groups if first <= group.date < last]
        )

    async def async_get_devices(self) -> tuple[DeviceStatus, ...]:
        """Return the person's scales, trackers and monitors; phones are left out.

        Raises SourceAuthError or SourceUnavailableError.
        """
        body = await self._async_post("/v2/user", {"action": "getdevice"})
        devices = map(self._parse_device, _objects(body, "devices"))
        return tuple(device for device in devices if device)

    async def _async_get_groups(
        self, window: Mapping[str, int]
    ) -> tuple[list[_Group], int]:
        """Return the groups of all pages, and the vendor's time of the first page."""
        form: dict[str, str | int] = {
            "action": "getmeas",
            "category": CATEGORY_REAL,
            "meastypes": MEASTYPES,
            **window,
        }
        groups: list[_Group] = []
        until: int | None = None
        while True:
            body = await self._async_post("/measure", form)
            found = map(self._parse_group, _objects(body, "measuregrps"))
            groups.extend(group for group in found if group)
            if until is None:
                until = _integer(body.get("updatetime"))
            if not body.get("more"):
                break
            offset = _integer(body.get("offset"))
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

    def _parse_group(self, group: Json) -> _Group | None:
        """Return a group, or None for one that is of no use."""
        if group.get("category", CATEGORY_REAL) != CATEGORY_REAL:
            return None
        date = _integer(group.get("date"))
        if date is None:
            self._oddities.tell("a measurement without a usable date")
            return None
        attribution = _integer(group.get("attrib"))
        doubt = None if attribution is None else DOUBTS.get(attribution)
        if doubt is None and attribution not in CERTAIN:
            self._oddities.tell(
                "an unknown attribution, taken for certain", attribution
            )
        created = _integer(group.get("created"))
        group_id = group.get("grpid")
        return _Group(
            date=date,
            group_id=None if group_id is None else str(group_id),
            created=created,
            modified=_integer(group.get("modified")) or created or date,
            doubt=doubt,
            measures=dict(self._parse_measures(group)),
        )

    def _parse_measures(self, group: Json) -> Iterable[tuple[int, float]]:
        """Yield the type and value of each measure that can be read.

        No quantity of a living person is 0: Withings writes it for "not measured".
        """
        measures = group.get("measures")
        for measure in measures if isinstance(measures, list) else []:
            try:
                kind = measure["type"]
                value = float(f"{measure['value']:d}e{measure['unit']:d}")
            except KeyError, TypeError, ValueError:
                self._oddities.tell("a measure that cannot be read")
                continue
            if kind not in (HEIGHT, HYDRATION, *MEASURES):
                self._oddities.tell("a measure of an unknown type", kind)
            elif 0 < value < math.inf:
                yield kind, value

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
            last_sync=_moment(_integer(device.get("last_session_date"))),
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
        wait = _integer(body.get("wait_seconds")) or TOO_MANY_REQUESTS_PAUSE
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


def _integer(value: object) -> int | None:
    """Return a whole number that is usable as an epoch second or an offset."""
    return value if isinstance(value, int) and 0 <= value < 2**37 else None


def _moment(second: int | None) -> datetime | None:
    """Return the aware UTC time of an epoch second; 0 stands for never."""
    return datetime.fromtimestamp(second, UTC) if second else None


def _batch(since: int, until: int, groups: Iterable[_Group]) -> Batch:
    """Return the weigh-ins and heights of groups, both in the order of time."""
    moments: dict[int, list[_Group]] = {}
    for group in sorted(groups, key=lambda group: (group.date, group.modified)):
        moments.setdefault(group.date, []).append(group)
    weigh_ins = map(_weigh_in, moments.values())
    heights = {
        date: group.measures[HEIGHT]
        for date, found in moments.items()
        for group in found
        if HEIGHT in group.measures
    }
    return Batch(
        since=since,
        until=until,
        weigh_ins=tuple(weigh_in for weigh_in in weigh_ins if weigh_in),
        heights=tuple(
            Height(datetime.fromtimestamp(date, UTC), height)
            for date, height in heights.items()
        ),
    )


def _weigh_in(groups: list[_Group]) -> WeighIn | None:
    """Return the weighing that groups of one moment make up, if they hold a weight.

    Where two groups give the same quantity, the later one, changed last, is right.
    """
    measures = {kind: value for g in groups for kind, value in g.measures.items()}
    if (weight := measures.get(WEIGHT)) is None:
        return None
    main = next(group for group in reversed(groups) if WEIGHT in group.measures)
    values: dict[str, Any] = {
        name: measures[kind] for kind, name in MEASURES.items() if kind in measures
    }
    if "fat_mass" in values:
        values.setdefault("body_fat", _percentage(values["fat_mass"], weight))
    elif "body_fat" in values:
        values["fat_mass"] = round(weight * values["body_fat"] / 100, 3)
    if HYDRATION in measures:
        values["body_water"] = _percentage(measures[HYDRATION], weight)
    return WeighIn(
        measured_at=datetime.fromtimestamp(main.date, UTC),
        source_id=main.group_id,
        recorded_at=_moment(main.created),
        doubt=next((group.doubt for group in groups if group.doubt), None),
        **values,
    )


def _percentage(part: float, whole: float) -> float:
    """Return what share a mass is of another, in % to a hundredth."""
    return round(part / whole * 100, 2)
