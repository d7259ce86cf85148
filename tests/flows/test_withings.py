"""Linking Withings accounts: consent, callback, and all that may go wrong."""

import logging
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import CONF_PROVIDER, DOMAIN
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry, ConfigEntryState
from homeassistant.core import HomeAssistant

from ..clouds import WITHINGS_CLIENT_ID, WITHINGS_CLIENT_SECRET, Clouds
from ..support.common import WITHINGS_CREDENTIAL, set_up
from ..support.frontend import Frontend, Result

TOKEN = r"/withings/v2/oauth2"
MEASURE = r"/withings/measure\?action=getmeas"


def entries(hass: HomeAssistant) -> list[ConfigEntry]:
    """Return the entries in the order of their making."""
    return hass.config_entries.async_entries(DOMAIN)


async def add_account(frontend: Frontend, clouds: Clouds, person: str) -> Result:
    """Add the account of a person, who consents."""
    clouds.withings.person(person)
    clouds.withings.sign_in_as(person)
    result = await frontend.approve(clouds, await frontend.add("withings"))
    return await frontend.say_whose(result, person.capitalize())


async def test_link_account(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_credential: None,
) -> None:
    """With one credential the vendor's page comes right after the menu."""
    clouds.withings.person("alice", userid=363)
    clouds.withings.step_on_scale("alice", 62.3)
    result = await frontend.add()
    assert result["type"] == "menu"
    assert result["step_id"] == "user"
    result = await frontend.choose("withings")
    assert result["type"] == "external"
    assert f"client_id={WITHINGS_CLIENT_ID}" in result["url"]
    assert "scope=user.info,user.metrics" in result["url"]

    result = await frontend.approve(clouds, result)
    assert result["type"] == "form"
    assert result["step_id"] == "name"
    result = await frontend.submit(name="Alice")

    assert result["type"] == "create_entry"
    assert result["title"] == "Alice · Withings"
    (entry,) = entries(hass)
    assert entry.unique_id == "withings_363"
    assert entry.state is ConfigEntryState.LOADED
    assert entry.data[CONF_PROVIDER] == "withings"
    assert entry.data["auth_implementation"] == WITHINGS_CREDENTIAL
    assert entry.data["token"]["userid"] == 363
    state = hass.states.get("sensor.alice_weight")
    assert state is not None
    assert float(state.state) == 62.3


async def test_two_people(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_credential: None,
) -> None:
    """People who share a credential get an entry each."""
    for person in ("alice", "bob", "carol"):
        result = await add_account(frontend, clouds, person)
        assert result["type"] == "create_entry"
    assert [entry.title for entry in entries(hass)] == [
        "Alice · Withings",
        "Bob · Withings",
        "Carol · Withings",
    ]


async def test_already_configured(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_entry: MockConfigEntry,
) -> None:
    """Adding an account again renews its sign-in, and ends the question for one."""
    clouds.withings.revoke("alice")
    await hass.config_entries.async_setup(withings_entry.entry_id)
    await hass.async_block_till_done()
    assert any(withings_entry.async_get_active_flows(hass, {SOURCE_REAUTH}))

    result = await add_account(frontend, clouds, "alice")

    assert result["type"] == "abort"
    assert result["reason"] == "already_configured"
    assert entries(hass) == [withings_entry]
    assert withings_entry.state is ConfigEntryState.LOADED
    assert not hass.config_entries.flow.async_progress()


async def test_reauth(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_entry: MockConfigEntry,
) -> None:
    """A dead sign-in is renewed in place, and by nobody else's."""
    clouds.withings.revoke("alice")
    await hass.config_entries.async_setup(withings_entry.entry_id)
    await hass.async_block_till_done()
    token = withings_entry.data["token"]

    result = await frontend.sign_in_again(withings_entry)
    assert result["type"] == "form"
    assert result["step_id"] == "reauth_confirm"
    assert result["description_placeholders"]["name"] == "Alice · Withings"
    clouds.withings.person("bob")
    clouds.withings.sign_in_as("bob")
    result = await frontend.approve(clouds, await frontend.submit())
    assert result["type"] == "abort"
    assert result["reason"] == "wrong_account"
    assert result["description_placeholders"] == {"name": "Alice · Withings"}
    assert withings_entry.data["token"] == token

    # The question is still open.
    clouds.withings.deny_next()
    await frontend.sign_in_again(withings_entry)
    result = await frontend.approve(clouds, await frontend.submit())
    assert result["reason"] == "user_rejected_authorize"
    clouds.withings.fail(601)
    clouds.withings.sign_in_as("alice")
    await frontend.sign_in_again(withings_entry)
    result = await frontend.approve(clouds, await frontend.submit())
    assert result["reason"] == "cannot_connect"
    await frontend.sign_in_again(withings_entry)
    result = await frontend.approve(clouds, await frontend.submit())
    assert result["type"] == "abort"
    assert result["reason"] == "reauth_successful"
    assert not hass.config_entries.flow.async_progress()
    assert entries(hass) == [withings_entry]
    assert withings_entry.state is ConfigEntryState.LOADED


async def test_reconfigure(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_entry: MockConfigEntry,
) -> None:
    """A sign-in that works may be renewed, too, but not to another account."""
    await set_up(hass, withings_entry)
    token = withings_entry.data["token"]
    clouds.withings.person("bob")
    clouds.withings.sign_in_as("bob")
    result = await frontend.reconfigure(withings_entry)
    result = await frontend.approve(clouds, result)
    assert result["reason"] == "wrong_account"
    assert withings_entry.data["token"] == token

    clouds.withings.sign_in_as("alice")
    result = await frontend.reconfigure(withings_entry)
    result = await frontend.approve(clouds, result)
    assert result["reason"] == "reconfigure_successful"
    assert withings_entry.state is ConfigEntryState.LOADED
    assert withings_entry.data["token"]["access_token"] != token["access_token"]


async def test_denied(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_credential: None,
) -> None:
    """Who does not consent is told so, and may start again."""
    clouds.withings.deny_next()
    result = await add_account(frontend, clouds, "alice")
    assert result["type"] == "abort"
    assert result["reason"] == "user_rejected_authorize"
    assert result["description_placeholders"] == {"error": "access_denied"}
    assert result["translation_domain"] == DOMAIN

    result = await add_account(frontend, clouds, "alice")
    assert result["type"] == "create_entry"


@pytest.mark.parametrize(
    ("path", "fault", "reason"),
    [
        (
            TOKEN,
            {"status": 200, "body": '{"status": 503, "body": {}, "error": "code"}'},
            "oauth_unauthorized",
        ),
        (TOKEN, {"status": 200, "body": '{"status": 601, "body": {}}'}, "oauth_failed"),
        (TOKEN, {"status": 502}, "oauth_failed"),
        (MEASURE, {"status": 502}, "cannot_connect"),
        (MEASURE, {"status": 200, "body": '{"status": 601}'}, "cannot_connect"),
        (MEASURE, {"status": 200, "body": "<html></html>"}, "cannot_connect"),
        (MEASURE, {"status": 200, "body": '{"status": 277}'}, "missing_scope"),
        (
            MEASURE,
            {
                "status": 200,
                "body": '{"status": 403, "body": {}, "error": "Insufficient_scope: x"}',
            },
            "missing_scope",
        ),
        (MEASURE, {"status": 200, "body": '{"status": 403}'}, "cannot_connect"),
    ],
)
async def test_faults(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_credential: None,
    path: str,
    fault: dict[str, Any],
    reason: str,
) -> None:
    """Whatever the vendor answers, there is no half entry, and the next try works."""
    clouds.faults.answer(path, **fault)
    result = await add_account(frontend, clouds, "alice")
    assert result["type"] == "abort"
    assert result["reason"] == reason
    assert not entries(hass)

    result = await add_account(frontend, clouds, "alice")
    assert result["type"] == "create_entry"


async def test_no_connection(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_credential: None,
) -> None:
    """A connection that breaks at the first call is no reason to keep the account."""
    fault = clouds.faults.reset(MEASURE, times=None)
    result = await add_account(frontend, clouds, "alice")
    assert result["reason"] == "cannot_connect"
    assert not entries(hass)

    fault.remove()
    result = await add_account(frontend, clouds, "alice")
    assert result["type"] == "create_entry"


async def test_secrets_stay_secret(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_credential: None,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Neither the codes nor the tokens of a sign-in are in the log."""
    caplog.set_level(logging.DEBUG)
    for reason in ("missing_scope", "cannot_connect"):
        status = {"missing_scope": 277, "cannot_connect": 601}[reason]
        clouds.withings.fail(status)
        result = await add_account(frontend, clouds, "alice")
        assert result["reason"] == reason
    result = await add_account(frontend, clouds, "alice")
    assert result["type"] == "create_entry"

    # The access log of the test's server is not there in a real Home Assistant.
    log = "\n".join(
        caplog.handler.format(record)
        for record in caplog.records
        if record.name != "aiohttp.access"
    )
    assert "refused a fresh token" in log
    given_out = {*clouds.withings.oauth.issued, WITHINGS_CLIENT_SECRET}
    assert (
        hass.config_entries.async_entries(DOMAIN)[0].data["token"]["access_token"]
        in given_out
    )
    for secret in given_out:
        assert secret not in log
