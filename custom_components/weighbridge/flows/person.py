"""The people who stand on a scale."""

from collections.abc import Collection, Mapping
from typing import Any

import probatio

from homeassistant.config_entries import (
    ConfigSubentryData,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import TextSelector

from ..const import SUBENTRY_PERSON
from .settings import (
    async_as_entered,
    async_as_stored,
    async_person_fields,
    find_limit_errors,
)


@callback
def schema(hass: HomeAssistant) -> probatio.Schema:
    """Return a form for the name, the height and the limits of a person."""
    return probatio.Schema(
        {probatio.Required(CONF_NAME): TextSelector(), **async_person_fields(hass)}
    )


def find_errors(
    user_input: Mapping[str, Any], taken: Collection[str] = ()
) -> dict[str, str]:
    """Return what is wrong with the form, by field."""
    errors = find_limit_errors(user_input)
    name = user_input[CONF_NAME].strip()
    if not name:
        errors[CONF_NAME] = "name_missing"
    elif name.casefold() in taken:
        errors[CONF_NAME] = "person_taken"
    return errors


@callback
def async_as_subentry(
    hass: HomeAssistant, user_input: Mapping[str, Any]
) -> ConfigSubentryData:
    """Return the first person of a new scale, as its entry takes them."""
    return ConfigSubentryData(
        subentry_type=SUBENTRY_PERSON,
        title=user_input[CONF_NAME].strip(),
        data=async_as_stored(hass, user_input),
        unique_id=None,
    )


class PersonFlow(ConfigSubentryFlow):
    """Add somebody who stands on a scale, or change them."""

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask who it is."""
        errors: dict[str, str] = {}
        if user_input is not None:
            errors = find_errors(user_input, self._taken())
            if not errors:
                return self.async_create_entry(
                    title=user_input[CONF_NAME].strip(),
                    data=async_as_stored(self.hass, user_input),
                    description="person",
                )
        return self._show("user", user_input, errors)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Change the name, the height or the limits."""
        subentry = self._get_reconfigure_subentry()
        errors: dict[str, str] = {}
        if user_input is not None:
            taken = self._taken() - {subentry.title.casefold()}
            errors = find_errors(user_input, taken)
            if not errors:
                return self.async_update_and_abort(
                    self._get_entry(),
                    subentry,
                    title=user_input[CONF_NAME].strip(),
                    data=async_as_stored(self.hass, user_input),
                )
        else:
            user_input = {
                CONF_NAME: subentry.title,
                **async_as_entered(self.hass, subentry.data),
            }
        return self._show("reconfigure", user_input, errors)

    def _show(
        self, step: str, values: Mapping[str, Any] | None, errors: dict[str, str]
    ) -> SubentryFlowResult:
        """Show the form."""
        return self.async_show_form(
            step_id=step,
            data_schema=self.add_suggested_values_to_schema(schema(self.hass), values),
            errors=errors,
            description_placeholders={"scale": self._get_entry().title},
        )

    def _taken(self) -> set[str]:
        """Return the names of those who stand on the scale already."""
        return {
            subentry.title.casefold()
            for subentry in self._get_entry().subentries.values()
            if subentry.subentry_type == SUBENTRY_PERSON
        }
