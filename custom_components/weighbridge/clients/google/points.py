"""What Google's data points mean: weight, body fat and height of one person.

Weight and fat of one weighing are points of their own. A point has a name, but for those
of types that Google does not call identifiable.
One weighing may be there several times: from the vendor's own scale, and as a copy that
another app has written into Health Connect, HealthKit or Google Fit.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
import math
import re
from typing import Any, NamedTuple

from ...model import Height, Origin, WeighIn

type Json = Mapping[str, Any]

# Points of one weighing, and copies of one point, are that close together.
NEAR = timedelta(minutes=2)
SAME = 0.05  # kg or %

OWN_PLATFORM = "FITBIT"

_WORD = re.compile(r"[a-z]+")


class DataType(NamedTuple):
    """A data type of the API: where its points have what, in which unit."""

    path: str
    key: str
    value: str
    scale: float
    most: float

    @property
    def sample_time(self) -> str:
        """Return how filters name the time of a point."""
        return f"{self.path.replace('-', '_')}.sample_time.physical_time"


WEIGHT = DataType("weight", "weight", "weightGrams", 0.001, 1000)  # kg
BODY_FAT = DataType("body-fat", "bodyFat", "percentage", 1, 100)  # %
HEIGHT = DataType("height", "height", "heightMillimeters", 0.001, 3)  # m


class DataSource(NamedTuple):
    """The way that a point took to Google."""

    platform: str
    application: tuple[str, ...]
    device: tuple[str, ...]

    @property
    def is_own(self) -> bool:
        """Tell whether the vendor has the point from nobody else."""
        return self.platform == OWN_PLATFORM

    @property
    def copied_from(self) -> Origin | None:
        """Return whose the point is, by the names of the app and of the device.

        An app is named like `com.garmin.android.apps.connectmobile`.
        """
        words = set(_WORD.findall(" ".join(self.application + self.device).lower()))
        return next((origin for origin in Origin if origin.value in words), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A value of a data type (kg, % or m) at an aware UTC time in whole seconds."""

    measured_at: datetime
    value: float
    source: DataSource
    key: str = ""

    @property
    def rank(self) -> tuple[object, ...]:
        """Return what sorts a point before its copies.

        Of what one source tells of one second, Google lists the newest first.
        """
        source = self.source
        foreign = source.copied_from is not None
        return foreign, not source.is_own, source, self.measured_at


def read_point(data_type: DataType, point: Json) -> Point | None:
    """Return a point of the API, or None for one that cannot be read.

    No quantity of a living person is 0.
    """
    payload = point.get(data_type.key)
    if not isinstance(payload, dict):
        return None
    measured_at = _time(payload.get("sampleTime"))
    value = number(payload.get(data_type.value))
    if measured_at is None or value is None:
        return None
    value = round(value * data_type.scale, 3)
    if not 0 < value <= data_type.most:
        return None
    return Point(
        measured_at=measured_at,
        value=value,
        source=_data_source(point.get("dataSource")),
        key=_key(point.get("name")),
    )


def read_weigh_ins(
    weights: Iterable[Point], body_fats: Iterable[Point]
) -> Iterator[WeighIn]:
    """Yield the weighings that points of weight and fat make up, in order of time.

    A fat without a weight near it is none.
    """
    weights = list(weights)
    fats = _join(weights, _without_copies(body_fats))
    for weight, *copies in _without_copies(weights):
        found = (fats[point] for point in (weight, *copies) if point in fats)
        fat = next(found, None)
        yield WeighIn(
            key=weight.key,
            measured_at=weight.measured_at,
            weight=weight.value,
            body_fat=fat,
            fat_mass=None if fat is None else round(weight.value * fat / 100, 3),
            copied_from=weight.source.copied_from,
            relayed=not all(point.source.is_own for point in (weight, *copies)),
        )


def read_height(point: Point) -> Height:
    """Return the height that a point tells."""
    return Height(point.measured_at, point.value, point.key)


def number(value: object) -> float | None:
    """Return a finite number; as in any proto3 JSON, long integers are strings."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        result = float(value)
    except ValueError:
        return None
    return result if math.isfinite(result) else None


def moment(value: object) -> datetime | None:
    """Return the aware UTC time, in whole seconds, that an RFC 3339 text tells."""
    if not isinstance(value, str):
        return None
    try:
        time = datetime.fromisoformat(value)
        return (
            None if time.tzinfo is None else time.astimezone(UTC).replace(microsecond=0)
        )
    except ValueError, OverflowError:
        return None


def rfc3339(time: datetime) -> str:
    """Return an aware time as the API takes it, in whole seconds."""
    return f"{time.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"


def _key(name: object) -> str:
    """Return the end of a name like `users/me/dataTypes/weight/dataPoints/1`."""
    return name.rpartition("/")[2] if isinstance(name, str) else ""


def _time(sample_time: object) -> datetime | None:
    """Return when a sample was taken."""
    if not isinstance(sample_time, dict):
        return None
    return moment(sample_time.get("physicalTime"))


def _data_source(source: object) -> DataSource:
    """Return the data source of a point, of which anything may be missing."""
    if not isinstance(source, dict):
        source = {}
    return DataSource(
        platform=str(source.get("platform", "")),
        application=_texts(
            source.get("application"),
            ("packageName", "webClientId", "googleWebClientId"),
        ),
        device=_texts(source.get("device"), ("manufacturer", "displayName")),
    )


def _texts(fields: object, names: Iterable[str]) -> tuple[str, ...]:
    """Return some fields of an object as texts."""
    if not isinstance(fields, dict):
        return ()
    return tuple(str(fields.get(name, "")) for name in names)


def _without_copies(points: Iterable[Point]) -> list[list[Point]]:
    """Return one point for each second, with its copies behind it, in order of time.

    A copy has the value of another point that came another way, at about its time.
    """
    width = NEAR.total_seconds()
    kept: dict[datetime, list[Point]] = {}
    slots: defaultdict[int, list[datetime]] = defaultdict(list)
    for point in sorted(points, key=lambda point: point.rank):
        slot = int(point.measured_at.timestamp() // width)
        near = (
            kept[when]
            for number in (slot - 1, slot, slot + 1)
            for when in slots[number]
            if _is_copy(point, kept[when][0])
        )
        if (group := next(near, None)) is None:
            kept[point.measured_at] = [point]
            slots[slot].append(point.measured_at)
        else:
            group.append(point)
    return [kept[when] for when in sorted(kept)]


def _is_copy(point: Point, other: Point) -> bool:
    """Tell whether a point only repeats a better one."""
    if point.measured_at == other.measured_at:
        return True
    return (
        not point.source.is_own
        and point.source != other.source
        and abs(point.measured_at - other.measured_at) <= NEAR
        and abs(point.value - other.value) <= SAME + 1e-9
    )


def _join(
    weights: Iterable[Point], body_fats: Iterable[list[Point]]
) -> dict[Point, float]:
    """Return the fat of each weight that has one.

    Each fat belongs to one weight: the nearest, though one of its own source first.
    """
    ordered = sorted(weights, key=lambda point: point.measured_at)
    times = [weight.measured_at for weight in ordered]
    pairs: list[tuple[bool, timedelta, tuple[object, ...], Point, Point]] = []
    for fat, *copies in body_fats:
        sources = {point.source for point in (fat, *copies)}
        first = bisect_left(times, fat.measured_at - NEAR)
        end = bisect_right(times, fat.measured_at + NEAR)
        for weight in ordered[first:end]:
            distance = abs(fat.measured_at - weight.measured_at)
            is_foreign = weight.source not in sources
            pairs.append((is_foreign, distance, weight.rank, weight, fat))
    joined: dict[Point, float] = {}
    used: set[Point] = set()
    for *_, weight, fat in sorted(pairs, key=lambda pair: pair[:3]):
        if weight not in joined and fat not in used:
            joined[weight] = fat.value
            used.add(fat)
    return joined
