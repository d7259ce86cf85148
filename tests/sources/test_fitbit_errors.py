"""What Weighbridge makes of Google's bad days, and what only a person can put right."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
import time

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.clients.google.client import SCOPE_SETTINGS
from custom_components.weighbridge.const import CONF_SIGN_IN_ENDS, DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds
from ..support.common import (
    google_token,
    restart,
    set_up,
    state_of,
    value_of,
    wait_for_poll,
)
from ..support.frontend import Frontend
from ..support.vendors import issues, later, reauth_flows

MORNING = datetime(2026, 11, 20, 7, 0, tzinfo=UTC)

WEIGHT = "/dataTypes/weight/"


REFRESH = "/google/token"


@pytest.fixture
async def weighed(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return the loaded entry of a person who weighed himself this morning."""
    clouds.google.step_on_scale("bob", 80.25, when=MORNING, body_fat=18.5)
    await set_up(hass, fitbit_entry)
    clouds.log.clear()
    return fitbit_entry


async def test_refused_refresh_without_measurements(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """So it does where only devices may be read."""
    clouds.google.grant("bob", [SCOPE_SETTINGS])
    token = await google_token(clouds, "bob")
    hass.config_entries.async_update_entry(
        fitbit_entry, data={**fitbit_entry.data, "token": token}
    )
    await set_up(hass, fitbit_entry)
    clouds.google.revoke("bob")
    await wait_for_poll(hass)
    assert len(reauth_flows(hass)) == 1


async def test_refused_access_token_is_renewed(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """An access token that dies early is renewed once, and nobody notices."""
    refresh_token = weighed.data["token"]["refresh_token"]
    clouds.google.step_on_scale("bob", 79.9)
    clouds.google.expire_access("bob")
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "weight") == 79.9
    assert clouds.log.count("google", path=REFRESH) == 1
    assert weighed.data["token"]["refresh_token"] == refresh_token
    assert not reauth_flows(hass)


async def test_fresh_access_token_is_refused(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Who refuses fresh tokens at three polls wants the person to sign in again."""
    clouds.google.fail("ACCESS_TOKEN_EXPIRED", path=WEIGHT, times=None)
    for asked in (0, 0, 1):
        await later(hass, freezer, 15.1)
        assert len(reauth_flows(hass)) == asked
        assert state_of(hass, weighed, "status").state != "ok"
    assert clouds.log.count("google", path=REFRESH) == 3


@pytest.mark.parametrize(
    ("retry_after", "minutes"),
    [(None, 1), ("300", 5), ("in five minutes", 5), ("whenever", 1), ("0", 1)],
)
async def test_google_says_when_to_come_back(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    retry_after: str | None,
    minutes: int,
) -> None:
    """Too many requests: the next poll comes after the pause that Google wants."""
    if retry_after == "in five minutes":
        retry_after = format_datetime(dt_util.utcnow() + timedelta(minutes=5), True)
    clouds.faults.answer(
        WEIGHT,
        429,
        body={"error": {"code": 429, "status": "RESOURCE_EXHAUSTED"}},
        headers={"Retry-After": retry_after} if retry_after else None,
    )
    await wait_for_poll(hass)
    assert state_of(hass, weighed, "status").state != "ok"
    await wait_for_poll(hass, minutes=minutes - 0.1)
    assert state_of(hass, weighed, "status").state != "ok"
    await wait_for_poll(hass, minutes=minutes + 0.1)
    assert value_of(hass, weighed, "weight") == 80.25


def disable_api(clouds: Clouds, refused: bool) -> None:
    """Switch the Health API of the project off or on."""
    clouds.google.service_enabled = not refused


def unlink(clouds: Clouds, refused: bool) -> None:
    """Take the account out of Google Health, or into it."""
    clouds.google.people["bob"].linked = not refused


def deny(clouds: Clouds, refused: bool) -> None:
    """Keep the project from the person's data, or let it."""
    clouds.google.people["bob"].project_denied = refused


@pytest.mark.parametrize(
    ("refuse", "issue", "text"),
    [
        (disable_api, "api_not_enabled", "Enable it at https://console"),
        (unlink, "account_not_linked", "Open the Fitbit app once"),
        (deny, "project_denied", "Publish the app"),
    ],
)
@pytest.mark.parametrize("running", [True, False])
async def test_refusal(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    refuse: Callable[[Clouds, bool], None],
    issue: str,
    text: str,
    running: bool,
) -> None:
    """What only a person can put right says so, and goes away once it is right."""
    if running:
        await set_up(hass, fitbit_entry)
    refuse(clouds, True)
    if running:
        await wait_for_poll(hass)
        error = fitbit_entry.runtime_data.coordinator.last_exception
        assert text in str(error)
    else:
        await hass.config_entries.async_setup(fitbit_entry.entry_id)
        assert fitbit_entry.state is ConfigEntryState.SETUP_RETRY
        assert text in (fitbit_entry.reason or "")
    placeholders = issues(hass)[issue]
    assert placeholders is not None
    assert placeholders["account"] == "Bob · Fitbit"
    if issue == "api_not_enabled":
        assert placeholders["url"].endswith("overview?project=123456789")
    assert not reauth_flows(hass)
    assert clouds.log.count("google", path=REFRESH) == 0

    refuse(clouds, False)
    await wait_for_poll(hass)
    assert fitbit_entry.state is ConfigEntryState.LOADED
    assert not issues(hass)


async def test_issues_go_with_the_entry(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """Removing an account takes its issues along."""
    clouds.google.service_enabled = False
    await wait_for_poll(hass)
    assert issues(hass)
    await hass.config_entries.async_remove(weighed.entry_id)
    assert not issues(hass)


async def test_sign_in_ends(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A week before Google ends a sign-in, an issue asks for a new one."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    ends = MORNING + timedelta(days=180, hours=1)
    hass.config_entries.async_update_entry(
        fitbit_entry,
        data={
            **fitbit_entry.data,
            "token": {
                **fitbit_entry.data["token"],
                CONF_SIGN_IN_ENDS: ends.timestamp(),
            },
        },
    )
    await set_up(hass, fitbit_entry)
    freezer.move_to(ends - timedelta(days=7, minutes=20))
    await fitbit_entry.runtime_data.async_poll_now()
    assert not issues(hass)
    freezer.tick(timedelta(minutes=21))
    await fitbit_entry.runtime_data.async_poll_now()
    assert issues(hass) == {
        "sign_in_ends": {"account": "Bob · Fitbit", "date": "19 May 2027, 10:00"}
    }

    token = {**fitbit_entry.data["token"]}
    del token[CONF_SIGN_IN_ENDS]
    hass.config_entries.async_update_entry(
        fitbit_entry, data={**fitbit_entry.data, "token": token}
    )
    await restart(hass, fitbit_entry)
    assert not issues(hass)


@pytest.mark.usefixtures("google_credential")
async def test_project_in_testing(
    hass: HomeAssistant, clouds: Clouds, frontend: Frontend
) -> None:
    """A sign-in of seven days says so at once, until there is one without an end."""
    clouds.google.refresh_token_expires_in = 604799
    clouds.google.person("bob")
    clouds.google.sign_in_as("bob")
    await frontend.approve(clouds, await frontend.add("fitbit"))
    await frontend.submit(name="Bob")
    await hass.async_block_till_done(wait_background_tasks=True)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    ends = entry.data["token"][CONF_SIGN_IN_ENDS]
    assert 604700 < ends - time.time() <= 604799
    assert set(issues(hass)) == {"sign_in_ends"}
    hass.config_entries.async_update_entry(
        entry, data={**entry.data, "token": {**entry.data["token"], "expires_at": 0}}
    )
    await wait_for_poll(hass)
    assert clouds.log.count("google", path=REFRESH) == 2
    assert entry.data["token"][CONF_SIGN_IN_ENDS] == ends

    clouds.google.refresh_token_expires_in = None
    await frontend.approve(clouds, await frontend.reconfigure(entry))
    assert entry.state is ConfigEntryState.LOADED
    assert not issues(hass)
