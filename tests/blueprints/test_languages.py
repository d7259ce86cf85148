"""The blueprints in each language: the same inputs and logic, and words for all of them."""

from collections.abc import Iterator
from copy import deepcopy
import json
import re
from typing import Any

import pytest

from custom_components.weighbridge.blueprints.languages import (
    SHIPPED,
    WORDS,
    in_language,
    names,
)
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.components.blueprint.schemas import BLUEPRINT_SCHEMA
from homeassistant.util import yaml as yaml_util

from ..metadata.package import PACKAGE

LANGUAGES = sorted(path.stem for path in (PACKAGE / "translations").glob("*.json"))
OTHERS = [language for language in LANGUAGES if language != "en"]

_TEMPLATE = re.compile(r"\{\{.*?\}\}|\{%.*?%\}", re.DOTALL)
_LITERAL = re.compile(r"`[^`]*`")


def read(name: str, language: str) -> dict[str, Any]:
    """Return a blueprint as Home Assistant reads it."""
    data = yaml_util.parse_yaml(in_language(name, language).decode())
    assert isinstance(data, dict)
    return data


def fields(blueprint: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield all inputs and sections by their keys."""
    for key, field in blueprint["input"].items():
        yield key, field
        if "input" in field:
            yield from fields(field)


def texts(blueprint: dict[str, Any]) -> dict[tuple[str, str], str]:
    """Return all that people read in a blueprint, by where it stands."""
    found = {("blueprint", key): blueprint[key] for key in ("name", "description")}
    for key, field in fields(blueprint):
        found |= {(key, k): field[k] for k in ("name", "description") if k in field}
        selector = field.get("selector", {})
        if (selector.get("text") or {}).get("multiline"):
            found[key, "default"] = field["default"]
        for option in (selector.get("select") or {}).get("options", []):
            found[key, f"option {option['value']}"] = option["label"]
    return found


def without_texts(data: dict[str, Any]) -> dict[str, Any]:
    """Return a blueprint with all that people read taken out."""
    data = deepcopy(data)
    blueprint = data["blueprint"]
    for key in ("name", "description"):
        blueprint[key] = ""
    for _, field in fields(blueprint):
        field["name"] = field["description"] = ""
        selector = field.get("selector", {})
        if (selector.get("text") or {}).get("multiline"):
            field["default"] = ""
        for option in (selector.get("select") or {}).get("options", []):
            option["label"] = ""
    return data


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", names())
def test_blueprints_are_valid(name: str, language: str) -> None:
    """Each file fits Home Assistant's schemas, and uses all of its inputs."""
    data = read(name, language)
    BLUEPRINT_SCHEMA(data)
    blueprint = Blueprint(
        data, expected_domain="automation", schema=AUTOMATION_BLUEPRINT_SCHEMA
    )
    assert blueprint.validate() is None
    assert yaml_util.extract_inputs(data) == set(blueprint.inputs)
    assert data["blueprint"]["homeassistant"]["min_version"] == "2026.10.0"
    assert data["blueprint"]["source_url"].endswith(
        f"blob/main/custom_components/weighbridge/blueprints/automation/{name}"
    )


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", names())
def test_inputs_and_logic_are_the_same(name: str, language: str) -> None:
    """Languages differ in what people read, and in nothing else."""
    english, other = read(name, "en"), read(name, language)
    assert without_texts(other) == without_texts(english)
    assert list(other["blueprint"]["input"]) == list(english["blueprint"]["input"])


@pytest.mark.parametrize("language", OTHERS)
@pytest.mark.parametrize("name", names())
def test_all_is_translated(name: str, language: str) -> None:
    """Each text is in the language, with the same templates, names and emphasis."""
    english = texts(read(name, "en")["blueprint"])
    other = texts(read(name, language)["blueprint"])
    assert set(other) == set(english)
    for where, text in english.items():
        for pattern in (_TEMPLATE, _LITERAL):
            assert sorted(pattern.findall(other[where])) == sorted(
                pattern.findall(text)
            ), where
        assert other[where].count("\n\n") == text.count("\n\n"), where
        assert len(_TEMPLATE.sub("", text)) < 20 or other[where] != text, where


@pytest.mark.parametrize("language", OTHERS)
def test_no_words_are_left_over(language: str) -> None:
    """All words in a file are used, and what is shared is the same in English, too."""
    words = json.loads((WORDS / f"{language}.json").read_text(encoding="utf-8"))
    shared = words.pop("shared")
    assert {f"{stem}.yaml" for stem in words} == set(names())
    uses: dict[str, list[dict[str, Any]]] = {key: [] for key in shared}
    for stem, own in words.items():
        english = dict(fields(read(f"{stem}.yaml", "en")["blueprint"]))
        assert set(own) - {"blueprint"} <= set(english), stem
        assert not set(own) & set(shared), stem
        for key in set(english) & set(shared):
            uses[key].append({k: english[key].get(k) for k in ("name", "description")})
    for key, found in uses.items():
        assert len(found) > 1, key
        assert all(use == found[0] for use in found), key


def test_each_language_of_home_assistant_has_its_words() -> None:
    """Whoever adds a language adds the blueprints."""
    assert sorted(path.stem for path in WORDS.glob("*.json")) == OTHERS
    assert all((SHIPPED / name).exists() for name in names())


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", names())
def test_inputs_are_called_as_the_entities(name: str, language: str) -> None:
    """An input that asks for an entity has the name under which it is found."""
    path = PACKAGE / "translations" / f"{language}.json"
    entities = json.loads(path.read_text(encoding="utf-8"))["entity"]
    entities = entities["sensor"] | {"questions": entities["event"]["question"]}
    for key, field in fields(read(name, language)["blueprint"]):
        if key in entities:
            assert field["name"] == entities[key]["name"], key
