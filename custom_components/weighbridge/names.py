"""What people, accounts and their devices are called: all of it follows from titles."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations

from .const import CONF_BLOOD_PRESSURE, CONF_WEIGH_INS, DOMAIN, SOURCES, Provider
from .entry import WeighbridgeConfigEntry, provider_of

NAMES: Final[Mapping[Provider, str]] = {
    Provider.WITHINGS: "Withings",
    Provider.FITBIT: "Fitbit",
    Provider.GARMIN: "Garmin Connect",
}

# What a link pushes: its weigh-ins or not, its blood pressures or not.
LINK_WORDS: Final[Mapping[tuple[bool, bool], str]] = {
    (True, False): "weigh_ins",
    (False, True): "blood_pressure",
    (True, True): "both",
    (False, False): "nothing",
}
ARROW: Final = " → "


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceName:
    """What somebody who is weighed is called, and known by at the vendor."""

    person: str
    account: str
    unique_id: str


def account_title(name: str, provider: Provider) -> str:
    """Return what the account of a person is called."""
    return f"{name} · {NAMES[provider]}"


def person_name(entry: WeighbridgeConfigEntry) -> str:
    """Return whose an account is: its title, without the vendor behind it."""
    if provider_of(entry) is Provider.SCALE:
        return entry.title
    return entry.title.removesuffix(account_title("", provider_of(entry)))


def account_name(entry: WeighbridgeConfigEntry) -> str:
    """Return what an account is called among others: its title, never without vendor."""
    provider = provider_of(entry)
    if provider is Provider.SCALE or NAMES[provider] in entry.title:
        return entry.title
    return account_title(entry.title, provider)


@callback
def async_sources(hass: HomeAssistant) -> dict[str, SourceName]:
    """Return all who are weighed, the first one first, by the ids that links name."""
    entries = sorted(
        hass.config_entries.async_entries(DOMAIN),
        key=lambda entry: (entry.created_at, entry.entry_id),
    )
    sources: dict[str, SourceName] = {}
    for entry in entries:
        if provider_of(entry) is Provider.SCALE:
            for subentry in entry.subentries.values():
                sources[subentry.subentry_id] = SourceName(
                    person=subentry.title,
                    account=f"{subentry.title} · {entry.title}",
                    unique_id=subentry.subentry_id,
                )
        elif provider_of(entry) in SOURCES:
            sources[entry.entry_id] = SourceName(
                person=person_name(entry),
                account=account_name(entry),
                unique_id=str(entry.unique_id),
            )
    return sources


@callback
def async_device_name(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry, person_id: str | None = None
) -> str:
    """Return what the device of an account, or of a person of a scale, is called.

    The first source of a person gives the device that is called as the person.
    """
    sources = async_sources(hass)
    if (own := sources.get(person_id or entry.entry_id)) is None:
        return account_name(entry)
    first = next(
        source
        for source in sources.values()
        if source.person.casefold() == own.person.casefold()
    )
    return own.person if first is own else own.account


@callback
def async_link_title(
    hass: HomeAssistant,
    source: str,
    entry: WeighbridgeConfigEntry,
    data: Mapping[str, Any],
) -> str:
    """Return what a link is called: from where, what, and where to.

    The end comes last, as a phone cuts it off, and shows it above.
    """
    pushes = (data.get(CONF_WEIGH_INS, True), data.get(CONF_BLOOD_PRESSURE, False))
    word = async_word(hass, "link", LINK_WORDS[pushes])
    return f"{source}: {word}{ARROW}{account_name(entry)}"


@callback
def async_word(hass: HomeAssistant, about: str, key: str) -> str:
    """Return a word about links or weigh-ins in the language of Home Assistant."""
    texts = async_get_cached_translations(
        hass, hass.config.language, "selector", DOMAIN
    )
    return texts.get(f"component.{DOMAIN}.selector.{about}.options.{key}", key)


def source_of_link(title: str) -> str:
    """Return what the source of a link is called, also when it is there no longer."""
    return title.rpartition(ARROW)[0].rpartition(": ")[0]
