"""What Weighbridge makes of Withings' bad days."""

from collections.abc import Callable
from datetime import UTC, datetime

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..clouds import Clouds, Fault
from ..support.common import set_up, state_of, value_of, wait_for_poll
from ..support.vendors import later, let_token_expire, reauth_flows

MORNING = datetime(2026, 11, 19, 6, 30, 12, tzinfo=UTC)


GETMEAS = "action=getmeas"


REFRESH = "action=requesttoken"


FAULTS: dict[str, Callable[[Clouds, str], Fault]] = {
    "too many requests": lambda clouds, path: clouds.withings.fail(
        601, action=path.removeprefix("action="), times=None
    ),
    "HTTP 500": lambda clouds, path: clouds.faults.answer(path, 500, times=None),
    "HTTP 503": lambda clouds, path: clouds.faults.answer(
        path, 503, body={"status": 503}, times=None
    ),
    "HTTP 429": lambda clouds, path: clouds.faults.answer(path, 429, times=None),
    "captive portal": lambda clouds, path: clouds.faults.foreign(path, times=None),
    "proxy says 403": lambda clouds, path: clouds.faults.foreign(
        path, status=403, times=None
    ),
    "foreign JSON": lambda clouds, path: clouds.faults.answer(
        path, 200, body='["hello"]', times=None
    ),
    "status 0 without a body": lambda clouds, path: clouds.faults.answer(
        path, 200, body={"status": 0}, times=None
    ),
    "unknown status": lambda clouds, path: clouds.faults.answer(
        path, 200, body={"status": 524, "body": None}, times=None
    ),
    "reset": lambda clouds, path: clouds.faults.reset(path, times=None),
    "truncated": lambda clouds, path: clouds.faults.truncate(path, times=None),
    "slow": lambda clouds, path: clouds.faults.delay(path, 2, times=None),
}


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


async def test_refused_refresh(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """A dead refresh token asks the person to sign in again."""
    clouds.withings.revoke("alice")
    let_token_expire(hass, weighed)
    await wait_for_poll(hass)
    assert len(reauth_flows(hass)) == 1
    assert state_of(hass, weighed, "status").state != "ok"
    assert clouds.log.count("withings", path="/measure") == 0


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


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("path", [GETMEAS, REFRESH])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_outage(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    path: str,
    fault: Callable[[Clouds, str], Fault],
) -> None:
    """Nothing but a refusal asks to sign in again; all is back when Withings is."""
    event_state = state_of(hass, weighed, "weigh_in", "event").state
    let_token_expire(hass, weighed)
    trouble = fault(clouds, path)
    await wait_for_poll(hass)
    await wait_for_poll(hass)
    assert trouble.hits == 2
    assert not reauth_flows(hass)
    assert state_of(hass, weighed, "status").state != "ok"
    assert state_of(hass, weighed, "weigh_in", "event").state == event_state

    trouble.remove()
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "weight") == 62.3
    assert state_of(hass, weighed, "weigh_in", "event").state == event_state
    assert not reauth_flows(hass)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("path", [GETMEAS, REFRESH])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_outage_at_start(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    path: str,
    fault: Callable[[Clouds, str], Fault],
) -> None:
    """Home Assistant tries again by itself when Withings is away at its start."""
    let_token_expire(hass, withings_entry)
    trouble = fault(clouds, path)
    await hass.config_entries.async_setup(withings_entry.entry_id)
    assert withings_entry.state is ConfigEntryState.SETUP_RETRY
    assert not reauth_flows(hass)
    trouble.remove()
    await wait_for_poll(hass, minutes=2)
    assert hass.config_entries.async_loaded_entries(DOMAIN) == [withings_entry]


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


async def test_outage_is_logged_once(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The log tells of the beginning and the end of an outage, and no secret."""
    trouble = clouds.faults.answer(GETMEAS, 500, times=None)
    await wait_for_poll(hass)
    await wait_for_poll(hass)
    trouble.remove()
    await wait_for_poll(hass)
    assert caplog.text.count("Error fetching weighbridge Alice · Withings data") == 1
    assert caplog.text.count("recovered") == 1
    token = weighed.data["token"]
    assert token["access_token"] not in caplog.text
    assert token["refresh_token"] not in caplog.text


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
