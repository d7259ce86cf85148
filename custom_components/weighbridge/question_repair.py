"""The repair of questions: whose each measurement is, a line for each."""

from typing import Final

import probatio

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.helpers.selector import (
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
)
from homeassistant.helpers.translation import async_get_translations

from .const import DOMAIN
from .sources import Question, Questions, SourceConfigEntry, Word
from .wording import line

# A field for each of them; the rest is asked for next.
FIELDS: Final = (
    "weigh_in_1",
    "weigh_in_2",
    "weigh_in_3",
    "weigh_in_4",
    "weigh_in_5",
    "weigh_in_6",
    "weigh_in_7",
    "weigh_in_8",
)

LATER: Final = "later"


class QuestionsRepairFlow(RepairsFlow):
    """Ask whose each measurement is: one of the persons, nobody, or later."""

    def __init__(self, entry_id: str) -> None:
        """Ask what a source asks."""
        self._entry_id = entry_id
        self._shown: list[Question] = []
        self._put_off: set[str] = set()

    async def async_step_init(
        self, user_input: dict[str, str] | None = None
    ) -> RepairsFlowResult:
        """Ask about the newest ones; what was not chosen stays open."""
        questions = self._questions()
        if questions is None:
            return self.async_abort(reason="source_not_loaded")
        errors: dict[str, str] = {}
        if user_input is not None:
            words = {
                question.key: user_input.get(field, LATER)
                for field, question in zip(FIELDS, self._shown, strict=False)
            }
            chosen = {key: word for key, word in words.items() if word != LATER}
            now = {question.key: question for question in questions.open}
            # Only what a person has seen is decided upon, by a word that still holds.
            if any(
                now.get(q.key) != q or chosen[q.key] not in _words(q, questions)
                for q in self._shown
                if q.key in chosen
            ):
                errors["base"] = "changed"
            else:
                for key, word in chosen.items():
                    await questions.async_assign(key, word)
                self._put_off |= words.keys() - chosen.keys()
        left = [q for q in reversed(questions.open) if q.key not in self._put_off]
        self._shown = left[: len(FIELDS)]
        if self._shown:
            return await self._async_ask(questions, errors)
        if questions.open:
            # To finish would withdraw the questions that were put off.
            return self.async_abort(reason=LATER)
        return self.async_create_entry(description="decided", data={})

    async def _async_ask(
        self, questions: Questions, errors: dict[str, str]
    ) -> RepairsFlowResult:
        """Show a line for each question."""
        texts = await async_get_translations(
            self.hass, self.hass.config.language, "entity", [DOMAIN]
        )
        path = f"component.{DOMAIN}.entity.event.question.state_attributes.reason.state"
        placeholders: dict[str, str] = {}
        for field, question in zip(FIELDS, self._shown, strict=False):
            placeholders[field] = line(self.hass, question.record)
            placeholders[f"{field}_reason"] = texts[f"{path}.{question.reason}"]
        return self.async_show_form(
            step_id="init",
            data_schema=probatio.Schema(
                {
                    probatio.Required(field, default=LATER): _selector(
                        question, questions
                    )
                    for field, question in zip(FIELDS, self._shown, strict=False)
                }
            ),
            errors=errors,
            description_placeholders=placeholders,
        )

    def _questions(self) -> Questions | None:
        """Return what the source asks, None while it is not loaded."""
        entry: SourceConfigEntry | None = self.hass.config_entries.async_get_entry(
            self._entry_id
        )
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        return entry.runtime_data.questions


def _words(question: Question, questions: Questions) -> dict[str, str]:
    """Return the words that settle a question; those whose it may be come first."""
    persons = {**question.candidates, **questions.persons} or {Word.MINE: Word.MINE}
    return {**persons, Word.NOBODY: Word.NOBODY}


def _selector(question: Question, questions: Questions) -> SelectSelector:
    """Return the words on a question, and that it may wait."""
    options = {**_words(question, questions), LATER: LATER}
    return SelectSelector(
        SelectSelectorConfig(
            options=[
                SelectOptionDict(value=value, label=label)
                for value, label in options.items()
            ],
            mode=SelectSelectorMode.DROPDOWN,
            translation_key="whose",
        )
    )
