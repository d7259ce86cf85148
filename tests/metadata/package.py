"""The integration as files: what every test here looks at."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import is_dataclass
from functools import cache
from importlib import import_module
import json
from pathlib import Path
from types import ModuleType
from typing import Any

import yaml

from custom_components.weighbridge.const import DOMAIN
from homeassistant.const import Platform

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "custom_components" / DOMAIN

type Json = dict[str, Any]


def read_json(path: Path) -> Json:
    """Return the object in a JSON file; a key that stands twice is an error."""

    def unique(pairs: list[tuple[str, Any]]) -> Json:
        found = dict(pairs)
        assert len(found) == len(pairs), f"{path}: a key of {list(found)} stands twice"
        return found

    content: Json = json.loads(path.read_text(), object_pairs_hook=unique)
    return content


def read_yaml(path: Path) -> Json:
    """Return the object in a YAML file."""
    content: Json = yaml.safe_load(path.read_text())
    return content


def manifest() -> Json:
    """Return the manifest."""
    return read_json(PACKAGE / "manifest.json")


def english() -> Json:
    """Return the English texts, which are those that the others follow."""
    return read_json(PACKAGE / "translations" / "en.json")


def version() -> str:
    """Return the version of the integration."""
    return str(manifest()["version"])


@cache
def sources() -> Mapping[str, ast.Module]:
    """Return the syntax tree of each module, by its path in the package."""
    return {
        str(path.relative_to(PACKAGE)): ast.parse(path.read_text(), str(path))
        for path in sorted(PACKAGE.rglob("*.py"))
    }


@cache
def module(path: str) -> ModuleType:
    """Return the module that is in a file of the package."""
    parts = Path(path).with_suffix("").parts
    names = (DOMAIN, *(part for part in parts if part != "__init__"))
    return import_module(".".join(("custom_components", *names)))


def platforms() -> list[str]:
    """Return the entity platforms that the package has."""
    return [platform for platform in Platform if f"{platform}.py" in sources()]


def descriptions(platform: str) -> dict[str, Any]:
    """Return what describes the entities of a platform, by translation key."""

    def search(value: object) -> Iterator[Any]:
        # Descriptions of Home Assistant's own classes are no instances of these.
        if is_dataclass(value) and hasattr(value, "entity_registry_enabled_default"):
            yield value
        elif isinstance(value, tuple | list):
            for item in value:
                yield from search(item)

    found = {
        description.translation_key or description.key: description
        for value in vars(module(f"{platform}.py")).values()
        if not isinstance(value, type)
        for description in search(value)
    }
    assert found, f"{platform}.py describes no entity"
    return found


def leaves(tree: Json, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Yield all that is no object in a tree, by its path with dots."""
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from leaves(value, (*path, key))
        else:
            yield ".".join((*path, key)), value
