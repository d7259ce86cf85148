"""Tokens that are good for one use: on disk before they are used."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util
from homeassistant.util.file import WriteError

from ..clouds import Clouds
from ..support.common import set_up, state_of, value_of, withings_token
from ..support.frontend import Frontend
from ..support.vendors import later, let_token_expire, reauth_flows

MORNING = datetime(2026, 11, 19, 6, 30, 12, tzinfo=UTC)


@pytest.fixture
async def weighed(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return the loaded entry of a person who weighed herself this morning."""
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING)
    await set_up(hass, withings_entry)
    return withings_entry


@pytest.fixture
def key(withings_entry: MockConfigEntry) -> str:
    """Return the name of the file of Alice's tokens."""
    return f"weighbridge.{withings_entry.entry_id}.tokens"


async def start_with(
    hass: HomeAssistant, entry: MockConfigEntry, token: dict[str, Any]
) -> None:
    """Start again with what was in the config entry's file."""
    assert await hass.config_entries.async_unload(entry.entry_id)
    hass.config_entries.async_update_entry(entry, data={**entry.data, "token": token})
    await hass.config_entries.async_setup(entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_killed_after_a_refresh(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Who loses power before the entry was written is still signed in."""
    written = dict(weighed.data["token"])
    for _ in range(3):
        await later(hass, freezer, 200)
    renewed = weighed.data["token"]
    assert renewed["refresh_token"] != written["refresh_token"]
    await start_with(hass, weighed, written)
    assert weighed.state is ConfigEntryState.LOADED
    assert weighed.data["token"] == renewed
    await later(hass, freezer, 200)
    assert value_of(hass, weighed, "weight") == 62.3
    assert not reauth_flows(hass)


async def test_signed_in_anew(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A sign-in is newer than what was saved before it."""
    await later(hass, freezer, 200)
    clouds.withings.revoke("alice")
    freezer.tick(timedelta(minutes=1))
    token = await withings_token(clouds, "alice")
    await start_with(hass, weighed, token)
    assert weighed.state is ConfigEntryState.LOADED
    assert weighed.data["token"] == token


async def test_signed_in_anew_after_a_clock_was_wrong(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A sign-in is newer than what a clock that ran months ahead has dated."""
    now = dt_util.utcnow()
    await later(hass, freezer, timedelta(days=300).total_seconds() / 60)
    old = weighed.data["token"]
    freezer.move_to(now)
    clouds.withings.revoke("alice")
    clouds.withings.sign_in_as("alice")
    result = await frontend.reconfigure(weighed)
    result = await frontend.approve(clouds, result)
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert weighed.state is ConfigEntryState.LOADED
    assert weighed.data["token"]["refresh_token"] != old["refresh_token"]
    assert state_of(hass, weighed, "status").state == "ok"
    assert not reauth_flows(hass)


async def test_disk_is_full(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    monkeypatch: pytest.MonkeyPatch,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What could not be saved is not used, so that the old refresh token lives on."""

    async def fail(*_args: object) -> None:
        raise WriteError("No space left on device")

    written = dict(weighed.data["token"])
    with monkeypatch.context() as full_disk:
        full_disk.setattr(Store, "_async_write_data", fail)
        await later(hass, freezer, 200)
    assert state_of(hass, weighed, "status").state != "ok"
    assert "could not be saved" in str(weighed.runtime_data.coordinator.last_exception)
    assert weighed.data["token"] == written
    assert not reauth_flows(hass)

    clouds.withings.step_on_scale("alice", 61.9)
    await later(hass, freezer, 31)
    assert value_of(hass, weighed, "weight") == 61.9
    assert weighed.data["token"] != written


@pytest.mark.parametrize(
    "damage",
    [
        {"version": 1, "minor_version": 99, "data": {}},
        {"version": 1, "minor_version": 1, "data": {}},
        {"version": 1, "minor_version": 1, "data": []},
        {"version": 1, "minor_version": 1, "data": {"expires_at": "soon"}},
        {"version": 1, "minor_version": 1},
    ],
)
async def test_damaged_file(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    hass_storage: dict[str, Any],
    key: str,
    freezer: FrozenDateTimeFactory,
    damage: dict[str, Any],
) -> None:
    """A file that cannot be read costs nothing while the entry is there."""
    await later(hass, freezer, 200)
    hass_storage[key] = {"key": key, **damage}
    await start_with(hass, weighed, dict(weighed.data["token"]))
    assert weighed.state is ConfigEntryState.LOADED
    assert not reauth_flows(hass)


async def test_file_goes_with_the_entry(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    hass_storage: dict[str, Any],
    key: str,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Removing an account leaves no token behind."""
    await later(hass, freezer, 200)
    assert key in hass_storage
    await hass.config_entries.async_remove(weighed.entry_id)
    await hass.async_block_till_done()
    assert key not in hass_storage


async def test_google_keeps_its_refresh_token(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    """What does not change needs no file."""
    await set_up(hass, fitbit_entry)
    let_token_expire(hass, fitbit_entry)
    await later(hass, freezer, 31)
    assert f"weighbridge.{fitbit_entry.entry_id}.tokens" not in hass_storage
