"""Calls a vendor in the name of an account, and says in one way what went wrong."""

import asyncio
from collections.abc import Awaitable, Callable

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import (
    ConfigEntryAuthFailed,
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestReauthError,
)
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.config_entry_oauth2_flow import (
    async_get_config_entry_implementation,
)
from homeassistant.helpers.update_coordinator import UpdateFailed
from homeassistant.util import dt as dt_util

from ..clients import (
    Refusal,
    SourceAuthError,
    SourceClient,
    SourceRefusedError,
    SourceUnavailableError,
    Trouble,
)
from ..clients.google import GoogleHealthClient
from ..clients.withings import WithingsClient
from ..const import DOMAIN, Provider
from ..entry import WeighbridgeConfigEntry, provider_of
from ..names import NAMES
from ..turns import async_source_turn
from .issues import async_report_refusal, async_report_trouble
from .oauth import TokenTroubleError
from .strikes import async_get_strikes
from .tokens import TokenSession


class SourceSession:
    """One account at a vendor: its client, its tokens, one call at a time."""

    def __init__(
        self, hass: HomeAssistant, entry: WeighbridgeConfigEntry, tokens: TokenSession
    ) -> None:
        """Call as the entry's account."""
        self._hass = hass
        self._entry = entry
        self._tokens = tokens
        self._lock = asyncio.Lock()
        self._strikes = async_get_strikes(hass, entry.entry_id)
        self.provider = provider_of(entry)
        self.client = self._create_client()
        self.outage_told = False
        """Whether the log knows that the vendor gives no good answer."""

    async def async_read[T](
        self, read: Callable[[SourceClient], Awaitable[T]], *, decides: bool = True
    ) -> T:
        """Return what the client reads; a refused access token is renewed once.

        A reading that decides is what the account is for: if it is refused for good, a
        person is told. Others fail in silence.

        Raises UpdateFailed if the vendor cannot answer now, and ConfigEntryAuthFailed
        if it refuses the sign-in, after asking the user to sign in again. Both are
        HomeAssistantErrors.
        """
        async with self._lock, async_source_turn(self._hass):
            try:
                result = await self._async_read(read)
            except OAuth2TokenRequestReauthError as err:
                raise self._signed_out() from err
            except SourceAuthError as err:
                if decides and self._strikes.refuse(dt_util.utcnow().timestamp()):
                    raise self._signed_out() from err
                raise self._unavailable(Trouble.TOKEN_REFUSED, str(err)) from err
            except SourceRefusedError as err:
                if decides:
                    async_report_refusal(self._hass, self._entry, err)
                raise self._failed(err.refusal, url=err.url) from err
            except SourceUnavailableError as err:
                self._note(err.trouble, decides=decides)
                raise self._unavailable(err.trouble, err.code, err.retry_after) from err
            except TokenTroubleError as err:
                self._note(err.trouble, decides=True)
                raise self._unavailable(err.trouble, err.code) from err
            except OAuth2TokenRequestConnectionError as err:
                raise self._unavailable(Trouble.ODD, "OAuth") from err
        if decides:
            self._strikes.clear()
        self.outage_told = False
        return result

    async def _async_read[T](self, read: Callable[[SourceClient], Awaitable[T]]) -> T:
        """Return what the client reads, at the second try with a fresh token."""
        try:
            return await read(self.client)
        except SourceAuthError:
            await self._tokens.async_renew()
            return await read(self.client)

    def _create_client(self) -> SourceClient:
        """Return the client of the account's vendor."""
        websession = async_get_clientsession(self._hass)
        get_token = self._tokens.async_get_access_token
        if self.provider is Provider.FITBIT:
            scopes: str = self._tokens.token["scope"]
            return GoogleHealthClient(websession, get_token, scopes.split())
        return WithingsClient(websession, get_token)

    def _note(self, trouble: Trouble, *, decides: bool) -> None:
        """Tell a person of trouble that does not pass."""
        now = dt_util.utcnow().timestamp()
        if decides and self._strikes.lasts(trouble, now):
            async_report_trouble(self._hass, self._entry, trouble, NAMES[self.provider])

    def _signed_out(self) -> ConfigEntryAuthFailed:
        """Ask the user to sign in again, and return the error that says so."""
        self._entry.async_start_reauth_if_available(self._hass)
        return ConfigEntryAuthFailed(
            translation_domain=DOMAIN,
            translation_key="source_auth",
            translation_placeholders={"provider": NAMES[self.provider]},
        )

    def _unavailable(
        self, trouble: Trouble, code: str = "", retry_after: float | None = None
    ) -> UpdateFailed:
        """Return the error that tells of an outage."""
        return self._failed(trouble, retry_after, code=code)

    def _failed(
        self,
        key: Trouble | Refusal,
        retry_after: float | None = None,
        *,
        code: str = "",
        url: str = "",
    ) -> UpdateFailed:
        """Return the error of a poll."""
        return UpdateFailed(
            translation_domain=DOMAIN,
            translation_key=f"source_{key}",
            translation_placeholders={
                "provider": NAMES[self.provider],
                "code": code,
                "url": url,
            },
            retry_after=retry_after,
        )


async def async_create_session(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry
) -> SourceSession:
    """Return the session of a source entry.

    Raises ConfigEntryNotReady or ConfigEntryAuthFailed if the credential is missing.
    """
    implementation = await async_get_config_entry_implementation(hass, entry)
    tokens = TokenSession(hass, entry, implementation)
    await tokens.async_load()
    return SourceSession(hass, entry, tokens)
