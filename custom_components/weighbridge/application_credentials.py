"""Application credentials: what Home Assistant asks about them."""

from typing import Final

from homeassistant.components.application_credentials import ClientCredential
from homeassistant.core import HomeAssistant
from homeassistant.helpers.config_entry_oauth2_flow import (
    AUTH_CALLBACK_PATH,
    MY_AUTH_CALLBACK_PATH,
)
from homeassistant.helpers.network import NoURLAvailableError, get_url
from homeassistant.helpers.translation import async_get_translations

from .clients.google import API_LIBRARY_URL
from .const import DOMAIN, Provider
from .flows import oauth
from .sources import (
    UnknownImplementation,
    VendorImplementation,
    async_create_implementation,
)

VENDORS: Final = (Provider.WITHINGS, Provider.FITBIT)
URLS: Final = {
    "withings_url": "https://developer.withings.com/dashboard/welcome",
    "google_url": "https://console.cloud.google.com/apis/credentials",
    "google_api_url": API_LIBRARY_URL,
}


async def async_get_auth_implementation(
    hass: HomeAssistant, auth_domain: str, credential: ClientCredential
) -> VendorImplementation | UnknownImplementation:
    """Return the OAuth implementation of a credential's vendor."""
    return async_create_implementation(hass, auth_domain, credential)


async def async_get_description_placeholders(hass: HomeAssistant) -> dict[str, str]:
    """Return what the dialog for a new credential tells.

    Home Assistant has one text for the domain. The steps are those of the vendor that
    somebody has just chosen, or of both.
    """
    missing = oauth.async_get_missing(hass)
    texts = await async_get_translations(
        hass, hass.config.language, "selector", [DOMAIN]
    )
    prefix = f"component.{DOMAIN}.selector.credential_guide.options"
    return {
        "redirect_url": _redirect_url(hass),
        "guide": "\n\n".join(
            texts[f"{prefix}.{provider}"].format(**URLS)
            for provider in VENDORS
            if missing in (None, provider)
        ),
    }


def _redirect_url(hass: HomeAssistant) -> str:
    """Return the redirect address that the vendors must know."""
    if "my" in hass.config.components:
        return MY_AUTH_CALLBACK_PATH
    try:
        return f"{get_url(hass, prefer_external=True)}{AUTH_CALLBACK_PATH}"
    except NoURLAvailableError:
        return MY_AUTH_CALLBACK_PATH
