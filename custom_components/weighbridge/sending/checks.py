"""Repairs for automations that could not send their texts, before they have to."""

from collections.abc import Iterator, Mapping
from typing import Any

from homeassistant.components.automation import EVENT_AUTOMATION_RELOADED
from homeassistant.components.automation.const import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.components.notify.const import DOMAIN as NOTIFY_DOMAIN
from homeassistant.const import (
    ATTR_DOMAIN,
    ATTR_ENTITY_ID,
    CONF_ACTION,
    CONF_SERVICE_DATA,
    EVENT_SERVICE_REGISTERED,
    STATE_OFF,
)
from homeassistant.core import (
    CALLBACK_TYPE,
    Event,
    EventStateChangedData,
    HomeAssistant,
    callback,
)
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.helpers.event import async_track_state_change_event
from homeassistant.helpers.start import async_at_started
from homeassistant.helpers.template import is_template_string
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN
from .ways import ATTR_NOTIFY_ACTION, ATTR_NOTIFY_ENTITIES, ATTR_PHONE_NUMBERS, Ways

LISTS = (ATTR_PHONE_NUMBERS, ATTR_NOTIFY_ENTITIES)

ACTION = f"{DOMAIN}.send_text"

DATA_CHECKS: HassKey[Checks] = HassKey(f"{DOMAIN}_checks")


class Checks:
    """Looks at all automations that send by the action, and at how they would."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Look once all integrations are there, and when something may have changed."""
        self._hass = hass
        self._issues: set[str] = set()
        self._watched: list[str] = []
        self._unwatch: CALLBACK_TYPE | None = None
        async_at_started(hass, self._start)

    @callback
    def _start(self, hass: HomeAssistant) -> None:
        hass.bus.async_listen(EVENT_AUTOMATION_RELOADED, self._changed)
        hass.bus.async_listen(
            EVENT_SERVICE_REGISTERED, self._changed, event_filter=_is_notify_action
        )
        hass.bus.async_listen(
            er.EVENT_ENTITY_REGISTRY_UPDATED, self._changed, event_filter=_is_notify
        )
        self.look()

    @callback
    def look(self) -> None:
        """Raise an issue for each fault of an automation, withdraw those of others."""
        found: set[str] = set()
        component = self._hass.data.get(AUTOMATION_DOMAIN)
        senders = {
            automation.entity_id: automation
            for automation in (component.entities if component else ())
            if any(_sendings(automation.raw_config))
        }
        for entity_id, automation in senders.items():
            if not self._hass.states.is_state(entity_id, STATE_OFF):
                found.update(self._report(automation))
        for issue_id in self._issues - found:
            ir.async_delete_issue(self._hass, DOMAIN, issue_id)
        self._issues = found
        if self._watched != list(senders):
            if self._unwatch is not None:
                self._unwatch()
            self._watched = list(senders)
            self._unwatch = async_track_state_change_event(
                self._hass, self._watched, self._switched
            )

    def _report(self, automation: Any) -> Iterator[str]:
        """Raise an issue for each kind of fault; yield their ids."""
        faults: dict[str, list[str]] = {}
        for sending in _sendings(automation.raw_config):
            for fault in Ways.read(self._hass, sending[CONF_SERVICE_DATA]).faults:
                about = faults.setdefault(fault.kind, [])
                if fault.about not in about:
                    about.append(fault.about)
            # What else an automation does with its texts is a way, too.
            if (sending.get("metadata") or {}).get("own_actions"):
                faults.pop("no_way_to_send", None)
        for kind, about in faults.items():
            issue_id = f"{kind}_{automation.entity_id}"
            ir.async_create_issue(
                self._hass,
                DOMAIN,
                issue_id,
                is_fixable=False,
                severity=ir.IssueSeverity.WARNING,
                translation_key=kind,
                translation_placeholders={
                    "name": automation.name,
                    "what": ", ".join(about),
                    "edit": _editor(automation.unique_id),
                },
            )
            yield issue_id

    @callback
    def _changed(self, _event: Event[Any]) -> None:
        self.look()

    @callback
    def _switched(self, event: Event[EventStateChangedData]) -> None:
        # At a reload an automation goes and comes; that is told when all are there.
        states = (event.data["old_state"], event.data["new_state"])
        before, after = (state.state if state else None for state in states)
        if before != after and STATE_OFF in (before, after):
            self.look()


@callback
def async_setup_checks(hass: HomeAssistant) -> None:
    """Look at the automations from now on."""
    hass.data[DATA_CHECKS] = Checks(hass)


@callback
def async_check(hass: HomeAssistant) -> None:
    """Look at the automations now."""
    hass.data[DATA_CHECKS].look()


def _editor(unique_id: str | None) -> str:
    """Return where an automation is edited; one of YAML may have no page of its own."""
    page = "dashboard" if unique_id is None else f"edit/{unique_id}"
    return f"/config/automation/{page}"


def _sendings(config: Any) -> Iterator[Mapping[str, Any]]:
    """Yield each use of the action in a configuration that tells how it will send."""
    if isinstance(config, Mapping):
        if config.get(CONF_ACTION) == ACTION and _is_plain(
            config.get(CONF_SERVICE_DATA)
        ):
            yield config
        for value in config.values():
            yield from _sendings(value)
    elif isinstance(config, list):
        for value in config:
            yield from _sendings(value)


def _is_plain(data: Any) -> bool:
    """Tell whether the ways are there, and none of them comes from a template."""
    if not isinstance(data, Mapping):
        return False
    ways = (data.get(key) for key in (*LISTS, ATTR_NOTIFY_ACTION))
    return not any(
        isinstance(way, str) and is_template_string(way)
        for entered in ways
        for way in (entered if isinstance(entered, list) else [entered])
    )


@callback
def _is_notify_action(data: Mapping[str, Any]) -> bool:
    return bool(data[ATTR_DOMAIN] == NOTIFY_DOMAIN)


@callback
def _is_notify(data: Mapping[str, Any]) -> bool:
    return str(data[ATTR_ENTITY_ID]).startswith(f"{NOTIFY_DOMAIN}.")
