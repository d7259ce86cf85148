"""Tokens of a source: renewed in time, and on disk before they are used.

Withings ends a refresh token with the first use of the access token that came for it.
Config entries are written a second late: who loses power in between has lost the sign-in.
So a new refresh token goes into a file of its own first.
"""

from typing import Any, Final, override

from homeassistant.const import CONF_TOKEN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, OAuth2TokenRequestReauthError
from homeassistant.helpers.config_entry_oauth2_flow import (
    AbstractOAuth2Implementation,
    OAuth2Session,
)

from ..clients import Trouble
from ..const import DOMAIN, LOGGER
from ..entry import WeighbridgeConfigEntry
from ..store import UNREADABLE, token_store
from .oauth import TokenTroubleError

REFRESH_TOKEN: Final = "refresh_token"  # noqa: S105 - a key
EXPIRES_AT: Final = "expires_at"


class TokenSession(OAuth2Session):
    """The tokens of an account."""

    def __init__(
        self,
        hass: HomeAssistant,
        config_entry: WeighbridgeConfigEntry,
        implementation: AbstractOAuth2Implementation,
    ) -> None:
        """Begin with the tokens of the entry."""
        super().__init__(hass, config_entry, implementation)
        self._store = token_store(hass, config_entry.entry_id)

    async def async_load(self) -> None:
        """Take the newer tokens of the file, if the entry was not written any more."""
        try:
            stored: Any = await self._store.async_load()
            is_newer = (
                stored is not None and stored[EXPIRES_AT] > self.token[EXPIRES_AT]
            )
        except UNREADABLE as err:
            LOGGER.warning(
                "The tokens of %s are those of its entry, as their file cannot be read: "
                "%s",
                self.config_entry.title,
                type(err).__name__,
            )
            return
        if is_newer:
            self._take(stored)

    async def async_get_access_token(self) -> str:
        """Return an access token that should still be good."""
        await self.async_ensure_token_valid()
        token: str = self.token["access_token"]
        return token

    @override
    async def async_ensure_token_valid(self) -> None:
        """Renew the tokens if their time has come.

        Raises OAuth2TokenRequestReauthError, after asking the user to sign in again, or
        OAuth2TokenRequestConnectionError.
        """
        async with self._token_lock:
            if not self.valid_token:
                await self._async_renew()

    async def async_renew(self) -> None:
        """Renew the tokens, which the vendor does not accept though they are young.

        Raises as `async_ensure_token_valid`.
        """
        async with self._token_lock:
            await self._async_renew()

    async def _async_renew(self) -> None:
        """Get new tokens, and save them before anybody uses them."""
        try:
            token = await self.implementation.async_refresh_token(self.token)
        except OAuth2TokenRequestReauthError:
            self.config_entry.async_start_reauth_if_available(self.hass)
            raise
        if token.get(REFRESH_TOKEN) != self.token.get(REFRESH_TOKEN):
            await self._async_save(token)
        self._take(token)

    async def _async_save(self, token: dict[str, Any]) -> None:
        """Save tokens; raise TokenTroubleError if they are not on disk then.

        A store logs that it could not write, and goes on.
        """
        await self._store.async_save(token)
        fresh = token_store(self.hass, self.config_entry.entry_id)
        try:
            saved = await fresh.async_load()
        except HomeAssistantError:
            saved = None
        if saved != token:
            raise TokenTroubleError(Trouble.NOT_SAVED, domain=DOMAIN)

    def _take(self, token: dict[str, Any]) -> None:
        """Use tokens from now on."""
        self.hass.config_entries.async_update_entry(
            self.config_entry, data={**self.config_entry.data, CONF_TOKEN: token}
        )
