"""Calls a vendor in the name of an account, and says in one way what went wrong."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestReauthError,
)
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import (
    OAuth2Session,
    async_get_config_entry_implementation,
)
from homeassistant.helpers.update_coordinator import UpdateFailed

from ..clients import SourceAuthError, SourceClient, SourceUnavailableError
from ..clients.google import GoogleHealthClient, GoogleRefusedError
from ..clients.withings import WithingsClient
from ..const import DOMAIN, Provider
from ..names import NAMES, provider_of
from ..turns import async_source_turn
from .issues import async_report_refusal


class SourceSession:
    """One account at a vendor: its client, its tokens, one call at a time."""

    def __init__(
        self, hass: HomeAssistant, entry: ConfigEntry[Any], session: OAuth2Session
    ) -> None:
        """Call as the entry's account."""
        self._hass = hass
        self._entry = entry
        self._session = session
        self._lock = asyncio.Lock()
        self.provider = provider_of(entry)
        self.client = self._create_client()

    async def async_read[T](self, read: Callable[[SourceClient], Awaitable[T]]) -> T:
        """Return what the client reads; a refused access token is renewed once.

        Raises UpdateFailed if the vendor cannot answer now, and ConfigEntryAuthFailed
        if it refuses a fresh token or a refresh, after asking the user to sign in
        again. Both are HomeAssistantErrors.
        """
        async with self._lock, async_source_turn(self._hass):
            try:
                try:
                    return await read(self.client)
                except SourceAuthError:
                    self._expire_token()
                    return await read(self.client)
            except (SourceAuthError, OAuth2TokenRequestReauthError) as err:
                self._entry.async_start_reauth_if_available(self._hass)
                raise ConfigEntryAuthFailed(
                    translation_domain=DOMAIN,
                    translation_key="source_auth",
                    translation_placeholders={"provider": NAMES[self.provider]},
                ) from err
            except GoogleRefusedError as err:
                async_report_refusal(self._hass, self._entry, err)
                raise UpdateFailed(
                    translation_domain=DOMAIN,
                    translation_key=f"google_{err.refusal}",
                    translation_placeholders={"url": err.url},
                ) from err
            except SourceUnavailableError as err:
                raise self._unavailable(str(err), err.retry_after) from err
            except OAuth2TokenRequestConnectionError as err:
                raise self._unavailable("the access could not be renewed") from err

    def _create_client(self) -> SourceClient:
        """Return the client of the account's vendor."""
        websession = async_get_clientsession(self._hass)
        if self.provider is Provider.FITBIT:
            scopes: str = self._session.token["scope"]
            return GoogleHealthClient(websession, self._async_get_token, scopes.split())
        return WithingsClient(websession, self._async_get_token)

    def _unavailable(
        self, reason: str, retry_after: float | None = None
    ) -> UpdateFailed:
        """Return the error that tells of an outage."""
        return UpdateFailed(
            translation_domain=DOMAIN,
            translation_key="source_unavailable",
            translation_placeholders={
                "provider": NAMES[self.provider],
                "reason": reason,
            },
            retry_after=retry_after,
        )

    async def _async_get_token(self) -> str:
        """Return an access token that should still be good."""
        await self._session.async_ensure_token_valid()
        token: str = self._session.token["access_token"]
        return token

    def _expire_token(self) -> None:
        """Make the next call renew the access token, whatever its age."""
        self._hass.config_entries.async_update_entry(
            self._entry,
            data={
                **self._entry.data,
                "token": {**self._session.token, "expires_at": 0},
            },
        )


async def async_create_session(
    hass: HomeAssistant, entry: ConfigEntry[Any]
) -> SourceSession:
    """Return the session of a source entry.

    Raises ConfigEntryNotReady or ConfigEntryAuthFailed if the credential is missing.
    """
    implementation = await async_get_config_entry_implementation(hass, entry)
    return SourceSession(hass, entry, OAuth2Session(hass, entry, implementation))
