"""Linking Fitbit accounts: Google's consent, which may be partial, and its refusals."""

import json
import logging
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.clients.google.client import (
    SCOPE_MEASUREMENTS,
    SCOPE_SETTINGS,
    SCOPE_USER_INFO,
)
from custom_components.weighbridge.const import CONF_PROVIDER, DOMAIN
from homeassistant.components.application_credentials import (
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.core import HomeAssistant

from ..clouds import GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, Clouds
from ..support.frontend import Frontend, Result

IDENTITY = "/google/v4/users/me/identity"
USER_INFO = "/google/oauth2/v3/userinfo"
CREDENTIAL = "google_credential"


@pytest.fixture(autouse=True)
async def google_credential(hass: HomeAssistant, frontend: Frontend) -> None:
    """Store the credential of a project that the simulated Google knows."""
    await async_import_client_credential(
        hass,
        DOMAIN,
        ClientCredential(GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, "Fitbit"),
        CREDENTIAL,
    )


async def add_account(
    frontend: Frontend, clouds: Clouds, person: str = "Alice"
) -> Result:
    """Add the account of a person, who consents."""
    clouds.google.person(person)
    clouds.google.sign_in_as(person)
    result = await frontend.approve(clouds, await frontend.add("fitbit"))
    return await frontend.say_whose(result, person)


def suggested_name(result: Result) -> str | None:
    """Return how the form for the name is filled in."""
    assert result["step_id"] == "name"
    field = result["data_schema"][0]
    assert field["name"] == "name"
    name: str | None = field.get("description", {}).get("suggested_value")
    return name


async def test_link_account(
    hass: HomeAssistant, clouds: Clouds, frontend: Frontend
) -> None:
    """The account is called by the name that its owner shares."""
    clouds.google.person("Alice", health_user_id="health-363")
    clouds.google.sign_in_as("Alice")
    result = await frontend.add()
    assert result["menu_options"] == ["withings", "fitbit", "scale", "garmin"]
    result = await frontend.choose("fitbit")
    assert result["type"] == "external"
    assert f"client_id={GOOGLE_CLIENT_ID}" in result["url"]

    result = await frontend.approve(clouds, result)
    assert suggested_name(result) == "Alice"
    result = await frontend.submit(name="Alice")

    assert result["type"] == "create_entry"
    assert result["title"] == "Alice · Fitbit"
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.unique_id == "fitbit_health-363"
    assert entry.data[CONF_PROVIDER] == "fitbit"
    assert entry.data["auth_implementation"] == CREDENTIAL
    assert entry.data["token"]["refresh_token"]


async def test_a_secret_that_was_copied_wrongly(
    hass: HomeAssistant, clouds: Clouds, frontend: Frontend
) -> None:
    """The abort says to check client ID and secret, and a new start works."""
    secret = clouds.google.oauth.apps.pop(GOOGLE_CLIENT_ID)
    clouds.google.oauth.apps[GOOGLE_CLIENT_ID] = "another"
    result = await add_account(frontend, clouds)
    assert (result["type"], result["reason"]) == ("abort", "oauth_unauthorized")
    clouds.google.oauth.apps[GOOGLE_CLIENT_ID] = secret
    assert (await add_account(frontend, clouds))["type"] == "create_entry"


@pytest.mark.parametrize(
    "fault",
    [
        {"status": 503},
        {"status": 200, "body": "[]"},
        {"status": 200, "body": '{"name": 7}'},
    ],
)
async def test_no_name(
    clouds: Clouds, frontend: Frontend, fault: dict[str, Any]
) -> None:
    """A name that cannot be read is no reason to refuse the account."""
    clouds.faults.answer(USER_INFO, **fault)
    clouds.google.person("Alice")
    clouds.google.sign_in_as("Alice")
    result = await frontend.approve(clouds, await frontend.add("fitbit"))
    assert suggested_name(result) is None
    result = await frontend.submit(name="Alice")
    assert result["type"] == "create_entry"


@pytest.mark.parametrize("scope", [SCOPE_MEASUREMENTS, SCOPE_SETTINGS])
async def test_partial_consent(
    hass: HomeAssistant, clouds: Clouds, frontend: Frontend, scope: str
) -> None:
    """Measurements without devices are of use, and so are devices alone."""
    clouds.google.person("Alice")
    clouds.google.grant("Alice", [scope])
    result = await add_account(frontend, clouds)
    assert result["type"] == "create_entry"
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    assert entry.data["token"]["scope"] == scope


async def test_useless_consent(clouds: Clouds, frontend: Frontend) -> None:
    """With neither there is nothing to do; the next try may tick more."""
    clouds.google.person("Alice")
    clouds.google.grant("Alice", [SCOPE_USER_INFO])
    result = await add_account(frontend, clouds)
    assert result["type"] == "abort"
    assert result["reason"] == "missing_scope"
    assert clouds.log.count("google", path=IDENTITY) == 0

    clouds.google.grant("Alice", None)
    result = await add_account(frontend, clouds)
    assert result["type"] == "create_entry"


@pytest.mark.parametrize(
    ("refusal", "reason"),
    [
        ("SERVICE_DISABLED", "api_not_enabled"),
        ("ACCOUNT_NOT_LINKED", "account_not_linked"),
        ("USER_PROJECT_DENIED", "project_denied"),
        ("ACCESS_TOKEN_SCOPE_INSUFFICIENT", "missing_scope"),
        ("ACCESS_TOKEN_EXPIRED", "missing_scope"),
        ("RATE_LIMIT_EXCEEDED", "cannot_connect"),
        ("NOT_FOUND", "cannot_connect"),
        ("BACKEND_ERROR", "cannot_connect"),
    ],
)
async def test_refusals(
    hass: HomeAssistant, clouds: Clouds, frontend: Frontend, refusal: str, reason: str
) -> None:
    """Each of Google's reasons has a text; afterwards the account can be linked."""
    clouds.google.fail(refusal)
    result = await add_account(frontend, clouds)
    assert result["type"] == "abort"
    assert result["reason"] == reason
    if refusal == "SERVICE_DISABLED":
        assert result["description_placeholders"]["url"] == (
            "https://console.developers.google.com/apis/api/health.googleapis.com"
            "/overview?project=123456789"
        )
    assert not hass.config_entries.async_entries(DOMAIN)

    result = await add_account(frontend, clouds)
    assert result["type"] == "create_entry"


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (403, '{"error": "insufficient_scope"}', "missing_scope"),
        (401, '{"error": "invalid_token"}', "missing_scope"),
        (403, '{"error": {"details": [{"reason": 1}, 2]}}', "cannot_connect"),
        (429, "<html></html>", "cannot_connect"),
        (200, "<html></html>", "cannot_connect"),
        (200, "[]", "cannot_connect"),
        (200, "{}", "cannot_connect"),
    ],
)
async def test_odd_answers(
    clouds: Clouds, frontend: Frontend, status: int, body: str, reason: str
) -> None:
    """Errors come in OAuth's form, too, and from elsewhere."""
    clouds.faults.answer(IDENTITY, status, body=body)
    result = await add_account(frontend, clouds)
    assert result["reason"] == reason


@pytest.mark.parametrize(
    "links", [None, [], [1], [{"url": 1}], [{"url": "javascript:alert(1)"}]]
)
async def test_no_link(clouds: Clouds, frontend: Frontend, links: object) -> None:
    """Without a link of Google's the text leads to the library of APIs."""
    details = [{"reason": "SERVICE_DISABLED"}, {"links": links}]
    body = json.dumps({"error": {"code": 403, "details": details}})
    clouds.faults.answer(IDENTITY, 403, body=body)
    result = await add_account(frontend, clouds)
    assert result["reason"] == "api_not_enabled"
    assert result["description_placeholders"]["url"] == (
        "https://console.cloud.google.com/apis/library/health.googleapis.com"
    )


async def test_no_connection(clouds: Clouds, frontend: Frontend) -> None:
    """A connection that breaks at the first call is no reason to keep the account."""
    clouds.faults.reset(IDENTITY, times=None)
    result = await add_account(frontend, clouds)
    assert result["reason"] == "cannot_connect"


async def test_no_answer(
    clouds: Clouds, frontend: Frontend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody waits for an answer for ever."""
    monkeypatch.setattr("custom_components.weighbridge.clients.answers.TIMEOUT", 0.05)
    clouds.faults.delay(IDENTITY, 1)
    result = await add_account(frontend, clouds)
    assert result["reason"] == "cannot_connect"


async def test_wrong_account(
    hass: HomeAssistant, clouds: Clouds, frontend: Frontend
) -> None:
    """The sign-in of one person is not renewed by another's."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Alice",
        unique_id=f"fitbit_{clouds.google.person('Alice').health_user_id}",
        data={
            CONF_PROVIDER: "fitbit",
            "auth_implementation": CREDENTIAL,
            "token": {"access_token": "old"},
        },
    )
    entry.add_to_hass(hass)
    clouds.google.person("Bob")
    for person, reason in (
        ("Bob", "wrong_account"),
        ("Alice", "reauth_successful"),
    ):
        clouds.google.sign_in_as(person)
        entry.async_start_reauth(hass)
        await hass.async_block_till_done()
        result = await frontend.sign_in_again(entry)
        assert result["step_id"] == "reauth_confirm"
        result = await frontend.approve(clouds, await frontend.submit())
        assert result["reason"] == reason
        assert (entry.data["token"]["access_token"] == "old") is (person == "Bob")


async def test_secrets_stay_secret(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The tokens of a sign-in are not in the log."""
    caplog.set_level(logging.DEBUG)
    clouds.google.fail("ACCESS_TOKEN_EXPIRED")
    await add_account(frontend, clouds)
    await add_account(frontend, clouds)
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    log = "\n".join(
        caplog.handler.format(record)
        for record in caplog.records
        if record.name != "aiohttp.access"
    )
    assert "refused a fresh token" in log
    for secret in (
        entry.data["token"]["access_token"],
        entry.data["token"]["refresh_token"],
        GOOGLE_CLIENT_SECRET,
    ):
        assert secret not in log
