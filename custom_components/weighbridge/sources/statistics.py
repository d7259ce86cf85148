"""Where a person's history stands: long-term statistics, dated by the hour.

A state can only be written at the moment in which it becomes known; external statistics
can be dated. They are kept when the account is removed, as Home Assistant keeps those of
entities.
"""

import asyncio
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import batched
from typing import Final

from homeassistant.components.recorder.models import (
    StatisticData,
    StatisticMeanType,
    StatisticMetaData,
)
from homeassistant.components.recorder.statistics import (
    async_add_external_statistics,
    get_metadata,
    statistics_during_period,
)
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.const import PERCENTAGE, UnitOfMass, UnitOfPressure
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity import get_unit_of_measurement
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
from ..pace import async_turn
from ..units import async_mass_unit
from .person import Person
from .shelf import HOUR

# Hours that the recorder is given at a time: it must get to its other work in between.
CHUNK: Final = 200

# The recorder's work may take long, as on a slow memory card; then it is done later.
CLEAR_TIMEOUT: Final = 300

_MASS: Final = (MassConverter.UNIT_CLASS, UnitOfMass.KILOGRAMS)
_PRESSURE: Final = (PressureConverter.UNIT_CLASS, UnitOfPressure.MMHG)
_RATIO: Final = (UnitlessRatioConverter.UNIT_CLASS, PERCENTAGE)

# What is worth a graph over years, with its unit class, and its unit inside of here.
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
type Ends = dict[str, tuple[int, float]]
"""The newest hours of quantities, and their means."""

# What comes back from pounds is what went there, to so many digits.
DIGITS: Final = 6


class PersonStatistics:
    """The long-term statistics of one person, as the recorder has them.

    A graph takes the unit of what it draws. So masses stand there as the person reads
    them, and are in kg here.
    """

    def __init__(self, hass: HomeAssistant, person: Person) -> None:
        """Know under which ids they stand."""
        self._hass = hass
        self._person = person
        self._names: Mapping[str, str] = {}
        self._mass_unit: str = UnitOfMass.KILOGRAMS
        self._ids = {
            quantity: f"{DOMAIN}:{slugify(person.unique_id)}_{quantity}"
            for quantity in QUANTITIES
        }

    async def async_read(self, quantity: str) -> Rows:
        """Return all that there is of a quantity."""
        return await self._async_ask(lambda: self._read(quantity))

    async def async_lost(self, ends: Ends) -> list[str]:
        """Return the quantities whose newest hour is not there, or is otherwise."""
        found = await self._async_ask(lambda: self._means(ends))
        return [quantity for quantity in ends if found.get(quantity) != ends[quantity]]

    async def async_write(self, quantity: str, rows: Rows) -> None:
        """Hand rows to the recorder; those of hours that it has already change."""
        shown = self._converter(quantity, to_shown=True)
        for chunk in batched(sorted(rows.items()), CHUNK, strict=False):
            data = [
                StatisticData(
                    start=dt_util.utc_from_timestamp(hour),
                    mean=shown(mean),
                    min=shown(low),
                    max=shown(high),
                )
                for hour, (mean, low, high) in chunk
            ]
            self._hand_over(quantity, data)
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

    async def async_tidy(self) -> None:
        """Give the statistics their names of now, and delete those in another unit.

        The recorder converts only its own: they have to be written anew.
        """
        self._names = await self._async_get_names()
        known = await self._async_ask(
            lambda: get_metadata(self._hass, statistic_ids=set(self._ids.values()))
        )
        # By now the sensor shows what has been chosen for it.
        self._mass_unit = self._async_get_mass_unit()
        foreign: list[str] = []
        for quantity, quantity_id in self._ids.items():
            if quantity_id not in known:
                continue
            _, metadata = known[quantity_id]
            if metadata["unit_of_measurement"] != self._unit(quantity):
                foreign.append(quantity)
            elif metadata["name"] != self._names[quantity]:
                self._hand_over(quantity, ())
        if foreign:
            await self.async_clear(foreign)

    async def _async_ask[T](self, query: Callable[[], T]) -> T:
        """Ask the recorder, one person after the other.

        Whoever stops Home Assistant waits for the answer, though nobody wants it any
        more: what the recorder closes must not be read.
        """
        async with async_turn("recorder"):
            answer = get_instance(self._hass).async_add_executor_job(query)
            try:
                return await asyncio.shield(answer)
            except asyncio.CancelledError:
                await asyncio.wait([answer])
                raise

    def _hand_over(self, quantity: str, data: Iterable[StatisticData]) -> None:
        """Give the recorder rows, and what it is to know of a quantity."""
        metadata = StatisticMetaData(
            mean_type=StatisticMeanType.ARITHMETIC,
            has_sum=False,
            name=self._names[quantity],
            source=DOMAIN,
            statistic_id=self._ids[quantity],
            unit_class=QUANTITIES[quantity][0],
            unit_of_measurement=self._unit(quantity),
        )
        async_add_external_statistics(self._hass, metadata, data)

    async def _async_get_names(self) -> dict[str, str]:
        """Return what the statistics are called: as the entities are."""
        texts = await async_get_translations(
            self._hass, self._hass.config.language, "entity", [DOMAIN]
        )
        device = async_device_name(
            self._hass, self._person.entry, self._person.subentry_id
        )
        return {
            quantity: f"{device} {texts[f'component.{DOMAIN}.entity.sensor.{quantity}.name']}"
            for quantity in QUANTITIES
        }

    @callback
    def async_weight_sensor(self) -> str | None:
        """Return the entity of the weight, None while there is none."""
        return er.async_get(self._hass).async_get_entity_id(
            SENSOR_DOMAIN, DOMAIN, f"{self._person.unique_id}_weight"
        )

    @callback
    def _async_get_mass_unit(self) -> str:
        """Return the unit of the weight's sensor, or that which it will have."""
        entity_id = self.async_weight_sensor()
        unit = get_unit_of_measurement(self._hass, entity_id) if entity_id else None
        return unit or async_mass_unit(self._hass)

    def _unit(self, quantity: str) -> str | None:
        """Return the unit in which a quantity stands in the recorder."""
        unit = QUANTITIES[quantity][1]
        return self._mass_unit if unit == UnitOfMass.KILOGRAMS else unit

    def _converter(self, quantity: str, *, to_shown: bool) -> Callable[[float], float]:
        """Return what makes of a value in our unit one in the recorder's, or back."""
        if (unit := self._unit(quantity)) == (own := QUANTITIES[quantity][1]):
            return float
        if to_shown:
            return MassConverter.converter_factory(own, unit)
        convert = MassConverter.converter_factory(unit, own)
        return lambda value: round(convert(value), DIGITS)

    def _read(self, quantity: str) -> Rows:
        """Read all rows."""
        statistic_id = self._ids[quantity]
        found = statistics_during_period(
            self._hass,
            dt_util.utc_from_timestamp(0),
            None,
            {statistic_id},
            "hour",
            None,
            {"mean", "min", "max"},
        )
        own = self._converter(quantity, to_shown=False)
        return {
            int(row["start"]): (
                own(row["mean"] or 0),
                own(row["min"] or 0),
                own(row["max"] or 0),
            )
            for row in found.get(statistic_id, ())
        }

    def _means(self, ends: Ends) -> Ends:
        """Read one hour of each quantity: a query for each hour, which most share."""
        found: Ends = {}
        for hour in {hour for hour, _ in ends.values()}:
            ids = {self._ids[q]: q for q, (newest, _) in ends.items() if newest == hour}
            rows = statistics_during_period(
                self._hass,
                dt_util.utc_from_timestamp(hour),
                dt_util.utc_from_timestamp(hour + HOUR),
                set(ids),
                "hour",
                None,
                {"mean"},
            )
            for quantity_id, (row, *_) in rows.items():
                own = self._converter(quantity := ids[quantity_id], to_shown=False)
                found[quantity] = hour, own(row["mean"] or 0)
        return found
