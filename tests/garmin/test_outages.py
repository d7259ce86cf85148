"""Garmin's great outages: nothing lost, nothing twice, nobody signed in unasked."""

from collections import Counter
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..clouds import Clouds, GarminAccount
from ..clouds.garmin.outages import (
    SIGN_IN,
    gatekeeper_refuses,
    sign_in_page_changed,
    tokens_not_active,
)
from ..support.common import state_of, value_of
from ..support.frontend import Frontend, Result
from ..support.push import hours, issue_keys, poll, weights

EMAIL = "alice@example.com"
PASSWORD = "her password"

# Nobody asks Garmin more often in an hour, whatever goes wrong.
AN_HOUR = 12


def busiest_hour(clouds: Clouds) -> int:
    """Return how often Garmin was asked in the hour in which it was asked most."""
    requests = Counter(
        request.at.replace(minute=0, second=0, microsecond=0)
        for request in clouds.log.requests("garmin")
    )
    return max(requests.values(), default=0)


def sign_ins(clouds: Clouds) -> int:
    """Return how often somebody came to Garmin's sign-in."""
    return clouds.log.count("garmin", path=SIGN_IN.removeprefix("^"))


def status_of(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return what the account says is in the way."""
    return state_of(hass, entry, "status").state


async def told(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> str | None:
    """Push by hand a minute later, in vain; return what a person is told."""
    freezer.tick(timedelta(minutes=1))
    with pytest.raises(HomeAssistantError) as error:
        await hass.services.async_call(
            DOMAIN,
            "push_measurement",
            {"config_entry_id": entry.entry_id, "weight": 77.0, "unit": "kg"},
            blocking=True,
            return_response=True,
        )
    return error.value.translation_key


async def sign_in_again(
    hass: HomeAssistant, frontend: Frontend, entry: MockConfigEntry
) -> Result:
    """Sign in where Home Assistant asks to."""
    assert (await frontend.sign_in_again(entry))["step_id"] == "reauth_garmin"
    await frontend.submit()
    await frontend.submit(username=EMAIL, password=PASSWORD)
    return await frontend.wait()


def asks_to_sign_in(hass: HomeAssistant, entry: MockConfigEntry) -> bool:
    """Tell whether a person is asked to sign in."""
    return any(entry.async_get_active_flows(hass, {SOURCE_REAUTH}))


async def test_sign_in_page_changed(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Who is signed in notices nothing, for weeks."""
    with sign_in_page_changed(clouds.faults):
        for day in range(4):
            await hours(hass, freezer, 1)
            freezer.tick(timedelta(days=6))
            clouds.withings.step_on_scale("alice", 80.0 + day)
            await poll(hass, withings_entry)
            assert status_of(hass, linked) == "ok"
    assert weights(clouds, garmin_user) == [80.0, 81.0, 82.0, 83.0]
    assert sign_ins(clouds) == 0
    assert busiest_hour(clouds) <= AN_HOUR
    assert not asks_to_sign_in(hass, linked)
    assert issue_keys(hass) == set()


async def test_sign_in_page_changed_and_signed_out(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    frontend: Frontend,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Who has to sign in is told to wait, and until then everything is queued."""
    clouds.garmin.revoke(garmin_user)
    with sign_in_page_changed(clouds.faults):
        clouds.withings.step_on_scale("alice", 80.0)
        await poll(hass, withings_entry)
        assert status_of(hass, linked) == "signed_out"
        assert sign_ins(clouds) == 0
        result = await sign_in_again(hass, frontend, linked)
        assert result["type"] == "form"
        assert result["errors"] == {"base": "too_many_requests"}
        await frontend.close()
        tried = sign_ins(clouds)
        await hours(hass, freezer, 30)
        clouds.withings.step_on_scale("alice", 79.0)
        await poll(hass, withings_entry)
        assert sign_ins(clouds) == tried
        assert value_of(hass, linked, "pending") == 2
        assert await told(hass, linked, freezer) == "queued_signed_out"
    linked.async_start_reauth(hass)
    await hass.async_block_till_done()
    result = await sign_in_again(hass, frontend, linked)
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    await hours(hass, freezer, 1)
    assert weights(clouds, garmin_user) == [80.0, 79.0, 77.0]
    assert status_of(hass, linked) == "ok"


async def test_tokens_are_not_active(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    frontend: Frontend,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Tokens are renewed once, then a person is asked; after that all arrives, once."""
    with tokens_not_active(clouds.faults):
        clouds.withings.step_on_scale("alice", 80.0)
        await poll(hass, withings_entry)
        assert asks_to_sign_in(hass, linked)
        requests = clouds.log.count("garmin")
        for weight in (79.0, 78.0):
            await hours(hass, freezer, 24)
            clouds.withings.step_on_scale("alice", weight)
            await poll(hass, withings_entry)
        assert status_of(hass, linked) == "signed_out"
        assert await told(hass, linked, freezer) == "queued_signed_out"
        assert clouds.log.count("garmin") == requests
        assert sign_ins(clouds) == 0
        assert value_of(hass, linked, "pending") == 4
        # To sign in helps nothing as long as Garmin knows no token.
        result = await sign_in_again(hass, frontend, linked)
        assert result["type"] == "form"
        await frontend.close()
        linked.async_start_reauth(hass)
        await hass.async_block_till_done()
    result = await sign_in_again(hass, frontend, linked)
    assert result["reason"] == "reauth_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    await hours(hass, freezer, 1)
    assert weights(clouds, garmin_user) == [80.0, 79.0, 78.0, 77.0]
    assert status_of(hass, linked) == "ok"
    assert issue_keys(hass) == set()


async def test_gatekeeper_refuses_for_days(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It is asked four times a day, renewals among it, and nobody has to sign in."""
    with gatekeeper_refuses(clouds.faults):
        for day in range(5):
            clouds.withings.step_on_scale("alice", 80.0 - day)
            await poll(hass, withings_entry)
            await hours(hass, freezer, 24)
            assert status_of(hass, linked) == "refused"
        assert await told(hass, linked, freezer) == "queued_forbidden"
        assert {"forbidden", "overdue"} == issue_keys(hass)
        assert clouds.log.count("garmin") <= 5 * 4 + 2
        assert sign_ins(clouds) == 0
        assert busiest_hour(clouds) <= AN_HOUR
        assert not asks_to_sign_in(hass, linked)
        assert value_of(hass, linked, "pending") == 6
    await hours(hass, freezer, 6.5)
    assert weights(clouds, garmin_user) == [80.0, 79.0, 78.0, 77.0, 76.0, 77.0]
    assert status_of(hass, linked) == "ok"
    assert issue_keys(hass) == set()
