"""A scale in Home Assistant, from set-up to removal."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, override

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
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..const import DOMAIN, LOGGER
from ..entry import WeighbridgeConfigEntry
from ..store import UNREADABLE, account_store
from .book import Question
from .keeper import Keeper
from .person import Person
from .questions import Questions, async_clear_questions
from .scale import MEASURED_AT, QUANTITIES, DatedWeighings, Memory, Outcome, Weighings
from .scale_issues import async_clear_scale, async_update_sensors
from .scale_people import People, people_of
from .scale_sensors import ScaleSensors
from .shelf import Word

type ScaleConfigEntry = ConfigEntry[ScaleRuntime]


class Scale:
    """Follows the sensors of a scale, and keeps what it and its people are known by."""

    def __init__(self, hass: HomeAssistant, entry: ScaleConfigEntry) -> None:
        """Know the people of a scale, but nothing of them yet."""
        self.hass = hass
        self.entry = entry
        self.memory = Memory()
        self._keeper = Keeper(hass, entry, self._freeze)
        self.people = People(hass, entry, save=self._keeper.async_save)
        self.sensors: ScaleSensors

    @property
    def last_weigh_in(self) -> datetime | None:
        """Return when somebody stood there last, whoever it was."""
        # A scale that tells when it measured may tell the newest first.
        seconds = [int(one.key) for one in self.memory.known if one.key is not None]
        return datetime.fromtimestamp(max(seconds), UTC) if seconds else None

    async def async_load(self) -> None:
        """Take up what is remembered; without it, the scale is known anew."""
        try:
            if (stored := await self._keeper.async_load()) is not None:
                self.memory = Memory.from_json(stored["scale"]["weighings"])
                await self.people.async_load(stored["scale"], stored["persons"])
        except UNREADABLE as err:
            LOGGER.warning(
                "What was stored of %s cannot be read and is learned anew: %s",
                self.entry.title,
                err,
            )

    def _freeze(self) -> Callable[[], dict[str, Any]]:
        """Return what makes plain JSON of what is known of scale and people now."""
        scale = {"weighings": self.memory.as_json(), **self.people.as_json()}
        persons = self.people.freeze_persons()
        return lambda: {"scale": scale, "persons": persons()}

    @callback
    def async_start(self) -> None:
        """Follow the sensors, as soon as all are there who are told."""
        self.people.async_ready()
        self.entry.async_create_task(
            self.hass,
            self.people.async_review(),
            f"{DOMAIN} review {self.entry.entry_id}",
        )
        data = self.entry.data
        self.sensors = ScaleSensors(
            self.hass,
            {q: data[q] for q in (*QUANTITIES, MEASURED_AT) if q in data},
            (DatedWeighings if MEASURED_AT in data else Weighings)(self.memory),
            tell=self._weighed,
            tell_trouble=self._update_issues,
        )
        self.sensors.async_start()

        async def stopping(_event: Event) -> None:
            """Lose nothing of the last seconds before Home Assistant stops."""
            await self.people.async_take(self.sensors.async_flush())

        self.entry.async_on_unload(
            self.hass.bus.async_listen_once(EVENT_HOMEASSISTANT_STOP, stopping)
        )

    async def async_close(self) -> None:
        """Follow the sensors no longer, and have all on disk."""
        await self.people.async_take(self.sensors.async_stop())

    async def async_poll_now(self) -> None:
        """Have the sensors updated, as far as they are polled."""
        await self.hass.services.async_call(
            HOMEASSISTANT_DOMAIN,
            "update_entity",
            {ATTR_ENTITY_ID: self.sensors.entity_ids},
            blocking=True,
        )

    @callback
    def _weighed(self, outcomes: list[Outcome]) -> None:
        """Take what came of the reports of the sensors."""
        # Tracked by the entry, so that an unload waits until it is on disk.
        self.entry.async_create_task(
            self.hass,
            self.people.async_take(outcomes),
            f"{DOMAIN} scale {self.entry.entry_id}",
        )

    @callback
    def _update_issues(self) -> None:
        """Tell the user of sensors that are gone, say nothing, or are ahead."""
        async_update_sensors(
            self.hass,
            self.entry,
            missing=self.sensors.async_find_missing(),
            unreadable=self.sensors.unreadable,
            is_ahead=self.sensors.is_ahead,
        )


class ScaleQuestions(Questions):
    """The questions of a scale, which many people may stand on."""

    available = True

    def __init__(self, scale: Scale) -> None:
        """Ask whose the weigh-ins of a scale are."""
        super().__init__(scale.hass, scale.entry)
        self._people = scale.people

    @property
    @override
    def open(self) -> Sequence[Question]:
        """Return what waits for a word, the oldest first."""
        return self._people.questions

    @property
    @override
    def number(self) -> int:
        """Return how much waits for a word: to tell whose each may be takes longer."""
        return len(self._people.book.questions)

    @property
    @override
    def persons(self) -> Mapping[str, str]:
        """Return the names of all who stand on the scale."""
        return {one.id: one.name for one in self._people.persons.values()}

    @override
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Follow the people."""
        return self._people.async_add_listener(listener)

    @override
    def async_take_new(self) -> list[Question]:
        """Return the questions that are worth an event, each once."""
        return self._people.async_take_new()

    @override
    def async_add_teller(self) -> CALLBACK_TYPE:
        """Keep new questions until they are taken; return how to stop that."""
        return self._people.asked.async_add_teller()

    @override
    def is_answered(self, key: str) -> bool:
        """Tell whether a person has said already whose a weigh-in is."""
        return self._people.is_answered(key)

    @override
    async def async_assign(self, key: str, whose: str) -> bool:
        """Carry out a word."""
        if whose != Word.NOBODY and whose not in self._people.persons:
            raise ValueError(whose)
        return await self._people.async_assign(key, whose)


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleRuntime:
    """What a loaded entry of a scale holds."""

    scale: Scale
    questions: Questions
    """What is asked about the scale."""

    @property
    def persons(self) -> Mapping[str, Person]:
        """Return those who are weighed, by their ids."""
        return self.scale.people.persons

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
    entry.async_on_unload(scale.people.async_add_listener(questions.async_refresh))
    settings = _settings(entry)

    @callback
    def look(_change: ConfigEntryChange, changed: ConfigEntry) -> None:
        """Begin anew with other people, or other settings of theirs."""
        if changed.entry_id == entry.entry_id and _settings(entry) != settings:
            hass.config_entries.async_schedule_reload(entry.entry_id)

    entry.async_on_unload(
        async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, look)
    )


async def async_remove_scale(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry
) -> None:
    """Delete what was stored of a scale that is removed."""
    async_clear_scale(hass, entry)
    async_clear_questions(hass, entry)
    await account_store(hass, entry.entry_id).async_remove()


def _settings(
    entry: WeighbridgeConfigEntry,
) -> dict[str, tuple[str, Mapping[str, Any]]]:
    """Return who stands on a scale, and what is set of them."""
    return {key: (one.title, one.data) for key, one in people_of(entry).items()}
