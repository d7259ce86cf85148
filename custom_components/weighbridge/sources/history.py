"""History: what the book says stands at its true hour in the long-term statistics.

The book is the truth, and the recorder is asked what it has: so what was deleted by
hand, lost with a database, or never written comes back by itself, and what the book says
no longer goes.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping
from statistics import fmean

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, SIGNAL_RENAMED, signal_person_updated
from ..pace import async_apart
from .book import Measured
from .coordinator import SourceConfigEntry
from .person import Person
from .scale_source import ScaleConfigEntry
from .shelf import DAY, HOUR
from .statistics import QUANTITIES, PersonStatistics, Rows

type Hours = dict[int, tuple[Measured, ...]]
"""What counts by the epoch seconds at which the hours begin."""


@callback
def async_setup_history(
    hass: HomeAssistant, entry: SourceConfigEntry | ScaleConfigEntry
) -> None:
    """Follow those who are weighed with their statistics, if there is a recorder."""
    if "recorder" not in hass.config.components:
        return
    for person in entry.runtime_data.persons.values():
        history = PersonHistory(hass, person)
        for signal, follow in (
            (signal_person_updated(person.id), history.async_look),
            (SIGNAL_RENAMED, history.async_rename),
        ):
            entry.async_on_unload(async_dispatcher_connect(hass, signal, follow))
        history.async_look()


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
        self._hours: Hours = {}
        self._trends: dict[str, Rows] = {}
        self._last: dict[str, tuple[int, float | None]] = {}

    @callback
    def async_look(self) -> None:
        """Bring the statistics in line with the book, in the background."""
        self._person.entry.async_create_background_task(
            self._hass, self._async_look(), f"{DOMAIN} history of {self._person.id}"
        )

    @callback
    def async_rename(self) -> None:
        """Take up the name that the person has now, in the background."""
        self._person.entry.async_create_background_task(
            self._hass,
            self._statistics.async_rename(),
            f"{DOMAIN} statistics of {self._person.id}",
        )

    async def _async_look(self) -> None:
        """Write what has changed in the book, and what the recorder has lost."""
        async with self._lock:
            revision, size = self._person.revision, self._person.book.size
            if self._revision != revision:
                trends, self._trends = self._trends, _trends(self._person)
                hours = await async_apart(size, self._by_hour)
                before, self._hours = self._hours, hours
                if self._revision is None:
                    await self._async_compare(QUANTITIES, hours)
                else:
                    await self._async_change(before, hours)
                    await self._async_bend(trends)
                self._last = _last(await self._async_wanted(hours))
                self._revision = revision
            last = await self._statistics.async_last()
            if lost := [q for q in QUANTITIES if last.get(q) != self._last.get(q)]:
                await self._async_compare(lost, self._hours)

    def _by_hour(self) -> Hours:
        """Return what counts, by the hours in which it was measured."""
        # The clock of a scale that is far ahead would draw the years to come.
        before = int(dt_util.utcnow().timestamp()) + DAY
        found: defaultdict[int, list[Measured]] = defaultdict(list)
        everything: tuple[Measured, ...] = (
            *self._person.weigh_ins(),
            *self._person.book.blood_pressures.present,
        )
        for measured in everything:
            if measured.second < before:
                found[measured.second // HOUR * HOUR].append(measured)
        return {hour: tuple(measured) for hour, measured in found.items()}

    async def _async_change(self, before: Hours, now: Hours) -> None:
        """Write the hours that have changed."""
        changed = {
            hour
            for hour in before.keys() | now.keys()
            if before.get(hour) != now.get(hour)
        }
        old = _rows({hour: before.get(hour, ()) for hour in changed})
        new = _rows({hour: now.get(hour, ()) for hour in changed})
        for quantity in QUANTITIES:
            if old[quantity].keys() - new[quantity].keys():
                await self._async_rewrite(quantity, now)
            elif rows := {
                hour: row
                for hour, row in new[quantity].items()
                if old[quantity].get(hour) != row
            }:
                await self._statistics.async_write(quantity, rows)

    async def _async_bend(self, before: Mapping[str, Rows]) -> None:
        """Write the hours in which the trends have changed, often far from the cause."""
        for quantity, rows in self._trends.items():
            old = before[quantity]
            if old.keys() - rows.keys():
                await self._async_rewrite(quantity, self._hours)
            elif changed := {h: row for h, row in rows.items() if old.get(h) != row}:
                await self._statistics.async_write(quantity, changed)

    async def _async_wanted(self, hours: Hours) -> dict[str, Rows]:
        """Return all that should stand there."""
        return await async_apart(len(hours), _rows, hours) | self._trends

    async def _async_compare(self, quantities: Iterable[str], now: Hours) -> None:
        """Write what the recorder lacks of some quantities, or has otherwise."""
        wanted = await self._async_wanted(now)
        for quantity in quantities:
            known = await self._statistics.async_read(quantity)
            if known.keys() - wanted[quantity].keys() and self._knows_anything:
                await self._async_rewrite(quantity, now)
            elif rows := {
                hour: row
                for hour, row in wanted[quantity].items()
                if known.get(hour) != row
            }:
                await self._statistics.async_write(quantity, rows)

    @property
    def _knows_anything(self) -> bool:
        """Tell whether there ever was anything: an empty book deletes no history."""
        book = self._person.book
        return bool(book.size or book.weigh_ins.fates or book.blood_pressures.fates)

    async def _async_rewrite(self, quantity: str, hours: Hours) -> None:
        """Write all of a quantity anew, as hours of it are empty now."""
        await self._statistics.async_clear([quantity])
        rows = (await self._async_wanted(hours))[quantity]
        if rows:
            await self._statistics.async_write(quantity, rows)


def _trends(person: Person) -> dict[str, Rows]:
    """Return the trends at the hours of the weigh-ins that count for them.

    To a tenth of a gram: a change of long ago fades, and need not be written for ever.
    """
    found = {
        "weight_trend": person.trends.weight,
        "body_fat_trend": person.trends.body_fat,
    }
    return {
        quantity: {
            second // HOUR * HOUR: (value := round(exact, 4), value, value)
            for second, exact in trend.points
        }
        for quantity, trend in found.items()
    }


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
                rows[quantity][hour] = fmean(found), min(found), max(found)
    return rows


def _last(rows: Mapping[str, Rows]) -> dict[str, tuple[int, float | None]]:
    """Return the newest hour of each quantity that has any, and its mean."""
    return {
        quantity: (hour := max(found), found[hour][0])
        for quantity, found in rows.items()
        if found
    }
