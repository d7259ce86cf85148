"""History: what the book says stands at its true hour in the long-term statistics.

The book is the truth, and the recorder is asked what it has: so what was deleted by
hand, lost with a database, or never written comes back by itself, and what the book says
no longer goes. What is new in the book is written at once; the end of the statistics,
their names and their unit are looked at with each poll, all rows once a day and at each
start.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from statistics import fmean
from typing import Any

from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import Event, HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, SIGNAL_RENAMED, signal_person_updated
from ..entry import WeighbridgeConfigEntry
from ..pace import async_apart
from ..trend import Sample
from .book import Measured
from .person import Person
from .shelf import DAY, HOUR
from .statistics import DIGITS, QUANTITIES, Ends, PersonStatistics, Rows

type Hours = dict[int, tuple[Measured, ...]]
"""What counts by the epoch seconds at which the hours begin."""
type Changes = dict[str, Rows | None]
"""The rows that are to be written of each quantity; None if all have to be."""


@dataclass(frozen=True, slots=True)
class Graphs:
    """What should stand in the recorder."""

    hours: Hours = field(default_factory=dict)
    trends: Mapping[str, Rows] = field(default_factory=dict)

    def rows(self) -> dict[str, Rows]:
        """Return all rows by their quantities."""
        return {**_rows(self.hours), **self.trends}

    def ends(self) -> Ends:
        """Return the newest hour of each quantity that has any, and its mean."""
        newest: dict[str, int] = {}
        for hour in sorted(self.hours):
            for measured in self.hours[hour]:
                newest.update((quantity, hour) for quantity, _ in measured.values())
        # The means of all others would take most of the time.
        hours = {hour: self.hours[hour] for hour in newest.values()}
        return {
            quantity: (hour := max(found), found[hour][0])
            for quantity, found in {**_rows(hours), **self.trends}.items()
            if found
        }

    def changes(self, before: Graphs) -> Changes:
        """Return what is to be written where other graphs stand."""
        changed = {
            hour
            for hour in before.hours.keys() | self.hours.keys()
            if before.hours.get(hour) != self.hours.get(hour)
        }
        old = _rows({hour: before.hours.get(hour, ()) for hour in changed})
        new = _rows({hour: self.hours.get(hour, ()) for hour in changed})
        old.update(before.trends)
        new.update(self.trends)
        return {quantity: _difference(old[quantity], new[quantity]) for quantity in new}


@callback
def async_setup_history(hass: HomeAssistant, entry: WeighbridgeConfigEntry) -> None:
    """Follow those who are weighed with their statistics, if there is a recorder."""
    if "recorder" not in hass.config.components:
        return
    for person in entry.runtime_data.persons.values():
        PersonHistory(hass, person).async_start()


class PersonHistory:
    """Keeps the statistics of one person in line with their book."""

    def __init__(self, hass: HomeAssistant, person: Person) -> None:
        """Follow a person."""
        self._hass = hass
        self._person = person
        self._statistics = PersonStatistics(hass, person)
        self._lock = asyncio.Lock()
        # Which revision of the book stands in the recorder, and what that is.
        self._revision: int | None = None
        self._graphs = Graphs()
        self._ends: Ends = {}
        # When all of it was read last.
        self._compared_at = 0.0

    @callback
    def async_start(self) -> None:
        """Follow the book, the names, the language, and the unit of the weights."""
        unload = self._person.entry.async_on_unload
        for signal in (signal_person_updated(self._person.id), SIGNAL_RENAMED):
            unload(async_dispatcher_connect(self._hass, signal, self.async_look))
        for event, concerns in (
            (EVENT_CORE_CONFIG_UPDATE, None),
            (er.EVENT_ENTITY_REGISTRY_UPDATED, self._is_about_unit),
        ):
            unload(self._hass.bus.async_listen(event, self._look, concerns))
        self.async_look()

    @callback
    def async_look(self) -> None:
        """Bring the statistics in line with the book, in the background."""
        self._person.entry.async_create_background_task(
            self._hass, self._async_look(), f"{DOMAIN} history of {self._person.id}"
        )

    @callback
    def _look(self, _event: Event[Any]) -> None:
        """Look because of an event."""
        self.async_look()

    @callback
    def _is_about_unit(self, data: er.EventEntityRegistryUpdatedData) -> bool:
        """Tell whether the weight may be shown in another unit."""
        return (
            data["action"] == "update"
            and "options" in data["changes"]
            and data["entity_id"] == self._statistics.async_weight_sensor()
        )

    async def _async_look(self) -> None:
        """Write what has changed in the book, and what the recorder has lost."""
        async with self._lock:
            person, book = self._person, self._person.book
            # Who is being removed leaves all as it is, under the name of then.
            if person.subentry_id is None and person.id != person.entry.entry_id:
                return
            # A book that has never known anything deletes no history.
            if not (book.size or book.weigh_ins.fates or book.blood_pressures.fates):
                return
            await self._statistics.async_tidy()
            now = dt_util.utcnow().timestamp()
            if is_due := self._revision is None or now - self._compared_at >= DAY:
                lost = list(QUANTITIES)
            else:
                lost = await self._statistics.async_lost(self._ends)
            revision, size = self._person.revision, book.size
            # What is interrupted leaves rows behind of which nothing is known.
            written, self._revision = self._revision, None
            if written != revision:
                before, trends = self._graphs, self._person.trends
                points = {
                    "weight_trend": trends.weight.points,
                    "body_fat_trend": trends.body_fat.points,
                }
                self._graphs = await async_apart(size, self._draw, points)
                changes = await async_apart(size, self._graphs.changes, before)
                for quantity, rows in changes.items():
                    if quantity not in lost:
                        await self._async_write(quantity, rows)
                self._ends = await async_apart(size, self._graphs.ends)
            if lost:
                await self._async_compare(lost)
            if is_due:
                self._compared_at = now
            self._revision = revision

    def _draw(self, points: Mapping[str, list[Sample]]) -> Graphs:
        """Return what should stand in the recorder."""
        # The clock of a scale that is far ahead would draw the years to come.
        end = int(dt_util.utcnow().timestamp()) + DAY
        found: defaultdict[int, list[Measured]] = defaultdict(list)
        everything: tuple[Measured, ...] = (
            *self._person.weigh_ins(),
            *self._person.book.blood_pressures.present,
        )
        for measured in everything:
            if (second := measured.second) < end:
                found[second // HOUR * HOUR].append(measured)
        return Graphs(
            {hour: tuple(measured) for hour, measured in found.items()},
            {
                quantity: _smooth(of_quantity)
                for quantity, of_quantity in points.items()
            },
        )

    async def _async_compare(self, quantities: Iterable[str]) -> None:
        """Write what the recorder lacks of some quantities, or has otherwise."""
        wanted = await async_apart(self._person.book.size, self._graphs.rows)
        for quantity in quantities:
            known = await self._statistics.async_read(quantity)
            await self._async_write(quantity, _difference(known, wanted[quantity]))

    async def _async_write(self, quantity: str, rows: Rows | None) -> None:
        """Write rows of a quantity, or all of it anew, as hours of it are empty now."""
        if rows is None:
            await self._statistics.async_clear([quantity])
            wanted = await async_apart(self._person.book.size, self._graphs.rows)
            rows = wanted[quantity]
        if rows:
            await self._statistics.async_write(quantity, rows)


def _smooth(points: Iterable[Sample]) -> Rows:
    """Return a trend at the hours of the weigh-ins that count for it.

    To a tenth of a gram: a change of long ago fades, and need not be written for ever.
    """
    return {
        second // HOUR * HOUR: (value := round(exact, 4), value, value)
        for second, exact in points
    }


def _difference(old: Rows, new: Rows) -> Rows | None:
    """Return the rows to write; None if a row has to go: the recorder can delete none."""
    if old.keys() - new.keys():
        return None
    return {hour: row for hour, row in new.items() if old.get(hour) != row}


def _rows(hours: Hours) -> dict[str, Rows]:
    """Return the statistics of some hours by their quantities."""
    rows: dict[str, Rows] = {quantity: {} for quantity in QUANTITIES}
    for hour, measurements in hours.items():
        values: defaultdict[str, list[float]] = defaultdict(list)
        for measured in measurements:
            for quantity, value in measured.values():
                values[quantity].append(value)
        for quantity, found in values.items():
            if quantity in rows:
                mean, low, high = fmean(found), min(found), max(found)
                rows[quantity][hour] = (
                    round(mean, DIGITS),
                    round(low, DIGITS),
                    round(high, DIGITS),
                )
    return rows
