"""What Weighbridge makes of Withings' bad days."""

from datetime import UTC, datetime

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..clouds import Clouds
from ..support.common import set_up, state_of, value_of, wait_for_poll
from ..support.vendors import later, let_token_expire, reauth_flows

MORNING = datetime(2026, 11, 19, 6, 30, 12, tzinfo=UTC)


@pytest.fixture
async def weighed(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return the loaded entry of a person who weighed herself this morning."""
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING)
    await set_up(hass, withings_entry)
    clouds.log.clear()
    return withings_entry


async def test_rotated_tokens_are_kept(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """Every refresh gives new tokens, which are stored and used."""
    seen = {weighed.data["token"]["refresh_token"]}
    for _ in range(3):
        let_token_expire(hass, weighed)
        await wait_for_poll(hass)
        seen.add(weighed.data["token"]["refresh_token"])
        assert weighed.data["token"]["userid"] == 363
    assert len(seen) == 4
    assert clouds.log.count("withings", path="oauth2") == 3
    assert value_of(hass, weighed, "weight") == 62.3
    assert not reauth_flows(hass)


async def test_refused_refresh_at_start(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """So it does when Home Assistant starts."""
    clouds.withings.revoke("alice")
    let_token_expire(hass, withings_entry)
    await hass.config_entries.async_setup(withings_entry.entry_id)
    await hass.async_block_till_done()
    assert withings_entry.state is ConfigEntryState.SETUP_ERROR
    assert len(reauth_flows(hass)) == 1


async def test_refused_access_token_is_renewed(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """An access token that dies early is renewed once, and nobody notices."""
    clouds.withings.step_on_scale("alice", 61.8)
    clouds.withings.expire_access("alice")
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "weight") == 61.8
    assert [request.action for request in clouds.log.requests("withings")] == [
        "getmeas",
        "requesttoken",
        "getmeas",
    ]
    assert not reauth_flows(hass)


@pytest.mark.parametrize("status", [100, 200, 214, 401, 2555])
async def test_fresh_access_token_is_refused(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    status: int,
) -> None:
    """Who refuses fresh tokens at three polls wants the person to sign in again."""
    clouds.withings.fail(status, times=None)
    for asked in (0, 0, 1):
        await later(hass, freezer, 15.1)
        assert len(reauth_flows(hass)) == asked
        assert state_of(hass, weighed, "status").state != "ok"
    assert clouds.log.count("withings", path="oauth2") == 3


async def test_withings_says_when_to_come_back(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """Too many requests: the next poll comes after the pause that Withings wants."""
    clouds.withings.fail(601)
    await wait_for_poll(hass)
    assert state_of(hass, weighed, "status").state != "ok"
    await wait_for_poll(hass, minutes=0.9)
    assert state_of(hass, weighed, "status").state != "ok"
    await wait_for_poll(hass, minutes=1.1)
    assert value_of(hass, weighed, "weight") == 62.3


async def test_missing_credential(
    hass: HomeAssistant, withings_entry: MockConfigEntry
) -> None:
    """An entry whose credential was deleted asks to sign in again."""
    hass.config_entries.async_update_entry(
        withings_entry,
        data={**withings_entry.data, "auth_implementation": "deleted"},
    )
    await hass.config_entries.async_setup(withings_entry.entry_id)
    await hass.async_block_till_done()
    assert withings_entry.state is ConfigEntryState.SETUP_ERROR
    assert len(reauth_flows(hass)) == 1


async def test_devices_are_missing(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """An answer without the list is no answer."""
    clouds.faults.answer("action=getdevice", 200, body={"status": 0, "body": {}})
    with pytest.raises(HomeAssistantError, match="does not understand"):
        await weighed.runtime_data.coordinator.session.async_read(
            lambda client: client.async_get_devices()
        )
