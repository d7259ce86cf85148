"""The event loop is never held up for long, however much a person was weighed."""

import asyncio
from asyncio import Handle
from collections.abc import AsyncGenerator, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Thread
from time import thread_time

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, pointed
from ..support.common import set_up, update_source, value_of

# What one call may take of the processor, in seconds; it takes a fifth of it.
LONG = 0.15

MANY = 6_000

# What the event loop calls, once for each call it makes.
NAME = "_run"


@pytest.fixture
async def clouds(socket_enabled: None) -> AsyncGenerator[Clouds]:
    """Run the vendors in a thread of their own: what they do does not count."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    clouds = Clouds()
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(clouds.start(), loop))
    with pointed(clouds.url):
        yield clouds
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(clouds.stop(), loop))
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Note how long each call holds the loop, not counting what other threads do."""
    calls: list[float] = []
    run = getattr(Handle, NAME)

    def timed(handle: Handle) -> None:
        start = thread_time()
        run(handle)
        calls.append(thread_time() - start)

    with monkeypatch.context() as patch:
        patch.setattr(Handle, NAME, timed)
        yield calls


async def test_an_import_and_a_poll(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither years at once hold the loop, nor one more weigh-in, nor a restart."""
    now = dt_util.utcnow()
    for number in range(MANY):
        when = now - timedelta(hours=12 * number)
        clouds.withings.step_on_scale(
            "alice", 60 + number % 40 / 10, when=when, uploaded=when
        )
    with watched(monkeypatch) as calls:
        await set_up(hass, withings_entry)
        await hass.async_block_till_done(wait_background_tasks=True)
        await async_wait_recording_done(hass)
        assert max(calls, default=0) < LONG
        for more in range(2):
            if more:
                clouds.withings.step_on_scale("alice", 59.5)
            calls.clear()
            await update_source(hass, withings_entry, "weigh_in", "event")
            await hass.async_block_till_done(wait_background_tasks=True)
            assert max(calls, default=0) < LONG
        assert value_of(hass, withings_entry, "weight") == 59.5
        calls.clear()
        assert await hass.config_entries.async_reload(withings_entry.entry_id)
        await hass.async_block_till_done(wait_background_tasks=True)
        assert max(calls, default=0) < LONG
        assert value_of(hass, withings_entry, "weight") == 59.5
