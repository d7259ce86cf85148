"""Application credentials: what Home Assistant asks about them."""

from homeassistant.components.application_credentials import ClientCredential
from homeassistant.core import HomeAssistant
from homeassistant.helpers.config_entry_oauth2_flow import (
    AUTH_CALLBACK_PATH,
    MY_AUTH_CALLBACK_PATH,
)
from homeassistant.helpers.network import NoURLAvailableError, get_url

from .clients.google import API_LIBRARY_URL
from .sources import (
    UnknownImplementation,
    VendorImplementation,
    async_create_implementation,
)


async def async_get_auth_implementation(
    hass: HomeAssistant, auth_domain: str, credential: ClientCredential
) -> VendorImplementation | UnknownImplementation:
    """Return the OAuth implementation of a credential's vendor."""
    return async_create_implementation(hass, auth_domain, credential)


async def async_get_description_placeholders(hass: HomeAssistant) -> dict[str, str]:
    """Return what the dialog for a new credential tells."""
    return {
        "redirect_url": _redirect_url(hass),
        "withings_url": "https://developer.withings.com/dashboard/welcome",
        "google_url": "https://console.cloud.google.com/apis/credentials",
        "google_api_url": API_LIBRARY_URL,
    }


def _redirect_url(hass: HomeAssistant) -> str:
    """Return the redirect address that the vendors must know."""
    if "my" in hass.config.components:
        return MY_AUTH_CALLBACK_PATH
    try:
        return f"{get_url(hass, prefer_external=True)}{AUTH_CALLBACK_PATH}"
    except NoURLAvailableError:
        return MY_AUTH_CALLBACK_PATH
