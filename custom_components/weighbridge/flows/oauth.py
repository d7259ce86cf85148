"""Signing in to the sources: a credential of the vendor, then the vendor's own pages."""

from collections.abc import Mapping
import logging
from typing import Any, Final, override

import probatio

from homeassistant.config_entries import ConfigFlowResult, FlowType
from homeassistant.const import CONF_TOKEN
from homeassistant.core import callback
from homeassistant.data_entry_flow import AbortFlow
from homeassistant.exceptions import ImplementationUnavailableError
from homeassistant.helpers.config_entry_oauth2_flow import (
    AbstractOAuth2FlowHandler,
    AbstractOAuth2Implementation,
    async_get_implementations,
)
from homeassistant.helpers.translation import async_get_translations

from ..const import CONF_PROVIDER, DOMAIN, LOGGER, Provider
from ..sources import UnknownImplementation, VendorImplementation, is_legacy_fitbit_id
from .account import AccountFlow
from .again import AskAgainFlow
from .identity import async_identify

CONF_IMPLEMENTATION: Final = "implementation"

# What Home Assistant itself says in these cases does not say what to do.
OWN_ABORTS: Final = frozenset(
    {"oauth_failed", "oauth_timeout", "oauth_unauthorized", "user_rejected_authorize"}
)


class SourceFlow(AskAgainFlow, AccountFlow, AbstractOAuth2FlowHandler):
    """The steps that end with an account of a source linked."""

    DOMAIN = DOMAIN

    _provider: Provider
    _suggested: str | None = None

    @property
    @override
    def logger(self) -> logging.Logger:
        """Return the logger of the integration."""
        return LOGGER

    async def async_step_withings(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Sign in to Withings."""
        return await self._async_sign_in_to(Provider.WITHINGS)

    async def async_step_fitbit(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Sign in to Google, for Fitbit."""
        return await self._async_sign_in_to(Provider.FITBIT)

    async def _async_sign_in_to(
        self, provider: Provider, implementation: str | None = None
    ) -> ConfigFlowResult:
        """Sign in to a vendor, with its only credential or the one that is chosen.

        The one given is suggested: if it is the trouble, another one may do.
        """
        self._provider = provider
        self._suggested = implementation
        return await self.async_step_pick_implementation()

    @override
    async def async_step_pick_implementation(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Take the credential of the vendor, or ask which of several."""
        fitting = await self._async_get_fitting()
        if not fitting:
            # The frontend asks for a credential then, and starts over with the menu.
            return self.async_abort(
                reason="missing_credentials",
                description_placeholders={"notice": await self._async_get_notice()},
            )
        chosen = fitting.get(user_input[CONF_IMPLEMENTATION]) if user_input else None
        if chosen is None and len(fitting) == 1:
            (chosen,) = fitting.values()
        if chosen is not None:
            self.flow_impl = chosen
            return await self.async_step_auth()
        return self.async_show_form(
            step_id="pick_implementation",
            data_schema=probatio.Schema(
                {
                    probatio.Required(
                        CONF_IMPLEMENTATION,
                        default=self._suggested
                        if self._suggested in fitting
                        else next(iter(fitting)),
                    ): probatio.In({key: impl.name for key, impl in fitting.items()})
                }
            ),
        )

    @override
    async def async_oauth_create_entry(self, data: dict[str, Any]) -> ConfigFlowResult:
        """Learn whose account it is, and finish with it."""
        try:
            account = await async_identify(self.hass, self._provider, data[CONF_TOKEN])
        except AbortFlow as err:
            return self.async_abort(
                reason=err.reason,
                description_placeholders=err.description_placeholders,
            )
        return await self._async_finish(
            f"{self._provider}_{account.account_id}",
            name=account.name,
            data={CONF_PROVIDER: self._provider.value, **data},
        )

    async def _async_get_fitting(self) -> dict[str, VendorImplementation]:
        """Return the credentials of the vendor that is to be signed in to."""
        return {
            key: implementation
            for key, implementation in (await self._async_get_credentials()).items()
            if isinstance(implementation, VendorImplementation)
            and implementation.provider is self._provider
        }

    async def _async_get_credentials(self) -> dict[str, AbstractOAuth2Implementation]:
        """Return all credentials of the integration, of whatever vendor."""
        try:
            return await async_get_implementations(self.hass, DOMAIN)
        except ImplementationUnavailableError:
            # Only Home Assistant Cloud is ever unavailable, and it has none for us.
            return {}

    async def _async_get_notice(self) -> str:
        """Return what is to be said about credentials that fit no vendor.

        It is shown in the menu, which is also where the frontend returns to when a
        new credential was of no use.
        """
        texts = await async_get_translations(
            self.hass, self.hass.config.language, "config", [DOMAIN]
        )
        return "\n\n".join(
            texts[f"component.{DOMAIN}.config.error.{_fault(implementation)}"].format(
                name=implementation.name
            )
            for implementation in (await self._async_get_credentials()).values()
            if isinstance(implementation, UnknownImplementation)
        )

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
        self._note_end(reason)
        if translation_domain is None and reason in OWN_ABORTS:
            translation_domain = DOMAIN
        return super().async_abort(
            reason=reason,
            description_placeholders=description_placeholders,
            translation_domain=translation_domain,
            next_flow=next_flow,
        )


def _fault(implementation: UnknownImplementation) -> str:
    """Return the translation key that tells what is wrong with a credential."""
    if is_legacy_fitbit_id(implementation.client_id):
        return "legacy_fitbit_credential"
    return "unknown_credential"
