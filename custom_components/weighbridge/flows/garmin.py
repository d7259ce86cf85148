"""Signing in to Garmin Connect: password, progress, MFA code."""

from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Final

import probatio

from homeassistant.const import CONF_CODE, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import (
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
)
from homeassistant.util import dt as dt_util

from ..clients.garmin import (
    GarminAuthError,
    GarminCodeError,
    GarminError,
    GarminProfile,
    GarminSignIn,
    GarminThrottledError,
    GarminUnavailableError,
)
from ..const import CONF_PROVIDER, CONF_TOKENS, LOGGER, Provider
from ..units import async_time_text
from .account import NewAccount
from .cooldown import async_get_cooldowns

# The library posts every wrong code twice, and Garmin locks accounts.
MAX_WRONG_CODES: Final = 3

PROFILE_TRIES: Final = 3

CREDENTIALS_SCHEMA = probatio.Schema(
    {
        probatio.Required(CONF_USERNAME): TextSelector(
            TextSelectorConfig(type=TextSelectorType.EMAIL, autocomplete="username")
        ),
        probatio.Required(probatio.Secret(CONF_PASSWORD)): TextSelector(
            TextSelectorConfig(
                type=TextSelectorType.PASSWORD, autocomplete="current-password"
            )
        ),
    }
)
CODE_SCHEMA = probatio.Schema(
    {
        probatio.Required(probatio.Secret(CONF_CODE)): TextSelector(
            TextSelectorConfig(autocomplete="one-time-code")
        )
    }
)


class GarminDialog:
    """A sign-in as somebody goes through it: e-mail and password, then the code.

    Password, code and the state of the MFA are kept here alone, and go with the flow.
    `error` is what the form that comes next has to say.
    """

    def __init__(self, hass: HomeAssistant) -> None:
        """Know nothing of the account."""
        self._hass = hass
        self.username = ""
        self.error: str | None = None
        self._attempt: GarminSignIn | None = None
        self._wrong_codes = 0
        # The account whose cool-down was told: who submits again means it.
        self._warned_of: str | None = None
        self._until: datetime | None = None

    @callback
    def begin(self, username: str, password: str) -> bool:
        """Take e-mail and password, or warn first if the account should be left alone.

        Tell whether to sign in with them.
        """
        self.username = username.strip()
        until = async_get_cooldowns(self._hass).until(self.username)
        if until is not None and self._warned_of != self.username.casefold():
            self._warn(until)
            return False
        self.error = None
        self._wrong_codes = 0
        self._attempt = GarminSignIn(self.username, password)
        return True

    async def async_sign_in(self) -> str:
        """Sign in, which takes from seconds to minutes; return the step to come."""
        try:
            needs_code = await self._hass.async_add_executor_job(self._current.sign_in)
        except GarminError as err:
            self._give_up(err)
            return "garmin"
        return "garmin_mfa" if needs_code else "garmin_finish"

    async def async_enter_code(self, code: str) -> str:
        """Enter the code of the MFA as it was typed; return the step to come."""
        try:
            await self._hass.async_add_executor_job(
                self._current.enter_code, "".join(code.split())
            )
        except GarminUnavailableError as err:
            self.error = _error_key(err)
            return "garmin_mfa"
        except GarminCodeError as err:
            self._wrong_codes += 1
            if self._wrong_codes < MAX_WRONG_CODES:
                self.error = _error_key(err)
                return "garmin_mfa"
            self._give_up(err)
            self.error = "no_more_codes"
            return "garmin"
        except GarminError as err:
            self._give_up(err)
            return "garmin"
        return "garmin_finish"

    async def async_get_account(self) -> NewAccount | None:
        """Return whose account it is, with its tokens; None if Garmin does not tell."""
        attempt = self._current
        try:
            tokens = attempt.tokens()
            profile = await self._async_get_profile(attempt)
        except GarminError as err:
            self._give_up(err)
            return None
        async_get_cooldowns(self._hass).forget(self.username)
        return NewAccount(
            unique_id=f"{Provider.GARMIN}_{profile.profile_id}",
            name=profile.name,
            data={
                CONF_PROVIDER: Provider.GARMIN.value,
                CONF_USERNAME: self.username,
                CONF_TOKENS: tokens,
            },
        )

    @property
    def errors(self) -> dict[str, str]:
        """Return what the form that comes next has to say, as forms take it."""
        return {} if self.error is None else {"base": self.error}

    def until_text(self) -> str:
        """Return until when to wait, with the time zone: the reader may be elsewhere."""
        if self._until is None:
            return ""
        zone = dt_util.as_local(self._until).tzname()
        return f"{async_time_text(self._hass, self._until)} {zone}"

    async def _async_get_profile(self, attempt: GarminSignIn) -> GarminProfile:
        """Return whose account it is; one bad answer must not cost the sign-in."""
        for _ in range(PROFILE_TRIES - 1):
            with suppress(GarminUnavailableError):
                return await self._hass.async_add_executor_job(attempt.profile)
        return await self._hass.async_add_executor_job(attempt.profile)

    @property
    def _current(self) -> GarminSignIn:
        """Return the attempt that the steps after the password belong to."""
        if TYPE_CHECKING:
            assert self._attempt is not None
        return self._attempt

    @callback
    def _give_up(self, err: GarminError) -> None:
        """Drop the attempt, and keep what the form has to say about it."""
        LOGGER.debug("The sign-in to Garmin Connect failed: %s", err)
        self._attempt = None
        self.error = _error_key(err)
        if isinstance(err, GarminThrottledError):
            self._warn(
                async_get_cooldowns(self._hass).throttled(
                    self.username, err.retry_after
                )
            )

    @callback
    def _warn(self, until: datetime) -> None:
        """Tell of the cool-down of this account."""
        self.error = "too_many_requests"
        self._until = until
        self._warned_of = self.username.casefold()


def _error_key(err: GarminError) -> str:
    """Return the translation key that tells what to do about an error."""
    match err:
        case GarminThrottledError():
            return "too_many_requests"
        case GarminAuthError():
            return "invalid_auth"
        case GarminCodeError():
            return "invalid_mfa_code"
        case _:
            return "cannot_connect"
