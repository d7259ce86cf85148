"""The triggers: automations that the editor makes of them, and what these are told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from .clouds import Clouds
from .support.common import entity_id_of, restart, set_up, wait_for_poll
from .support.editor import Editor

MORNING = datetime(2026, 11, 19, 6, 30, 12, tzinfo=UTC)
TOLD = "test_told"


def tell(*names: str) -> dict[str, Any]:
    """Return an action that tells what the trigger's variables hold."""
    data = {name: f"{{{{ trigger.{name} }}}}" for name in names}
    return {"event": TOLD, "event_data": data}


@pytest.fixture
async def editor(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
    tmp_path: Path,
) -> Editor:
    """Return the editor of automations."""
    editor = Editor(hass, hass_client, hass_ws_client)
    await editor.start(tmp_path)
    return editor


@pytest.fixture
async def alice(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return the loaded entry of a person who weighed herself this morning."""
    await hass.config.async_set_time_zone("America/New_York")
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING)
    await set_up(hass, withings_entry)
    return withings_entry


def device_of(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the id of the device that stands for an account."""
    device_id = dr.async_get_device_id_by_identifier(
        hass, (DOMAIN, str(entry.unique_id)), config_entry_id=entry.entry_id
    )
    assert device_id is not None
    return device_id


def weighed_in(**target: Any) -> dict[str, Any]:
    """Return the trigger as the editor writes it."""
    return {"trigger": "weighbridge.weighed_in", "target": target}


async def test_editor_offers_the_triggers(
    hass: HomeAssistant, editor: Editor, alice: MockConfigEntry
) -> None:
    """They are there with the accounts, and ask for a target of ours."""
    offered = await editor.offered()
    described = offered["weighbridge.weighed_in"]["target"]["entity"]
    assert described == [{"integration": "weighbridge", "domain": ["event"]}]
    assert await editor.complaint({"trigger": "weighbridge.weighed_in"}) is not None


async def test_weighed_in(
    hass: HomeAssistant, clouds: Clouds, editor: Editor, alice: MockConfigEntry
) -> None:
    """Each weigh-in triggers once, and tells whose it is, when and how much."""
    told = async_capture_events(hass, TOLD)
    names = ("name", "weight", "unit", "measured_at", "measured")
    device_id = device_of(hass, alice)
    await editor.save("weighed", weighed_in(device_id=device_id), tell(*names))
    clouds.withings.step_on_scale(
        "alice", 61.44, when=MORNING + timedelta(hours=24), body_fat=25
    )
    await wait_for_poll(hass)
    await wait_for_poll(hass)
    (event,) = told
    measured = event.data["measured"]
    assert event.data == {
        "name": "Alice",
        "weight": 61.44,
        "unit": "kg",
        "measured_at": "2026-11-20T01:30:12-05:00",
        "measured": measured,
    }
    assert measured["body_fat"] == 25
    assert measured.keys().isdisjoint({"event_type", "weight", "measured_at"})


async def test_weight_is_told_in_the_unit_of_the_person(
    hass: HomeAssistant,
    clouds: Clouds,
    editor: Editor,
    alice: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """Who has chosen pounds for the sensor of the weight is told pounds."""
    entity_registry.async_update_entity_options(
        str(entity_id_of(hass, alice, "weight")),
        "sensor",
        {"unit_of_measurement": "lb"},
    )
    await hass.async_block_till_done()
    told = async_capture_events(hass, TOLD)
    target = str(entity_id_of(hass, alice, "weigh_in", "event"))
    await editor.save("w", weighed_in(entity_id=target), tell("weight", "unit"))
    clouds.withings.step_on_scale("alice", 80, when=MORNING + timedelta(hours=24))
    await wait_for_poll(hass)
    assert [event.data for event in told] == [{"weight": 176.37, "unit": "lb"}]


async def test_other_events_of_the_device_do_not_trigger(
    hass: HomeAssistant,
    clouds: Clouds,
    editor: Editor,
    alice: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """On the device of a person only weigh-ins are weigh-ins."""
    other = entity_registry.async_get_or_create(
        "event", "another", "1", device_id=device_of(hass, alice)
    )
    told = async_capture_events(hass, TOLD)
    await editor.save("w", weighed_in(device_id=device_of(hass, alice)), tell("name"))
    hass.states.async_set(other.entity_id, "2026-11-20T00:00:00.000+00:00")
    hass.states.async_set(other.entity_id, "2026-11-20T00:00:01.000+00:00")
    await hass.async_block_till_done()
    assert not told


async def test_automation_is_there_before_the_account(
    hass: HomeAssistant, clouds: Clouds, editor: Editor, alice: MockConfigEntry
) -> None:
    """An automation survives that the account is loaded later, or again."""
    target = str(entity_id_of(hass, alice, "weigh_in", "event"))
    assert await hass.config_entries.async_unload(alice.entry_id)
    told = async_capture_events(hass, TOLD)
    await editor.save("by_entity", weighed_in(entity_id=target), tell("weight"))
    await editor.save(
        "by_device", weighed_in(device_id=device_of(hass, alice)), tell("weight")
    )
    clouds.withings.step_on_scale("alice", 61, when=MORNING + timedelta(hours=24))
    await set_up(hass, alice)
    assert [event.data["weight"] for event in told] == [61, 61]
    await restart(hass, alice)
    clouds.withings.step_on_scale("alice", 60, when=MORNING + timedelta(hours=25))
    await wait_for_poll(hass)
    assert [event.data["weight"] for event in told] == [61, 61, 60, 60]


async def test_renamed_entity(
    hass: HomeAssistant,
    clouds: Clouds,
    editor: Editor,
    alice: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """A device is the same, whatever its entities and itself are called."""
    device_id = device_of(hass, alice)
    told = async_capture_events(hass, TOLD)
    await editor.save("w", weighed_in(device_id=device_id), tell("name", "weight"))
    entity_registry.async_update_entity(
        str(entity_id_of(hass, alice, "weigh_in", "event")),
        new_entity_id="event.morning",
    )
    dr.async_get(hass).async_update_device(device_id, name_by_user="Me")
    await hass.async_block_till_done()
    clouds.withings.step_on_scale("alice", 61, when=MORNING + timedelta(hours=24))
    await wait_for_poll(hass)
    assert [event.data for event in told] == [{"name": "Me", "weight": 61}]
