"""Adding accounts and scales, signing in again, and the settings of sources."""

import asyncio
from collections.abc import Mapping
from functools import cached_property
import logging
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    OptionsFlow,
)
from homeassistant.const import (
    CONF_CODE,
    CONF_NAME,
    CONF_PASSWORD,
    CONF_TOKEN,
    CONF_USERNAME,
)
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.helpers.config_entry_oauth2_flow import AbstractOAuth2FlowHandler

from .const import (
    CONF_PROVIDER,
    DOMAIN,
    LOGGER,
    SOURCES,
    SUBENTRY_LINK,
    SUBENTRY_PERSON,
    Provider,
)
from .entry import WeighbridgeConfigEntry
from .flows import (
    GarminOptionsFlow,
    LinkFlow,
    NewAccount,
    PersonFlow,
    SourceOptionsFlow,
    account,
    async_as_stored,
    async_identify,
    async_open_link,
    garmin,
    oauth,
    person,
    scale,
)
from .names import NAMES, account_title, async_sources
from .sources.scale import WEIGHT
from .store import token_store


class WeighbridgeConfigFlow(AbstractOAuth2FlowHandler, domain=DOMAIN):
    """Add an account of any vendor, or a scale; sign in again, or change a scale."""

    DOMAIN = DOMAIN

    _provider: Provider
    _suggested_implementation: str | None = None
    _login: asyncio.Task[str] | None = None
    _new: NewAccount
    _scale: Mapping[str, Any]
    _ended_badly = False

    @property
    @override
    def logger(self) -> logging.Logger:
        """Return the logger of the integration."""
        return LOGGER

    @cached_property
    def _garmin(self) -> garmin.GarminDialog:
        """Return the sign-in to Garmin Connect, as far as it has come."""
        return garmin.GarminDialog(self.hass)

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what to add."""
        return self.async_show_menu(
            step_id="user",
            menu_options=[provider.value for provider in (*SOURCES, Provider.GARMIN)],
            description_placeholders={
                "notice": await oauth.async_get_notice(self.hass)
            },
        )

    async def async_step_withings(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Sign in to Withings."""
        self._provider = Provider.WITHINGS
        return await self.async_step_pick_implementation()

    async def async_step_fitbit(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Sign in to Google, for Fitbit."""
        self._provider = Provider.FITBIT
        return await self.async_step_pick_implementation()

    @override
    async def async_step_pick_implementation(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the credential of the vendor, or ask which of several."""
        fitting = await oauth.async_get_fitting(self.hass, self._provider)
        if not fitting:
            # The frontend asks for a credential then, and starts over with the menu.
            oauth.async_note_missing(self.hass, self._provider)
            return self.async_abort(
                reason="missing_credentials",
                description_placeholders={
                    "notice": await oauth.async_get_notice(self.hass)
                },
            )
        chosen = (
            fitting.get(user_input[oauth.CONF_IMPLEMENTATION]) if user_input else None
        )
        if chosen is None and len(fitting) == 1:
            (chosen,) = fitting.values()
        if chosen is not None:
            self.flow_impl = chosen
            return await self.async_step_auth()
        return self.async_show_form(
            step_id="pick_implementation",
            data_schema=oauth.schema(fitting, self._suggested_implementation),
        )

    @override
    async def async_oauth_create_entry(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Learn whose account it is, and finish with it."""
        try:
            found = await async_identify(self.hass, self._provider, data[CONF_TOKEN])
        except AbortFlow as err:
            return self.async_abort(
                reason=err.reason,
                description_placeholders=err.description_placeholders,
            )
        return await self._async_finish(
            NewAccount(
                unique_id=f"{self._provider}_{found.account_id}",
                name=found.name,
                data={CONF_PROVIDER: self._provider.value, **data},
            )
        )

    async def async_step_garmin(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for e-mail and password."""
        if user_input is not None and self._garmin.begin(
            user_input[CONF_USERNAME], user_input[CONF_PASSWORD]
        ):
            return await self.async_step_garmin_login()
        return self.async_show_form(
            step_id="garmin",
            data_schema=self.add_suggested_values_to_schema(
                garmin.CREDENTIALS_SCHEMA,
                {CONF_USERNAME: self._garmin.username}
                if self._garmin.username
                else None,
            ),
            errors=self._garmin.errors,
            description_placeholders={"until": self._garmin.until_text()},
        )

    async def async_step_garmin_login(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show that the sign-in goes on, which takes from seconds to minutes."""
        if self._login is None:
            self._login = self.hass.async_create_task(
                self._garmin.async_sign_in(), "weighbridge Garmin sign-in"
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

    async def async_step_garmin_mfa(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the code that Garmin sent or that an app shows."""
        if user_input is not None:
            next_step = await self._garmin.async_enter_code(user_input[CONF_CODE])
            if next_step == "garmin_finish":
                return await self.async_step_garmin_finish()
            if next_step == "garmin":
                return await self.async_step_garmin()
        return self.async_show_form(
            step_id="garmin_mfa",
            data_schema=garmin.CODE_SCHEMA,
            errors=self._garmin.errors,
        )

    async def async_step_garmin_finish(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Learn whose account it is, and finish with it."""
        found = await self._garmin.async_get_account()
        if found is None:
            return await self.async_step_garmin()
        return await self._async_finish(found)

    async def _async_finish(self, new: NewAccount) -> ConfigFlowResult:
        """Ask whose a new account is, or renew the sign-in of the entry that it has."""
        # A page that a phone has thrown away leaves its flow behind, where nobody finds
        # it: who begins again goes on in its place.
        existing = await self.async_set_unique_id(
            new.unique_id, raise_on_progress=False
        )
        is_renewal = self.source in (SOURCE_REAUTH, SOURCE_RECONFIGURE)
        if is_renewal and existing is not (entry := self._get_entry()):
            return self.async_abort(
                reason="wrong_account",
                description_placeholders={"name": entry.title},
            )
        if existing is None:
            self._new = new
            return await self.async_step_name()
        if new.provider is not Provider.GARMIN:
            # A clock that was wrong may have dated what is saved there.
            await token_store(self.hass, existing.entry_id).async_remove()
        if is_renewal:
            return self.async_update_reload_and_abort(existing, data_updates=new.data)
        # The frontend restarts a re-authentication that lacks its credential as a user
        # flow, so this is where such an entry gets its new sign-in.
        return self.async_update_reload_and_abort(
            existing, data_updates=new.data, reason="already_configured"
        )

    async def async_step_name(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whose the account is, and what is particular about that person."""
        provider = self._new.provider
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = account.find_errors(self.hass, provider, user_input)
            if not errors:
                self._abort_if_unique_id_configured()
                return self.async_create_entry(
                    title=account_title(user_input[CONF_NAME].strip(), provider),
                    data=self._new.data,
                    options=async_as_stored(self.hass, user_input),
                    description=provider.value,
                )
        else:
            name = self._new.name or account.suggest_name(self.hass, provider)
            user_input = {CONF_NAME: name}
        return self.async_show_form(
            step_id="name",
            data_schema=self.add_suggested_values_to_schema(
                account.schema(self.hass, provider), user_input
            ),
            errors=errors,
            description_placeholders={"vendor": NAMES[provider]},
        )

    async def async_step_scale(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the sensors of a scale."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = scale.find_errors(self.hass, user_input)
            if not errors:
                return await self._async_take_scale(user_input)
        elif self.source == SOURCE_RECONFIGURE:
            user_input = scale.async_as_input(self.hass, self._get_reconfigure_entry())
        else:
            user_input = scale.suggest(self.hass)
        return self.async_show_form(
            step_id="scale",
            data_schema=self.add_suggested_values_to_schema(
                scale.schema(self.hass), user_input
            ),
            errors=errors,
        )

    async def _async_take_scale(self, entered: Mapping[str, Any]) -> ConfigFlowResult:
        """Go on with the first person, or change the scale."""
        data = scale.async_as_data(self.hass, entered)
        existing = await self.async_set_unique_id(
            f"scale_{data[WEIGHT]}", raise_on_progress=False
        )
        if self.source == SOURCE_RECONFIGURE:
            entry = self._get_reconfigure_entry()
            if existing is not None and existing is not entry:
                return self.async_abort(reason="scale_configured")
            return self.async_update_reload_and_abort(
                entry,
                unique_id=self.unique_id,
                title=entered[CONF_NAME].strip(),
                data=data,
            )
        if existing is not None:
            return self.async_abort(reason="scale_configured")
        self._scale = entered
        return await self.async_step_person()

    async def async_step_person(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the first person; more can be added to the scale."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = person.find_errors(user_input)
            if not errors:
                self._abort_if_unique_id_configured()
                return self.async_create_entry(
                    title=self._scale[CONF_NAME].strip(),
                    data=scale.async_as_data(self.hass, self._scale),
                    subentries=[person.async_as_subentry(self.hass, user_input)],
                    description=Provider.SCALE.value,
                )
        return self.async_show_form(
            step_id="person",
            data_schema=self.add_suggested_values_to_schema(
                person.schema(self.hass), user_input
            ),
            errors=errors,
            description_placeholders={"scale": self._scale[CONF_NAME]},
        )

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Begin anew with an account that refuses its saved sign-in."""
        if entry_data[CONF_PROVIDER] == Provider.GARMIN:
            return await self.async_step_reauth_garmin()
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_garmin(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say which Garmin account it is, without advice on other vendors."""
        if user_input is None:
            return self.async_show_form(step_id="reauth_garmin")
        return await self.async_step_reconfigure()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say which account it is before the sign-in starts."""
        if user_input is None:
            return self.async_show_form(step_id="reauth_confirm")
        return await self.async_step_reconfigure()

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Sign in again with the vendor, and the credential, of an entry."""
        entry = self._get_entry()
        provider = Provider(entry.data[CONF_PROVIDER])
        if provider is Provider.SCALE:
            return await self.async_step_scale()
        if provider is Provider.GARMIN:
            self._garmin.username = entry.data[CONF_USERNAME]
            return await self.async_step_garmin()
        self._provider = provider
        # Only suggested: if it is the trouble, another one may do.
        self._suggested_implementation = entry.data["auth_implementation"]
        return await self.async_step_pick_implementation()

    @callback
    def _get_entry(self) -> WeighbridgeConfigEntry:
        """Return the entry whose sign-in is to be renewed."""
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry()
        return self._get_reconfigure_entry()

    @callback
    @override
    def async_abort(
        self,
        *,
        reason: str,
        description_placeholders: Mapping[str, str] | None = None,
        translation_domain: str | None = None,
        next_flow: tuple[FlowType, str] | None = None,
    ) -> ConfigFlowResult:
        """Abort the flow, in our own words where they help more."""
        self._ended_badly = reason != "reauth_successful"
        if translation_domain is None and reason in oauth.OWN_ABORTS:
            translation_domain = DOMAIN
        return super().async_abort(
            reason=reason,
            description_placeholders=description_placeholders,
            translation_domain=translation_domain,
            next_flow=next_flow,
        )

    @callback
    @override
    def async_remove(self) -> None:
        """Ask again if nobody has signed in: any end of the flow takes the question away."""
        if self._ended_badly and self.source == SOURCE_REAUTH:
            self._get_reauth_entry().async_start_reauth(self.hass)

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Go on with the link that a new Garmin account is for."""
        entry = result["result"]
        if entry.data[CONF_PROVIDER] == Provider.GARMIN and async_sources(self.hass):
            flow_id = await async_open_link(self.hass, entry.entry_id)
            result["next_flow"] = (FlowType.CONFIG_SUBENTRIES_FLOW, flow_id)
        return result

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: WeighbridgeConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return what can be added: links to a Garmin account, people to a scale."""
        if config_entry.data[CONF_PROVIDER] == Provider.GARMIN:
            return {SUBENTRY_LINK: LinkFlow}
        if config_entry.data[CONF_PROVIDER] == Provider.SCALE:
            return {SUBENTRY_PERSON: PersonFlow}
        return {}

    @classmethod
    @callback
    @override
    def async_supports_options_flow(cls, config_entry: WeighbridgeConfigEntry) -> bool:
        """Tell whether an entry has settings: those of a scale are its people's."""
        return bool(config_entry.data[CONF_PROVIDER] != Provider.SCALE)

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: WeighbridgeConfigEntry) -> OptionsFlow:
        """Return the settings of an account."""
        if config_entry.data[CONF_PROVIDER] == Provider.GARMIN:
            return GarminOptionsFlow()
        return SourceOptionsFlow()
