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
    translated = json.loads(words.read_text(encoding="utf-8"))
    own = translated[Path(name).stem]
    blueprint["blueprint"].update(own["blueprint"])
    _put(blueprint["blueprint"]["input"], translated["shared"] | own)
    return yaml_util.dump(blueprint).encode()


def _put(inputs: dict[str, Any], words: Mapping[str, Any]) -> None:
    """Put the words for inputs and sections in place: they stand under their keys."""
    for key, field in inputs.items():
        given = dict(words[key])
        labels = given.pop("options", {})
        field.update(given)
        if "input" in field:
            _put(field["input"], words)
        elif labels:
            for option in field["selector"]["select"]["options"]:
                option["label"] = labels[option["value"]]
