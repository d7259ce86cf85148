"""A recorder that has much to do: it holds up the graphs, and nothing else."""

import asyncio
from collections.abc import Generator
from datetime import timedelta
from threading import Event

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from homeassistant.components.recorder.core import MAX_DB_EXECUTOR_WORKERS, Recorder
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, GarminAccount
from ..support.common import link, set_up
from ..support.push import weights


@pytest.fixture
async def linked(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
) -> MockConfigEntry:
    """Return a Withings entry, linked from now on and with its past in the graphs."""
    yesterday = dt_util.utcnow() - timedelta(days=1)
    clouds.withings.step_on_scale("alice", 81.0, when=yesterday)
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, withings_entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    return withings_entry


@pytest.fixture
def is_free(linked: MockConfigEntry, recorder_mock: Recorder) -> Generator[Event]:
    """Keep all threads busy that answer for the recorder, until this is set."""
    is_free = Event()
    for _ in range(MAX_DB_EXECUTOR_WORKERS):
        recorder_mock.async_add_executor_job(is_free.wait)
    yield is_free
    is_free.set()


async def test_weigh_ins_do_not_wait_for_it(
    is_free: Event,
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """What comes meanwhile is on disk, and at Garmin."""
    clouds.withings.step_on_scale("alice", 80.0)
    async with asyncio.timeout(10):
        await linked.runtime_data.coordinator.async_refresh()
        while weights(clouds, garmin_user) != [80.0]:
            async_fire_time_changed(hass)
            await asyncio.sleep(0.05)
    assert not is_free.is_set()


async def test_whoever_stops_waits_for_it(
    is_free: Event, hass: HomeAssistant, clouds: Clouds, linked: MockConfigEntry
) -> None:
    """What is being read is not closed from under it."""
    clouds.withings.step_on_scale("alice", 80.0)
    await linked.runtime_data.coordinator.async_refresh()
    stop = hass.async_create_task(
        hass.config_entries.async_unload(linked.entry_id), eager_start=True
    )
    done, _ = await asyncio.wait([stop], timeout=0.5)
    assert not done
    is_free.set()
    async with asyncio.timeout(5):
        assert await stop
