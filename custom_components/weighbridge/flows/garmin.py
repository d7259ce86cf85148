"""Signing in to Garmin Connect: password, progress, MFA code."""

import asyncio
from contextlib import suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, override

import probatio

from homeassistant.config_entries import ConfigFlowResult
from homeassistant.const import CONF_CODE, CONF_PASSWORD, CONF_USERNAME
from homeassistant.core import callback
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
from .account import AccountFlow
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


class GarminFlow(AccountFlow):
    """The steps that end with a Garmin account signed in."""

    _username = ""
    _attempt: GarminSignIn | None = None
    _login: asyncio.Task[str] | None = None
    _wrong_codes = 0
    _error: str | None = None
    # The account whose cool-down this flow has told about: who submits again means it.
    _warned_of: str | None = None
    _until: datetime | None = None

    async def async_step_garmin(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for e-mail and password."""
        if user_input is not None:
            self._username = user_input[CONF_USERNAME].strip()
            until = async_get_cooldowns(self.hass).until(self._username)
            if until is None or self._warned_of == self._username.casefold():
                self._error = None
                self._wrong_codes = 0
                self._attempt = GarminSignIn(self._username, user_input[CONF_PASSWORD])
                return await self.async_step_garmin_login()
            self._warn(until)
        return self.async_show_form(
            step_id="garmin",
            data_schema=self.add_suggested_values_to_schema(
                CREDENTIALS_SCHEMA,
                {CONF_USERNAME: self._username} if self._username else None,
            ),
            errors={"base": self._error} if self._error else {},
            description_placeholders={"until": self._until_text()},
        )

    async def async_step_garmin_login(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show that the sign-in goes on, which takes from seconds to minutes."""
        if self._login is None:
            self._login = self.hass.async_create_task(
                self._async_sign_in(), "weighbridge Garmin sign-in"
            )
        if not self._login.done():
            return self.async_show_progress(
                step_id="garmin_login",
                progress_action="garmin_login",
                progress_task=self._login,
            )
        next_step = self._login.result()
        self._login = None
        return self.async_show_progress_done(next_step_id=next_step)

    async def _async_sign_in(self) -> str:
        """Sign in, and return the step that comes next."""
        try:
            needs_code = await self.hass.async_add_executor_job(self._current.sign_in)
        except GarminError as err:
            self._give_up(err)
            return "garmin"
        return "garmin_mfa" if needs_code else "garmin_finish"

    async def async_step_garmin_mfa(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the code that Garmin sent or that an app shows."""
        errors: dict[str, str] = {}
        if user_input is not None:
            code = "".join(user_input[CONF_CODE].split())
            try:
                await self.hass.async_add_executor_job(self._current.enter_code, code)
            except GarminUnavailableError as err:
                errors["base"] = _error_key(err)
            except GarminError as err:
                self._wrong_codes += 1
                if (
                    not isinstance(err, GarminCodeError)
                    or self._wrong_codes >= MAX_WRONG_CODES
                ):
                    self._give_up(err)
                    if isinstance(err, GarminCodeError):
                        self._error = "no_more_codes"
                    return await self.async_step_garmin()
                errors["base"] = _error_key(err)
            else:
                return await self.async_step_garmin_finish()
        return self.async_show_form(
            step_id="garmin_mfa", data_schema=CODE_SCHEMA, errors=errors
        )

    async def async_step_garmin_finish(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Learn whose account it is, and keep the tokens."""
        attempt = self._current
        try:
            tokens = attempt.tokens()
            profile = await self._async_get_profile(attempt)
        except GarminError as err:
            self._give_up(err)
            return await self.async_step_garmin()
        async_get_cooldowns(self.hass).forget(self._username)
        return await self._async_finish(
            f"{Provider.GARMIN}_{profile.profile_id}",
            name=profile.name,
            data={
                CONF_PROVIDER: Provider.GARMIN.value,
                CONF_USERNAME: self._username,
                CONF_TOKENS: tokens,
            },
        )

    async def _async_get_profile(self, attempt: GarminSignIn) -> GarminProfile:
        """Return whose account it is; one bad answer must not cost the sign-in."""
        for _ in range(PROFILE_TRIES - 1):
            with suppress(GarminUnavailableError):
                return await self.hass.async_add_executor_job(attempt.profile)
        return await self.hass.async_add_executor_job(attempt.profile)

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
        self._error = _error_key(err)
        if isinstance(err, GarminThrottledError):
            self._warn(
                async_get_cooldowns(self.hass).throttled(
                    self._username, err.retry_after
                )
            )

    @callback
    def _warn(self, until: datetime) -> None:
        """Tell of the cool-down of this account."""
        self._error = "too_many_requests"
        self._until = until
        self._warned_of = self._username.casefold()

    def _until_text(self) -> str:
        """Return until when to wait, with the time zone: the reader may be elsewhere."""
        if self._until is None:
            return ""
        zone = dt_util.as_local(self._until).tzname()
        return f"{async_time_text(self.hass, self._until)} {zone}"

    @callback
    @override
    def async_remove(self) -> None:
        """Drop the password, the state of the MFA and the tokens."""
        self._attempt = None
        self._login = None


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
