"""The event loop is never held up for long, however much goes to Garmin."""

from collections.abc import AsyncGenerator
from datetime import timedelta

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, GarminAccount
from ..support.actions import call
from ..support.common import link, set_up, value_of
from ..support.stalls import clouds_apart, watched

# What one call may take of the processor, in seconds. Alone it takes a third of it; what other tests do to the caches of the processor may double that.
LONG = 0.1

# Twenty years, and three times a day.
MANY = 20_000


@pytest.fixture
async def clouds(socket_enabled: None) -> AsyncGenerator[Clouds]:
    """Run the vendors where they hold up nothing."""
    async with clouds_apart() as clouds:
        yield clouds


async def test_a_history_and_a_sync(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither years that wait hold the loop, nor a look at all of them."""
    # It would keep a traceback of each call.
    hass.loop.set_debug(False)
    # How the source is read is another test's matter.
    clouds.withings.page_size = MANY
    now = dt_util.utcnow().replace(microsecond=0)
    for number in range(MANY):
        when = now - timedelta(hours=12 * number)
        weight = 60 + number % 40 / 10
        clouds.withings.step_on_scale("alice", weight, when=when, uploaded=when)
        clouds.garmin.add_weigh_in(garmin_user, weight, when=when)
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    with watched(monkeypatch) as calls:
        link(hass, garmin_entry, withings_entry, start=now - timedelta(days=20_000))
        await hass.async_block_till_done(wait_background_tasks=True)
        assert max(calls) < LONG
        assert value_of(hass, garmin_entry, "pending") == 0
        for dry_run in (True, False):
            calls.clear()
            answer = await call(hass, "sync", garmin_entry, dry_run=dry_run)
            assert max(calls) < LONG
            assert answer["already_there"] == MANY
        assert len(clouds.garmin.weigh_ins(garmin_user)) == MANY
        garmin_user.weigh_ins.clear()
        calls.clear()
        answer = await call(hass, "sync", garmin_entry, dry_run=True)
        assert max(calls) < LONG
        assert len(answer["would_push"]) == MANY
