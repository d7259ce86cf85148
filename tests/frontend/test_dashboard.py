"""The dashboard: what the browser is told, and what its script makes of that."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
import re
import shutil
import subprocess
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.weighbridge.frontend.serve import SCRIPT, TEXTS
from homeassistant.auth.permissions.const import POLICY_READ
from homeassistant.components.recorder.core import Recorder
from homeassistant.config_entries import ConfigEntryDisabler
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component

from ..clouds import Clouds
from ..metadata.test_translations import FILES
from ..support.common import entity_id_of, link, set_up, wait_for_poll
from ..support.scale_house import House

MORNING = datetime(2026, 11, 19, 6, 30, 12, tzinfo=UTC)
NODE = shutil.which("node")

type Json = dict[str, Any]


async def ask(
    hass: HomeAssistant, websocket: WebSocketGenerator, language: str = "en"
) -> Json:
    """Ask as the script does."""
    client = await websocket(hass)
    await client.send_json_auto_id(
        {"type": "weighbridge/dashboard", "language": language}
    )
    answer = await client.receive_json()
    assert answer["success"], answer
    result: Json = answer["result"]
    return result


def generate(answer: Json, names: Mapping[str, str] | None = None) -> Json:
    """Run the script in Node, with an answer of Home Assistant, and entities' names."""
    result: Json = run("generate.mjs", {**answer, "names": names or {}})
    return result


def run(browser: str, answer: Json, *told: str) -> Any:
    """Run the script in what stands for a browser, with an answer of Home Assistant."""
    if NODE is None:
        pytest.skip("there is no Node here")
    done = subprocess.run(  # noqa: S603 - our own script
        [NODE, Path(__file__).parent / browser, SCRIPT, *told],
        input=json.dumps(answer),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def cards(view: Json) -> Iterator[Json]:
    """Yield the cards of a view."""
    for section in view["sections"]:
        yield from section["cards"]


def shown(view: Json) -> set[str]:
    """Return the entities that a view has tiles of."""
    return {card["entity"] for card in cards(view) if card["type"] == "tile"}


@pytest.fixture
async def alice(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
) -> MockConfigEntry:
    """Return the account of a person with a scale, a cuff and a Garmin account."""
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING, body_fat=25)
    clouds.withings.step_on_scale("alice", 62.1, when=MORNING + timedelta(hours=1))
    link(hass, garmin_entry, withings_entry)
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    return withings_entry


async def test_people(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    alice: MockConfigEntry,
    garmin_entry: MockConfigEntry,
) -> None:
    """Each person has what is measured, and the account to which it goes."""
    answer = await ask(hass, hass_ws_client)
    (person,) = answer["people"]
    assert person["id"] == alice.entry_id
    assert person["name"] == "Alice"
    assert person["entities"]["weight"] == entity_id_of(hass, alice, "weight")
    assert person["entities"]["body_fat"] == entity_id_of(hass, alice, "body_fat")
    (garmin,) = person["garmin"]
    assert garmin["name"] == "Alice · Garmin Connect"
    assert garmin["entities"]["pending"] == entity_id_of(hass, garmin_entry, "pending")
    assert person["broken"] == person["questions"] == []


@pytest.mark.parametrize("language", FILES)
async def test_texts(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    alice: MockConfigEntry,
    language: str,
) -> None:
    """The texts come in the language of the user, whatever that of the server."""
    texts = json.loads(FILES[language].read_text())["selector"]["dashboard"]["options"]
    assert (await ask(hass, hass_ws_client, language))["texts"] == texts
    assert f"\n  {language}: " in SCRIPT.read_text()


async def test_graphs_of_what_there_is(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    alice: MockConfigEntry,
) -> None:
    """A graph needs statistics, so only those that are there are named."""
    await async_wait_recording_done(hass)
    (person,) = (await ask(hass, hass_ws_client))["people"]
    assert person["statistics"]["weight"].startswith("weighbridge:withings_")
    assert "last_weigh_in" not in person["statistics"]


async def test_registry_is_followed(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    alice: MockConfigEntry,
    entity_registry: er.EntityRegistry,
    device_registry: dr.DeviceRegistry,
) -> None:
    """What the user has renamed, disabled or hidden is so on the dashboard, too."""
    weight = str(entity_id_of(hass, alice, "weight"))
    entity_registry.async_update_entity(weight, new_entity_id="sensor.me")
    entity_registry.async_update_entity(
        str(entity_id_of(hass, alice, "body_fat")),
        disabled_by=er.RegistryEntryDisabler.USER,
    )
    entity_registry.async_update_entity(
        str(entity_id_of(hass, alice, "last_weigh_in")),
        hidden_by=er.RegistryEntryHider.USER,
    )
    entity = entity_registry.async_get("sensor.me")
    assert entity is not None
    device_registry.async_update_device(str(entity.device_id), name_by_user="Me")
    (person,) = (await ask(hass, hass_ws_client))["people"]
    assert person["name"] == "Me"
    assert person["entities"]["weight"] == "sensor.me"
    assert not {"body_fat", "last_weigh_in"} & set(person["entities"])


async def test_user_sees_what_the_user_may_see(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
    alice: MockConfigEntry,
) -> None:
    """A user without permission is told of nobody."""
    hass_admin_user.groups = []
    hass_admin_user.mock_policy(
        {
            "entities": {
                "entity_ids": {
                    str(entity_id_of(hass, alice, "weight")): {POLICY_READ: True}
                }
            }
        }
    )
    assert (await ask(hass, hass_ws_client))["people"] == []


async def test_broken_account(
    hass: HomeAssistant,
    clouds: Clouds,
    hass_ws_client: WebSocketGenerator,
    alice: MockConfigEntry,
    garmin_entry: MockConfigEntry,
) -> None:
    """Who was there once is there still, with the account that is not at work."""
    for entry in (alice, garmin_entry):
        assert await hass.config_entries.async_unload(entry.entry_id)
    (person,) = (await ask(hass, hass_ws_client))["people"]
    assert person["broken"] == ["Alice · Withings", "Alice · Garmin Connect"]
    assert person["entities"]["weight"]


async def test_account_that_never_worked(
    hass: HomeAssistant,
    clouds: Clouds,
    hass_ws_client: WebSocketGenerator,
    withings_entry: MockConfigEntry,
) -> None:
    """Somebody is shown by name as soon as the account is there."""
    clouds.faults.answer("action=getmeas", 500, times=None)
    await hass.config_entries.async_setup(withings_entry.entry_id)
    (person,) = (await ask(hass, hass_ws_client))["people"]
    assert (person["name"], person["broken"]) == ("Alice", ["Alice · Withings"])
    (view,) = generate(await ask(hass, hass_ws_client))["config"]["views"]
    assert shown(view) == set()
    assert next(cards(view))["type"] == "custom:weighbridge-notices"


async def test_account_that_is_switched_off(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, alice: MockConfigEntry
) -> None:
    """What the user has disabled is not shown."""
    await hass.config_entries.async_set_disabled_by(
        alice.entry_id, ConfigEntryDisabler.USER
    )
    assert (await ask(hass, hass_ws_client))["people"] == []


async def test_questions(
    hass: HomeAssistant,
    clouds: Clouds,
    hass_ws_client: WebSocketGenerator,
    alice: MockConfigEntry,
) -> None:
    """What waits for a word is told, with all that an answer needs."""
    group = clouds.withings.step_on_scale(
        "alice", 61.5, when=MORNING + timedelta(hours=2), attrib=1
    )
    await wait_for_poll(hass)
    (person,) = (await ask(hass, hass_ws_client))["people"]
    assert person["questions"] == [
        {
            "config_entry_id": alice.entry_id,
            "weigh_in": str(group.grpid),
            "measured_at": "2026-11-19T08:30:12+00:00",
            "text": "61.5 kg",
            "candidates": {},
        }
    ]


async def test_people_of_a_scale(
    hass: HomeAssistant, house: House, hass_ws_client: WebSocketGenerator
) -> None:
    """Each has a page, and a question is on the pages of all whose it may be."""
    await house.async_move_in({"Carol": {}, "Dave": {}, "Eve": {}})
    await house.weigh(62.0)
    people = (await ask(hass, hass_ws_client))["people"]
    assert [person["name"] for person in people] == ["Carol", "Dave", "Eve"]
    (asked,) = house.asked
    for person in people:
        assert person["id"] == house.person(person["name"])
        (question,) = person["questions"]
        assert question["weigh_in"] == asked["weigh_in"]
        assert question["candidates"] == asked["candidates"]
        state = hass.states.get(person["entities"]["question"])
        assert state is not None
        assert state.attributes["weigh_in"] == asked["weigh_in"]
    views = generate({"people": people, "texts": dict.fromkeys(TEXTS, "")})
    assert len(views["config"]["views"]) == 3


async def test_an_answer_on_a_page_that_is_a_little_old(
    hass: HomeAssistant, house: House, hass_ws_client: WebSocketGenerator
) -> None:
    """The first answer counts, on a phone or on the dashboard."""
    await house.async_move_in({"Carol": {}, "Dave": {}})
    await house.weigh(62.0)
    page = await ask(hass, hass_ws_client)
    await house.async_answer(house.person("Carol"))
    (pressed,) = run("press.mjs", page, house.person("Dave"), "Dave")
    with pytest.raises(ServiceValidationError) as caught:
        await hass.services.async_call(
            pressed["domain"], pressed["action"], pressed["data"], blocking=True
        )
    assert caught.value.translation_key == "already_answered"
    assert house.weighed == [("Carol", 62.0)]


async def test_view(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    alice: MockConfigEntry,
) -> None:
    """The script makes a view of Home Assistant's own cards for each person."""
    await async_wait_recording_done(hass)
    answer = await ask(hass, hass_ws_client)
    made = generate(answer)
    assert made["asked"] == [{"type": "weighbridge/dashboard", "language": "en"}]
    (view,) = made["config"]["views"]
    (person,) = answer["people"]
    assert (view["title"], view["path"]) == ("Alice", alice.entry_id)
    assert shown(view) >= {
        person["entities"][key] for key in ("weight", "body_fat", "last_weigh_in")
    } | {person["garmin"][0]["entities"][key] for key in ("pending", "push_now")}
    assert all(hass.states.get(entity_id) for entity_id in shown(view))
    graphs = [card for card in cards(view) if card["type"] == "statistics-graph"]
    assert person["statistics"]["weight"] in graphs[0]["entities"]
    headings = [card["heading"] for card in cards(view) if card["type"] == "heading"]
    assert headings == ["Alice", "Body composition", "Alice · Garmin Connect"]


async def test_names_that_are_too_long_for_half_a_phone(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, alice: MockConfigEntry
) -> None:
    """They have a line of their own, behind those that stand side by side."""
    registry = er.async_get(hass)
    answer = await ask(hass, hass_ws_client)
    entities = answer["people"][0]["entities"]
    names = {
        entity_id: str(entry.original_name)
        for entity_id in entities.values()
        if (entry := registry.async_get(entity_id)) is not None
    }
    (view,) = generate(answer, names)["config"]["views"]
    first = [
        (card["entity"], card.get("grid_options"))
        for card in view["sections"][0]["cards"]
        if card["type"] == "tile"
    ]
    wide = {"columns": "full"}
    assert first.index((entities["weight_change"], wide)) > first.index(
        (entities["goal_weight"], None)
    )
    assert first[0] == (entities["weight"], None)


async def test_goals_are_shown_as_long_as_there_are_any(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, alice: MockConfigEntry
) -> None:
    """What nobody can know takes no place."""
    answer = await ask(hass, hass_ws_client)
    (view,) = generate(answer)["config"]["views"]
    date = answer["people"][0]["entities"]["goal_date"]
    (card,) = [card for card in cards(view) if card.get("entity") == date]
    (condition,) = card["visibility"]
    assert condition["entity"] == date
    assert "unknown" in condition["state_not"]
    # As people write dates, which Home Assistant does with attributes alone.
    assert card["state_content"] == "date"


async def test_nobody_was_weighed_yet(
    hass: HomeAssistant, house: House, hass_ws_client: WebSocketGenerator
) -> None:
    """The page of somebody new is not empty."""
    await house.async_move_in({"Carol": {}})
    answer = await ask(hass, hass_ws_client)
    (view,) = generate(answer)["config"]["views"]
    assert shown(view) == set()
    (card,) = [card for card in cards(view) if card["type"] == "markdown"]
    assert card["content"] == answer["texts"]["no_weigh_in"]


async def test_nobody_is_there(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator
) -> None:
    """A dashboard without anybody says what to do."""
    assert await async_setup_component(hass, "weighbridge", {})
    answer = await ask(hass, hass_ws_client)
    assert answer["people"] == []
    (view,) = generate(answer)["config"]["views"]
    assert view["cards"][0]["content"] == answer["texts"]["nothing_yet"]


def test_script_is_offered_as_it_is() -> None:
    """It is among the community's dashboards, once, and follows the registries."""
    made = generate({"people": [], "texts": dict.fromkeys(TEXTS, "")})
    assert made["offered"]["type"] == "weighbridge"
    assert made["offered"]["strategyType"] == "dashboard"
    assert made["offered"]["description"].startswith("Gewicht")
    assert made["others"] == []
    assert set(made["dependencies"]) == {"entities", "devices"}
    assert set(made["elements"]) == {
        "ll-strategy-dashboard-weighbridge",
        "weighbridge-notices",
    }


def test_script_is_small_and_stands_alone() -> None:
    """There is nothing to build and nothing to fetch."""
    script = SCRIPT.read_text()
    assert len(script.encode()) < 20_000
    assert not re.search(r"\bimport\b|\brequire\(|\beval\(|innerHTML|fetch\(", script)
    assert set(re.findall(r"\btexts\.(\w+)", script)) == set(TEXTS)
