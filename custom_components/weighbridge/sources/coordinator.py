"""Polls a source: what it measured, what of it is new."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, override

from homeassistant.config_entries import ConfigEntry, ConfigEntryState
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util

from ..clients import SourceClient
from ..const import CONF_PROVIDER, DOMAIN, LOGGER, SOURCES
from ..model import Batch
from ..pace import async_apart
from ..store import UNREADABLE, account_store, token_store
from .book import REACH
from .devices import DeviceCoordinator
from .issues import async_check_sign_in, async_clear_issues, async_clear_refusals
from .keeper import Keeper
from .person import Person
from .poll import PollCoordinator
from .questions import PersonQuestions, Questions, async_clear_questions
from .session import SourceSession, async_create_session
from .shelf import DAY, HOUR, Word

UPDATE_INTERVAL = timedelta(minutes=15)

# How often a source that tells of changes alone is compared with what is known of it.
LOOK_INTERVAL = DAY
# Deletions are told of without saying which: what is missing a minute later is gone.
SOON = 60

type SourceConfigEntry = ConfigEntry[SourceRuntime]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRuntime:
    """What a loaded source entry holds."""

    coordinator: SourceCoordinator
    devices: DeviceCoordinator
    persons: Mapping[str, Person]
    """Those who are weighed, by their ids."""
    questions: Questions
    """What the source asks."""

    @property
    def choices(self) -> Mapping[str, str]:
        """Return whose a weigh-in may be said to be, with names where there are any."""
        return {Word.MINE: self.coordinator.person.name, Word.NOBODY: ""}

    async def async_assign(self, key: str, word: str) -> bool:
        """Take a word on a weigh-in; tell whether there is one such."""
        return await self.coordinator.person.async_answer(key, Word(word))

    async def async_poll_now(self) -> None:
        """Poll all that the source knows, without delay."""
        await asyncio.gather(
            self.coordinator.async_poll_now(), self.devices.async_poll_now()
        )


class SourceCoordinator(PollCoordinator[Batch]):
    """Keeps what a source knows of one person up to date; its data is the last batch."""

    config_entry: SourceConfigEntry

    def __init__(
        self, hass: HomeAssistant, entry: SourceConfigEntry, session: SourceSession
    ) -> None:
        """Poll in the name of the entry's account."""
        super().__init__(
            hass,
            entry,
            session,
            name=f"{DOMAIN} {entry.title}",
            interval=UPDATE_INTERVAL,
        )
        self.data = Batch(since=0, until=0)
        self._keeper = Keeper(hass, entry, self._freeze)
        self.person = Person(
            hass,
            entry,
            person_id=entry.entry_id,
            unique_id=str(entry.unique_id),
            settings=entry.options,
            save=self._keeper.async_save,
            catch_up=self.async_catch_up,
        )
        # When all of the last weeks was seen last, and how soon a look is to be believed.
        self._looked_at = 0
        self._patience: int | None = None
        self._cancel_look: CALLBACK_TYPE | None = None
        # Up to when the vendor's changes are known; None before the first reading.
        self._cursor: int | None = None

    async def async_get_changes(self, since: int) -> Batch:
        """Return what the vendor learned since an epoch second; 0 means everything.

        Raises HomeAssistantError.
        """
        return await self._async_read(lambda client: client.async_get_changes(since))

    async def async_get_period(self, start: datetime, end: datetime) -> Batch:
        """Return what was measured from `start` up to `end`, both aware.

        Raises HomeAssistantError.
        """
        return await self._async_read(
            lambda client: client.async_get_period(start, end)
        )

    async def async_learn_goal(self) -> None:
        """Ask for the goal that the person has at the vendor, unless they have one here."""
        if not self.person.wants_vendor_goal:
            return
        try:
            goal = await self.session.async_read(lambda client: client.async_get_goal())
        except HomeAssistantError as err:
            LOGGER.info("The goal is asked for at the next start: %s", err)
            return
        await self.person.async_learn_goal(goal)

    def _freeze(self) -> Callable[[], dict[str, Any]]:
        """Return what makes plain JSON of what is known of the person now.

        The cursor alone is not worth a write: from an old one, a reading brings more.
        """
        memory, cursor = self.person.memory, self._cursor
        return lambda: {"cursor": cursor, "person": memory.to_json()}

    async def async_start(self) -> None:
        """Poll for the first time, with what is remembered of before.

        A vendor that is away, or wants a new sign-in, takes nothing that is known off
        the screen. Where nothing is known yet, raise ConfigEntryNotReady or
        ConfigEntryAuthFailed.
        """
        await self._async_load()
        if self._cursor is None:
            await self.async_config_entry_first_refresh()
            return
        self.async_remember()
        await self.async_refresh()

    async def _async_load(self) -> None:
        """Load the memory; without a readable one, everything known is history."""
        try:
            stored = await self._keeper.async_load()
            if stored is not None:
                await self.person.async_load(stored["person"])
                self._cursor = int(stored["cursor"])
        except UNREADABLE as err:
            LOGGER.warning(
                "What was stored of %s cannot be read and is learned anew: %s",
                self.config_entry.title,
                err,
            )

    @override
    async def _async_poll(self) -> Batch:
        """Read what changed since the last poll."""
        since = self._cursor or 0
        batch = await self.session.async_read(
            lambda client: client.async_get_changes(since)
        )
        async_clear_refusals(self.hass, self.config_entry)
        async_check_sign_in(self.hass, self.config_entry)
        is_history = self._cursor is None
        # An account that has nothing yet is read from its beginning.
        if since or batch.weigh_ins or batch.blood_pressures:
            self._cursor = max(batch.until, since)
        else:
            self._cursor = 0
        patience, self._patience = self._patience, None
        now = int(dt_util.utcnow().timestamp())
        if batch.window is not None:
            self._looked_at = now
        await self.person.async_learn(
            batch, patience=patience or HOUR, is_history=is_history
        )
        if is_history:
            await self._keeper.async_save()
        if patience is not None or now - self._looked_at >= self._look_interval:
            await self._async_look_back(now, patience or HOUR)
        return await async_apart(len(batch.weigh_ins), self._complete, batch)

    @property
    def _look_interval(self) -> int:
        """Return how many seconds after a look the next one is due."""
        return HOUR if any(self.person.book.missed()) else LOOK_INTERVAL

    async def _async_look_back(self, now: int, patience: int) -> None:
        """Compare the last weeks with what is known, if the vendor answers."""
        if self._looked_at == now:
            return
        start, end = map(dt_util.utc_from_timestamp, (now - REACH, now + DAY))
        try:
            batch = await self.session.async_read(
                lambda client: client.async_get_period(start, end)
            )
        except UpdateFailed as err:
            LOGGER.info("What was deleted is looked for at the next poll: %s", err)
            return
        self._looked_at = now
        await self.person.async_learn(batch, patience=patience)

    async def async_catch_up(self) -> None:
        """Poll now; raise HomeAssistantError when the vendor does not answer."""
        await self.async_poll_now()
        if not self.last_update_success and self.last_exception is not None:
            raise self.last_exception

    async def async_notified(self) -> None:
        """Poll now, and look for what was deleted, now and in a minute."""
        self._patience = SOON
        await self.async_poll_now()
        self._stop_look()
        if any(self.person.book.missed()):
            self._cancel_look = async_call_later(
                self.hass, SOON, HassJob(self._look_again, cancel_on_shutdown=True)
            )

    @callback
    def _look_again(self, _now: datetime) -> None:
        """Look once more, in the background."""
        self._cancel_look = None
        self._patience = SOON
        self.config_entry.async_create_background_task(
            self.hass,
            self.async_poll_now(),
            f"{DOMAIN} second look of {self.config_entry.entry_id}",
        )

    @callback
    def _stop_look(self) -> None:
        """Forget the second look that was due."""
        if self._cancel_look is not None:
            self._cancel_look()
            self._cancel_look = None

    @override
    async def async_shutdown(self) -> None:
        """Look no more."""
        self._stop_look()
        await super().async_shutdown()

    @callback
    @override
    def _async_refresh_finished(self) -> None:
        """Tell the links, which have no entities."""
        self.person.available = self.is_valid
        super()._async_refresh_finished()
        if self.last_update_success:
            self.person.async_announce()

    async def _async_read(
        self, read: Callable[[SourceClient], Awaitable[Batch]]
    ) -> Batch:
        """Return a reading with the BMI filled in."""
        batch = await self.session.async_read(read)
        return await async_apart(len(batch.weigh_ins), self._complete, batch)

    def _complete(self, batch: Batch) -> Batch:
        """Return a batch with the BMI filled in."""
        return replace(
            batch, weigh_ins=tuple(map(self.person.complete, batch.weigh_ins))
        )


async def async_setup_source(hass: HomeAssistant, entry: SourceConfigEntry) -> None:
    """Set up a source and poll it for the first time.

    Raises ConfigEntryNotReady or ConfigEntryAuthFailed if nothing is known of it yet.
    """
    session = await async_create_session(hass, entry)
    coordinator = SourceCoordinator(hass, entry, session)
    devices = DeviceCoordinator(hass, entry, session)
    person = coordinator.person
    questions = PersonQuestions(person)
    entry.runtime_data = SourceRuntime(
        coordinator=coordinator,
        devices=devices,
        persons={person.id: person},
        questions=questions,
    )
    await coordinator.async_start()
    # Weigh-ins do not wait for devices that cannot be read.
    await devices.async_refresh()
    entry.async_create_background_task(
        hass, coordinator.async_learn_goal(), f"{DOMAIN} goal {entry.entry_id}"
    )
    # A coordinator polls only while it has listeners, and the links listen elsewhere.
    entry.async_on_unload(coordinator.async_add_listener(person.async_notify))
    # Issues do not outlive a restart; what they ask for does.
    questions.async_refresh()
    entry.async_on_unload(person.async_add_listener(questions.async_refresh))


async def async_remove_source(hass: HomeAssistant, entry: SourceConfigEntry) -> None:
    """Delete what was stored of a source that is removed."""
    async_clear_issues(hass, entry)
    async_clear_questions(hass, entry)
    await account_store(hass, entry.entry_id).async_remove()
    await token_store(hass, entry.entry_id).async_remove()


@callback
def async_find_person(hass: HomeAssistant, person_id: str) -> Person | None:
    """Return a person by their id, None while their source is not loaded."""
    entry = async_find_source(hass, person_id)
    if entry is None or entry.state is not ConfigEntryState.LOADED:
        return None
    return entry.runtime_data.persons.get(person_id)


@callback
def async_find_source(
    hass: HomeAssistant, person_id: str
) -> ConfigEntry[SourceRuntime] | None:
    """Return the entry of a person, or the one that has them as a subentry."""
    for entry in hass.config_entries.async_entries(DOMAIN):
        if entry.data[CONF_PROVIDER] in SOURCES and (
            person_id == entry.entry_id or person_id in entry.subentries
        ):
            return entry
    return None
