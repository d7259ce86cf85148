"""A new account: whose it is, and what is asked beside the name."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import probatio

from homeassistant.const import CONF_NAME
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.selector import TextSelector
from homeassistant.helpers.typing import VolDictType

from ..const import CONF_PROVIDER, DOMAIN, Provider
from ..entry import provider_of
from ..names import person_name
from .settings import LOW_BATTERY, async_person_fields, find_limit_errors

# Home Assistant's people.
PERSON_DOMAIN: Final = "person"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewAccount:
    """An account that was signed in to, and what its entry keeps.

    `name` is what the vendor calls the person.
    """

    unique_id: str
    name: str | None
    data: Mapping[str, Any]

    @property
    def provider(self) -> Provider:
        """Return the vendor of the account."""
        return Provider(self.data[CONF_PROVIDER])


@callback
def schema(hass: HomeAssistant, provider: Provider) -> probatio.Schema:
    """Return a form for the name, and for what is particular about that person."""
    fields: VolDictType = {probatio.Required(CONF_NAME): TextSelector()}
    if provider is not Provider.GARMIN:
        fields |= async_person_fields(hass)
    if provider is Provider.FITBIT:
        # Withings tells batteries in words.
        fields |= LOW_BATTERY
    return probatio.Schema(fields)


@callback
def find_errors(
    hass: HomeAssistant, provider: Provider, user_input: Mapping[str, Any]
) -> dict[str, str]:
    """Return what is wrong with the form, by field."""
    errors = find_limit_errors(user_input)
    name = user_input[CONF_NAME].strip()
    if not name:
        errors[CONF_NAME] = "name_missing"
    elif name.casefold() in _taken_names(hass, provider):
        errors[CONF_NAME] = "name_taken"
    return errors


@callback
def suggest_name(hass: HomeAssistant, provider: Provider) -> str | None:
    """Return the one person of Home Assistant who lacks an account of a vendor."""
    taken = _taken_names(hass, provider)
    names = [
        state.name
        for state in hass.states.async_all(PERSON_DOMAIN)
        if state.name.casefold() not in taken
    ]
    return names[0] if len(names) == 1 else None


@callback
def _taken_names(hass: HomeAssistant, provider: Provider) -> set[str]:
    """Return who has an account of a vendor; two would have the same title."""
    return {
        person_name(entry).casefold()
        for entry in hass.config_entries.async_entries(DOMAIN)
        if provider_of(entry) is provider
    }
