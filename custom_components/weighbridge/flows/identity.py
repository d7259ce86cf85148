"""Whose account a fresh token opens: the first call to a vendor, before an entry exists."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
import time
from typing import Any, Final

from homeassistant.const import CONF_ACCESS_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..clients import SourceAuthError, SourceError, SourceRefusedError, TokenGetter
from ..clients.google import (
    SCOPE_MEASUREMENTS,
    SCOPE_SETTINGS,
    SCOPE_USER_INFO,
    GoogleHealthClient,
)
from ..clients.withings import WithingsClient
from ..const import LOGGER, Provider


@dataclass(frozen=True, slots=True)
class SourceAccount:
    """An account of a source: `account_id` is the vendor's, `name` is for people."""

    account_id: str
    name: str | None = None


async def async_identify(
    hass: HomeAssistant, provider: Provider, token: Mapping[str, Any]
) -> SourceAccount:
    """Return whose account a token opens, after a call that shows that it does.

    Raises AbortFlow with the reason why the account cannot be used.
    """
    try:
        return await _IDENTIFY[provider](hass, token)
    except SourceAuthError as err:
        # The token is fresh: what it lacks is a permission.
        LOGGER.debug("%s refused a fresh token: %s", provider, err)
        raise AbortFlow("missing_scope") from err
    except SourceRefusedError as err:
        LOGGER.debug("%s refused a fresh token: %s", provider, err)
        raise AbortFlow(err.refusal, {"url": err.url}) from err
    except SourceError as err:
        LOGGER.debug("%s did not answer a fresh token: %s", provider, err)
        raise AbortFlow("cannot_connect") from err


async def _async_identify_withings(
    hass: HomeAssistant, token: Mapping[str, Any]
) -> SourceAccount:
    """Read the newest measurements; the token itself names the user."""
    client = WithingsClient(async_get_clientsession(hass), _getter(token))
    await client.async_get_changes(int(time.time()))
    return SourceAccount(str(token["userid"]))


async def _async_identify_fitbit(
    hass: HomeAssistant, token: Mapping[str, Any]
) -> SourceAccount:
    """Ask Google who it is; people may have withheld a part of what was asked for."""
    granted = set(token["scope"].split())
    if granted.isdisjoint({SCOPE_MEASUREMENTS, SCOPE_SETTINGS}):
        raise AbortFlow("missing_scope")
    client = GoogleHealthClient(async_get_clientsession(hass), _getter(token))
    user_id = await client.async_get_user_id()
    name: str | None = None
    if SCOPE_USER_INFO in granted:
        try:
            name = await client.async_get_name()
        except SourceError as err:
            LOGGER.debug("Google did not tell the name of a user: %s", err)
    return SourceAccount(user_id, name)


def _getter(token: Mapping[str, Any]) -> TokenGetter:
    """Return what a client gets the access token from."""

    async def get_token() -> str:
        access_token: str = token[CONF_ACCESS_TOKEN]
        return access_token

    return get_token


type _Identify = Callable[[HomeAssistant, Mapping[str, Any]], Awaitable[SourceAccount]]

_IDENTIFY: Final[Mapping[Provider, _Identify]] = {
    Provider.WITHINGS: _async_identify_withings,
    Provider.FITBIT: _async_identify_fitbit,
}
