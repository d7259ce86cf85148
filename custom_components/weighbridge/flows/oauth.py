"""The credentials of the vendors, of which a sign-in takes one."""

from collections.abc import Mapping
from typing import Final

import probatio

from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import ImplementationUnavailableError
from homeassistant.helpers.config_entry_oauth2_flow import (
    AbstractOAuth2Implementation,
    async_get_implementations,
)
from homeassistant.helpers.translation import async_get_translations
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, Provider
from ..sources import UnknownImplementation, VendorImplementation, is_legacy_fitbit_id

CONF_IMPLEMENTATION: Final = "implementation"

# What Home Assistant itself says in these cases does not say what to do.
OWN_ABORTS: Final = frozenset(
    {"oauth_failed", "oauth_timeout", "oauth_unauthorized", "user_rejected_authorize"}
)

# Which vendor's credential was missing last, and when, by the loop's clock.
_MISSING: Final[HassKey[tuple[Provider, float]]] = HassKey(f"{DOMAIN}_missing")
# The dialog that Home Assistant opens then comes at once, but over a slow line.
_OPENS_WITHIN: Final = 60


@callback
def async_note_missing(hass: HomeAssistant, provider: Provider) -> None:
    """Remember whose credential the dialog that comes now is to ask for."""
    hass.data[_MISSING] = provider, hass.loop.time()


@callback
def async_get_missing(hass: HomeAssistant) -> Provider | None:
    """Return whose credential is asked for, None if the dialog was opened by itself."""
    if (missing := hass.data.get(_MISSING)) is None:
        return None
    provider, noted_at = missing
    return provider if hass.loop.time() - noted_at < _OPENS_WITHIN else None


async def async_get_fitting(
    hass: HomeAssistant, provider: Provider
) -> dict[str, VendorImplementation]:
    """Return the credentials of a vendor."""
    return {
        key: implementation
        for key, implementation in (await _async_get_credentials(hass)).items()
        if isinstance(implementation, VendorImplementation)
        and implementation.provider is provider
    }


async def async_get_notice(hass: HomeAssistant) -> str:
    """Return what is to be said about credentials that fit no vendor.

    It is shown in the menu, which is also where the frontend returns to when a new
    credential was of no use.
    """
    texts = await async_get_translations(hass, hass.config.language, "config", [DOMAIN])
    return "\n\n".join(
        texts[f"component.{DOMAIN}.config.error.{_fault(implementation)}"].format(
            name=implementation.name
        )
        for implementation in (await _async_get_credentials(hass)).values()
        if isinstance(implementation, UnknownImplementation)
    )


@callback
def schema(
    implementations: Mapping[str, VendorImplementation], suggested: str | None
) -> probatio.Schema:
    """Return a form that asks which credential to take."""
    default = suggested if suggested in implementations else next(iter(implementations))
    return probatio.Schema(
        {
            probatio.Required(CONF_IMPLEMENTATION, default=default): probatio.In(
                {key: impl.name for key, impl in implementations.items()}
            )
        }
    )


async def _async_get_credentials(
    hass: HomeAssistant,
) -> dict[str, AbstractOAuth2Implementation]:
    """Return all credentials of the integration, of whatever vendor."""
    try:
        return await async_get_implementations(hass, DOMAIN)
    except ImplementationUnavailableError:
        # Only Home Assistant Cloud is ever unavailable, and it has none for us.
        return {}


def _fault(implementation: UnknownImplementation) -> str:
    """Return the translation key that tells what is wrong with a credential."""
    if is_legacy_fitbit_id(implementation.client_id):
        return "legacy_fitbit_credential"
    return "unknown_credential"
