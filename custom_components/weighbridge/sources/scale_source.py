"""A scale in Home Assistant, and the people who stand on it."""

import asyncio
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Final, override

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
)
from homeassistant.const import ATTR_ENTITY_ID, EVENT_HOMEASSISTANT_STOP
from homeassistant.core import (
    CALLBACK_TYPE,
    DOMAIN as HOMEASSISTANT_DOMAIN,
    Event,
    HomeAssistant,
    callback,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..const import CONF_HEIGHT, DOMAIN, LOGGER, SUBENTRY_PERSON
from ..model import Batch, Reason, WeighIn
from ..pace import async_apart
from ..store import account_store
from .book import Book, Question
from .news import News
from .person import Limits, Person
from .questions import Questions, async_clear_questions
from .rows import book_from_json, book_to_json
from .scale import (
    MEASURED_AT,
    QUANTITIES,
    Candidate,
    DatedWeighings,
    Memory,
    Outcome,
    TakenBack,
    Verdict,
    Weighed,
    Weighings,
    recognise,
)
from .scale_issues import async_clear_scale, async_update_sensors
from .scale_sensors import ScaleSensors
from .shelf import Fate, Word

# What a person was asked about, or has said, is remembered of so many weigh-ins.
REMEMBERED: Final = 200

type ScaleConfigEntry = ConfigEntry[ScaleRuntime]


@dataclass(slots=True)
class ScaleMemory:
    """What of a scale must outlive a restart, but for its people's books."""

    weighings: Memory = field(default_factory=Memory)
    book: Book = field(default_factory=Book)
    """What waits for a person's word, and what is nobody's."""

    def as_json(self, unasked: Iterable[str]) -> dict[str, Any]:
        """Return what is stored."""
        return {
            "weighings": self.weighings.as_json(),
            "book": book_to_json(self.book),
            "unasked": sorted(unasked),
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> ScaleMemory:
        """Read it; raise LookupError, TypeError, ValueError or AttributeError."""
        return cls(
            weighings=Memory.from_json(data["weighings"]),
            book=book_from_json(data["book"]),
        )


class Scale:
    """Gives each weighing to who stood there, or asks."""

    def __init__(self, hass: HomeAssistant, entry: ScaleConfigEntry) -> None:
        """Know the people of a scale, but nothing of them yet."""
        self.hass = hass
        self.entry = entry
        self.memory = ScaleMemory()
        people = [
            subentry
            for subentry in entry.subentries.values()
            if subentry.subentry_type == SUBENTRY_PERSON
        ]
        self.limits = {one.subentry_id: Limits.of(one.data) for one in people}
        self.persons: dict[str, Person] = {
            one.subentry_id: Person(
                hass,
                entry,
                person_id=one.subentry_id,
                # The sensors of a scale may be replaced; its people stay.
                unique_id=f"person_{one.subentry_id}",
                # The limits tell who it is, before anything is in somebody's book.
                settings={CONF_HEIGHT: self.limits[one.subentry_id].height},
                save=self.async_save,
            )
            for one in people
        }
        for person in self.persons.values():
            # Who it was has been told already.
            person.doubts.clear()
        self._store = account_store(hass, entry.entry_id)
        self._lock = asyncio.Lock()
        self._saving = asyncio.Lock()
        self._listeners: list[CALLBACK_TYPE] = []
        self.asked = News(lambda: self.questions, self._save_soon)
        """The questions that are worth an event."""
        self.sensors: ScaleSensors

    @property
    def last_weigh_in(self) -> datetime | None:
        """Return when somebody stood there last, whoever it was."""
        for known in reversed(self.memory.weighings.known):
            if known.key is not None:
                return datetime.fromtimestamp(int(known.key), UTC)
        return None

    @property
    def questions(self) -> tuple[Question, ...]:
        """Return what waits for a person's word, the oldest first."""
        return tuple(
            replace(question, candidates=self._find_candidates(question.record))
            for question in self.memory.book.questions
            if isinstance(question.record, WeighIn)
        )

    def _find_candidates(self, weigh_in: WeighIn) -> dict[str, str]:
        """Return the names of those whose a weigh-in may be, the likeliest first."""
        verdict = self._recognise(weigh_in)
        likely = (verdict.person,) if verdict.person else verdict.candidates
        return {one: self.persons[one].name for one in likely}

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener after each change; return how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def _save_soon(self) -> None:
        """Put on disk that something was told."""
        self._in_background(self.async_save())

    async def async_load(self) -> None:
        """Take up what is remembered; without it, the scale is known anew."""
        try:
            if (stored := await self._store.async_load()) is not None:
                self.memory = ScaleMemory.from_json(stored["scale"])
                self.asked.keys |= set(map(str, stored["scale"]["unasked"]))
                for person_id, person in self.persons.items():
                    if (of_person := stored["persons"].get(person_id)) is not None:
                        await person.async_load(of_person)
        except (
            HomeAssistantError,
            NotImplementedError,
            LookupError,
            TypeError,
            ValueError,
            AttributeError,
        ) as err:
            LOGGER.warning(
                "What was stored of %s cannot be read and is learned anew: %s",
                self.entry.title,
                err,
            )

    async def async_save(self) -> None:
        """Put all on disk."""
        async with self._saving:
            scale = self.memory.as_json(self.asked.keys)
            memories = {key: person.memory for key, person in self.persons.items()}
            persons = await async_apart(
                sum(memory.book.size for memory in memories.values()),
                lambda: {key: memory.to_json() for key, memory in memories.items()},
            )
            await self._store.async_save({"scale": scale, "persons": persons})

    @callback
    def async_start(self) -> None:
        """Follow the sensors, as soon as all are there who are told."""
        for person in self.persons.values():
            person.async_ready()
        self.asked.async_ready()
        data = self.entry.data
        memory = self.memory.weighings
        self.sensors = ScaleSensors(
            self.hass,
            {q: data[q] for q in (*QUANTITIES, MEASURED_AT) if q in data},
            DatedWeighings(memory) if MEASURED_AT in data else Weighings(memory),
            tell=self._weighed,
            tell_trouble=self._update_issues,
        )
        self.sensors.async_start()

        async def stopping(_event: Event) -> None:
            """Lose nothing of the last seconds before Home Assistant stops."""
            await self._async_take(self.sensors.async_flush())

        self.entry.async_on_unload(
            self.hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stopping)
        )

    async def async_close(self) -> None:
        """Follow the sensors no longer, and have all on disk."""
        await self._async_take(self.sensors.async_stop())

    async def async_poll_now(self) -> None:
        """Have the sensors updated, as far as they are polled."""
        await self.hass.services.async_call(
            HOMEASSISTANT_DOMAIN,
            "update_entity",
            {ATTR_ENTITY_ID: self.sensors.entity_ids},
            blocking=True,
        )

    async def async_assign(self, key: str, person_id: str) -> bool:
        """Take a word on a weigh-in: whose it is; tell whether there is one such.

        It may be open, somebody else's so far, or nobody's.
        """
        async with self._lock:
            owner = self._owner(key)
            shelf = (self.memory.book if owner is None else owner.book).weigh_ins
            if (weigh_in := shelf.records.get(key)) is None:
                return False
            if owner is not None and owner.id != person_id:
                await owner.async_forget(key, Fate.MOVED)
                owner.async_tell()
            if person_id == Word.NOBODY:
                self._keep(weigh_in, None)
                self.memory.book.answer(key, Word.NOBODY)
            else:
                self._close(key)
                await self._async_give(weigh_in, self.persons[person_id])
                await self._async_ask_again()
            await self.async_save()
        self._notify()
        return True

    @callback
    def _weighed(self, outcomes: list[Outcome]) -> None:
        """Take what came of the reports of the sensors."""
        # Tracked by the entry, so that an unload waits until it is on disk.
        self._in_background(self._async_take(outcomes))

    def _in_background(self, target: Coroutine[Any, Any, None]) -> None:
        self.entry.async_create_task(
            self.hass, target, f"{DOMAIN} scale {self.entry.entry_id}"
        )

    async def _async_take(self, outcomes: list[Outcome]) -> None:
        """Take weighings, one after the other."""
        async with self._lock:
            for outcome in outcomes:
                if isinstance(outcome, TakenBack):
                    await self._async_take_back(outcome)
                else:
                    weigh_in = replace(outcome.weigh_in, key=outcome.key)
                    for before in outcome.instead:
                        weigh_in = await self._async_tell_apart(before, weigh_in)
                    await self._async_take_weigh_in(weigh_in)
            await self.async_save()
        self._notify()

    async def _async_take_weigh_in(self, weigh_in: WeighIn) -> None:
        """Give a weigh-in to who stood there, or ask; complete a known one."""
        key = weigh_in.key
        if (owner := self._owner(key)) is not None:
            await self._async_give(weigh_in, owner)
            return
        shelf = self.memory.book.weigh_ins
        if (known := shelf.records.get(key)) is not None:
            weigh_in = known.completed(weigh_in)
            if not shelf.standing(key).is_open:
                self._keep(weigh_in, None)
                return
        verdict = self._recognise(weigh_in)
        if verdict.person is not None:
            self._close(key)
            await self._async_give(weigh_in, self.persons[verdict.person])
            return
        if known is None:
            self.asked.keys.add(key)
        self._keep(weigh_in, verdict.reason)

    async def _async_tell_apart(self, before: Weighed, weigh_in: WeighIn) -> WeighIn:
        """Tell whether what was just before a weigh-in was on the way to it.

        It was if the same person stood there. If not, or in doubt, both count.
        """
        owner = self._owner(before.key)
        shelf = (self.memory.book if owner is None else owner.book).weigh_ins
        earlier = shelf.records.get(
            before.key, replace(before.weigh_in, key=before.key)
        )
        who = self._recognise(earlier).person if owner is None else owner.id
        is_one = len(self.persons) == 1
        if not is_one and (who is None or who != self._recognise(weigh_in).person):
            if before.key not in shelf.records:
                await self._async_take_weigh_in(earlier)
            return weigh_in
        if owner is None:
            self._close(before.key)
        else:
            await owner.async_forget(before.key, Fate.MOVED)
            owner.async_tell()
        return earlier.completed(weigh_in)

    async def _async_take_back(self, taken: TakenBack) -> None:
        """Forget what was none, unless somebody else than the one before stood there."""
        key = taken.key
        weigh_in = replace(taken.weigh_in, key=key)
        owner = self._owner(key)
        is_told = owner is not None or key in self.memory.book.weigh_ins.records
        who = self._recognise(weigh_in).person if owner is None else owner.id
        last = self.memory.weighings.last
        before = None if last is None or last.key is None else self._owner(last.key)
        if who is not None and before is not None and before.id != who:
            if not is_told:
                await self._async_take_weigh_in(weigh_in)
        elif owner is None:
            self._close(key)
        else:
            await owner.async_forget(key, Fate.MOVED)
            owner.async_tell()

    async def _async_ask_again(self) -> None:
        """Settle what an answer has made clear."""
        for question in self.memory.book.questions:
            weigh_in = question.record
            if not isinstance(weigh_in, WeighIn):
                continue
            verdict = self._recognise(weigh_in)
            if verdict.person is not None:
                self._close(weigh_in.key)
                await self._async_give(weigh_in, self.persons[verdict.person])

    async def _async_give(self, weigh_in: WeighIn, person: Person) -> None:
        """Let a weigh-in into somebody's book."""
        second = weigh_in.second
        batch = Batch(since=second, until=second, weigh_ins=(weigh_in,))
        await person.async_learn(batch)
        person.async_tell()

    def _owner(self, key: str) -> Person | None:
        """Return in whose book a weigh-in is."""
        for person in self.persons.values():
            if key in person.book.weigh_ins.records:
                return person
        return None

    def _recognise(self, weigh_in: WeighIn) -> Verdict:
        """Tell who stood there, or what to ask."""
        return recognise(
            weigh_in,
            [
                Candidate(
                    id=person.id,
                    weigh_ins=person.book.weigh_ins.present,
                    min_weight=self.limits[person.id].min_weight,
                    max_weight=self.limits[person.id].max_weight,
                )
                for person in self.persons.values()
            ],
        )

    def _keep(self, weigh_in: WeighIn, reason: Reason | None) -> None:
        """Remember what is nobody's yet; a reason is a question."""
        shelf = self.memory.book.weigh_ins
        standing = shelf.standing(weigh_in.key)
        for _ in shelf.put([weigh_in], whole=True):
            pass
        if reason is not None:
            standing = replace(standing, reason=reason, counted=False)
        shelf.stand(weigh_in.key, standing)
        for old in sorted(shelf.records.values(), key=lambda one: one.second)[
            :-REMEMBERED
        ]:
            self._close(old.key)

    def _close(self, key: str) -> None:
        """Ask no longer."""
        shelf = self.memory.book.weigh_ins
        if (weigh_in := shelf.records.get(key)) is not None:
            shelf.drop(weigh_in)
        self.asked.keys.discard(key)

    @callback
    def _notify(self) -> None:
        """Tell all who listen."""
        for listener in list(self._listeners):
            listener()

    @callback
    def _update_issues(self) -> None:
        """Tell the user of sensors that are gone, or say nothing."""
        async_update_sensors(
            self.hass,
            self.entry,
            missing=self.sensors.async_find_missing(),
            unreadable=self.sensors.unreadable,
        )


class ScaleQuestions(Questions):
    """The questions of a scale, which many people may stand on."""

    available = True

    def __init__(self, scale: Scale) -> None:
        """Ask whose the weigh-ins of a scale are."""
        super().__init__(scale.hass, scale.entry)
        self._scale = scale

    @property
    @override
    def open(self) -> Sequence[Question]:
        """Return what waits for a word, the oldest first."""
        return self._scale.questions

    @property
    @override
    def persons(self) -> Mapping[str, str]:
        """Return the names of all who stand on the scale."""
        return {one.id: one.name for one in self._scale.persons.values()}

    @override
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Follow the scale."""
        return self._scale.async_add_listener(listener)

    @override
    def async_take_new(self) -> list[Question]:
        """Return the questions that are worth an event, each once."""
        return self._scale.asked.async_take()

    @override
    def async_add_teller(self) -> CALLBACK_TYPE:
        """Keep new questions until they are taken; return how to stop that."""
        return self._scale.asked.async_add_teller()

    @override
    async def async_assign(self, key: str, whose: str) -> bool:
        """Carry out a word."""
        if whose != Word.NOBODY and whose not in self._scale.persons:
            raise ValueError(whose)
        return await self._scale.async_assign(key, whose)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleRuntime:
    """What a loaded entry of a scale holds."""

    scale: Scale
    questions: Questions
    """What is asked about the scale."""

    @property
    def persons(self) -> Mapping[str, Person]:
        """Return those who are weighed, by their ids."""
        return self.scale.persons

    async def async_poll_now(self) -> None:
        """Have the sensors updated, as far as they are polled."""
        await self.scale.async_poll_now()


async def async_setup_scale(hass: HomeAssistant, entry: ScaleConfigEntry) -> None:
    """Set up a scale and its people from what is remembered."""
    scale = Scale(hass, entry)
    await scale.async_load()
    questions = ScaleQuestions(scale)
    entry.runtime_data = ScaleRuntime(scale=scale, questions=questions)
    # Issues do not outlive a restart; what they ask for does.
    questions.async_refresh()
    entry.async_on_unload(scale.async_add_listener(questions.async_refresh))
    people = _people(entry)

    @callback
    def look(_change: ConfigEntryChange, changed: ConfigEntry) -> None:
        """Begin anew with other people, or other settings of theirs."""
        if changed.entry_id == entry.entry_id and _people(entry) != people:
            hass.config_entries.async_schedule_reload(entry.entry_id)

    entry.async_on_unload(
        async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, look)
    )


async def async_remove_scale(hass: HomeAssistant, entry: ConfigEntry[Any]) -> None:
    """Delete what was stored of a scale that is removed."""
    async_clear_scale(hass, entry)
    async_clear_questions(hass, entry)
    await account_store(hass, entry.entry_id).async_remove()


def _people(entry: ConfigEntry[Any]) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Return who stands on a scale, and what is set of them."""
    return {
        subentry.subentry_id: (subentry.title, subentry.data)
        for subentry in entry.subentries.values()
        if subentry.subentry_type == SUBENTRY_PERSON
    }
