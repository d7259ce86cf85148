"""Activity: what somebody weighed, in the words of the house and the person's unit."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, mock_component
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from .clouds import Clouds
from .support.common import entity_id_of, set_up, wait_for_poll

NOW = datetime.now(UTC).replace(microsecond=0)


@pytest.fixture
async def logbook(recorder_mock: Recorder, hass: HomeAssistant) -> None:
    """Set Activity up, without the pages of the frontend."""
    mock_component(hass, "frontend")
    assert await async_setup_component(hass, "logbook", {})
    hass.config.components.remove("frontend")


@pytest.fixture
async def weighed(
    logbook: None,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
) -> MockConfigEntry:
    """Return the entry of a person with a trend, in a house with Activity."""
    for days in range(2, 9):
        clouds.withings.step_on_scale("alice", 68, when=NOW - timedelta(days=days))
    return withings_entry


async def activity(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, **of: list[str]
) -> list[dict[str, Any]]:
    """Return what Activity shows, as its page asks for it."""
    await async_wait_recording_done(hass)
    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {
            "type": "logbook/get_events",
            "start_time": (dt_util.utcnow() - timedelta(hours=1)).isoformat(),
            **of,
        }
    )
    answer = await client.receive_json()
    assert answer["success"]
    entries: list[dict[str, Any]] = answer["result"]
    return entries


def told(entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Return what is told of weigh-ins: of whom, and what.

    An entity would be named instead of the person.
    """
    assert not [entry for entry in entries if {"message", "entity_id"} <= entry.keys()]
    return [
        (entry["name"], entry["message"]) for entry in entries if "message" in entry
    ]


async def test_weigh_in(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    clouds: Clouds,
    weighed: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """It stands on the page of its device, with its place beside the trend."""
    await set_up(hass, weighed)
    clouds.withings.step_on_scale("alice", 66.9, when=NOW)
    await wait_for_poll(hass)
    entity_id = str(entity_id_of(hass, weighed, "weigh_in", "event"))
    entity = entity_registry.async_get(entity_id)
    assert entity
    entries = await activity(
        hass,
        hass_ws_client,
        entity_ids=[entity_id],
        device_ids=[str(entity.device_id)],
    )
    assert told(entries) == [("Alice", "weighed 66.9 kg, 0.9 kg below the trend")]
    # The line of the event entity says that it comes from this weigh-in.
    (line,) = (entry for entry in entries if "context_message" in entry)
    assert line["entity_id"] == entity_id
    assert line["context_message"] == "weighed 66.9 kg, 0.9 kg below the trend"


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", "wog 66,9 kg, 0,9 kg unter dem Trend"),
        ("fr", "a pesé 66,9 kg, soit 0,9 kg au-dessous de la tendance"),
    ],
)
async def test_language(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    clouds: Clouds,
    weighed: MockConfigEntry,
    language: str,
    words: str,
) -> None:
    """It is told in the language of Home Assistant."""
    hass.config.language = language
    await set_up(hass, weighed)
    clouds.withings.step_on_scale("alice", 66.9, when=NOW)
    await wait_for_poll(hass)
    entries = await activity(hass, hass_ws_client)
    assert [message for _, message in told(entries)] == [words]


async def test_unit(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    clouds: Clouds,
    weighed: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """It is told in pounds in a house of pounds, and in stones to who chose them."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    await set_up(hass, weighed)
    clouds.withings.step_on_scale("alice", 66.9, when=NOW)
    await wait_for_poll(hass)
    (line,) = told(await activity(hass, hass_ws_client))
    assert line[1] == "weighed 147.5 lb, 2.0 lb below the trend"
    entity_registry.async_update_entity_options(
        str(entity_id_of(hass, weighed, "weight", "sensor")),
        "sensor",
        {"unit_of_measurement": "st"},
    )
    await hass.async_block_till_done()
    (line,) = told(await activity(hass, hass_ws_client))
    assert line[1] == "weighed 10.5 st, 0.1 st below the trend"


async def test_first_weigh_in(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    clouds: Clouds,
    logbook: None,
    withings_entry: MockConfigEntry,
) -> None:
    """Who weighs in for the first time is the trend."""
    await set_up(hass, withings_entry)
    clouds.withings.step_on_scale("alice", 66.9, when=NOW)
    await wait_for_poll(hass)
    (line,) = told(await activity(hass, hass_ws_client))
    assert line[1] == "weighed 66.9 kg, right on the trend"
