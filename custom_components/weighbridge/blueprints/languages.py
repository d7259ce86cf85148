"""The blueprints in each language: made from the English ones, so that only words differ."""

from collections.abc import Mapping
import json
from pathlib import Path
from typing import Any

from homeassistant.components.automation.const import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.util import yaml as yaml_util

_FOLDER = Path(__file__).parent
SHIPPED = _FOLDER / AUTOMATION_DOMAIN
WORDS = _FOLDER / "languages"


def names() -> list[str]:
    """Return the file names of all blueprints."""
    return sorted(path.name for path in SHIPPED.glob("*.yaml"))


def in_language(name: str, language: str) -> bytes:
    """Return a blueprint as a file, in English where there are no words for a language."""
    words = WORDS / f"{language.partition('-')[0]}.json"
    if not words.exists():
        return (SHIPPED / name).read_bytes()
    blueprint = yaml_util.load_yaml_dict(SHIPPED / name)
    translated = json.loads(words.read_text(encoding="utf-8"))[Path(name).stem]
    _put(blueprint["blueprint"], translated)
    return yaml_util.dump(blueprint).encode()


def _put(fields: dict[str, Any], words: Mapping[str, Any]) -> None:
    """Put the words for a blueprint, or one of its sections, in place.

    The words for each input and section stand under its key, however deep it is.
    """
    fields.update(words.get("blueprint", {}))
    for key, field in fields["input"].items():
        given = dict(words[key])
        labels = given.pop("options", {})
        field.update(given)
        if "input" in field:
            _put(field, {k: v for k, v in words.items() if k != "blueprint"})
        elif labels:
            for option in field["selector"]["select"]["options"]:
                option["label"] = labels[option["value"]]
