"""Tests that the actions are described as they are."""

import json
from typing import Any

import probatio
import pytest

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers.selector import selector
from homeassistant.helpers.service import _SERVICES_SCHEMA, async_get_all_descriptions
from homeassistant.setup import async_setup_component

from .package import PACKAGE, Json, read_yaml

SERVICES = read_yaml(PACKAGE / "services.yaml")

FIELD = {"required", "default", "example", "selector", "advanced", "filter"}


@pytest.fixture
async def actions(hass: HomeAssistant) -> dict[str, Any]:
    """Return the schemas of the actions of a Home Assistant without any account."""
    assert await async_setup_component(hass, DOMAIN, {})
    return {
        name: service.schema
        for name, service in hass.services.async_services_for_domain(DOMAIN).items()
    }


def test_home_assistant_reads_the_descriptions() -> None:
    """The file is built as Home Assistant wants."""
    _SERVICES_SCHEMA(SERVICES)
    for name, action in SERVICES.items():
        assert set(action) <= {"fields", "target"}, name
        for field, described in action["fields"].items():
            assert "selector" in described, f"{name} {field}"
            assert set(described) <= FIELD, f"{name} {field}"


def test_actions_need_no_account(actions: dict[str, Any]) -> None:
    """All that is described is there from the start, and nothing else."""
    assert set(actions) == set(SERVICES)


def test_fields_are_those_of_the_actions(actions: dict[str, Any]) -> None:
    """Each field is required, or has the default, as the action has it."""
    for name, schema in actions.items():
        fields: Json = SERVICES[name]["fields"]
        keys = {str(key): key for key in schema.schema}
        assert set(keys) == set(fields), name
        for field, described in fields.items():
            key = keys[field]
            required = isinstance(key, probatio.Required)
            assert described.get("required", False) is required, f"{name} {field}"
            if "default" in described:
                assert key.default() == described["default"], f"{name} {field}"


def test_examples_and_defaults_are_good(actions: dict[str, Any]) -> None:
    """What the frontend offers passes its own selector, and the action."""
    offered = 0
    for name, action in SERVICES.items():
        validators = {str(key): value for key, value in actions[name].schema.items()}
        for field, described in action["fields"].items():
            for kind in {"example", "default"} & set(described):
                value = described[kind]
                if isinstance(value, str) and value.startswith("["):
                    value = json.loads(value)
                probatio.Schema(selector(described["selector"]))(value)
                probatio.Schema(validators[field])(value)
                offered += 1
    assert offered


async def test_frontend_gets_the_descriptions(
    hass: HomeAssistant, actions: dict[str, Any]
) -> None:
    """Home Assistant puts the file and the actions together."""
    described = (await async_get_all_descriptions(hass))[DOMAIN]
    assert set(described) == set(actions)
    for name, action in described.items():
        assert set(action["fields"]) == set(SERVICES[name]["fields"])
