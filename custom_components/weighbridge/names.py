"""What people, accounts and their devices are called: all of it follows from titles."""

from collections.abc import Mapping
from typing import Any, Final

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback

from .const import CONF_PROVIDER, DOMAIN, SOURCES, Provider

NAMES: Final[Mapping[Provider, str]] = {
    Provider.WITHINGS: "Withings",
    Provider.FITBIT: "Fitbit",
    Provider.GARMIN: "Garmin Connect",
}


def provider_of(entry: ConfigEntry[Any]) -> Provider:
    """Return the vendor of an account."""
    return Provider(entry.data[CONF_PROVIDER])


def account_title(name: str, provider: Provider) -> str:
    """Return what the account of a person is called."""
    return f"{name} · {NAMES[provider]}"


def person_name(entry: ConfigEntry[Any]) -> str:
    """Return whose an account is: its title, without the vendor behind it."""
    return entry.title.removesuffix(account_title("", provider_of(entry)))


def account_name(entry: ConfigEntry[Any]) -> str:
    """Return what an account is called among others: its title, never without vendor."""
    provider = provider_of(entry)
    if NAMES[provider] in entry.title:
        return entry.title
    return account_title(entry.title, provider)


@callback
def async_device_name(hass: HomeAssistant, entry: ConfigEntry[Any]) -> str:
    """Return what the device of an account is called.

    The first source of a person gives the device that is called as the person.
    """
    if provider_of(entry) not in SOURCES:
        return account_name(entry)
    name = person_name(entry)
    first = min(
        (
            other
            for other in hass.config_entries.async_entries(DOMAIN)
            if provider_of(other) in SOURCES
            and person_name(other).casefold() == name.casefold()
        ),
        key=lambda other: (other.created_at, other.entry_id),
        default=entry,
    )
    return name if first.entry_id == entry.entry_id else account_name(entry)
