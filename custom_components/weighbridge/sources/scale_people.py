"""The people who stand on a scale: each weighing is somebody's, or is asked about."""

import asyncio
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

from ..const import CONF_HEIGHT, DOMAIN, SUBENTRY_PERSON
from ..entry import WeighbridgeConfigEntry
from ..model import Batch, Reason, WeighIn
from .book import Book, Question, count_before
from .news import News
from .person import Limits, Person
from .rows import book_from_json, book_to_json
from .scale import WEIGH_INS, Candidate, Outcome, TakenBack, Verdict, Weighed, recognise
from .shelf import Fate, Word

# What a person was asked about, or has said, is remembered of so many weigh-ins.
REMEMBERED: Final = 200


class People:
    """Gives each weighing to who stood there, or asks."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WeighbridgeConfigEntry,
        *,
        save: Callable[[], Coroutine[Any, Any, None]],
    ) -> None:
        """Know the people of a scale, but nothing of them yet; `save` puts all on disk."""
        self._hass = hass
        self._entry = entry
        self._save = save
        self._lock = asyncio.Lock()
        self._listeners: list[CALLBACK_TYPE] = []
        # Whose book is another one since what is on disk.
        self._changed: set[Person] = set()
        # Whether anything has changed since what is on disk, or being put there.
        self._is_unsaved = False
        people = people_of(entry)
        self.limits = {key: Limits.of(one.data) for key, one in people.items()}
        self.persons: Mapping[str, Person] = {
            key: Person(
                hass,
                entry,
                person_id=key,
                # The sensors of a scale may be replaced; its people stay.
                unique_id=f"person_{key}",
                # The limits tell who it is, before anything is in somebody's book.
                settings={CONF_HEIGHT: limits.height},
                save=self._async_save_person,
            )
            for key, limits in self.limits.items()
        }
        for person in self.persons.values():
            # Who it was has been told already.
            person.doubts.clear()
        self.book = Book()
        """What waits for a person's word, and what is nobody's."""
        # The names of those whose an open weigh-in may be, as long as nothing changes.
        self._candidates: dict[str, dict[str, str]] = {}
        self.asked = News(lambda: self.book.questions, self._save_soon)
        """The questions that are worth an event."""

    @property
    def questions(self) -> list[Question]:
        """Return what waits for a person's word, the oldest first."""
        return self._complete(self.book.questions)

    @callback
    def async_take_new(self) -> list[Question]:
        """Return the questions that are worth an event, each once."""
        return self._complete(self.asked.async_take())

    def _complete(self, questions: Iterable[Question]) -> list[Question]:
        """Return questions with those whose each may be, which takes its time."""
        return [
            replace(question, candidates=self._find_candidates(question.record))
            for question in questions
            if isinstance(question.record, WeighIn)
        ]

    def _find_candidates(self, weigh_in: WeighIn) -> dict[str, str]:
        """Return the names of those whose a weigh-in may be, the likeliest first."""
        if (known := self._candidates.get(weigh_in.key)) is not None:
            return known
        verdict = self._recognise(weigh_in)
        likely = (verdict.person,) if verdict.person else verdict.candidates
        names = {one: self.persons[one].name for one in likely}
        self._candidates[weigh_in.key] = names
        return names

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener after each change; return how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_ready(self) -> None:
        """Count as told from now on what nobody is there to tell."""
        for person in self.persons.values():
            person.async_ready()
        self.asked.async_ready()

    async def async_load(
        self, stored: Mapping[str, Any], persons: Mapping[str, Any]
    ) -> None:
        """Take up what is remembered of what is nobody's, and of each person.

        Raises LookupError, TypeError, ValueError or AttributeError on damage.
        """
        self.book = book_from_json(stored["book"])
        self.asked.keys |= set(map(str, stored["unasked"]))
        for person_id, person in self.persons.items():
            if (of_person := persons.get(person_id)) is not None:
                await person.async_load(of_person)

    def as_json(self) -> dict[str, Any]:
        """Return what is stored of what is nobody's."""
        return {"book": book_to_json(self.book), "unasked": sorted(self.asked.keys)}

    def freeze_persons(self) -> Callable[[], dict[str, Any]]:
        """Return what makes plain JSON, in any thread, of each person's memory now."""
        memories = {key: person.memory for key, person in self.persons.items()}
        return lambda: {key: memory.to_json() for key, memory in memories.items()}

    def is_answered(self, key: str) -> bool:
        """Tell whether a person has said already whose a weigh-in is."""
        books = (self.book, *(person.book for person in self.persons.values()))
        return any(book.is_answered(key) for book in books)

    async def async_assign(self, key: str, person_id: str) -> bool:
        """Take a word on a weigh-in: whose it is; tell whether there is one such.

        It may be open, somebody else's so far, or nobody's.
        """
        async with self._lock:
            if (weigh_in := self._find(key)) is None:
                return False
            owner = self._owner(key)
            if owner is None or owner.id != person_id:
                await self._async_forget(key)
            if person_id == Word.NOBODY:
                self._keep(weigh_in, None)
                self.book.answer(key, Word.NOBODY)
            else:
                person = self.persons[person_id]
                await self._async_give(weigh_in, person)
                await person.async_note(key, Word.MINE)
                await self._async_settle(self.book.questions)
            await self._async_save_all()
        self._tell()
        return True

    async def async_review(self) -> None:
        """Settle what somebody new, or other limits, have made clear.

        Not whose of two it was: one of them may have moved out.
        """
        async with self._lock:
            await self._async_settle(
                question
                for question in self.book.questions
                if question.reason is not Reason.AMBIGUOUS
            )
            if not self._changed:
                return
            await self._async_save_all()
        self._tell()

    async def async_take(self, outcomes: list[Outcome]) -> None:
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
            await self._async_save_all()
        self._tell()

    async def _async_save_person(self) -> None:
        """Put on disk what somebody has changed, unless more is about to change.

        What goes from one to another is never nobody's on disk.
        """
        self._is_unsaved = True
        if not self._lock.locked():
            await self._async_save_all()

    async def _async_save_all(self) -> None:
        """Put all on disk, and once more what has changed meanwhile."""
        self._is_unsaved = True
        while self._is_unsaved:
            self._is_unsaved = False
            await self._save()

    @callback
    def _tell(self) -> None:
        """Tell of what is on disk; that it was told is put there by each person."""
        self._candidates.clear()
        while self._changed:
            self._changed.pop().async_tell()
        for listener in list(self._listeners):
            listener()

    async def _async_take_weigh_in(self, weigh_in: WeighIn) -> None:
        """Give a weigh-in to who stood there, or ask; complete a known one."""
        key = weigh_in.key
        if (owner := self._owner(key)) is not None:
            await self._async_give(weigh_in, owner)
            return
        shelf = self.book.weigh_ins
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
        known = self._find(before.key)
        earlier = known or replace(before.weigh_in, key=before.key)
        who = self._who(earlier)
        is_one = len(self.persons) == 1
        if not is_one and (who is None or who != self._recognise(weigh_in).person):
            if known is None:
                await self._async_take_weigh_in(earlier)
            return weigh_in
        await self._async_forget(before.key)
        return earlier.completed(weigh_in)

    async def _async_take_back(self, taken: TakenBack) -> None:
        """Forget what was none, unless somebody else than the one before stood there."""
        weigh_in = replace(taken.weigh_in, key=taken.key)
        who = self._who(weigh_in)
        before = None if taken.shown is None else self._owner(taken.shown)
        if who is None or before is None or before.id == who:
            await self._async_forget(taken.key)
        elif self._find(taken.key) is None:
            await self._async_take_weigh_in(weigh_in)

    async def _async_settle(self, questions: Iterable[Question]) -> None:
        """Give what has become clear to who stood there."""
        for question in questions:
            weigh_in = question.record
            if not isinstance(weigh_in, WeighIn):
                continue
            # Each takes some milliseconds.
            await asyncio.sleep(0)
            verdict = self._recognise(weigh_in)
            if verdict.person is not None:
                self._close(weigh_in.key)
                await self._async_give(weigh_in, self.persons[verdict.person])

    async def _async_give(self, weigh_in: WeighIn, person: Person) -> None:
        """Let a weigh-in into somebody's book."""
        second = weigh_in.second
        batch = Batch(since=second, until=second, weigh_ins=(weigh_in,))
        await person.async_learn(batch)
        self._changed.add(person)

    async def _async_forget(self, key: str) -> None:
        """Take a weigh-in from whoever has it, and ask about it no longer."""
        if (owner := self._owner(key)) is None:
            self._close(key)
        else:
            await owner.async_forget(key, Fate.MOVED)
            self._changed.add(owner)

    def _find(self, key: str) -> WeighIn | None:
        """Return what is known of a weigh-in, be it somebody's or not."""
        owner = self._owner(key)
        book = self.book if owner is None else owner.book
        return book.weigh_ins.records.get(key)

    def _who(self, weigh_in: WeighIn) -> str | None:
        """Return whose a weigh-in is, or by all that is known would be."""
        owner = self._owner(weigh_in.key)
        return self._recognise(weigh_in).person if owner is None else owner.id

    def _owner(self, key: str) -> Person | None:
        """Return in whose book a weigh-in is."""
        for person in self.persons.values():
            if key in person.book.weigh_ins.records:
                return person
        return None

    def _recognise(self, weigh_in: WeighIn) -> Verdict:
        """Tell who stood there, or what to ask."""
        second = weigh_in.second
        return recognise(
            weigh_in,
            [
                Candidate(
                    id=person.id,
                    weigh_ins=known[max(0, before - WEIGH_INS) : before],
                    min_weight=self.limits[person.id].min_weight,
                    max_weight=self.limits[person.id].max_weight,
                )
                for person in self.persons.values()
                # Of years, the last ones alone tell who it was.
                for known in (person.book.weigh_ins.present,)
                for before in (count_before(known, second),)
            ],
        )

    def _keep(self, weigh_in: WeighIn, reason: Reason | None) -> None:
        """Remember what is nobody's yet; a reason is a question."""
        shelf = self.book.weigh_ins
        standing = shelf.standing(weigh_in.key)
        for _ in shelf.put([weigh_in], whole=True):
            pass
        if reason is not None:
            standing = replace(standing, reason=reason, counted=False)
        shelf.stand(weigh_in.key, standing)
        # What a person has kept out goes before what nobody has answered.
        for old in sorted(
            shelf.records.values(),
            key=lambda one: (shelf.standing(one.key).is_open, one.second),
        )[:-REMEMBERED]:
            self._close(old.key)

    def _close(self, key: str) -> None:
        """Ask no longer."""
        shelf = self.book.weigh_ins
        if (weigh_in := shelf.records.get(key)) is not None:
            shelf.drop(weigh_in)
        self.asked.keys.discard(key)

    @callback
    def _save_soon(self) -> None:
        """Put on disk that something was told."""
        self._entry.async_create_task(
            self._hass, self._save(), f"{DOMAIN} asked {self._entry.entry_id}"
        )


def people_of(entry: WeighbridgeConfigEntry) -> dict[str, ConfigSubentry]:
    """Return those who stand on a scale, by their ids."""
    return {
        key: subentry
        for key, subentry in entry.subentries.items()
        if subentry.subentry_type == SUBENTRY_PERSON
    }
