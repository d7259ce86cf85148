"""Two vendors in one domain: whose a credential is, and how each gives out tokens."""

from collections.abc import Callable
import re
from typing import Any

import pytest
from pytest_homeassistant_custom_component.typing import WebSocketGenerator
from yarl import URL

from custom_components.weighbridge.const import DOMAIN, Provider
from custom_components.weighbridge.sources import oauth
from custom_components.weighbridge.sources.oauth import (
    VendorImplementation,
    credential_provider,
    is_legacy_fitbit_id,
)
from homeassistant.components.application_credentials import (
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestReauthError,
)
from homeassistant.helpers.config_entry_oauth2_flow import async_get_implementations
from homeassistant.helpers.translation import async_get_translations
from homeassistant.setup import async_setup_component

from .clouds import (
    GOOGLE_CLIENT_ID,
    GOOGLE_CLIENT_SECRET,
    WITHINGS_CLIENT_ID,
    WITHINGS_CLIENT_SECRET,
    Clouds,
    Fault,
)

TOKEN_PATH = {
    Provider.WITHINGS: r"^/withings/v2/oauth2",
    Provider.FITBIT: r"^/google/token",
}
VENDORS = tuple(TOKEN_PATH)

PASSING: dict[str, Callable[[Clouds, str], Fault]] = {
    "HTTP 429": lambda clouds, path: clouds.faults.answer(path, 429),
    "HTTP 503": lambda clouds, path: clouds.faults.answer(
        path, 503, body={"status": 503}
    ),
    "HTTP 404": lambda clouds, path: clouds.faults.answer(path, 404),
    "captive portal": lambda clouds, path: clouds.faults.foreign(path),
    "proxy says 403": lambda clouds, path: clouds.faults.foreign(path, status=403),
    "foreign JSON": lambda clouds, path: clouds.faults.answer(path, 200, body="[]"),
    "nothing": lambda clouds, path: clouds.faults.answer(path, 200, body=""),
    "no expiry": lambda clouds, path: clouds.faults.answer(
        path,
        200,
        body={
            "access_token": "secret token",
            "status": 0,
            "body": {"access_token": "secret token"},
        },
    ),
    "reset": lambda clouds, path: clouds.faults.reset(path),
    "truncated": lambda clouds, path: clouds.faults.truncate(path),
}


@pytest.fixture
async def implementations(
    hass: HomeAssistant, clouds: Clouds, monkeypatch: pytest.MonkeyPatch
) -> dict[Provider | None, VendorImplementation]:
    """Return what becomes of one credential per vendor, and of one of nobody's."""
    for name, path in (("AUTHORIZE", "o/oauth2/v2/auth"), ("TOKEN", "token")):
        monkeypatch.setattr(oauth, f"GOOGLE_{name}_URL", f"{clouds.url}/google/{path}")
    assert await async_setup_component(hass, "application_credentials", {})
    for index, credential in enumerate(
        (
            ClientCredential(WITHINGS_CLIENT_ID, WITHINGS_CLIENT_SECRET),
            ClientCredential(GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET),
            ClientCredential("23ABCD", "old", "Fitbit"),
        )
    ):
        await async_import_client_credential(hass, DOMAIN, credential, f"id_{index}")
    # The address that a vendor sends people back to is then known without a request.
    hass.config.components.add("my")
    found: dict[Any, Any] = await async_get_implementations(hass, DOMAIN)
    assert list(found) == ["id_0", "id_1", "id_2"]
    return {
        implementation.provider: implementation
        for implementation in found.values()
        if isinstance(implementation, VendorImplementation)
    }


async def exchange(
    hass: HomeAssistant, clouds: Clouds, implementation: VendorImplementation
) -> dict[str, Any]:
    """Sign in as Alice and exchange the code for tokens."""
    for vendor in (clouds.withings, clouds.google):
        vendor.person("alice")
        vendor.sign_in_as("alice")
    back = await clouds.consent(await implementation.async_generate_authorize_url("1"))
    token: dict[str, Any] = await implementation.async_resolve_external_data(
        {
            "code": back.query["code"],
            "state": {"redirect_uri": implementation.redirect_uri},
        }
    )
    return token


@pytest.mark.parametrize(
    ("client_id", "name", "provider"),
    [
        (WITHINGS_CLIENT_ID, None, Provider.WITHINGS),
        (WITHINGS_CLIENT_ID.upper(), "Fitbit", Provider.WITHINGS),
        (f" {WITHINGS_CLIENT_ID}\n", None, Provider.WITHINGS),
        (GOOGLE_CLIENT_ID, None, Provider.FITBIT),
        (GOOGLE_CLIENT_ID, "Withings", Provider.FITBIT),
        (".apps.googleusercontent.com", None, None),
        (f"{GOOGLE_CLIENT_ID}.example.com", None, None),
        (WITHINGS_CLIENT_ID[:-1], None, None),
        (WITHINGS_CLIENT_ID[:-1], "My WITHINGS app", Provider.WITHINGS),
        ("an-id", "Fitbit of Bob", Provider.FITBIT),
        ("an-id", "Google Health", Provider.FITBIT),
        ("an-id", "Withings and Fitbit", None),
        ("an-id", "Garmin", None),
        ("an-id", "", None),
        ("23ABCD", "Fitbit", None),
        ("23ABCD", "Withings", Provider.WITHINGS),
        ("23ABCD", None, None),
    ],
)
def test_whose_credential(
    client_id: str, name: str | None, provider: Provider | None
) -> None:
    """The shape of the client id decides, else the name."""
    assert credential_provider(client_id, name) is provider


@pytest.mark.parametrize(
    ("client_id", "is_legacy"),
    [("23ABCD", True), ("22942C ", True), ("23abcd", False), (GOOGLE_CLIENT_ID, False)],
)
def test_legacy_fitbit_id(client_id: str, is_legacy: bool) -> None:
    """The ids of Fitbit's old API are recognised, so that a text can say so."""
    assert is_legacy_fitbit_id(client_id) is is_legacy


async def test_authorize_urls(
    implementations: dict[Provider | None, VendorImplementation], clouds: Clouds
) -> None:
    """Each vendor is asked in its own way, with what makes it give a refresh token."""
    url = URL(
        await implementations[Provider.WITHINGS].async_generate_authorize_url("1")
    )
    assert url.path == "/withings/oauth2_user/authorize2"
    assert url.query["client_id"] == WITHINGS_CLIENT_ID
    assert url.query["scope"] == "user.info,user.metrics"

    url = URL(await implementations[Provider.FITBIT].async_generate_authorize_url("1"))
    assert url.path == "/google/o/oauth2/v2/auth"
    assert url.query["client_id"] == GOOGLE_CLIENT_ID
    assert (url.query["access_type"], url.query["prompt"]) == ("offline", "consent")
    base = "https://www.googleapis.com/auth/googlehealth"
    assert set(url.query["scope"].split()) >= {
        f"{base}.health_metrics_and_measurements.readonly",
        f"{base}.settings.readonly",
    }


async def test_withings_tokens(
    hass: HomeAssistant,
    clouds: Clouds,
    implementations: dict[Provider | None, VendorImplementation],
) -> None:
    """Withings' tokens come out of their envelope, and rotate."""
    implementation = implementations[Provider.WITHINGS]
    token = await exchange(hass, clouds, implementation)
    assert token["userid"] == 363
    assert token["expires_in"] == 10800
    renewed = await implementation.async_refresh_token(token)
    assert renewed["refresh_token"] != token["refresh_token"]
    assert renewed["access_token"] != token["access_token"]
    assert renewed["expires_at"] > 0


async def test_google_tokens(
    hass: HomeAssistant,
    clouds: Clouds,
    implementations: dict[Provider | None, VendorImplementation],
) -> None:
    """Google's refresh token stays: an answer to a refresh has none."""
    implementation = implementations[Provider.FITBIT]
    token = await exchange(hass, clouds, implementation)
    renewed = await implementation.async_refresh_token(token)
    assert renewed["refresh_token"] == token["refresh_token"]
    assert renewed["access_token"] != token["access_token"]


@pytest.mark.parametrize("vendor", VENDORS)
async def test_dead_refresh_token(
    hass: HomeAssistant,
    clouds: Clouds,
    implementations: dict[Provider | None, VendorImplementation],
    vendor: Provider,
) -> None:
    """A refused refresh token is the end of it."""
    token = await exchange(hass, clouds, implementations[vendor])
    clouds.withings.revoke("alice")
    clouds.google.revoke("alice")
    with pytest.raises(OAuth2TokenRequestReauthError):
        await implementations[vendor].async_refresh_token(token)


@pytest.mark.parametrize("vendor", VENDORS)
async def test_dead_code(
    clouds: Clouds,
    implementations: dict[Provider | None, VendorImplementation],
    vendor: Provider,
) -> None:
    """A code that is too old is refused."""
    with pytest.raises(OAuth2TokenRequestReauthError):
        await implementations[vendor].async_resolve_external_data(
            {"code": "old", "state": {"redirect_uri": "https://example.com"}}
        )


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
async def test_passing_trouble(
    hass: HomeAssistant,
    clouds: Clouds,
    implementations: dict[Provider | None, VendorImplementation],
    vendor: Provider,
    fault: Callable[[Clouds, str], Fault],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever else goes wrong may be tried again with the same refresh token."""
    implementation = implementations[vendor]
    token = await exchange(hass, clouds, implementation)
    trouble = fault(clouds, TOKEN_PATH[vendor])
    with pytest.raises(OAuth2TokenRequestConnectionError):
        await implementation.async_refresh_token(token)
    assert trouble.hits == 1
    assert await implementation.async_refresh_token(token)
    for secret in (
        "secret token",
        token["refresh_token"],
        implementation.client_secret,
    ):
        assert secret not in caplog.text


async def test_google_client_is_refused(
    hass: HomeAssistant,
    clouds: Clouds,
    implementations: dict[Provider | None, VendorImplementation],
) -> None:
    """Signing in again would not mend a client whose secret was changed."""
    implementation = implementations[Provider.FITBIT]
    token = await exchange(hass, clouds, implementation)
    implementation.client_secret = "other"
    with pytest.raises(OAuth2TokenRequestConnectionError):
        await implementation.async_refresh_token(token)


async def test_a_google_secret_that_was_copied_wrongly(
    clouds: Clouds, implementations: dict[Provider | None, VendorImplementation]
) -> None:
    """Whoever signs in is told to look at the credential, not at the network."""
    implementation = implementations[Provider.FITBIT]
    implementation.client_secret = "GOCSPX-hal"
    with pytest.raises(OAuth2TokenRequestReauthError):
        await implementation.async_resolve_external_data(
            {"code": "new", "state": {"redirect_uri": "https://example.com"}}
        )


async def test_an_error_that_is_no_word(
    clouds: Clouds, implementations: dict[Provider | None, VendorImplementation]
) -> None:
    """Google's other services word their errors as objects."""
    clouds.faults.answer(
        TOKEN_PATH[Provider.FITBIT], 500, body={"error": {"code": 500}}
    )
    with pytest.raises(OAuth2TokenRequestConnectionError):
        await implementations[Provider.FITBIT].async_resolve_external_data(
            {"code": "new", "state": {"redirect_uri": "https://example.com"}}
        )


async def test_slow_refresh(
    hass: HomeAssistant,
    clouds: Clouds,
    implementations: dict[Provider | None, VendorImplementation],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A token endpoint that hangs does not hold up everything for minutes."""
    monkeypatch.setattr(oauth, "REFRESH_TIMEOUT", 0.1)
    implementation = implementations[Provider.WITHINGS]
    token = await exchange(hass, clouds, implementation)
    clouds.faults.delay(TOKEN_PATH[Provider.WITHINGS], 2)
    with pytest.raises(OAuth2TokenRequestConnectionError):
        await implementation.async_refresh_token(token)


@pytest.mark.parametrize(
    ("components", "external_url", "redirect_url"),
    [
        ({"my"}, None, "https://my.home-assistant.io/redirect/oauth"),
        (
            set(),
            "https://ha.example.com",
            "https://ha.example.com/auth/external/callback",
        ),
        (set(), None, "https://my.home-assistant.io/redirect/oauth"),
    ],
)
async def test_dialog_for_a_new_credential(
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    components: set[str],
    external_url: str | None,
    redirect_url: str,
) -> None:
    """The dialog has a text, all of whose placeholders are filled."""
    assert await async_setup_component(hass, "application_credentials", {})
    assert await async_setup_component(hass, DOMAIN, {})
    hass.config.api = None
    hass.config.components.update(components)
    await hass.config.async_update(external_url=external_url)
    client = await hass_ws_client(hass)
    await client.send_json_auto_id({"type": "application_credentials/config"})
    answer = await client.receive_json()
    placeholders = answer["result"]["integrations"][DOMAIN]["description_placeholders"]
    assert placeholders["redirect_url"] == redirect_url

    texts = await async_get_translations(hass, "en", "application_credentials")
    description = texts[f"component.{DOMAIN}.application_credentials.description"]
    assert set(re.findall(r"{(\w+)}", description)) == set(placeholders)
