"""Application credentials: only those of the vendor are offered."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.weighbridge.const import DOMAIN
from custom_components.weighbridge.flows import oauth
from homeassistant.components.application_credentials import (
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN, HomeAssistant
from homeassistant.exceptions import ImplementationUnavailableError
from homeassistant.helpers.config_entry_oauth2_flow import (
    AbstractOAuth2Implementation,
    async_add_implementation_provider,
)

from ..clouds import GOOGLE_CLIENT_ID, WITHINGS_CLIENT_SECRET, Clouds
from ..support.common import WITHINGS_CREDENTIAL
from ..support.frontend import Frontend, Result

SECOND_CLIENT_ID = "ab" * 32


async def add_credential(
    hass: HomeAssistant, client_id: str, name: str, key: str | None = None
) -> None:
    """Store a credential, as its dialog does."""
    await async_import_client_credential(
        hass, DOMAIN, ClientCredential(client_id, "secret", name), key or name
    )


async def add_bobs_credential(hass: HomeAssistant, clouds: Clouds, name: str) -> None:
    """Store the credential of a second application that Withings knows."""
    clouds.withings.oauth.apps[SECOND_CLIENT_ID] = WITHINGS_CLIENT_SECRET
    await async_import_client_credential(
        hass,
        DOMAIN,
        ClientCredential(SECOND_CLIENT_ID, WITHINGS_CLIENT_SECRET, name),
        "bobs",
    )


def assert_missing(result: Result, notice: str) -> None:
    """Check that a credential is asked for, in the words of Home Assistant."""
    assert result["type"] == "abort"
    assert result["reason"] == "missing_credentials"
    assert result["translation_domain"] == HOMEASSISTANT_DOMAIN
    assert notice in result["description_placeholders"]["notice"]


async def test_no_credential(frontend: Frontend) -> None:
    """Without any credential the frontend is made to ask for one."""
    result = await frontend.add()
    assert result["description_placeholders"] == {"notice": ""}
    assert_missing(await frontend.choose("withings"), "")


async def test_dialog_tells_of_the_vendor_that_was_chosen(
    hass: HomeAssistant,
    frontend: Frontend,
    hass_ws_client: WebSocketGenerator,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Who has chosen Fitbit is not told how Withings does it; by itself it tells both."""
    client = await hass_ws_client(hass)

    async def guide() -> str:
        await client.send_json_auto_id({"type": "application_credentials/config"})
        told = (await client.receive_json())["result"]["integrations"][DOMAIN]
        return str(told["description_placeholders"]["guide"])

    both = await guide()
    assert both.count("\n1. ") == 6
    for chosen, other in (("withings", "**Fitbit**"), ("fitbit", "**Withings**")):
        await frontend.add()
        assert_missing(await frontend.choose(chosen), "")
        assert (await guide()).count("\n1. ") == 3
        assert other not in await guide()
        assert "](https://" in await guide()
    monkeypatch.setattr(oauth, "_OPENS_WITHIN", 0)
    assert await guide() == both


async def test_other_vendors_credential(
    hass: HomeAssistant, frontend: Frontend
) -> None:
    """A credential of the other vendor does not count."""
    await add_credential(hass, GOOGLE_CLIENT_ID, "Fitbit")
    result = await frontend.add()
    assert result["description_placeholders"] == {"notice": ""}
    assert_missing(await frontend.choose("withings"), "")


@pytest.mark.parametrize(
    ("client_id", "words"),
    [
        ("23ABCD", "Fitbit's own developer site"),
        ("not-an-id", "neither that of a Withings app"),
    ],
)
async def test_unusable_credential(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_credential: None,
    client_id: str,
    words: str,
) -> None:
    """A credential that fits nobody is named in the menu, and offered to nobody."""
    await add_credential(hass, client_id, "My {app}")
    result = await frontend.add()
    notice = result["description_placeholders"]["notice"]
    assert '"My {app}"' in notice
    assert words in notice
    clouds.withings.person("alice")
    result = await frontend.approve(clouds, await frontend.choose("withings"))
    result = await frontend.say_whose(result)
    assert result["type"] == "create_entry"


async def test_only_unusable_credentials(
    hass: HomeAssistant, frontend: Frontend
) -> None:
    """The reason is told where nothing fits, too."""
    await add_credential(hass, "23ABCD", "Old")
    await add_credential(hass, "other", "Odd")
    result = await frontend.add("withings")
    assert_missing(result, '"Old"')
    assert_missing(result, '"Odd"')


async def test_id_of_no_shape_with_a_telling_name(
    hass: HomeAssistant, clouds: Clouds, frontend: Frontend
) -> None:
    """The name of a credential tells the vendor when its id does not."""
    await add_credential(hass, "id-of-the-future", "My Withings app")
    result = await frontend.add()
    assert result["description_placeholders"] == {"notice": ""}
    result = await frontend.choose("withings")
    assert result["type"] == "external"
    assert "client_id=id-of-the-future" in result["url"]


async def test_two_credentials(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_credential: None,
) -> None:
    """Of several credentials one is chosen."""
    await add_bobs_credential(hass, clouds, "Bob's")
    await add_credential(hass, GOOGLE_CLIENT_ID, "Fitbit")
    for person, credential in (("alice", WITHINGS_CREDENTIAL), ("bob", "bobs")):
        result = await frontend.add("withings")
        assert result["type"] == "form"
        assert result["step_id"] == "pick_implementation"
        (field,) = result["data_schema"]
        assert field["name"] == "implementation"
        assert field["options"] == [
            [WITHINGS_CREDENTIAL, "Withings"],
            ["bobs", "Bob's"],
        ]
        clouds.withings.person(person)
        clouds.withings.sign_in_as(person)
        result = await frontend.submit(implementation=credential)
        result = await frontend.approve(clouds, result)
        result = await frontend.say_whose(result, person)
        assert result["type"] == "create_entry"
    implementations = [
        entry.data["auth_implementation"]
        for entry in hass.config_entries.async_entries(DOMAIN)
    ]
    assert implementations == [WITHINGS_CREDENTIAL, "bobs"]


async def test_reauth_suggests_the_credential(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_entry: MockConfigEntry,
) -> None:
    """Signing in again offers each credential of the vendor, its own first."""
    result = await frontend.reconfigure(withings_entry)
    assert result["type"] == "external"
    await frontend.close()
    await add_bobs_credential(hass, clouds, "Bob")
    for credential in ("bobs", WITHINGS_CREDENTIAL):
        own = withings_entry.data["auth_implementation"]
        result = await frontend.reconfigure(withings_entry)
        assert result["step_id"] == "pick_implementation"
        (field,) = result["data_schema"]
        assert field["default"] == own
        result = await frontend.submit(implementation=credential)
        result = await frontend.approve(clouds, result)
        assert result["reason"] == "reconfigure_successful"
        assert withings_entry.data["auth_implementation"] == credential


async def test_credential_is_gone(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_entry: MockConfigEntry,
) -> None:
    """An entry whose credential is gone takes over another one of its vendor."""
    await add_bobs_credential(hass, clouds, "Bob")
    hass.config_entries.async_update_entry(
        withings_entry, data={**withings_entry.data, "auth_implementation": "gone"}
    )
    result = await frontend.reconfigure(withings_entry)
    assert result["step_id"] == "pick_implementation"
    result = await frontend.submit(implementation="bobs")
    result = await frontend.approve(clouds, result)
    assert result["reason"] == "reconfigure_successful"
    assert withings_entry.data["auth_implementation"] == "bobs"


async def test_home_assistant_cloud_is_down(
    hass: HomeAssistant, frontend: Frontend
) -> None:
    """Home Assistant Cloud, which never has a credential of ours, is not waited for."""

    async def provide(
        hass: HomeAssistant, domain: str
    ) -> list[AbstractOAuth2Implementation]:
        raise ImplementationUnavailableError

    async_add_implementation_provider(hass, "cloud", provide)
    assert_missing(await frontend.add("withings"), "")
