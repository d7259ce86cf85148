"""Every name follows the titles: of devices, links, statistics, and in texts."""

from homeassistant.config_entries import (
    SIGNAL_CONFIG_ENTRY_CHANGED,
    ConfigEntry,
    ConfigEntryChange,
    ConfigEntryState,
)
from homeassistant.const import CONF_SOURCE
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, issue_registry as ir
from homeassistant.helpers.dispatcher import (
    async_dispatcher_connect,
    async_dispatcher_send,
)

from .const import DOMAIN, SIGNAL_RENAMED, SOURCES
from .entity import async_account_device, async_device, async_person_device
from .entry import WeighbridgeConfigEntry, provider_of
from .names import account_name, async_link_title, async_sources, source_of_link
from .sources import ScaleRuntime, SourceRuntime


@callback
def async_keep_names(hass: HomeAssistant) -> None:
    """Bring all names in line whenever an account is added, renamed or removed."""
    titles: dict[str, str] = {}

    @callback
    def look(_change: ConfigEntryChange, entry: ConfigEntry) -> None:
        nonlocal titles
        if entry.domain != DOMAIN:
            return
        entries = hass.config_entries.async_entries(DOMAIN)
        now = {entry.entry_id: entry.title for entry in entries}
        now |= {key: source.account for key, source in async_sources(hass).items()}
        if titles == (titles := now):
            return
        for each in entries:
            _async_rename_devices(hass, each)
            _async_rename_links(hass, each)
            _async_rename_in_issues(hass, each)
        async_dispatcher_send(hass, SIGNAL_RENAMED)

    async_dispatcher_connect(hass, SIGNAL_CONFIG_ENTRY_CHANGED, look)


@callback
def _async_rename_devices(hass: HomeAssistant, entry: WeighbridgeConfigEntry) -> None:
    """Rename the devices of an account that are registered."""
    infos = [async_account_device(hass, entry)]
    if provider_of(entry) in SOURCES and entry.state is ConfigEntryState.LOADED:
        runtime: SourceRuntime | ScaleRuntime = entry.runtime_data
        infos.extend(
            async_person_device(person)
            for person in runtime.persons.values()
            if person.subentry_id is not None
        )
        if isinstance(runtime, SourceRuntime):
            devices = runtime.devices
            infos.extend(async_device(devices, one) for one in devices.data.values())
    registry = dr.async_get(hass)
    for info in infos:
        (identifier,) = info["identifiers"]
        if registry.async_get_device_by_identifier(identifier, entry.entry_id):
            registry.async_get_or_create(config_entry_id=entry.entry_id, **info)


@callback
def _async_rename_links(hass: HomeAssistant, entry: WeighbridgeConfigEntry) -> None:
    """Rename the links of a Garmin account by both their ends."""
    sources = async_sources(hass)
    for subentry in list(entry.subentries.values()):
        if (source_id := subentry.data.get(CONF_SOURCE)) is not None:
            source = sources.get(source_id)
            name = source_of_link(subentry.title) if source is None else source.account
            hass.config_entries.async_update_subentry(
                entry,
                subentry,
                title=async_link_title(hass, name, entry, subentry.data),
            )


@callback
def _async_rename_in_issues(hass: HomeAssistant, entry: WeighbridgeConfigEntry) -> None:
    """Raise the issues of an account anew under its name."""
    registry = ir.async_get(hass)
    for (domain, issue_id), issue in list(registry.issues.items()):
        placeholders = issue.translation_placeholders or {}
        if (
            domain != DOMAIN
            or not issue.active
            or not issue_id.startswith(f"{entry.entry_id}_")
            or "account" not in placeholders
        ):
            continue
        registry.async_get_or_create(
            DOMAIN,
            issue_id,
            data=issue.data,
            is_fixable=bool(issue.is_fixable),
            is_persistent=issue.is_persistent,
            learn_more_url=issue.learn_more_url,
            severity=issue.severity or ir.IssueSeverity.WARNING,
            translation_key=str(issue.translation_key),
            translation_placeholders={**placeholders, "account": account_name(entry)},
        )
