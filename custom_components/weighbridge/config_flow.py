"""Adding accounts, signing in again, and the settings of sources."""

from collections.abc import Mapping
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_USER,
    ConfigEntry,
    ConfigFlowResult,
    ConfigSubentryFlow,
    FlowType,
    OptionsFlow,
    SubentryFlowContext,
)
from homeassistant.const import CONF_USERNAME
from homeassistant.core import callback

from .const import (
    CONF_PROVIDER,
    DOMAIN,
    SOURCES,
    SUBENTRY_LINK,
    SUBENTRY_PERSON,
    Provider,
)
from .flows import (
    GarminFlow,
    GarminOptionsFlow,
    LinkFlow,
    PersonFlow,
    ScaleFlow,
    SourceFlow,
    SourceOptionsFlow,
)
from .names import async_sources


class WeighbridgeConfigFlow(SourceFlow, GarminFlow, ScaleFlow, domain=DOMAIN):
    """Add an account of any vendor, or sign in to it again."""

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask what to add."""
        return self.async_show_menu(
            step_id="user",
            menu_options=[provider.value for provider in (*SOURCES, Provider.GARMIN)],
            description_placeholders={"notice": await self._async_get_notice()},
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
        return await self._async_sign_in_again(self._get_reauth_entry())

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Say which account it is before the sign-in starts."""
        if user_input is None:
            return self.async_show_form(step_id="reauth_confirm")
        return await self._async_sign_in_again(self._get_reauth_entry())

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Sign in again because the user wants to."""
        return await self._async_sign_in_again(self._get_reconfigure_entry())

    async def _async_sign_in_again(self, entry: ConfigEntry) -> ConfigFlowResult:
        """Sign in with the vendor, and the credential, of an entry."""
        provider = Provider(entry.data[CONF_PROVIDER])
        if provider is Provider.SCALE:
            return await self.async_step_scale()
        if provider is Provider.GARMIN:
            self._username = entry.data[CONF_USERNAME]
            return await self.async_step_garmin()
        return await self._async_sign_in_to(provider, entry.data["auth_implementation"])

    @override
    async def async_on_create_entry(self, result: ConfigFlowResult) -> ConfigFlowResult:
        """Go on with the link that a new Garmin account is for."""
        entry = result["result"]
        if entry.data[CONF_PROVIDER] == Provider.GARMIN and async_sources(self.hass):
            link = await self.hass.config_entries.subentries.async_init(
                (entry.entry_id, SUBENTRY_LINK),
                context=SubentryFlowContext(source=SOURCE_USER),
            )
            result["next_flow"] = (FlowType.CONFIG_SUBENTRIES_FLOW, link["flow_id"])
        return result

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
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
    def async_supports_options_flow(cls, config_entry: ConfigEntry) -> bool:
        """Tell whether an entry has settings: those of a scale are its people's."""
        return bool(config_entry.data[CONF_PROVIDER] != Provider.SCALE)

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: ConfigEntry) -> OptionsFlow:
        """Return the settings of an account."""
        if config_entry.data[CONF_PROVIDER] == Provider.GARMIN:
            return GarminOptionsFlow()
        return SourceOptionsFlow()
