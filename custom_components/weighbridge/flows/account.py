"""What the flows of all vendors share: one entry for each account, renewed in place."""

from collections.abc import Mapping
from typing import Any, Final

import probatio

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigFlow,
    ConfigFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import callback
from homeassistant.helpers.selector import TextSelector
from homeassistant.helpers.typing import VolDictType

from ..const import CONF_PROVIDER, Provider
from ..names import NAMES, account_title, person_name, provider_of
from .settings import (
    LOW_BATTERY,
    async_as_stored,
    async_person_fields,
    find_person_errors,
)

# Home Assistant's people.
PERSON_DOMAIN: Final = "person"


class AccountFlow(ConfigFlow):
    """End of every sign-in."""

    # What a new account is made of, once it is known whose it is.
    _new: Mapping[str, Any]
    _suggested_name: str | None

    async def _async_finish(
        self, unique_id: str, *, name: str | None, data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Ask whose a new account is, or renew the sign-in of the entry that it has.

        `name` is what the vendor calls the person.
        """
        existing = await self.async_set_unique_id(unique_id)
        if self.source in (SOURCE_REAUTH, SOURCE_RECONFIGURE):
            entry = (
                self._get_reauth_entry()
                if self.source == SOURCE_REAUTH
                else self._get_reconfigure_entry()
            )
            self._abort_if_unique_id_mismatch(
                reason="wrong_account", description_placeholders={"name": entry.title}
            )
            return self.async_update_reload_and_abort(entry, data_updates=data)
        if existing is not None:
            # The frontend restarts a re-authentication that lacks its credential as a
            # user flow, so this is where such an entry gets its new sign-in.
            return self.async_update_reload_and_abort(
                existing, data_updates=data, reason="already_configured"
            )
        self._new = data
        self._suggested_name = name or self._find_person()
        return await self.async_step_name()

    async def async_step_name(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask whose the account is, and what is particular about that person."""
        errors: dict[str, str] = {}
        if user_input is not None:
            name = user_input[CONF_NAME].strip()
            errors = find_person_errors(user_input)
            if not name:
                errors[CONF_NAME] = "name_missing"
            elif name.casefold() in self._taken_names():
                errors[CONF_NAME] = "name_taken"
            if not errors:
                self._abort_if_unique_id_configured()
                return self.async_create_entry(
                    title=account_title(name, self._vendor),
                    data=self._new,
                    options=async_as_stored(self.hass, user_input),
                    description=self._vendor.value,
                )
        return self.async_show_form(
            step_id="name",
            data_schema=self.add_suggested_values_to_schema(
                probatio.Schema(
                    {probatio.Required(CONF_NAME): TextSelector(), **self._fields()}
                ),
                {CONF_NAME: self._suggested_name} if user_input is None else user_input,
            ),
            errors=errors,
            description_placeholders={"vendor": NAMES[self._vendor]},
        )

    @property
    def _vendor(self) -> Provider:
        """Return the vendor of the new account."""
        return Provider(self._new[CONF_PROVIDER])

    def _fields(self) -> VolDictType:
        """Return what is asked beside the name."""
        match self._vendor:
            case Provider.WITHINGS:
                # It tells batteries in words.
                return async_person_fields(self.hass)
            case Provider.FITBIT:
                return {**async_person_fields(self.hass), **LOW_BATTERY}
            case _:
                return {}

    @callback
    def _find_person(self) -> str | None:
        """Return the one person of Home Assistant who lacks an account of the vendor."""
        taken = self._taken_names()
        names = [
            state.name
            for state in self.hass.states.async_all(PERSON_DOMAIN)
            if state.name.casefold() not in taken
        ]
        return names[0] if len(names) == 1 else None

    @callback
    def _taken_names(self) -> set[str]:
        """Return who has an account of the vendor; two would have the same title."""
        return {
            person_name(entry).casefold()
            for entry in self._async_current_entries()
            if provider_of(entry) is self._vendor
        }
