"""What a scale remembers is on disk, whole, and comes there if it could not at once."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
import json
from typing import Any
from unittest.mock import patch

from homeassistant.const import EVENT_HOMEASSISTANT_FINAL_WRITE
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError

from ..support.common import set_up
from ..support.scale_house import MORNING, House


@contextmanager
def written(hass_storage: dict[str, Any], house: House) -> Iterator[list[str]]:
    """Keep each version of what is on disk."""
    versions: list[str] = []
    key = f"weighbridge.{house.entry.entry_id}"
    write = vars(Store)["_async_write_data"]

    async def keep(store: Store[Any], data: dict[str, Any]) -> None:
        await write(store, data)
        if store.key == key:
            versions.append(json.dumps(hass_storage[key]))

    with patch.object(Store, "_async_write_data", keep):
        yield versions


async def test_another_word(
    hass: HomeAssistant, house: House, hass_storage: dict[str, Any]
) -> None:
    """At no moment is a weigh-in nobody's on disk, or two people's, on its way."""
    await house.async_move_in({"Carol": {}, "Dave": {}})
    await house.weigh(62.0)
    key = house.asked[-1]["weigh_in"]
    for word in (house.person("Carol"), house.person("Dave"), "nobody"):
        with written(hass_storage, house) as versions:
            await house.async_answer(word)
        assert versions
        assert [version.count(f'"{key},r,62') for version in versions] == [1] * len(
            versions
        )


async def test_a_goal_meanwhile(
    hass: HomeAssistant, house: House, hass_storage: dict[str, Any]
) -> None:
    """A goal is on disk, too, that is set while a word is being written there."""
    await house.async_move_in()
    await house.weigh(62.0)
    answer = house.async_answer(
        house.person("Carol"), {"weigh_in": str(int(MORNING.timestamp()) + 600)}
    )
    goal = {"entity_id": house.entity_id("Carol", "goal_weight", "number"), "value": 60}
    await asyncio.gather(
        answer, hass.services.async_call("number", "set_value", goal, blocking=True)
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    key = f"weighbridge.{house.entry.entry_id}"
    on_disk = deepcopy(hass_storage[key])
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    hass_storage[key] = on_disk
    await set_up(hass, house.entry)
    assert house.value("Carol", "to_goal") == -2


async def test_full_disk(
    hass: HomeAssistant, house: House, hass_storage: dict[str, Any]
) -> None:
    """What could not be written is written as soon as there is room."""
    await house.async_move_in()
    with patch.object(Store, "_async_write_data", side_effect=WriteError("full")):
        await house.weigh(62.0)
    await house.later(minutes=2)
    key = f"weighbridge.{house.entry.entry_id}"
    on_disk = deepcopy(hass_storage[key])
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    # What an orderly end writes is not there after a loss of power.
    hass_storage[key] = on_disk
    await set_up(hass, house.entry)
    assert [m["weight"] for m in await house.measurements("Carol")] == [62.0]


async def test_room_at_the_last_moment(
    hass: HomeAssistant, house: House, hass_storage: dict[str, Any]
) -> None:
    """A word that could not be written outlives a stop that comes before the next try."""
    await house.async_move_in({"Carol": {}, "Dave": {}})
    await house.weigh(62.0)
    with patch.object(Store, "_async_write_data", side_effect=WriteError("full")):
        await house.async_answer(house.person("Carol"))
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done(wait_background_tasks=True)
    key = f"weighbridge.{house.entry.entry_id}"
    on_disk = deepcopy(hass_storage[key])
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    hass_storage[key] = on_disk
    await set_up(hass, house.entry)
    assert [m["weight"] for m in await house.measurements("Carol")] == [62.0]
    assert house.issues() == {}
