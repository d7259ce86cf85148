"""The long-term statistics of people who share a scale."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.weighbridge.const import DOMAIN
from homeassistant.components.recorder.core import Recorder
from homeassistant.components.recorder.statistics import (
    list_statistic_ids,
    statistics_during_period,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.recorder import get_instance

from ..support.common import restart
from ..support.scale_house import FAT, MORNING, House

type Graphs = Callable[[], Awaitable[dict[str, list[tuple[datetime, float]]]]]


@pytest.fixture
async def graphs(recorder_mock: Recorder, hass: HomeAssistant) -> Graphs:
    """Return what the graphs of Weighbridge show, by their names: hours and means."""

    def read() -> dict[str, list[tuple[datetime, float]]]:
        listed: list[Any] = list_statistic_ids(hass)
        names = {
            one["statistic_id"]: one["name"]
            for one in listed
            if one["source"] == DOMAIN
        }
        rows: dict[str, Any] = statistics_during_period(
            hass,
            MORNING - timedelta(days=9),
            None,
            set(names),
            "hour",
            None,
            {"mean"},
        )
        return {
            names[statistic]: [
                (datetime.fromtimestamp(row["start"], MORNING.tzinfo), row["mean"])
                for row in found
            ]
            for statistic, found in rows.items()
        }

    async def draw() -> dict[str, list[tuple[datetime, float]]]:
        await hass.async_block_till_done(wait_background_tasks=True)
        await async_wait_recording_done(hass)
        return await get_instance(hass).async_add_executor_job(read)

    return draw


def at(hour: int) -> datetime:
    """Return an hour of the first day."""
    return MORNING.replace(hour=hour, minute=0)


async def test_each_person_has_graphs_of_their_own(
    graphs: Graphs, house: House
) -> None:
    """What is recognised stands at its hour, with its composition."""
    await house.async_move_in(body_fat=FAT)
    await house.weigh(62.0, 25.0)
    await house.weigh(85.0, 18.0)
    await house.weigh(62.4, 24.0, hours=2)
    drawn = await graphs()
    assert drawn["Carol Weight"] == [(at(6), 62.0), (at(8), 62.4)]
    assert drawn["Dave Weight"] == [(at(6), 85.0)]
    assert drawn["Dave Body fat"] == [(at(6), 18.0)]


async def test_a_question_that_is_answered_later(graphs: Graphs, house: House) -> None:
    """It is in no graph until then, and stands at its own hour; another word moves it."""
    await house.async_move_in(body_fat=FAT)
    await house.weigh(62.0)
    await house.weigh(85.0)
    await house.weigh(73.0, hours=1)
    before = await graphs()
    await house.later(days=2)
    assert await graphs() == before
    await house.async_answer(house.person("Carol"))
    assert (await graphs())["Carol Weight"] == [(at(6), 62.0), (at(7), 73.0)]
    await house.async_answer(house.person("Dave"))
    drawn = await graphs()
    assert drawn["Carol Weight"] == [(at(6), 62.0)]
    assert drawn["Dave Weight"] == [(at(6), 85.0), (at(7), 73.0)]
    await house.async_answer("nobody")
    assert await graphs() == before


async def test_a_guest_is_in_no_graph(
    graphs: Graphs, hass: HomeAssistant, house: House
) -> None:
    """Neither before the word, nor after it, nor after a restart."""
    await house.async_move_in(body_fat=FAT)
    await house.weigh(62.0)
    before = await graphs()
    await house.weigh(120.0, 30.0)
    assert await graphs() == before
    await house.async_answer("nobody")
    await restart(hass, house.entry)
    assert await graphs() == before


async def test_a_person_who_is_removed(
    graphs: Graphs, hass: HomeAssistant, house: House
) -> None:
    """The others' graphs stay as they are, and grow."""
    await house.async_move_in(body_fat=FAT)
    await house.weigh(62.0)
    await house.weigh(85.0)
    assert (await graphs())["Dave Weight"] == [(at(6), 85.0)]
    hass.config_entries.async_remove_subentry(house.entry, house.person("Dave"))
    await hass.async_block_till_done(wait_background_tasks=True)
    await house.weigh(62.3, hours=1)
    drawn = await graphs()
    assert drawn["Carol Weight"] == [(at(6), 62.0), (at(7), 62.3)]
    # What was measured stays in the graphs, as of every device that is removed.
    assert drawn["Dave Weight"] == [(at(6), 85.0)]
