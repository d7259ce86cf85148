"""What Assist can be asked: of whom, and what it is answered."""

from asyncio.subprocess import PIPE, STDOUT, create_subprocess_exec
from datetime import timedelta
import json
from pathlib import Path
from typing import Any

import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components.homeassistant.exposed_entities import async_expose_entity
from homeassistant.core import Context, HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.llm import (
    LLM_API_ASSIST,
    APIInstance,
    LLMContext,
    ToolInput,
    ToolResult,
    async_get_api,
)
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from .clouds import Clouds
from .support.common import entity_id_of, set_up
from .support.scale_house import House

NOW = dt_util.utcnow().replace(microsecond=0)
YESTERDAY = NOW - timedelta(days=1)


@pytest.fixture
async def alice(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return the loaded entry of a person, of whom nothing is exposed."""
    await hass.config.async_set_time_zone("America/New_York")
    for component in ("homeassistant", "llm"):
        assert await async_setup_component(hass, component, {})
    clouds.withings.step_on_scale("alice", 63, when=NOW - timedelta(days=50))
    clouds.withings.step_on_scale("alice", 62.3, when=YESTERDAY, body_fat=25)
    clouds.withings.step_on_scale("alice", 62.1, when=NOW - timedelta(hours=1))
    await set_up(hass, withings_entry)
    for each in er.async_entries_for_config_entry(
        er.async_get(hass), withings_entry.entry_id
    ):
        async_expose_entity(hass, "conversation", each.entity_id, should_expose=False)
    return withings_entry


def expose(hass: HomeAssistant, entry: MockConfigEntry, *keys: str) -> None:
    """Expose sensors of a person to Assist, as a user does under Voice assistants."""
    for key in keys:
        entity_id = str(entity_id_of(hass, entry, key))
        async_expose_entity(hass, "conversation", entity_id, should_expose=True)


async def assist(hass: HomeAssistant) -> APIInstance:
    """Return what a model gets with each question."""
    context = LLMContext(
        platform="test",
        context=Context(),
        language="en",
        assistant="conversation",
        device_id=None,
    )
    return await async_get_api(hass, LLM_API_ASSIST, context)


async def tools(hass: HomeAssistant) -> set[str]:
    """Return the names of our tools that a model has."""
    found = (await assist(hass)).tools
    return {tool.name for tool in found if tool.integration == "weighbridge"}


async def ask(hass: HomeAssistant, tool: str, **arguments: Any) -> dict[str, Any]:
    """Use a tool as a model does."""
    api = await assist(hass)
    name = f"weighbridge__{tool}"
    (found,) = (each for each in api.tools if each.name == name)
    given = ToolInput(tool_name=name, tool_args=arguments)
    result = await found.async_call(hass, given, api.llm_context)
    assert isinstance(result, ToolResult)
    assert not result.error
    return dict(result.data)


async def test_nobody_is_told_of_who_is_not_exposed(
    hass: HomeAssistant, alice: MockConfigEntry
) -> None:
    """Without an exposed weight there are no tools at all."""
    assert await tools(hass) == set()
    expose(hass, alice, "body_fat")
    assert await tools(hass) == set()
    expose(hass, alice, "weight")
    assert await tools(hass) == {"weighbridge__get_weigh_ins", "weighbridge__get_trend"}


async def test_tools_only_read(hass: HomeAssistant, alice: MockConfigEntry) -> None:
    """A model is told that the tools change nothing, and which people there are."""
    expose(hass, alice, "weight")
    for tool in (await assist(hass)).tools:
        if tool.integration == "weighbridge":
            assert tool.annotations.read_only
            assert not tool.annotations.destructive
            assert tool.parameters({"person": "Alice"})["person"] == "Alice"
            with pytest.raises(probatio.Invalid, match="person"):
                tool.parameters({"person": "Bob"})


async def test_weigh_ins(hass: HomeAssistant, alice: MockConfigEntry) -> None:
    """Each weigh-in has its local time and its values; units are told."""
    expose(hass, alice, "weight", "body_fat")
    local = dt_util.as_local
    assert await ask(hass, "get_weigh_ins", person="Alice", days=7) == {
        "person": "Alice",
        "units": {"weight": "kg", "body_fat": "%"},
        "weigh_ins": [
            {
                "measured_at": local(YESTERDAY).isoformat(),
                "weight": 62.3,
                "body_fat": 25,
            },
            {
                "measured_at": local(NOW - timedelta(hours=1)).isoformat(),
                "weight": 62.1,
            },
        ],
    }
    assert len((await ask(hass, "get_weigh_ins", person="Alice"))["weigh_ins"]) == 2
    all_ = await ask(hass, "get_weigh_ins", person="Alice", days=365)
    assert len(all_["weigh_ins"]) == 3


async def test_quantity_that_is_not_exposed(
    hass: HomeAssistant, alice: MockConfigEntry
) -> None:
    """Of a person only what is exposed is told."""
    expose(hass, alice, "weight")
    answer = await ask(hass, "get_weigh_ins", person="Alice")
    assert {key for each in answer["weigh_ins"] for key in each} == {
        "measured_at",
        "weight",
    }


async def test_many_weigh_ins(
    hass: HomeAssistant, clouds: Clouds, alice: MockConfigEntry
) -> None:
    """A model is not flooded, and knows that there are more."""
    for hours in range(120):
        when = NOW - timedelta(days=20, hours=hours)
        clouds.withings.step_on_scale("alice", 70, when=when)
    await hass.config_entries.async_reload(alice.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    expose(hass, alice, "weight")
    answer = await ask(hass, "get_weigh_ins", person="Alice")
    assert len(answer["weigh_ins"]) == 100
    assert answer["weigh_ins"][-1]["weight"] == 62.1
    assert answer["older_weigh_ins_left_out"] == 22


async def test_unit_of_the_person(
    hass: HomeAssistant, alice: MockConfigEntry, entity_registry: er.EntityRegistry
) -> None:
    """Who reads pounds is answered in pounds."""
    expose(hass, alice, "weight")
    entity_registry.async_update_entity_options(
        str(entity_id_of(hass, alice, "weight")),
        "sensor",
        {"unit_of_measurement": "lb"},
    )
    await hass.async_block_till_done()
    answer = await ask(hass, "get_weigh_ins", person="Alice")
    assert answer["units"] == {"weight": "lb"}
    assert answer["weigh_ins"][-1]["weight"] == 136.91


async def test_trend(hass: HomeAssistant, alice: MockConfigEntry) -> None:
    """What the sensors show is told with its unit; when is told, too."""
    expose(hass, alice, "weight", "last_weigh_in")
    assert await ask(hass, "get_trend", person="Alice") == {
        "person": "Alice",
        "weight": {"value": 62.1, "unit": "kg"},
        "last_weigh_in": {
            "value": dt_util.as_local(NOW - timedelta(hours=1)).isoformat()
        },
    }


async def test_account_that_is_not_loaded(
    hass: HomeAssistant, alice: MockConfigEntry
) -> None:
    """Who cannot be read is not offered."""
    expose(hass, alice, "weight")
    assert await hass.config_entries.async_unload(alice.entry_id)
    assert await tools(hass) == set()


async def test_people_of_a_scale(hass: HomeAssistant, house: House) -> None:
    """Each of those who share a scale is exposed by themselves."""
    for component in ("homeassistant", "llm"):
        assert await async_setup_component(hass, component, {})
    await house.async_move_in()
    await house.weigh(62.0)
    await house.weigh(85.0)
    for name in ("Carol", "Dave"):
        async_expose_entity(
            hass,
            "conversation",
            str(house.entity_id(name, "weight")),
            should_expose=name == "Dave",
        )
    answer = await ask(hass, "get_weigh_ins", person="Dave")
    assert [each["weight"] for each in answer["weigh_ins"]] == [85.0]
    with pytest.raises(probatio.Invalid, match="person"):
        await ask(hass, "get_trend", person="Carol")


async def test_two_who_are_called_the_same(hass: HomeAssistant, house: House) -> None:
    """None of two is kept quiet about, when a user gives both devices one name."""
    for component in ("homeassistant", "llm"):
        assert await async_setup_component(hass, component, {})
    await house.async_move_in()
    await house.weigh(62.0)
    await house.weigh(85.0)
    devices = dr.async_get(hass)
    for name in ("Carol", "Dave"):
        weight = str(house.entity_id(name, "weight"))
        async_expose_entity(hass, "conversation", weight, should_expose=True)
        entry = er.async_get(hass).async_get(weight)
        assert entry is not None
        devices.async_update_device(str(entry.device_id), name_by_user="Carol")
    answer = await ask(hass, "get_weigh_ins", person="Carol")
    assert [each["weight"] for each in answer["weigh_ins"]] == [62.0]
    answer = await ask(hass, "get_weigh_ins", person="Dave · Bathroom")
    assert [each["weight"] for each in answer["weigh_ins"]] == [85.0]


async def test_newest_home_assistant(tmp_path: Path) -> None:
    """The tools are fit for the newest Home Assistant, too: it is in an environment of its own."""
    newest = Path(__file__).parents[1] / ".venv-demo" / "bin" / "python"
    if not newest.exists():
        pytest.skip("the newest Home Assistant is not here: scripts/setup demo")
    process = await create_subprocess_exec(
        newest, "-m", "tests.support.newest_llm", tmp_path, stdout=PIPE, stderr=STDOUT
    )
    output, _ = await process.communicate()
    assert process.returncode == 0, output.decode()
    assert json.loads(output.splitlines()[-1]) == {
        "tools": ["weighbridge__get_weigh_ins", "weighbridge__get_trend"],
        "trend": {
            "person": "Alice",
            "weight": {"value": 62.3, "unit": "kg"},
            "goal_date": {"value": "2027-02-01"},
        },
        "refused": "value must be one of ['Alice'] at 'person'",
    }
