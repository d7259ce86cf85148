"""The event loop is never held up for long, however much a person was weighed."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from custom_components.weighbridge.const import DOMAIN
from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds
from ..support.common import set_up, update_source, value_of
from ..support.scale_house import House
from ..support.stalls import clouds_apart, watched

# What one call may take of the processor, in seconds; most take a fifth of it.
LONG = 0.05

# Twenty years, and three times a day. They stand close together, as the recorder takes
# its time with hours, which are written in steps of one size however many they are.
MANY = 20_000
APART = timedelta(minutes=5)


@pytest.fixture
async def clouds(socket_enabled: None) -> AsyncGenerator[Clouds]:
    """Run the vendors where they hold up nothing."""
    async with clouds_apart() as clouds:
        yield clouds


@pytest.fixture
async def weighed(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
) -> MockConfigEntry:
    """Return the entry of a person who was weighed many times, not set up yet."""
    # It would keep a traceback of each call.
    hass.loop.set_debug(False)
    # All is read in few pages, which the simulated vendor looks for anew each time.
    clouds.withings.page_size = 2000
    now = dt_util.utcnow()
    for number in range(1, MANY):
        when = now - number * APART
        clouds.withings.step_on_scale(
            "alice", 60 + number % 40 / 10, when=when, uploaded=when
        )
    return withings_entry


@pytest.mark.timeout(300)
async def test_no_call_is_long(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither years at once hold the loop, nor what comes after them, nor a restart."""

    async def act(action: str, *, answers: bool = False, **data: str) -> Any:
        return await hass.services.async_call(
            DOMAIN,
            action,
            {"config_entry_id": weighed.entry_id, **data},
            blocking=True,
            return_response=answers,
        )

    with watched(monkeypatch) as calls:

        async def settle(step: str) -> None:
            await hass.async_block_till_done(wait_background_tasks=True)
            await async_wait_recording_done(hass)
            assert max(calls) < LONG, step
            calls.clear()

        async def poll(step: str) -> None:
            await update_source(hass, weighed, "weigh_in", "event")
            await settle(step)

        await set_up(hass, weighed)
        await settle("import")
        await poll("nothing new")
        newest = clouds.withings.step_on_scale("alice", 59.5)
        await poll("one more")
        clouds.withings.step_on_scale(
            "alice", 61.5, when=newest.measured_at - MANY * APART
        )
        await poll("one of years ago")
        await act("assign_weigh_in", weigh_in=str(newest.grpid), person="nobody")
        await settle("one less")
        found = await act("get_measurements", answers=True, start="2000-01-01")
        await settle("measurements")
        assert len(found["measurements"]) == MANY
        assert await hass.config_entries.async_reload(weighed.entry_id)
        await settle("restart")
        await hass.config.async_update(time_zone="Pacific/Auckland")
        await poll("days begin elsewhere")
    assert value_of(hass, weighed, "weight") == 60.1


async def test_a_scale_where_much_is_unanswered(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    house: House,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who has not said for a year whose the dog is holds up nothing with the next one."""
    hass.loop.set_debug(False)
    weights = {"Alice": 60, "Bob": 85, "Carol": 70, "Dave": 100}
    entry = await house.async_move_in({name: {} for name in weights})
    assert await hass.config_entries.async_unload(entry.entry_id)
    stored = hass_storage[f"{DOMAIN}.{entry.entry_id}"]["data"]
    now = int(dt_util.utcnow().timestamp())
    days = [now - day * 86_400 for day in range(1, 2000)]
    for name, weight in weights.items():
        stored["persons"][house.person(name)]["book"]["weigh_ins"]["rows"] = [
            f"{second},r,{weight + second // 86_400 % 10 / 10}" for second in days
        ]
    open_ones = stored["scale"]["book"]["weigh_ins"]
    open_ones["rows"] = [f"{second + 60},r,31.5" for second in days[:200]]
    open_ones["standings"] = {
        str(second + 60): ["unknown_person", None, False] for second in days[:200]
    }
    await set_up(hass, entry)
    with watched(monkeypatch) as calls:
        await house.weigh(31.7)
        assert max(calls) < LONG
        (asked,) = house.asked
        assert set(asked["candidates"].values()) == set(weights)
        await house.async_answer(house.person("Alice"))
        assert max(calls) < LONG
