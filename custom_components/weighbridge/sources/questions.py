"""Questions: whose a measurement is, as long as only a person can tell."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Final, override

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import issue_registry as ir

from ..const import DOMAIN
from ..entry import WeighbridgeConfigEntry
from ..names import account_name
from .book import Question
from .person import Person
from .shelf import Word

ISSUE: Final = "questions"
# In the data of the issue: the entry of the source that asks.
ATTR_SOURCE: Final = "source_id"


class Questions(ABC):
    """What a source asks: by an event, and by a repair as long as anything is open."""

    def __init__(self, hass: HomeAssistant, entry: WeighbridgeConfigEntry) -> None:
        """Ask in the name of a source."""
        self.hass = hass
        self.entry = entry

    @property
    @abstractmethod
    def open(self) -> Sequence[Question]:
        """Return what waits for a word, the oldest first."""

    @property
    @abstractmethod
    def number(self) -> int:
        """Return how much waits for a word."""

    @property
    @abstractmethod
    def persons(self) -> Mapping[str, str]:
        """Return the names of those whose it may be; none where there is only one."""

    @property
    @abstractmethod
    def available(self) -> bool:
        """Tell whether the source can be read."""

    @abstractmethod
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener after each change; return how to stop that."""

    @abstractmethod
    def async_take_new(self) -> list[Question]:
        """Return the questions that are worth an event, each once."""

    @abstractmethod
    def async_add_teller(self) -> CALLBACK_TYPE:
        """Keep new questions until they are taken; return how to stop that."""

    @abstractmethod
    def is_answered(self, key: str) -> bool:
        """Tell whether a person has said already whose a measurement is."""

    @abstractmethod
    async def async_assign(self, key: str, whose: str) -> bool:
        """Carry out a word: the id of a person, `mine`, or `nobody`.

        Tell whether there is such a measurement. Raise ValueError if there is nobody
        such.
        """

    @callback
    def async_refresh(self) -> None:
        """Raise the repair, or withdraw it."""
        issue_id = f"{self.entry.entry_id}_{ISSUE}"
        if not self.number:
            ir.async_delete_issue(self.hass, DOMAIN, issue_id)
            return
        ir.async_create_issue(
            self.hass,
            DOMAIN,
            issue_id,
            data={ATTR_SOURCE: self.entry.entry_id},
            is_fixable=True,
            severity=ir.IssueSeverity.WARNING,
            translation_key=ISSUE,
            translation_placeholders={
                "account": account_name(self.entry),
                "count": str(self.number),
            },
        )


class PersonQuestions(Questions):
    """The questions of an account, which has one person."""

    def __init__(self, person: Person) -> None:
        """Ask about the measurements of a person."""
        super().__init__(person.hass, person.entry)
        self._person = person

    @property
    @override
    def open(self) -> Sequence[Question]:
        """Return what waits for a word, the oldest first."""
        return self._person.book.questions

    @property
    @override
    def number(self) -> int:
        """Return how much waits for a word."""
        return len(self.open)

    @property
    @override
    def persons(self) -> Mapping[str, str]:
        """Return nobody else."""
        return {}

    @property
    @override
    def available(self) -> bool:
        """Tell whether the source answered last."""
        return self._person.available

    @override
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Follow the person."""
        return self._person.async_add_listener(listener)

    @override
    def async_take_new(self) -> list[Question]:
        """Return the questions that are worth an event, each once."""
        return self._person.asked.async_take()

    @override
    def async_add_teller(self) -> CALLBACK_TYPE:
        """Keep new questions until they are taken; return how to stop that."""
        return self._person.asked.async_add_teller()

    @override
    def is_answered(self, key: str) -> bool:
        """Tell whether a person has said already whose a measurement is."""
        return self._person.book.is_answered(key)

    @override
    async def async_assign(self, key: str, whose: str) -> bool:
        """Carry out a word."""
        return await self._person.async_answer(key, Word(whose))


@callback
def async_clear_questions(hass: HomeAssistant, entry: WeighbridgeConfigEntry) -> None:
    """Withdraw the questions of a source that is being removed."""
    ir.async_delete_issue(hass, DOMAIN, f"{entry.entry_id}_{ISSUE}")
