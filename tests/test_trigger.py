"""The triggers: automations that the editor makes of them, and what these are told."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util

from .clouds import Clouds
from .support.common import entity_id_of, link, restart, set_up, state_of, wait_for_poll
from .support.editor import Editor
from .support.scale_house import House

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


def not_weighed(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, Any]:
    """Return the trigger as the editor writes it."""
    return {
        "trigger": "weighbridge.not_weighed",
        "target": {"device_id": device_of(hass, entry)},
        "options": {"days": 3},
    }


async def test_not_weighed(
    hass: HomeAssistant,
    clouds: Clouds,
    editor: Editor,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The days begin at the last weigh-in, and their end triggers once."""
    now = dt_util.utcnow().replace(microsecond=0)
    clouds.withings.step_on_scale("alice", 62, when=now - timedelta(days=2))
    await set_up(hass, withings_entry)
    told = async_capture_events(hass, TOLD)
    await editor.save("away", not_weighed(hass, withings_entry), tell("name", "days"))

    async def wait(**time: float) -> None:
        freezer.tick(timedelta(**time))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)

    await wait(hours=23)
    await restart(hass, withings_entry)
    assert not told
    await wait(hours=2)
    assert [event.data for event in told] == [{"name": "Alice", "days": 3}]
    await wait(days=9)
    await restart(hass, withings_entry)
    assert len(told) == 1

    for _ in range(2):
        clouds.withings.step_on_scale("alice", 61, when=dt_util.utcnow())
        await wait(minutes=15)
        await wait(days=2)
    assert len(told) == 1
    await wait(days=1)
    assert len(told) == 2


async def test_not_weighed_as_far_as_is_known(
    hass: HomeAssistant,
    clouds: Clouds,
    editor: Editor,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Who is not heard of for an outage has perhaps weighed in: that is seen first."""
    now = dt_util.utcnow().replace(microsecond=0)
    clouds.withings.step_on_scale("alice", 62, when=now - timedelta(days=2))
    await set_up(hass, withings_entry)
    told = async_capture_events(hass, TOLD)
    await editor.save("away", not_weighed(hass, withings_entry), tell("name"))

    async def wait(**time: float) -> None:
        freezer.tick(timedelta(**time))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)

    trouble = clouds.faults.answer("action=getmeas", 500, times=None)
    for _ in range(4):
        await wait(hours=1)
    await wait(days=1)
    assert not told
    trouble.remove()
    await wait(hours=1)
    assert len(told) == 1


async def test_not_weighed_wants_days(editor: Editor, alice: MockConfigEntry) -> None:
    """The editor says that the days are missing, or are none."""
    target = {"entity_id": "sensor.alice_last_weigh_in"}
    trigger = {"trigger": "weighbridge.not_weighed", "target": target}
    assert await editor.complaint(trigger) is not None
    assert await editor.complaint({**trigger, "options": {"days": 0}}) is not None
    assert await editor.complaint({**trigger, "options": {"days": 1}}) is None


async def test_push_failed(
    hass: HomeAssistant,
    clouds: Clouds,
    editor: Editor,
    alice: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A push that fails for an hour triggers once; one that only waits does not."""
    link(hass, garmin_entry, alice, start=MORNING - timedelta(days=1))
    told = async_capture_events(hass, TOLD)
    await set_up(hass, garmin_entry)
    await editor.save(
        "stuck",
        {
            "trigger": "weighbridge.push_failed",
            "target": {"device_id": device_of(hass, garmin_entry)},
        },
        tell("name", "pending"),
    )

    async def wait(minutes: int, step: int = 1) -> None:
        for _ in range(0, minutes, step):
            freezer.tick(timedelta(minutes=step))
            async_fire_time_changed(hass)
            await hass.async_block_till_done(wait_background_tasks=True)

    trouble = clouds.faults.answer("upload-service", 429, times=None)
    clouds.withings.step_on_scale("alice", 61, when=MORNING + timedelta(hours=24))
    await wait(60)
    assert state_of(hass, garmin_entry, "pending").state == "1"
    assert not told
    await wait(30)
    assert [event.data for event in told] == [
        {"name": "Alice · Garmin Connect", "pending": 1}
    ]
    await wait(120)
    assert len(told) == 1
    trouble.remove()
    await wait(24 * 60, 15)
    assert state_of(hass, garmin_entry, "pending").state == "0"

    once = clouds.faults.answer("upload-service", 429, times=1)
    clouds.withings.step_on_scale("alice", 60, when=MORNING + timedelta(hours=25))
    await wait(150)
    assert state_of(hass, garmin_entry, "pending").state == "0"
    assert once.hits
    assert len(told) == 1


async def test_goal_reached(
    hass: HomeAssistant, clouds: Clouds, editor: Editor, withings_entry: MockConfigEntry
) -> None:
    """The trend decides, not a light day; a goal that is set anew reaches nothing."""
    now = dt_util.utcnow().replace(microsecond=0)
    clouds.withings.step_on_scale("alice", 62, when=now - timedelta(days=20))
    await set_up(hass, withings_entry)
    goal = entity_id_of(hass, withings_entry, "goal_weight", "number")

    async def want(kilograms: float) -> None:
        await hass.services.async_call(
            "number",
            "set_value",
            {"entity_id": goal, "value": kilograms},
            blocking=True,
        )
        await hass.async_block_till_done()

    async def weigh(kilograms: float, days: float) -> None:
        when = now - timedelta(days=days)
        clouds.withings.step_on_scale("alice", kilograms, when=when)
        await wait_for_poll(hass)

    told = async_capture_events(hass, TOLD)
    await editor.save(
        "goal",
        {
            "trigger": "weighbridge.goal_reached",
            "target": {"device_id": device_of(hass, withings_entry)},
        },
        tell("name", "goal", "weight"),
    )
    await weigh(60, 19)
    await want(61)
    assert not told
    await weigh(60, 18)  # the trend comes from 61.8 to 61.6
    assert not told
    await weigh(59, 10)  # it goes on to 60.1
    assert [event.data for event in told] == [
        {"name": "Alice", "goal": 61, "weight": 59}
    ]
    await weigh(59, 9)
    await want(59.5)
    assert len(told) == 1
    await weigh(59, 0)
    assert len(told) == 2
    await want(60)
    await weigh(62, 0.001)
    assert len(told) == 2


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
