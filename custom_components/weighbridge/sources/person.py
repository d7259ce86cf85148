"""A person: whose book it is, and all who want to know of it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Self

from homeassistant.const import EVENT_CORE_CONFIG_UPDATE
from homeassistant.core import CALLBACK_TYPE, Event, HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_send
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_HEIGHT,
    CONF_MAX_WEIGHT,
    CONF_MIN_WEIGHT,
    DOMAIN,
    signal_person_updated,
)
from ..entry import WeighbridgeConfigEntry
from ..model import Batch, Reason, WeighIn
from ..names import person_name
from ..pace import async_apart
from .book import REACH, Book, Judge, Measured, Outcome, count_before
from .news import News
from .rows import book_from_json, book_to_json
from .shelf import DAY, HOUR, Fate, Word
from .trends import Goals, Trends

type Doubt = Callable[[Book, WeighIn], Reason | None]
"""Tells why a new weigh-in may be somebody else's, by what the book says of before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What a person has told of themselves: kg, and metres."""

    min_weight: float | None = None
    max_weight: float | None = None
    height: float | None = None

    @classmethod
    def of(cls, settings: Mapping[str, Any]) -> Self:
        """Read the settings of a person."""
        return cls(
            min_weight=settings.get(CONF_MIN_WEIGHT),
            max_weight=settings.get(CONF_MAX_WEIGHT),
            height=settings.get(CONF_HEIGHT),
        )

    def judge(self, weight: float) -> Reason | None:
        """Tell whether a weight (kg) is outside."""
        if self.min_weight is not None and weight < self.min_weight:
            return Reason.TOO_LIGHT
        if self.max_weight is not None and weight > self.max_weight:
            return Reason.TOO_HEAVY
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonMemory:
    """What of a person must outlive a restart."""

    book: Book = field(default_factory=Book)
    untold: frozenset[str] = frozenset()
    """The keys of the weigh-ins that no event has told of."""
    unasked: frozenset[str] = frozenset()
    """The keys of the questions that no event has asked."""
    limits: Limits = field(default_factory=Limits)
    """Those by which the book was judged."""
    goals: Goals = field(default_factory=Goals)

    def to_json(self) -> dict[str, Any]:
        """Return it as plain JSON; it may be made in any thread."""
        return {
            "book": book_to_json(self.book),
            "untold": sorted(self.untold),
            "unasked": sorted(self.unasked),
            "limits": [self.limits.min_weight, self.limits.max_weight],
            "goals": [self.goals.own, self.goals.vendor, self.goals.asked_at],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Read it; raise LookupError, TypeError, ValueError or AttributeError."""
        low, high = data["limits"]
        own, vendor, asked_at = data["goals"]
        return cls(
            book=book_from_json(data["book"]),
            untold=frozenset(map(str, data["untold"])),
            unasked=frozenset(map(str, data["unasked"])),
            limits=Limits(min_weight=low, max_weight=high),
            goals=Goals(own=own, vendor=vendor, asked_at=int(asked_at)),
        )


class Person:
    """Somebody who is weighed: entities, statistics, links and questions hang here.

    `id` is that of the entry, or of the subentry, that stands for the person, and
    `unique_id` begins the unique ids of the entities. The book is never changed: each
    change makes another one.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WeighbridgeConfigEntry,
        *,
        person_id: str,
        unique_id: str,
        settings: Mapping[str, Any],
        save: Callable[[], Coroutine[Any, Any, None]],
        catch_up: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Know nothing of the person yet.

        `save` puts all on disk; `catch_up` asks their source, if it can be asked.
        """
        self.hass = hass
        self.entry = entry
        self.id = person_id
        self.unique_id = unique_id
        self.limits = Limits.of(settings)
        self.book = Book()
        """All that is known of the person."""
        self.told = News(lambda: self.book.weigh_ins.present, self._async_save_soon)
        """The weigh-ins that are worth an event."""
        self.asked = News(lambda: self.book.questions, self._async_save_soon)
        """The questions that are worth an event."""
        self.available = True
        self.revision = 0
        """Counts the changes of the book, and of what follows from it."""
        self.latest: Mapping[str, float] = {}
        """The newest value of each quantity, under the keys of the entities."""
        self.last_weigh_in: datetime | None = None
        self.goals = Goals()
        self.trends = Trends(dt_util.get_default_time_zone())
        self.doubts: list[Doubt] = [self.trends.doubt]
        # When the first thing was measured of which time will tell.
        self._next: int | None = None
        self._save = save
        self._catch_up = catch_up
        self._lock = asyncio.Lock()
        self._listeners: list[CALLBACK_TYPE] = []

    @property
    def name(self) -> str:
        """Return what the person is called."""
        if (subentry := self.entry.subentries.get(self.id)) is not None:
            return subentry.title
        return person_name(self.entry)

    @property
    def subentry_id(self) -> str | None:
        """Return the subentry that stands for the person, None if the entry does."""
        return self.id if self.id in self.entry.subentries else None

    async def async_catch_up(self) -> None:
        """Ask the source for what it has now; raise HomeAssistantError if it is away."""
        if self._catch_up is not None:
            await self._catch_up()

    @property
    def memory(self) -> PersonMemory:
        """Return what must outlive a restart, as it is now."""
        return PersonMemory(
            book=self.book,
            untold=frozenset(self.told.keys),
            unasked=frozenset(self.asked.keys),
            limits=self.limits,
            goals=self.goals,
        )

    @property
    def goal(self) -> float | None:
        """Return the weight in kg that the person wants to have, None without one."""
        return self.goals.vendor if self.goals.own is None else self.goals.own

    def weigh_ins(
        self, start: datetime | None = None, end: datetime | None = None
    ) -> list[WeighIn]:
        """Return the weigh-ins that count, from `start` up to `end`, with their BMI."""
        return [
            self.complete(weigh_in)
            for weigh_in in self.book.weigh_ins.present
            if (start is None or weigh_in.measured_at >= start)
            and (end is None or weigh_in.measured_at < end)
        ]

    def count_out(self, start: datetime, end: datetime, *, is_open: bool) -> int:
        """Count the weigh-ins of a period that are asked about, or were kept out."""
        shelf = self.book.weigh_ins
        return sum(
            start <= shelf.records[key].measured_at < end
            for key, standing in shelf.standings.items()
            if not standing.is_in and standing.is_open is is_open
        )

    def height(self, second: int) -> float | None:
        """Return how tall the person was, in metres: as they say, or as the vendor."""
        return self.limits.height or self.book.height(second)

    def complete[M: Measured](self, record: M) -> M:
        """Return a weigh-in with the BMI, if it has none and a height is known."""
        if not isinstance(record, WeighIn) or record.bmi is not None:
            return record
        height = self.height(record.second)
        if height is None:
            return record
        return replace(record, bmi=bmi(record.weight, height))

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener after each change; return how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_notify(self) -> None:
        """Tell the entities that something may have changed."""
        for listener in list(self._listeners):
            listener()

    @callback
    def async_tell(self) -> None:
        """Tell the entities, the statistics and the links of news."""
        self.async_notify()
        self.async_announce()

    @callback
    def async_announce(self) -> None:
        """Tell the statistics and the links, which are no entities."""
        async_dispatcher_send(self.hass, signal_person_updated(self.id))

    async def async_load(self, stored: Mapping[str, Any]) -> None:
        """Take up what is remembered, by the limits of today.

        Raises LookupError, TypeError, ValueError or AttributeError on damage.
        """
        memory = await asyncio.to_thread(PersonMemory.from_json, stored)
        self.book = memory.book
        self.told.keys |= memory.untold
        self.asked.keys |= memory.unasked
        self.goals = memory.goals
        if (memory.limits.min_weight, memory.limits.max_weight) != (
            self.limits.min_weight,
            self.limits.max_weight,
        ):
            # What is open must be likely by what is in.
            await self._async_derive()
            since = int(dt_util.utcnow().timestamp()) - REACH
            outcome = await async_apart(
                self.book.size, self.book.review, self._judge_again, since
            )
            self._note(outcome)
        await self._async_derive()

    async def async_learn(
        self, batch: Batch, *, patience: int = HOUR, is_history: bool = False
    ) -> Outcome:
        """Take in what a reading brought, and have it on disk if it is news."""
        async with self._lock:
            book = self.book.copy()
            outcome = await async_apart(
                len(batch.weigh_ins) and book.size + len(batch.weigh_ins),
                lambda: book.apply(
                    batch,
                    int(dt_util.utcnow().timestamp()),
                    self._judge(is_history=is_history),
                    patience=patience,
                    is_history=is_history,
                ),
            )
            if is_history:
                outcome.asked.clear()
            await self._async_turn(book, outcome)
        return outcome

    async def async_answer(self, key: str, word: Word) -> bool:
        """Take a word on a measurement, and tell of it; tell whether there is one such."""
        is_known = await self.async_note(key, word)
        if is_known:
            self.async_tell()
        return is_known

    async def async_note(self, key: str, word: Word) -> bool:
        """Take a word on a measurement; tell whether there is one such."""
        async with self._lock:
            book = self.book.copy()
            if (outcome := book.answer(key, word)) is None:
                return False
            await self._async_turn(book, outcome)
        return True

    async def async_set_goal(self, goal: float) -> None:
        """Want to have a weight in kg, whatever the vendor knows of."""
        self.goals = replace(self.goals, own=goal)
        await self._save()
        self.async_notify()

    @property
    def wants_vendor_goal(self) -> bool:
        """Return whether the vendor is to be asked for a goal: once a day, if at all."""
        now = dt_util.utcnow().timestamp()
        return self.goals.own is None and now - min(self.goals.asked_at, now) >= DAY

    async def async_learn_goal(self, goal: float | None) -> None:
        """Take note of the goal that the vendor knows of."""
        asked_at = int(dt_util.utcnow().timestamp())
        self.goals = replace(self.goals, vendor=goal, asked_at=asked_at)
        await self._save()
        self.async_notify()

    async def async_forget(self, key: str, fate: Fate) -> None:
        """Let a weigh-in be somebody else's, or nobody's."""
        async with self._lock:
            book = self.book.copy()
            if (outcome := book.forget(key, fate)) is not None:
                self.told.keys.discard(key)
                await self._async_turn(book, outcome)

    @callback
    def async_ready(self) -> None:
        """Count as told from now on what nobody is there to tell; follow the zone."""
        self.told.async_ready()
        self.asked.async_ready()
        self.entry.async_on_unload(
            self.hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, self._async_moved)
        )

    async def _async_moved(self, _event: Event[dict[str, Any]]) -> None:
        """Take days as those of another time zone, if the home has one."""
        async with self._lock:
            if not self._is_stale:
                return
            await self._async_derive()
            self.revision += 1
        self.async_tell()

    async def _async_turn(self, book: Book, outcome: Outcome) -> None:
        """Go on with another book."""
        self.book = book
        self._note(outcome)
        if outcome.is_new or self._is_stale:
            await self._async_derive()
            self.revision += 1
        if outcome.is_new:
            await self._save()
        self.told.async_settle()
        self.asked.async_settle()

    def _note(self, outcome: Outcome) -> None:
        """Keep what is worth an event."""
        self.told.keys |= {weigh_in.key for weigh_in in outcome.arrived}
        self.asked.keys |= {question.key for question in outcome.asked}

    @callback
    def _async_save_soon(self) -> None:
        """Put on disk that something was told."""
        self.entry.async_create_task(
            self.hass, self._save(), f"{DOMAIN} told {self.id}"
        )

    @property
    def _is_stale(self) -> bool:
        """Tell whether time, or another time zone, has changed what follows."""
        return (
            self._next is not None and self._next < _end()
        ) or dt_util.get_default_time_zone() is not self.trends.zone

    async def _async_derive(self) -> None:
        """Derive the newest values, and the trends."""
        end, book = _end(), self.book
        newest = await async_apart(book.size, book.newest, end)
        self._next = book.next(end)
        weigh_ins = book.weigh_ins.present
        await self.trends.async_follow(
            weigh_ins[: count_before(weigh_ins, end)], dt_util.get_default_time_zone()
        )
        latest = {quantity: value for quantity, (value, _) in newest.items()}
        weighed = newest.get("weight")
        self.last_weigh_in = None
        if weighed is not None:
            weight, second = weighed
            self.last_weigh_in = datetime.fromtimestamp(second, UTC)
            measured = newest.get("bmi")
            height = self.height(second)
            if height is not None and (measured is None or measured[1] != second):
                latest["bmi"] = bmi(weight, height)
        self.latest = latest

    def _judge(self, *, is_history: bool) -> Judge:
        """Return what tells why something must wait."""
        since = int(dt_util.utcnow().timestamp()) - REACH

        def judge(book: Book, record: Measured) -> Reason | None:
            if (reason := self._judge_limits(book, record)) is not None:
                return reason
            if is_history or not isinstance(record, WeighIn):
                return None
            standing = book.weigh_ins.standing(record.key)
            if record.second < since and standing.reason is not Reason.UNLIKELY:
                return None
            return self._doubt(book, record)

        return judge

    def _judge_again(self, book: Book, record: Measured) -> Reason | None:
        """Return why something must wait by other limits.

        What is open is no likelier for them; what is in is likely enough.
        """
        if (reason := self._judge_limits(book, record)) is not None:
            return reason
        standing = book.weigh_ins.standing(record.key)
        if not isinstance(record, WeighIn) or not standing.is_open:
            return None
        if standing.reason is Reason.UNLIKELY:
            return standing.reason
        return self._doubt(book, record)

    def _doubt(self, book: Book, weigh_in: WeighIn) -> Reason | None:
        """Return why a weigh-in may be somebody else's, by what is known of before."""
        doubts = (doubt(book, weigh_in) for doubt in self.doubts)
        return next((reason for reason in doubts if reason is not None), None)

    def _judge_limits(self, _book: Book, record: Measured) -> Reason | None:
        """Return what the vendor, or the limits, say against something."""
        if record.doubt is not None:
            return Reason.AMBIGUOUS
        if isinstance(record, WeighIn):
            return self.limits.judge(record.weight)
        return None


def _end() -> int:
    """Return up to which epoch second a clock is believed."""
    return int(dt_util.utcnow().timestamp()) + DAY


def bmi(weight: float, height: float) -> float:
    """Return the body mass index, in kg/m² to a hundredth."""
    return round(weight / height**2, 2)
