"""History: measurements at their true hour in Home Assistant's long-term statistics.

A state can only be written at the moment in which it becomes known; external statistics
can be dated. They are kept when the account is removed, as Home Assistant keeps those of
entities, and go on where they ended if it is added again.
"""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from itertools import batched
from statistics import fmean
from typing import Final

from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    get_last_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.const import PERCENTAGE, UnitOfMass, UnitOfPressure
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.helpers.recorder import get_instance
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util, slugify
from homeassistant.util.unit_conversion import (
    MassConverter,
    PressureConverter,
    UnitlessRatioConverter,
)

from ..const import DOMAIN, LOGGER, SIGNAL_RENAMED, signal_person_updated
from ..model import Batch, BloodPressure, WeighIn
from ..names import async_device_name
from ..pace import async_apart
from .coordinator import SourceConfigEntry, SourceCoordinator
from .shelf import DAY

HOUR: Final = timedelta(hours=1)

# Hours that the recorder is given at a time: it must get to its other work in between.
CHUNK: Final = 200

_MASS: Final = (MassConverter.UNIT_CLASS, UnitOfMass.KILOGRAMS)
_PRESSURE: Final = (PressureConverter.UNIT_CLASS, UnitOfPressure.MMHG)
_RATIO: Final = (UnitlessRatioConverter.UNIT_CLASS, PERCENTAGE)

# What is worth a graph over years, with its unit class and unit. The weight is written
# last: the hour of the newest one tells how far the history has come.
QUANTITIES: Final[Mapping[str, tuple[str | None, str | None]]] = {
    "fat_mass": _MASS,
    "fat_free_mass": _MASS,
    "muscle_mass": _MASS,
    "bone_mass": _MASS,
    "body_fat": _RATIO,
    "body_water": _RATIO,
    "visceral_fat": (None, None),
    "bmi": (None, "kg/m²"),
    "systolic": _PRESSURE,
    "diastolic": _PRESSURE,
    "weight": _MASS,
}

type Measurement = WeighIn | BloodPressure
type Hours = dict[datetime, list[Measurement]]
# The mean, the lowest and the highest value of each quantity.
type Rows[Value] = dict[str, tuple[Value, Value, Value]]


@callback
def async_setup_history(hass: HomeAssistant, entry: SourceConfigEntry) -> None:
    """Follow a source with the statistics of its person, if there is a recorder."""
    if "recorder" not in hass.config.components:
        return
    history = SourceHistory(hass, entry.runtime_data.coordinator)
    entry.async_on_unload(
        async_dispatcher_connect(
            hass, signal_person_updated(entry.entry_id), history.async_look
        )
    )
    entry.async_on_unload(
        async_dispatcher_connect(hass, SIGNAL_RENAMED, history.async_rename)
    )
    history.async_look()


def statistic_id(unique_id: str | None, quantity: str) -> str:
    """Return the id of the statistics of a person's quantity."""
    return f"{DOMAIN}:{slugify(unique_id)}_{quantity}"


class SourceHistory:
    """The statistics of one person.

    The recorder itself remembers how far they reach. So they catch up by themselves
    after it was switched off or interrupted, or its database replaced by an older one.
    """

    def __init__(self, hass: HomeAssistant, coordinator: SourceCoordinator) -> None:
        """Follow what a coordinator reads."""
        self._hass = hass
        self._coordinator = coordinator
        self._entry = coordinator.config_entry
        self._ids = {
            quantity: statistic_id(self._entry.unique_id, quantity)
            for quantity in QUANTITIES
        }
        self._lock = asyncio.Lock()
        self._cursor: int | None = None
        self._known: frozenset[Measurement] = frozenset()

    @callback
    def async_look(self) -> None:
        """Take what the source has, in the background."""
        self._entry.async_create_background_task(
            self._hass,
            self._async_take(),
            f"{DOMAIN} history of {self._entry.entry_id}",
        )

    @callback
    def async_rename(self) -> None:
        """Take up the name that the person has now, in the background."""
        self._entry.async_create_background_task(
            self._hass,
            self._async_rename(),
            f"{DOMAIN} statistics of {self._entry.entry_id}",
        )

    async def _async_rename(self) -> None:
        """Give the statistics that there are the name that the person has now."""
        names = await self._async_get_names()
        known = await get_instance(self._hass).async_add_executor_job(
            lambda: get_metadata(self._hass, statistic_ids=set(self._ids.values()))
        )
        for quantity, quantity_id in self._ids.items():
            if (
                quantity_id in known
                and known[quantity_id][1]["name"] != names[quantity]
            ):
                async_add_external_statistics(
                    self._hass, self._metadata(quantity, names[quantity]), ()
                )

    async def _async_take(self) -> None:
        """Take the newest poll, or all that came since the statistics end."""
        async with self._lock:
            batch = self._coordinator.data
            if self._cursor is None:
                self._cursor = await get_instance(self._hass).async_add_executor_job(
                    self._newest
                )
            try:
                if batch.since > self._cursor:
                    batch = await self._coordinator.async_get_changes(self._cursor)
                news = await async_apart(len(batch.weigh_ins), self._news, batch)
                for chunk in batched(news.items(), CHUNK, strict=False):
                    await self._async_update(dict(chunk), batch.since)
            except HomeAssistantError as err:
                LOGGER.info("The statistics catch up at the next poll: %s", err)
                return
            self._cursor = batch.until
            known = _measurements(batch)
            self._known = await async_apart(len(known), frozenset, known)

    def _news(self, batch: Batch) -> Hours:
        """Return the hours in which something is new, the oldest first."""
        new = {
            _hour(measured)
            for measured in _measurements(batch)
            if measured not in self._known
            # The clock of a scale that is far ahead would end the statistics for years.
            and measured.second <= batch.until + DAY
        }
        hours = _by_hour(batch)
        return {hour: hours[hour] for hour in sorted(new)}

    async def _async_update(self, hours: Hours, since: int) -> None:
        """Bring the statistics of some hours up to date.

        The hours hold all that was measured in them, as far as they begin after
        `since`.
        """
        recorder = get_instance(self._hass)
        start, end = min(hours), max(hours) + HOUR
        known = await recorder.async_add_executor_job(self._read, start, end)
        rows = {
            hour: found
            for hour, measurements in hours.items()
            if (found := _rows(measurements)) != known.get(hour, {})
        }
        if old := [hour for hour in rows if hour.timestamp() < since]:
            start, end = min(old), max(old) + HOUR
            period = await self._coordinator.async_get_period(start, end)
            complete = _by_hour(period)
            rows |= {hour: _rows(complete.get(hour, ())) for hour in old}
        await self._async_write(
            {
                hour: {
                    quantity: row
                    for quantity, row in found.items()
                    if known.get(hour, {}).get(quantity) != row
                }
                for hour, found in rows.items()
            }
        )
        if (written := recorder.async_get_commit_future()) is not None:
            await written

    async def _async_write(self, hours: Mapping[datetime, Rows[float]]) -> None:
        """Hand rows to the recorder."""
        names = await self._async_get_names()
        for quantity in QUANTITIES:
            rows = [
                StatisticData(start=hour, mean=row[0], min=row[1], max=row[2])
                for hour, found in hours.items()
                if (row := found.get(quantity))
            ]
            if rows:
                async_add_external_statistics(
                    self._hass,
                    self._metadata(quantity, names[quantity]),
                    rows,
                )

    def _metadata(self, quantity: str, name: str) -> StatisticMetaData:
        """Return what the recorder is to know of a quantity."""
        unit_class, unit = QUANTITIES[quantity]
        return StatisticMetaData(
            mean_type=StatisticMeanType.ARITHMETIC,
            has_sum=False,
            name=name,
            source=DOMAIN,
            statistic_id=self._ids[quantity],
            unit_class=unit_class,
            unit_of_measurement=unit,
        )

    async def _async_get_names(self) -> dict[str, str]:
        """Return what the statistics are called: as the entities are."""
        texts = await async_get_translations(
            self._hass, self._hass.config.language, "entity", [DOMAIN]
        )
        return {
            quantity: f"{async_device_name(self._hass, self._entry)} "
            + texts[f"component.{DOMAIN}.entity.sensor.{quantity}.name"]
            for quantity in QUANTITIES
        }

    def _newest(self) -> int:
        """Return the epoch second of the newest hour with a weight, 0 without any."""
        weight = self._ids["weight"]
        last = get_last_statistics(self._hass, 1, weight, False, {"mean"})
        return int(last[weight][0]["start"]) if weight in last else 0

    def _read(
        self, start: datetime, end: datetime
    ) -> dict[datetime, Rows[float | None]]:
        """Return what the recorder has of a period."""
        found = statistics_during_period(
            self._hass,
            start,
            end,
            set(self._ids.values()),
            "hour",
            None,
            {"mean", "min", "max"},
        )
        hours: dict[datetime, Rows[float | None]] = {}
        for quantity, quantity_id in self._ids.items():
            for row in found.get(quantity_id, ()):
                hour = dt_util.utc_from_timestamp(row["start"])
                hours.setdefault(hour, {})[quantity] = (
                    row["mean"],
                    row["min"],
                    row["max"],
                )
        return hours


def _measurements(batch: Batch) -> tuple[Measurement, ...]:
    """Return what a batch holds that has a place in the statistics."""
    return *batch.weigh_ins, *batch.blood_pressures


def _by_hour(batch: Batch) -> Hours:
    """Return what a batch holds by the hours in which it was measured."""
    hours: Hours = {}
    for measured in _measurements(batch):
        hours.setdefault(_hour(measured), []).append(measured)
    return hours


def _hour(measured: Measurement) -> datetime:
    """Return when the hour began in which something was measured."""
    return measured.measured_at.replace(minute=0, second=0, microsecond=0)


def _rows(measurements: Iterable[Measurement]) -> Rows[float]:
    """Return the statistics of an hour; what may be somebody else's is left out."""
    values: dict[str, list[float]] = {}
    for measured in measurements:
        if measured.doubt is None:
            for quantity, value in measured.values():
                if quantity in QUANTITIES:
                    values.setdefault(quantity, []).append(value)
    return {
        quantity: (fmean(found), min(found), max(found))
        for quantity, found in values.items()
    }
