"""Tokens of Garmin Connect: renewed in time, never lost, and a person asked when they end."""

import asyncio
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.clients.garmin.client import GarminClient
from custom_components.weighbridge.const import DOMAIN
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, GarminAccount
from ..support.actions import call
from ..support.common import restart, value_of
from ..support.push import READ, REFRESH, UPLOAD, later, poll

pytestmark = pytest.mark.usefixtures("morning")


async def test_rotated_tokens_are_saved_before_the_next_request(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A refresh token that was used is dead: the new one survives a failed read."""
    assert "tokens" not in linked.data
    for day in range(1, 4):
        freezer.tick(timedelta(days=2))
        clouds.withings.step_on_scale("alice", 80.0 + day)
        clouds.faults.answer(READ, 503)
        await poll(hass, withings_entry)
        assert clouds.log.count("garmin", path=REFRESH) == day
        await restart(hass, linked)
    await later(hass, freezer, timedelta(hours=1))
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 3


async def test_tokens_stay_alive_through_a_holiday(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Two months without a weigh-in, and the next one arrives without a sign-in."""
    for _ in range(60):
        await later(hass, freezer, timedelta(days=1))
    # A refresh and the cheapest of all requests, every five days.
    assert clouds.log.count("garmin") == 2 * 12
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


async def test_what_has_used_the_tokens_is_known_after_a_restart(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A look at Garmin keeps them alive as well as a push does."""
    await later(hass, freezer, timedelta(days=4))
    await call(hass, "sync", linked, start="2026-10-01", dry_run=True)
    assert clouds.log.count("garmin", path=READ) == 1
    clouds.log.clear()
    await restart(hass, linked)
    for _ in range(4):
        await later(hass, freezer, timedelta(days=1))
    assert clouds.log.count("garmin") == 0
    await later(hass, freezer, timedelta(days=1))
    assert clouds.log.count("garmin") > 0


@pytest.mark.parametrize("status", [400, 401])
async def test_a_refused_refresh_asks_to_sign_in_and_keeps_queueing(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    """Nothing is lost while Garmin waits for a person, and no secret is logged."""
    freezer.tick(timedelta(days=2))
    clouds.faults.answer(REFRESH, status, body='{"error": "the refused token"}')
    for minutes in (2, 1):
        clouds.withings.step_on_scale(
            "alice", 80.0, when=dt_util.utcnow() - timedelta(minutes=minutes)
        )
    await poll(hass, withings_entry)
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert [flow["context"]["source"] for flow in flows] == [SOURCE_REAUTH]
    assert value_of(hass, linked, "pending") == 2
    requests = clouds.log.count("garmin")
    await later(hass, freezer, timedelta(days=1))
    assert clouds.log.count("garmin") == requests
    assert "the refused token" not in caplog.text

    hass.config_entries.async_update_entry(
        linked,
        data={**linked.data, "tokens": clouds.garmin.signed_in(garmin_user)},
    )
    await restart(hass, linked)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 2


async def test_tokens_refused_after_a_good_refresh(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
) -> None:
    """A read that is refused with fresh tokens asks to sign in."""
    clouds.faults.answer(READ, 401, times=None)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert clouds.log.count("garmin", path=REFRESH) == 1
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert [flow["context"]["source"] for flow in flows] == [SOURCE_REAUTH]
    assert value_of(hass, linked, "pending") == 1


async def test_a_token_refused_early_is_refreshed_in_passing(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """A token that dies before its time costs a refresh, not a sign-in."""
    clouds.garmin.expire_access(garmin_user)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1
    assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN)


async def test_refresh_without_a_network(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A refresh that is cut off is tried again later, without a sign-in."""
    freezer.tick(timedelta(days=2))
    clouds.faults.reset(REFRESH)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert value_of(hass, linked, "pending") == 1
    assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    await later(hass, freezer, timedelta(minutes=3))
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


async def test_stopped_in_the_middle_of_a_token_refresh(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    """Home Assistant waits for the new tokens, as the old ones are dead."""
    clouds.garmin.expire_access(garmin_user)
    slow = clouds.faults.delay(REFRESH, 0.5, processed=True)
    clouds.withings.step_on_scale("alice", 80.0)
    await withings_entry.runtime_data.coordinator.async_refresh()
    while not slow.hits:
        await asyncio.sleep(0)
    stopping = asyncio.create_task(hass.async_stop(force=True))
    for _ in range(50):
        await asyncio.sleep(0)
    assert hass.state is CoreState.running
    freezer.tick(timedelta(seconds=1))
    await stopping
    tokens = hass_storage[f"{DOMAIN}.{linked.entry_id}.tokens"]["data"]["tokens"]
    assert clouds.log.count("garmin", path=UPLOAD) == 0

    clouds.garmin.expire_access(garmin_user)
    client = GarminClient(tokens, lambda _: None)
    profile = await asyncio.to_thread(client.profile)
    assert profile.profile_id == str(garmin_user.profile_id)
