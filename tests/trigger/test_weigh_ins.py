"""Triggers of weigh-ins and questions, as the editor makes automations of them."""

from datetime import timedelta

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
)

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..clouds import Clouds
from ..support.common import (
    entity_id_of,
    restart,
    set_up,
    state_of,
    value_of,
    wait_for_poll,
)
from ..support.editor import Editor
from ..support.scale_house import House
from ..support.triggers import MORNING, TOLD, device_of, tell, weighed_in


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


async def test_trend_is_that_of_the_weigh_in(
    hass: HomeAssistant, clouds: Clouds, editor: Editor, alice: MockConfigEntry
) -> None:
    """What is told of the trend is what it has become, not what it was before."""
    told = async_capture_events(hass, TOLD)
    target = device_of(hass, alice)
    action = tell("trend", "change")
    await editor.save("weighed", weighed_in(device_id=target), action)
    for day, weight in enumerate((60.0, 59.0, 58.0), 1):
        clouds.withings.step_on_scale(
            "alice", weight, when=MORNING + timedelta(days=day)
        )
        await wait_for_poll(hass)
        assert told[-1].data == {
            "trend": pytest.approx(value_of(hass, alice, "weight_trend"), abs=0.01),
            "change": pytest.approx(value_of(hass, alice, "weight_change"), abs=0.01),
        }
    assert len({event.data["trend"] for event in told}) == 3


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
    names = ("weight", "unit", "weight_text", "time_text")
    await editor.save("w", weighed_in(entity_id=target), tell(*names))
    clouds.withings.step_on_scale("alice", 63, when=MORNING + timedelta(hours=24))
    await wait_for_poll(hass)
    assert [event.data for event in told] == [
        {
            "weight": 138.89,
            "unit": "lb",
            "weight_text": "138.9 lb",
            "time_text": "20 Nov 2026, 01:30",
        }
    ]


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


async def test_unclear(
    hass: HomeAssistant, clouds: Clouds, editor: Editor, alice: MockConfigEntry
) -> None:
    """A question triggers once, and tells all that an answer needs."""
    told = async_capture_events(hass, TOLD)
    names = ("name", "weight", "unit", "reason", "candidates", "trend")
    await editor.save(
        "asked",
        {
            "trigger": "weighbridge.unclear",
            "target": {"device_id": device_of(hass, alice)},
        },
        {
            "action": "weighbridge.assign_weigh_in",
            "data": {
                "config_entry_id": "{{ trigger.config_entry_id }}",
                "weigh_in": "{{ trigger.weigh_in }}",
                "person": "mine",
            },
        },
        tell(*names),
    )
    clouds.withings.step_on_scale(
        "alice", 61.5, when=MORNING + timedelta(hours=24), attrib=1
    )
    await wait_for_poll(hass)
    await wait_for_poll(hass)
    (event,) = told
    trend = event.data["trend"]
    assert event.data == {
        "name": "Alice",
        "weight": 61.5,
        "unit": "kg",
        "reason": "ambiguous",
        "candidates": {},
        "trend": trend,
    }
    assert state_of(hass, alice, "weight").state == "61.5"


async def test_people_of_a_scale(
    hass: HomeAssistant, house: House, editor: Editor
) -> None:
    """A scale asks; each of those who share it weighs in by themselves."""
    await house.async_move_in()
    told = async_capture_events(hass, TOLD)
    registry = er.async_get(hass)
    dave = registry.async_get(str(house.entity_id("Dave", "weigh_in", "event")))
    assert dave is not None
    await editor.save(
        "dave", weighed_in(device_id=dave.device_id), tell("name", "weight")
    )
    question = f"{house.entry.entry_id}_question"
    scale = registry.async_get_entity_id("event", DOMAIN, question)
    await editor.save(
        "asked",
        {"trigger": "weighbridge.unclear", "target": {"entity_id": scale}},
        tell("name", "weight", "unit", "candidates"),
    )
    await house.weigh(62.0)
    await house.weigh(85.0)
    await house.weigh(73.0)
    weighed, asked = (event.data for event in told)
    assert weighed == {"name": "Dave", "weight": 85}
    assert (asked["name"], asked["weight"], asked["unit"]) == ("Bathroom", 73, "kg")
    assert set(asked["candidates"].values()) <= {"Carol", "Dave"}
