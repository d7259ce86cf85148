"""What sensors and statistics show of people must be what counts of them, and no more."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from time import time
from typing import Any
from zoneinfo import ZoneInfo

from ..demo.api import Api
from ..demo.config import DOMAIN
from .house import TIME_ZONE
from .measured import Values

type Row = tuple[float, float, float]
"""The mean, the lowest and the highest value of an hour."""

_HOUR = 3600
_DAY = 86_400
_LONG_AGO = "2020-01-01T00:00:00+00:00"
_POUND = 0.45359237
_KILOGRAMS, _POUNDS = "kg", "lb"
MASS_UNITS = (_KILOGRAMS, _POUNDS)

_MASSES = {"weight", "fat_mass", "fat_free_mass", "muscle_mass", "bone_mass"}
_TRENDS = {"weight_trend": "weight", "body_fat_trend": "body_fat"}
# What has a graph; all that is measured has a sensor.
_GRAPHS = {
    *_MASSES,
    *_TRENDS,
    "body_fat",
    "body_water",
    "visceral_fat",
    "bmi",
    "systolic",
    "diastolic",
}
_SENSORS = {
    *_GRAPHS,
    "basal_metabolic_rate",
    "metabolic_age",
    "heart_rate",
    "last_weigh_in",
}

# How much is kept of what is left each day of the way from the trend to the weight.
_KEPT = 0.9

# Measurements come back as they are, but for what is lost on the way to pounds. Of a
# trend, what is finer than a tenth of a gram is not written.
_EXACT = 1e-5
_TREND_EXACT = 3e-4


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """Where Home Assistant shows what counts of somebody, and what that is."""

    entry: str
    subentry: str | None
    unique_id: str
    counting: Mapping[int, Values]
    """By epoch second, in kg and %."""


class Display:
    """All that Home Assistant shows, at one moment."""

    def __init__(
        self,
        registered: Sequence[Mapping[str, Any]],
        states: Mapping[str, Mapping[str, Any]],
        units: Mapping[str, str | None],
        rows: Mapping[str, Sequence[Mapping[str, float]]],
    ) -> None:
        """Keep entities, their states, and statistics with their units and rows."""
        self._registered = registered
        self._states = states
        self._units = units
        self._rows = rows

    @classmethod
    async def read(cls, api: Api) -> Display:
        """Read it, as the frontend does."""
        statistics = await api.call("recorder/list_statistic_ids")
        units: dict[str, str | None] = {
            one["statistic_id"]: one["statistics_unit_of_measurement"]
            for one in statistics
            if one["source"] == DOMAIN
        }
        rows = await api.call(
            "recorder/statistics_during_period",
            start_time=_LONG_AGO,
            statistic_ids=list(units),
            period="hour",
            types=["mean", "min", "max"],
        )
        states = {one["entity_id"]: one for one in await api.call("get_states")}
        registered = await api.call("config/entity_registry/list")
        return cls(registered, states, units, rows)

    def compare(self, people: Iterable[Shown]) -> list[str]:
        """Return where it is not as it must be, in words."""
        # The clock of a scale that is far ahead is not believed.
        end = time() + _DAY
        found: list[str] = []
        known: set[str] = set()
        for person in people:
            series = _series(person.counting, end)
            sensors = self._sensors(person)
            found.extend(
                f"{person.unique_id}: {wrong}"
                for wrong in self._compare_sensors(sensors, series)
            )
            weight = self._states.get(sensors.get("weight", ""))
            unit = _unit(weight) if weight else _KILOGRAMS
            for quantity in _GRAPHS:
                statistic = f"{DOMAIN}:{person.unique_id}_{quantity}"
                known.add(statistic)
                found += self._compare_rows(statistic, quantity, unit, series)
        found.extend(f"{one} is nobody's" for one in self._units.keys() - known)
        return found

    def _sensors(self, person: Shown) -> dict[str, str]:
        """Return the sensors of somebody by what they show."""
        return {
            entity["translation_key"]: entity["entity_id"]
            for entity in self._registered
            if entity["config_entry_id"] == person.entry
            and entity["config_subentry_id"] == person.subentry
            and entity["translation_key"] in _SENSORS
            and entity["entity_id"].startswith("sensor.")
        }

    def _compare_sensors(
        self, sensors: Mapping[str, str], series: Mapping[str, Mapping[int, float]]
    ) -> Iterator[str]:
        """Yield which sensors do not show the newest that counts."""
        for quantity in _SENSORS:
            of_quantity = series.get(quantity, {})
            wanted = of_quantity[max(of_quantity)] if of_quantity else None
            sensor = sensors.get(quantity)
            if sensor is None:
                if wanted is not None:
                    yield f"nothing shows {quantity}, which is {wanted}"
                continue
            state = self._states[sensor]
            if not _is_shown(state, wanted):
                yield f"{sensor} is {state['state']}, not {wanted}"

    def _compare_rows(
        self,
        statistic: str,
        quantity: str,
        unit: str,
        series: Mapping[str, Mapping[int, float]],
    ) -> Iterator[str]:
        """Yield what is wrong with the graph of a quantity."""
        is_mass = _TRENDS.get(quantity, quantity) in _MASSES
        share = _POUND if is_mass and unit == _POUNDS else 1.0
        if is_mass and self._units.get(statistic, unit) != unit:
            yield f"{statistic} is in {self._units[statistic]}, not {unit}"
        wanted = {
            hour: tuple(value / share for value in row)
            for hour, row in _hours(series.get(quantity, {})).items()
        }
        shown = {
            int(row["start"]) // 1000: (row["mean"], row["min"], row["max"])
            for row in self._rows.get(statistic, ())
        }
        exact = _TREND_EXACT if quantity in _TRENDS else _EXACT
        for hour in sorted(shown.keys() | wanted.keys()):
            one, other = shown.get(hour), wanted.get(hour)
            if (
                one is None
                or other is None
                or any(abs(a - b) > exact for a, b in zip(one, other, strict=True))
            ):
                yield f"{statistic}: {one} in hour {hour}, not {other}"


def _series(counting: Mapping[int, Values], end: float) -> dict[str, dict[int, float]]:
    """Return what was measured before a second, and its trends, by quantities."""
    series: defaultdict[str, dict[int, float]] = defaultdict(dict)
    for second in sorted(counting):
        if second < end:
            for quantity, value in counting[second].items():
                series[quantity][second] = value
            if "weight" in counting[second]:
                series["last_weigh_in"][second] = second
    for trend, quantity in _TRENDS.items():
        series[trend] = _smooth(series[quantity])
    return series


def _smooth(values: Mapping[int, float]) -> dict[int, float]:
    """Return the trend at the first of each day's values, which come in order."""
    zone = ZoneInfo(TIME_ZONE)
    trend: dict[int, float] = {}
    value, before = 0.0, None
    for second, measured in values.items():
        day = datetime.fromtimestamp(second, zone).date()
        if day != before:
            left = _left(before, day)
            value = left * value + (1 - left) * measured
            trend[second], before = value, day
    return trend


def _left(before: date | None, day: date) -> float:
    """Return how much of a trend is left at its next day; at first there is none."""
    return 0.0 if before is None else _KEPT ** (day - before).days


def _hours(values: Mapping[int, float]) -> dict[int, Row]:
    """Return the rows of a graph by the seconds at which their hours begin."""
    hours: defaultdict[int, list[float]] = defaultdict(list)
    for second, value in values.items():
        hours[second // _HOUR * _HOUR].append(value)
    return {
        hour: (sum(found) / len(found), min(found), max(found))
        for hour, found in hours.items()
    }


def _unit(state: Mapping[str, Any]) -> str:
    """Return the unit of a mass."""
    unit: str = state["attributes"].get("unit_of_measurement", _KILOGRAMS)
    return unit


def _is_shown(state: Mapping[str, Any], wanted: float | None) -> bool:
    """Tell whether a sensor shows a value, which is in kg if it is a mass."""
    shown: str = state["state"]
    if wanted is None or shown in ("unknown", "unavailable"):
        return wanted is None and shown == "unknown"
    if state["attributes"].get("device_class") == "timestamp":
        return datetime.fromisoformat(shown).timestamp() == wanted
    if state["attributes"].get("unit_of_measurement") == _POUNDS:
        # Home Assistant rounds what it converts.
        digits = len(shown.partition(".")[2])
        return abs(float(shown) - wanted / _POUND) <= 10.0**-digits
    return abs(float(shown) - wanted) < _EXACT
