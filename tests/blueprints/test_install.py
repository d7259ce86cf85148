"""How the blueprint gets into the user's folder, and what happens to it there."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components import weighbridge
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.components.blueprint.models import Blueprint
from homeassistant.components.blueprint.schemas import BLUEPRINT_SCHEMA
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import yaml as yaml_util

from ..support.common import set_up
from ..support.texting import NUMBER

PATH = "weighbridge/low_battery_sms.yaml"
KEY = "weighbridge.blueprints"

SHIPPED = (
    Path(weighbridge.__file__).parent / "blueprints/automation/low_battery_sms.yaml"
)

OLD = b"""
blueprint:
  name: Low battery SMS
  domain: automation
  input:
    batteries:
triggers:
  - trigger: event
    event_type: test
actions:
  - event: old
"""


@pytest.fixture
def installed(hass: HomeAssistant) -> Path:
    """Return where the blueprint is put."""
    return Path(hass.config.path("blueprints/automation", PATH))


def put(path: Path, content: bytes) -> None:
    """Write a file into the user's folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def content(path: Path) -> bytes | None:
    """Return what a file of the user holds, None without the file."""
    return path.read_bytes() if path.exists() else None


def remembered(content: bytes) -> dict[str, Any]:
    """Return what is stored once a file with this content was installed."""
    return {"version": 1, "data": {PATH: sha256(content).hexdigest()}}


def test_the_blueprint_is_valid() -> None:
    """The blueprint fits Home Assistant's schemas, those of the oldest version too."""
    data = yaml_util.parse_yaml(SHIPPED.read_text(encoding="utf-8"))
    assert isinstance(data, dict)
    BLUEPRINT_SCHEMA(data)
    blueprint = Blueprint(
        data, expected_domain="automation", schema=AUTOMATION_BLUEPRINT_SCHEMA
    )
    assert blueprint.validate() is None
    assert set(blueprint.inputs) == {
        "batteries",
        "charged_text",
        "extra_actions",
        "introduction_text",
        "low_text",
        "notify_action",
        "notify_entities",
        "phone_numbers",
        "quiet_end",
        "quiet_start",
        "repeat_hours",
        "silent_text",
        "stale_days",
        "tell_charged",
    }
    assert all(fields and "name" in fields for fields in blueprint.inputs.values())
    assert [
        key for key, field in blueprint.inputs.items() if "default" not in field
    ] == ["batteries"]
    assert data["blueprint"]["homeassistant"]["min_version"] == "2026.10.0"
    assert data["blueprint"]["source_url"].endswith(
        f"blob/main/custom_components/weighbridge/blueprints/automation/{SHIPPED.name}"
    )


async def test_a_source_brings_the_blueprint(
    hass: HomeAssistant,
    withings_entry: MockConfigEntry,
    installed: Path,
    hass_ws_client: WebSocketGenerator,
) -> None:
    """With the first account, the blueprint is there to be chosen."""
    assert await async_setup_component(hass, "automation", {})
    assert PATH not in await async_get_blueprints(hass).async_get_blueprints()
    await set_up(hass, withings_entry)
    assert content(installed) == SHIPPED.read_bytes()
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "blueprint/list", "domain": "automation"})
    blueprints = (await client.receive_json())["result"]
    assert blueprints[PATH]["metadata"]["name"] == "Low battery SMS"


async def test_a_destination_brings_it_too(
    hass: HomeAssistant, garmin_entry: MockConfigEntry, installed: Path
) -> None:
    """Garmin's sensors have batteries, and nobody need think of an order."""
    await set_up(hass, garmin_entry)
    assert content(installed) == SHIPPED.read_bytes()


async def test_all_blueprints_are_brought(
    hass: HomeAssistant, withings_entry: MockConfigEntry, installed: Path
) -> None:
    """Each blueprint that ships is there, as it ships."""
    await set_up(hass, withings_entry)
    assert {path.name: path.read_bytes() for path in installed.parent.iterdir()} == {
        path.name: path.read_bytes() for path in SHIPPED.parent.glob("*.yaml")
    }


async def test_removing_the_account_leaves_it(
    hass: HomeAssistant, withings_entry: MockConfigEntry, installed: Path
) -> None:
    """Automations may still use the blueprint."""
    await set_up(hass, withings_entry)
    await hass.config_entries.async_remove(withings_entry.entry_id)
    assert content(installed) == SHIPPED.read_bytes()


@pytest.mark.parametrize("stored", [{}, {KEY: remembered(OLD)}])
async def test_a_file_of_the_user_stays(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    withings_entry: MockConfigEntry,
    installed: Path,
    stored: dict[str, Any],
) -> None:
    """A file that the user has changed, or made, is not touched."""
    hass_storage.update(stored)
    put(installed, OLD + b"# mine\n")
    await set_up(hass, withings_entry)
    assert content(installed) == OLD + b"# mine\n"
    known = stored.get(KEY, {}).get("data", {})
    assert hass_storage[KEY]["data"].get(PATH) == known.get(PATH)


async def test_an_upgrade_refreshes_it_in_use(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    withings_entry: MockConfigEntry,
    installed: Path,
) -> None:
    """A file that is as we wrote it becomes the new one, also in the automations."""
    hass_storage[KEY] = remembered(OLD)
    put(installed, OLD)
    use = {
        "id": "1",
        "alias": "Texts",
        "use_blueprint": {
            "path": PATH,
            "input": {
                "batteries": ["binary_sensor.aria"],
                "notify_action": "notify.sms",
                "phone_numbers": [NUMBER],
            },
        },
    }
    put(
        Path(hass.config.path("configuration.yaml")),
        yaml_util.dump({"automation": [use]}).encode(),
    )
    assert await async_setup_component(hass, "automation", {"automation": [use]})
    state = hass.states.get("automation.texts")
    assert state is not None
    assert state.attributes["mode"] == "single"
    await set_up(hass, withings_entry)
    assert content(installed) == SHIPPED.read_bytes()
    assert remembered(SHIPPED.read_bytes())["data"].items() <= (
        hass_storage[KEY]["data"].items()
    )
    state = hass.states.get("automation.texts")
    assert state is not None
    assert state.attributes["mode"] == "queued"
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": "all"}, blocking=True
    )


async def test_a_file_that_equals_ours_is_ours(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    withings_entry: MockConfigEntry,
    installed: Path,
) -> None:
    """A lost memory is no reason to leave the file alone for ever."""
    put(installed, SHIPPED.read_bytes())
    await set_up(hass, withings_entry)
    assert remembered(SHIPPED.read_bytes())["data"].items() <= (
        hass_storage[KEY]["data"].items()
    )


async def test_a_deleted_blueprint_stays_away(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    withings_entry: MockConfigEntry,
    installed: Path,
) -> None:
    """Who deletes the blueprint does not get it back, as with those of Home Assistant."""
    hass_storage[KEY] = remembered(OLD)
    put(installed.with_name("another.yaml"), OLD)
    await set_up(hass, withings_entry)
    assert content(installed) is None


async def test_a_lost_folder_is_filled_again(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    withings_entry: MockConfigEntry,
    installed: Path,
) -> None:
    """Without the folder nobody has deleted the blueprint: it comes back."""
    hass_storage[KEY] = remembered(OLD)
    await set_up(hass, withings_entry)
    assert content(installed) == SHIPPED.read_bytes()


async def test_a_folder_that_cannot_be_written(
    hass: HomeAssistant,
    withings_entry: MockConfigEntry,
    installed: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The account works without the blueprint, and the log says what to do."""
    put(installed.parent, b"in the way")
    await set_up(hass, withings_entry)
    assert f"The blueprints could not be written to {installed.parent}" in caplog.text


async def test_a_memory_of_a_newer_version(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    withings_entry: MockConfigEntry,
    installed: Path,
) -> None:
    """After going back to an older Weighbridge, the newer blueprint stays."""
    hass_storage[KEY] = {"version": 2, "data": {"new": "words"}}
    put(installed, OLD)
    await set_up(hass, withings_entry)
    assert content(installed) == OLD
    assert hass_storage[KEY]["version"] == 2


async def test_the_language_of_the_server(
    hass: HomeAssistant, withings_entry: MockConfigEntry, installed: Path
) -> None:
    """The blueprints speak it from the start, and follow it when it is changed."""
    hass.config.language = "de"
    await set_up(hass, withings_entry)
    german = content(installed)
    assert german is not None
    assert b"SMS bei schwacher Batterie" in german
    await hass.config.async_update(language="fr-CA")
    await hass.async_block_till_done()
    french = content(installed)
    assert french is not None
    assert b"SMS de batterie faible" in french
    await hass.config.async_update(language="ja")
    await hass.async_block_till_done()
    assert content(installed) == SHIPPED.read_bytes()
    await hass.config.async_update(language="de")
    await hass.async_block_till_done()
    assert content(installed) == german


async def test_another_language_leaves_a_file_of_the_user(
    hass: HomeAssistant, withings_entry: MockConfigEntry, installed: Path
) -> None:
    """A file that the user has changed keeps its language, the others follow."""
    hass.config.language = "de"
    await set_up(hass, withings_entry)
    mine = (content(installed) or b"") + b"# meins\n"
    put(installed, mine)
    await hass.config.async_update(language="es")
    await hass.async_block_till_done()
    assert content(installed) == mine
    assert b"Resumen semanal" in (
        content(installed.with_name("weekly_summary.yaml")) or b""
    )


async def test_automations_speak_the_new_language(
    hass: HomeAssistant, hass_storage: dict[str, Any], withings_entry: MockConfigEntry
) -> None:
    """Texts that nobody has changed follow the server, in automations that exist."""
    hass.config.language = "de"
    await set_up(hass, withings_entry)
    use = {
        "id": "1",
        "alias": "Texts",
        "use_blueprint": {
            "path": "weighbridge/weekly_summary.yaml",
            "input": {
                "last_weigh_in": "sensor.a",
                "weight_trend": "sensor.b",
                "notify_action": "notify.sms",
            },
        },
    }
    put(
        Path(hass.config.path("configuration.yaml")),
        yaml_util.dump({"automation": [use]}).encode(),
    )
    sent = async_mock_service(hass, "notify", "sms")
    assert await async_setup_component(hass, "automation", {"automation": [use]})
    for language in ("de", "sv"):
        await hass.config.async_update(language=language)
        await hass.async_block_till_done()
        await hass.services.async_call(
            "automation",
            "trigger",
            {"entity_id": "automation.texts", "skip_condition": True},
            blocking=True,
        )
        await hass.async_block_till_done()
    german, swedish = (call.data["message"] for call in sent)
    assert "Tagen keine Wägung" in german
    assert "ingen vägning på" in swedish
    await hass.services.async_call(
        "automation", "turn_off", {"entity_id": "all"}, blocking=True
    )
