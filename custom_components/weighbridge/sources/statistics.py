"""Where a person's history stands: long-term statistics, dated by the hour.

A state can only be written at the moment in which it becomes known; external statistics
can be dated. They are kept when the account is removed, as Home Assistant keeps those of
entities.
"""

import asyncio
from collections.abc import Collection, Iterable, Mapping
from itertools import batched
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
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util import dt as dt_util, slugify
from homeassistant.util.unit_conversion import (
    MassConverter,
    PressureConverter,
    UnitlessRatioConverter,
)

from ..const import DOMAIN
from ..names import async_device_name
from .person import Person

# Hours that the recorder is given at a time: it must get to its other work in between.
CHUNK: Final = 200

# The recorder's work may take long, as on a slow memory card; then it is done later.
CLEAR_TIMEOUT: Final = 300

_MASS: Final = (MassConverter.UNIT_CLASS, UnitOfMass.KILOGRAMS)
_PRESSURE: Final = (PressureConverter.UNIT_CLASS, UnitOfPressure.MMHG)
_RATIO: Final = (UnitlessRatioConverter.UNIT_CLASS, PERCENTAGE)

# What is worth a graph over years, with its unit class and unit.
QUANTITIES: Final[Mapping[str, tuple[str | None, str | None]]] = {
    "fat_mass": _MASS,
    "fat_free_mass": _MASS,
    "muscle_mass": _MASS,
    "bone_mass": _MASS,
    "body_fat": _RATIO,
    "body_fat_trend": _RATIO,
    "body_water": _RATIO,
    "visceral_fat": (None, None),
    "bmi": (None, "kg/m²"),
    "systolic": _PRESSURE,
    "diastolic": _PRESSURE,
    "weight_trend": _MASS,
    "weight": _MASS,
}

type Row = tuple[float, float, float]
"""The mean, the lowest and the highest value of an hour."""
type Rows = dict[int, Row]
"""The rows of a quantity by the epoch seconds at which their hours begin."""


class PersonStatistics:
    """The long-term statistics of one person, as the recorder has them."""

    def __init__(self, hass: HomeAssistant, person: Person) -> None:
        """Know under which ids they stand."""
        self._hass = hass
        self._person = person
        self._ids = {
            quantity: f"{DOMAIN}:{slugify(person.unique_id)}_{quantity}"
            for quantity in QUANTITIES
        }

    async def async_read(self, quantity: str) -> Rows:
        """Return all that there is of a quantity."""
        return await get_instance(self._hass).async_add_executor_job(
            self._read, self._ids[quantity]
        )

    async def async_last(self) -> dict[str, tuple[int, float | None]]:
        """Return the newest hour of each quantity that has any, and its mean."""
        return await get_instance(self._hass).async_add_executor_job(self._last)

    async def async_write(self, quantity: str, rows: Rows) -> None:
        """Hand rows to the recorder; those of hours that it has already change."""
        name = (await self._async_get_names())[quantity]
        for chunk in batched(sorted(rows.items()), CHUNK, strict=False):
            data = [
                StatisticData(
                    start=dt_util.utc_from_timestamp(hour), mean=mean, min=low, max=high
                )
                for hour, (mean, low, high) in chunk
            ]
            self._hand_over(quantity, name, data)
            recorder = get_instance(self._hass)
            if (written := recorder.async_get_commit_future()) is not None:
                await written

    async def async_clear(self, quantities: Collection[str]) -> None:
        """Delete all rows of some quantities: the recorder can delete no single one."""
        done = self._hass.loop.create_future()

        def finish() -> None:
            if not done.done():
                done.set_result(None)

        def cleared() -> None:
            self._hass.loop.call_soon_threadsafe(finish)

        get_instance(self._hass).async_clear_statistics(
            [self._ids[quantity] for quantity in quantities], on_done=cleared
        )
        async with asyncio.timeout(CLEAR_TIMEOUT):
            await done

    async def async_rename(self) -> None:
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
                self._hand_over(quantity, names[quantity], ())

    def _hand_over(
        self, quantity: str, name: str, data: Iterable[StatisticData]
    ) -> None:
        """Give the recorder rows, and what it is to know of a quantity."""
        unit_class, unit = QUANTITIES[quantity]
        metadata = StatisticMetaData(
            mean_type=StatisticMeanType.ARITHMETIC,
            has_sum=False,
            name=name,
            source=DOMAIN,
            statistic_id=self._ids[quantity],
            unit_class=unit_class,
            unit_of_measurement=unit,
        )
        async_add_external_statistics(self._hass, metadata, data)

    async def _async_get_names(self) -> dict[str, str]:
        """Return what the statistics are called: as the entities are."""
        texts = await async_get_translations(
            self._hass, self._hass.config.language, "entity", [DOMAIN]
        )
        return {
            quantity: f"{async_device_name(self._hass, self._person.entry, self._person.subentry_id)} "
            + texts[f"component.{DOMAIN}.entity.sensor.{quantity}.name"]
            for quantity in QUANTITIES
        }

    def _read(self, statistic_id: str) -> Rows:
        """Read all rows."""
        found = statistics_during_period(
            self._hass,
            dt_util.utc_from_timestamp(0),
            None,
            {statistic_id},
            "hour",
            None,
            {"mean", "min", "max"},
        )
        return {
            int(row["start"]): (row["mean"] or 0, row["min"] or 0, row["max"] or 0)
            for row in found.get(statistic_id, ())
        }

    def _last(self) -> dict[str, tuple[int, float | None]]:
        """Read the newest row of each quantity."""
        last: dict[str, tuple[int, float | None]] = {}
        for quantity, quantity_id in self._ids.items():
            found = get_last_statistics(self._hass, 1, quantity_id, False, {"mean"})
            for row in found.get(quantity_id, ()):
                last[quantity] = int(row["start"]), row["mean"]
        return last
