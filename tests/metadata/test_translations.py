"""Tests of the texts, as files: how they are built, and that all languages agree."""

from collections.abc import Mapping
from dataclasses import dataclass
import re
from string import Formatter
from typing import Any

import probatio
import pytest

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.generated.languages import LANGUAGES
from homeassistant.helpers import config_validation as cv
from homeassistant.helpers.translation import async_get_translations

from .package import PACKAGE, Json, english, leaves, read_json
from .shape import Each, Shape, faults

FILES = {path.stem: path for path in sorted((PACKAGE / "translations").glob("*.json"))}
OTHERS = sorted(set(FILES) - {"en"})

# A text this long says something, and so differs in another language.
WORDY = 60

_URL = re.compile(r"\b(https?|ftp|mqtts?)://|\bwww\.", re.IGNORECASE)
_QUOTED_PLACEHOLDER = re.compile(r"'\{\w+\}'")
_LINK = re.compile(r"\]\(([^)]*)\)")


@dataclass(frozen=True, slots=True)
class Text:
    """What somebody reads, of at most `longest` characters in any language."""

    longest: int
    fillable: bool = True

    def __call__(self, value: Any) -> None:
        """Raise ValueError for what Home Assistant refuses or a phone cuts off."""
        if not isinstance(value, str) or not value:
            raise ValueError("is no text")
        try:
            cv.string_with_no_html(value)
        except probatio.Invalid as err:
            raise ValueError("has HTML") from err
        for is_wrong, what in (
            (len(value) > self.longest, f"is longer than {self.longest}"),
            (value != value.strip(), "begins or ends with a space"),
            ("  " in value, "has two spaces in a row"),
            ("[%" in value or "%]" in value, "refers to another text"),
            (_URL.search(value), "has an address, which belongs into a placeholder"),
            (_QUOTED_PLACEHOLDER.search(value), "has a placeholder in single quotes"),
            (not all(map(str.isidentifier, placeholders(value))), "is filled in oddly"),
            (placeholders(value) and not self.fillable, "has a placeholder"),
            (value.count("**") % 2, "has bold type without an end"),
        ):
            if is_wrong:
                raise ValueError(what)


def placeholders(text: str) -> set[str]:
    """Return what is to be filled into a text."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


NAME = Text(36)
STATE = Text(30, fillable=False)
LABEL = Text(60)
TITLE = Text(90)
HELP = Text(280)
SENTENCES = Text(560)
BODY = Text(700)
GUIDE = Text(560)

STEP: Mapping[str, Shape] = {
    "title?": TITLE,
    "description?": BODY,
    "data?": Each(LABEL),
    "data_description?": Each(HELP),
    "sections?": Each(
        {
            "name": NAME,
            "description?": HELP,
            "data": Each(LABEL),
            "data_description": Each(HELP),
        }
    ),
    "menu_options?": Each(LABEL),
    "menu_option_descriptions?": Each(TITLE),
    "submit?": NAME,
}
FLOW: dict[str, Shape] = {
    "step": Each(STEP),
    "error?": Each(SENTENCES),
    "abort?": Each(SENTENCES),
    "progress?": Each(SENTENCES),
    "create_entry?": Each(SENTENCES),
}
TRANSLATIONS: Mapping[str, Shape] = {
    "application_credentials": {"description": GUIDE},
    "config": FLOW | {"initiate_flow?": {"user": NAME}},
    "config_subentries?": Each(
        FLOW
        | {"entry_type": NAME, "initiate_flow": {"user": NAME, "reconfigure?": NAME}}
    ),
    "device?": Each({"name": LABEL}),
    "entity": Each(
        Each(
            {
                "name": NAME,
                "state?": Each(STATE),
                "state_attributes?": Each({"name?": STATE, "state?": Each(STATE)}),
                "unit_of_measurement?": STATE,
            }
        )
    ),
    "exceptions": Each({"message": SENTENCES}),
    "issues?": Each(
        {"title": TITLE, "description?": BODY, "fix_flow?": FLOW},
    ),
    "options?": FLOW,
    "selector?": Each({"options": Each(BODY)}),
    "services": Each(
        {
            "name": NAME,
            "description": HELP,
            "fields?": Each({"name": NAME, "description": HELP}),
        }
    ),
    "triggers": Each(
        {
            "name": NAME,
            "description": HELP,
            "fields?": Each({"name": NAME, "description": HELP}),
        }
    ),
}


def test_only_the_flat_files_ship() -> None:
    """Nothing here builds texts from others, as Home Assistant does with its own."""
    assert "en" in FILES
    assert not (PACKAGE / "strings.json").exists()
    assert set(FILES) <= LANGUAGES


@pytest.mark.parametrize("language", FILES)
def test_texts_are_built_as_home_assistant_wants(language: str) -> None:
    """There is no key that nobody reads, and no text that nobody may write."""
    assert list(faults(TRANSLATIONS, read_json(FILES[language]), language)) == []


@pytest.mark.parametrize("language", FILES)
def test_all_help_belongs_to_a_field(language: str) -> None:
    """Every field has a label and a help, and every choice of a menu a name."""
    texts = read_json(FILES[language])
    for name, step in _steps(texts):
        for part in (step, *step.get("sections", {}).values()):
            helped = set(part.get("data_description", {}))
            assert set(part.get("data", {})) == helped, name
        assert set(step.get("menu_options", {})) >= set(
            step.get("menu_option_descriptions", {})
        ), name
        assert "title" in step or "description" in step, name


def test_issues_have_a_description_or_a_fix() -> None:
    """Home Assistant shows the one or the other, and what to do is in it."""
    for name, issue in english()["issues"].items():
        assert ("description" in issue) is not ("fix_flow" in issue), name


def test_what_goes_wrong_is_told_in_sentences() -> None:
    """A message that ends with a full stop was thought to its end."""
    told = {
        path: text
        for path, text in leaves(english())
        if {"exceptions", "error", "abort"} & set(path.split("."))
    }
    assert told
    assert {path: text for path, text in told.items() if not text.endswith(".")} == {}


@pytest.mark.parametrize("language", OTHERS)
def test_languages_agree(language: str) -> None:
    """Each language has all texts, filled in with the same, linked to the same."""
    texts, ours = dict(leaves(english())), dict(leaves(read_json(FILES[language])))
    assert set(ours) == set(texts)
    for path, text in texts.items():
        assert placeholders(ours[path]) == placeholders(text), path
        assert sorted(_LINK.findall(ours[path])) == sorted(_LINK.findall(text)), path
        assert len(text) <= WORDY or ours[path] != text, f"{path} is not translated"


def test_french_punctuation_stays_at_its_word() -> None:
    """A space that may break a line leaves a colon alone at the next one's beginning."""
    for path, text in leaves(read_json(FILES["fr"])):
        assert not re.search(" [:;?!»]|« ", text), path


@pytest.mark.parametrize("language", FILES)
async def test_home_assistant_reads_all_texts(
    hass: HomeAssistant, language: str
) -> None:
    """Whatever is in a file reaches the frontend."""
    texts = dict(leaves(read_json(FILES[language])))
    read: dict[str, str] = {}
    for category in {path.partition(".")[0] for path in texts}:
        read |= await async_get_translations(hass, language, category, [DOMAIN])
    assert read == {f"component.{DOMAIN}.{path}": text for path, text in texts.items()}


def _steps(texts: Json) -> list[tuple[str, Json]]:
    """Return the steps of all flows, by a name for people."""
    flows: Json = {"config": texts["config"], "options": texts.get("options", {})}
    flows |= texts.get("config_subentries", {})
    flows |= {
        name: issue["fix_flow"]
        for name, issue in texts.get("issues", {}).items()
        if "fix_flow" in issue
    }
    return [
        (f"{flow} {name}", step)
        for flow, content in flows.items()
        for name, step in content.get("step", {}).items()
    ]
