"""The action that sends a text by all ways that a user has chosen."""

from typing import Any

import probatio

from homeassistant.components.notify.const import (
    ATTR_DATA,
    ATTR_MESSAGE,
    ATTR_TARGET,
    ATTR_TITLE,
    DOMAIN as NOTIFY_DOMAIN,
    SERVICE_SEND_MESSAGE,
)
from homeassistant.const import ATTR_ENTITY_ID, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, ServiceCall, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv

from ..const import DOMAIN, LOGGER
from .checks import async_check, async_setup_checks
from .ways import ATTR_NOTIFY_ACTION, ATTR_NOTIFY_ENTITIES, ATTR_PHONE_NUMBERS, Ways

SERVICE_SEND_TEXT = "send_text"

ATTR_NOTIFY_DATA = "notify_data"

SEND_TEXT_SCHEMA = probatio.Schema(
    {
        # A text that looks like a number, or a list, has become one in its template.
        probatio.Required(ATTR_MESSAGE): probatio.Coerce(str),
        probatio.Optional(ATTR_TITLE): probatio.Coerce(str),
        probatio.Optional(ATTR_NOTIFY_DATA): dict,
        probatio.Optional(ATTR_NOTIFY_ACTION, default=""): cv.string,
        probatio.Optional(ATTR_PHONE_NUMBERS, default=list): probatio.All(
            cv.ensure_list, [cv.string]
        ),
        probatio.Optional(ATTR_NOTIFY_ENTITIES, default=list): cv.entity_ids,
    }
)


@callback
def async_setup_sending(hass: HomeAssistant) -> None:
    """Register the action, and look at the automations that use it."""
    hass.services.async_register(
        DOMAIN, SERVICE_SEND_TEXT, _async_send_text, schema=SEND_TEXT_SCHEMA
    )
    async_setup_checks(hass)


async def _async_send_text(call: ServiceCall) -> None:
    """Send a text to everybody; one that takes it is enough.

    What fails beside it is logged. If nothing takes the text, the first error is raised.
    """
    ways = Ways.read(call.hass, call.data)
    errors = [fault.error() for fault in ways.faults]
    text = (ATTR_MESSAGE, ATTR_TITLE)
    message = {key: call.data[key] for key in text if key in call.data}
    more = {}
    if ATTR_NOTIFY_DATA in call.data:
        more[ATTR_DATA] = call.data[ATTR_NOTIFY_DATA]
    sent = 0
    if ways.action is not None:
        # Some services send to the first of several numbers only.
        for target in ways.targets:
            to = {} if target is None else {ATTR_TARGET: [target]}
            data = {**message, **more, **to}
            sent += await _async_try(call, ways.action, data, errors)
    entities = _available(call.hass, ways.entities, errors)
    if entities:
        action = (NOTIFY_DOMAIN, SERVICE_SEND_MESSAGE)
        to = {ATTR_ENTITY_ID: entities}
        sent += await _async_try(call, action, {**message, **to}, errors)
    if errors:
        # What was good when the automation was loaded no longer is.
        async_check(call.hass)
    if not sent:
        raise errors[0]
    for error in errors:
        LOGGER.warning("A text reached others only: %s", error)


async def _async_try(
    call: ServiceCall,
    action: tuple[str, str],
    data: dict[str, Any],
    errors: list[HomeAssistantError],
) -> bool:
    """Send by an action; return whether it took the text.

    Some raise what only their vendor's library knows, which no automation survives.
    """
    try:
        await call.hass.services.async_call(
            *action, data, blocking=True, context=call.context
        )
    except Exception as err:  # noqa: BLE001 - see above
        error = HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="text_not_taken",
            translation_placeholders={
                "action": ".".join(action),
                "error": str(err) or type(err).__name__,
            },
        )
        error.__cause__ = err
        errors.append(error)
        return False
    return True


def _available(
    hass: HomeAssistant, entities: list[str], errors: list[HomeAssistantError]
) -> list[str]:
    """Return the entities that can send now."""
    states = {entity: hass.states.get(entity) for entity in entities}
    available = [
        entity
        for entity, state in states.items()
        if state is not None and state.state != STATE_UNAVAILABLE
    ]
    errors.extend(
        HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="notify_entity_unavailable",
            translation_placeholders={"entity": entity},
        )
        for entity in entities
        if entity not in available
    )
    return available
