"""Tests of the promises in quality_scale.yaml, and of those that the code can show."""

import ast
from importlib.resources import files
import re
from typing import Any

import pytest

from custom_components.weighbridge.config_flow import WeighbridgeConfigFlow
from custom_components.weighbridge.const import DOMAIN
from homeassistant.const import EntityCategory, Platform
from homeassistant.helpers.entity import Entity

from .package import (
    PACKAGE,
    ROOT,
    descriptions,
    manifest,
    module,
    platforms,
    read_yaml,
    sources,
)

BRONZE = [
    "action-setup",
    "appropriate-polling",
    "brands",
    "common-modules",
    "config-flow",
    "config-flow-test-coverage",
    "dependency-transparency",
    "docs-actions",
    "docs-conditions",
    "docs-high-level-description",
    "docs-installation-instructions",
    "docs-removal-instructions",
    "docs-triggers",
    "entity-event-setup",
    "entity-unique-id",
    "has-entity-name",
    "runtime-data",
    "test-before-configure",
    "test-before-setup",
    "unique-config-entry",
]
SILVER = [
    "action-exceptions",
    "config-entry-unloading",
    "docs-configuration-parameters",
    "docs-installation-parameters",
    "entity-unavailable",
    "integration-owner",
    "log-when-unavailable",
    "parallel-updates",
    "reauthentication-flow",
    "test-coverage",
]
GOLD = [
    "devices",
    "diagnostics",
    "discovery",
    "discovery-update-info",
    "docs-data-update",
    "docs-examples",
    "docs-known-limitations",
    "docs-supported-devices",
    "docs-supported-functions",
    "docs-troubleshooting",
    "docs-use-cases",
    "dynamic-devices",
    "entity-category",
    "entity-device-class",
    "entity-disabled-by-default",
    "entity-translations",
    "exception-translations",
    "icon-translations",
    "reconfiguration-flow",
    "repair-issues",
    "stale-devices",
]
PLATINUM = ["async-dependency", "inject-websession", "strict-typing"]

RULES: dict[str, Any] = read_yaml(PACKAGE / "quality_scale.yaml")["rules"]

# Where the README keeps the promises about documents.
CHAPTERS = {
    "docs-actions": "Actions",
    "docs-configuration-parameters": "Settings",
    "docs-data-update": "When data arrives",
    "docs-examples": "Examples",
    "docs-installation-instructions": "Install",
    "docs-installation-parameters": "Link",
    "docs-known-limitations": "Known limits",
    "docs-removal-instructions": "Remove it",
    "docs-supported-devices": "What works with it",
    "docs-supported-functions": "Entities",
    "docs-triggers": "Triggers",
    "docs-troubleshooting": "When something is wrong",
    "docs-use-cases": "What it is good for",
}


def status(rule: str) -> str:
    """Return how a rule is kept."""
    entry = RULES[rule]
    return str(entry if isinstance(entry, str) else entry["status"])


def test_every_rule_is_there_once() -> None:
    """The file speaks of all 54 rules, and of no other."""
    rules = [*BRONZE, *SILVER, *GOLD, *PLATINUM]
    assert len(rules) == 54
    assert sorted(RULES) == sorted(rules)
    content = (PACKAGE / "quality_scale.yaml").read_text()
    assert len(re.findall(r"^  [a-z-]+:", content, re.MULTILINE)) == len(rules)


def test_every_rule_is_answered() -> None:
    """A rule is kept, or it is said why not."""
    for rule, entry in RULES.items():
        assert status(rule) in ("done", "todo", "exempt"), rule
        if isinstance(entry, dict):
            assert set(entry) == {"status", "comment"}, rule
            assert entry["comment"].endswith("."), rule
        else:
            assert entry == "done", f"{rule} needs a comment"


def test_gold() -> None:
    """All but the last tier is reached."""
    left = {rule for rule in RULES if status(rule) == "todo"}
    assert left == {"async-dependency", "inject-websession"}


def test_common_modules() -> None:
    """What all entities and all polls share is where everybody looks for it."""
    assert {"sources/coordinator.py", "entity.py"} <= set(sources())


def test_config_entry_unloading() -> None:
    """Accounts can be unloaded and removed without a restart."""
    assert callable(module("__init__.py").async_unload_entry)
    assert callable(module("__init__.py").async_remove_entry)


@pytest.mark.parametrize("platform", platforms())
def test_parallel_updates(platform: str) -> None:
    """What reads is not limited; what acts takes turns."""
    limit = module(f"{platform}.py").PARALLEL_UPDATES
    assert limit == (1 if platform == Platform.BUTTON else 0)


def test_flows() -> None:
    """An account can be signed in to again, and reconfigured, in place."""
    for step in ("user", "reauth", "reauth_confirm", "reconfigure"):
        assert callable(getattr(WeighbridgeConfigFlow, f"async_step_{step}"))


def test_runtime_data() -> None:
    """What belongs to an account is in its entry, and nowhere else."""
    for path, tree in sources().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Subscript):
                assert ast.unparse(node) != "hass.data[DOMAIN]", path
    assert "entry.runtime_data" in (PACKAGE / "sources" / "coordinator.py").read_text()


def test_diagnostics() -> None:
    """Accounts tell how they are."""
    assert callable(module("diagnostics.py").async_get_config_entry_diagnostics)


def test_entities_are_named_and_known() -> None:
    """Every entity has a name beside that of its device, and an id for life."""
    found = [
        cls
        for platform in platforms()
        for cls in vars(module(f"{platform}.py")).values()
        if isinstance(cls, type)
        and issubclass(cls, Entity)
        and cls.__module__.endswith(f"{DOMAIN}.{platform}")
    ]
    assert len(found) >= len(platforms())
    for cls in found:
        # Home Assistant keeps there what a class gives for a cached property.
        assert getattr(cls, "__attr_has_entity_name", False) is True, cls
    unnamed = [
        path
        for path, tree in sources().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and "_attr_name" in ast.unparse(node.targets[0])
    ]
    assert unnamed == []


def test_entity_categories() -> None:
    """What is about a device or an account, and not about the person, is diagnostic."""
    own = {"last_push", "pending"}
    for key, description in descriptions(Platform.SENSOR).items():
        if key in own:
            assert description.entity_category is EntityCategory.DIAGNOSTIC, key


def test_strict_typing() -> None:
    """The package and what it requires are typed throughout."""
    assert (PACKAGE / "py.typed").is_file()
    for requirement in manifest()["requirements"]:
        assert (files(requirement.partition("==")[0]) / "py.typed").is_file()
    assert re.search(
        r"^\[tool\.mypy\][^\[]*^strict = true",
        (ROOT / "pyproject.toml").read_text(),
        re.MULTILINE,
    )


def test_coverage_is_demanded() -> None:
    """The tests fail when they reach less than the rule asks for."""
    found = re.search(
        r"^fail_under = (\d+)", (ROOT / "pyproject.toml").read_text(), re.MULTILINE
    )
    assert found is not None
    assert int(found[1]) > 95


def test_documents() -> None:
    """What is promised to be documented is in the README, and is more than a heading."""
    promised = {r for r in RULES if r.startswith("docs-") and status(r) == "done"}
    assert promised == {*CHAPTERS, "docs-high-level-description"}
    chapters = dict(
        re.findall(
            r"^#{2,3} (.+)\n((?:(?!#{2,3} ).*\n)*)",
            (ROOT / "README.md").read_text(),
            re.MULTILINE,
        )
    )
    for rule, chapter in CHAPTERS.items():
        assert len(chapters[chapter]) > 100, rule
