"""The ways by which an automation sends its texts, as a user has entered them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
import re
from typing import Any, Self

from homeassistant.components.notify.const import (
    DOMAIN as NOTIFY_DOMAIN,
    SERVICE_SEND_MESSAGE,
)
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv, entity_registry as er

from ..const import DOMAIN
from .phone import international

ATTR_NOTIFY_ACTION = "notify_action"
ATTR_NOTIFY_ENTITIES = "notify_entities"
ATTR_PHONE_NUMBERS = "phone_numbers"

FAULTS = (
    "bad_notify_action",
    "bad_phone_number",
    "missing_notify_entity",
    "no_way_to_send",
    "notify_action_missing",
    "notify_needs_entities",
)

_ACTION = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")


@dataclass(frozen=True, slots=True)
class Fault:
    """What a user has to mend before a text can be sent: one of `FAULTS`, about what."""

    kind: str
    about: str = ""

    def error(self) -> HomeAssistantError:
        """Return the fault as an error."""
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=self.kind,
            translation_placeholders={"what": self.about},
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Ways:
    """What is good of the ways, and the faults of the others."""

    action: tuple[str, str] | None
    """Domain and name of the notify action."""
    targets: list[str | None]
    """Phone numbers in international form, each once; None is whom the service knows."""
    entities: list[str]
    """Those that exist; Home Assistant passes over the others in silence."""
    faults: list[Fault]

    @classmethod
    def read(cls, hass: HomeAssistant, data: Mapping[str, Any]) -> Self:
        """Read the ways from the data of an action, or from that of an automation."""
        faults: list[Fault] = []
        written = ", ".join(_texts(data.get(ATTR_NOTIFY_ACTION)))
        action = _action(hass, written, faults)
        targets = _targets(_texts(data.get(ATTR_PHONE_NUMBERS)), faults)
        chosen = _texts(data.get(ATTR_NOTIFY_ENTITIES))
        entities = [entity for entity in chosen if _exists(hass, entity)]
        faults.extend(
            Fault("missing_notify_entity", entity)
            for entity in chosen
            if entity not in entities
        )
        if not chosen and not written.strip():
            faults.append(Fault("no_way_to_send"))
        return cls(action=action, targets=targets, entities=entities, faults=faults)


def _texts(written: Any) -> list[str]:
    """Return one or several values as texts: YAML makes numbers of those without quotes."""
    return [str(value) for value in cv.ensure_list(written) if value is not None]


def _action(
    hass: HomeAssistant, written: str, faults: list[Fault]
) -> tuple[str, str] | None:
    """Return domain and name of an action, which may be written without its domain."""
    action = written.strip().lower()
    if not action:
        return None
    if "." not in action:
        action = f"{NOTIFY_DOMAIN}.{action}"
    if not _ACTION.fullmatch(action):
        faults.append(Fault("bad_notify_action", written))
        return None
    domain, name = action.split(".")
    if (domain, name) == (NOTIFY_DOMAIN, SERVICE_SEND_MESSAGE):
        # The first that Home Assistant offers; it takes no numbers, and knows nobody.
        faults.append(Fault("notify_needs_entities", action))
        return None
    if not hass.services.has_service(domain, name):
        faults.append(Fault("notify_action_missing", action))
        return None
    return domain, name


def _targets(written: Iterable[str], faults: list[Fault]) -> list[str | None]:
    """Return whom a notify action is to reach; rows left empty do not count."""
    rows = [number for number in written if number.strip()]
    if not rows:
        return [None]
    targets: list[str | None] = []
    for number in rows:
        try:
            targets.append(international(number))
        except ValueError:
            faults.append(Fault("bad_phone_number", number))
    return list(dict.fromkeys(targets))


def _exists(hass: HomeAssistant, entity_id: str) -> bool:
    return (
        hass.states.get(entity_id) is not None
        or er.async_get(hass).async_get(entity_id) is not None
    )
