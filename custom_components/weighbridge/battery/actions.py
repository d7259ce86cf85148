"""The actions with which an automation sends texts about batteries."""

import asyncio
from collections.abc import Mapping
from datetime import time, timedelta
import re
from typing import Any

import probatio

from homeassistant.components.automation.const import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.components.notify.const import (
    ATTR_MESSAGE,
    ATTR_TARGET,
    DOMAIN as NOTIFY_DOMAIN,
)
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.exceptions import (
    HomeAssistantError,
    ServiceNotFound,
    ServiceValidationError,
)
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from ..const import DOMAIN, LOGGER
from .entities import Battery, describe
from .phone import international
from .rules import Quiet, Rules, TextKind
from .texts import ATTR_AUTOMATION, DATA_BATTERY_TEXTS, BatteryTexts, DueText

SERVICE_GET_BATTERY_TEXTS = "get_battery_texts"
SERVICE_SEND_BATTERY_TEXT = "send_battery_text"
SERVICE_CONFIRM_BATTERY_TEXT = "confirm_battery_text"

ATTR_BATTERIES = "batteries"
ATTR_BATTERY = "battery"
ATTR_INTRODUCTION = "introduction"
ATTR_KIND = "kind"
ATTR_NOTIFY_ACTION = "notify_action"
ATTR_NOTIFY_ENTITIES = "notify_entities"
ATTR_PHONE_NUMBER = "phone_number"
ATTR_PHONE_NUMBERS = "phone_numbers"
ATTR_QUIET_END = "quiet_end"
ATTR_QUIET_START = "quiet_start"
ATTR_REPEAT_HOURS = "repeat_hours"
ATTR_SENT = "sent"
ATTR_STALE_DAYS = "stale_days"
ATTR_TELL_CHARGED = "tell_charged"

_ACTION = re.compile(r"[a-z0-9_]+\.[a-z0-9_]+")

AUTOMATION_SCHEMA = probatio.Schema(
    {probatio.Required(ATTR_AUTOMATION): cv.entity_domain(AUTOMATION_DOMAIN)}
)

GET_BATTERY_TEXTS_SCHEMA = AUTOMATION_SCHEMA.extend(
    {
        probatio.Required(ATTR_BATTERIES): cv.entity_ids,
        probatio.Optional(ATTR_INTRODUCTION, default=False): cv.boolean,
        probatio.Optional(ATTR_NOTIFY_ACTION, default=""): cv.string,
        probatio.Optional(ATTR_PHONE_NUMBERS, default=list): probatio.All(
            cv.ensure_list, [cv.string]
        ),
        probatio.Optional(ATTR_NOTIFY_ENTITIES, default=list): cv.entity_ids,
        probatio.Optional(ATTR_QUIET_START, default=time.min): cv.time,
        probatio.Optional(ATTR_QUIET_END, default=time.min): cv.time,
        probatio.Optional(ATTR_REPEAT_HOURS, default=0): cv.positive_float,
        probatio.Optional(ATTR_TELL_CHARGED, default=True): cv.boolean,
        probatio.Optional(ATTR_STALE_DAYS, default=0): cv.positive_float,
    }
)

SEND_BATTERY_TEXT_SCHEMA = probatio.Schema(
    {
        probatio.Required(ATTR_NOTIFY_ACTION): cv.service,
        probatio.Required(ATTR_MESSAGE): cv.string,
        probatio.Optional(ATTR_PHONE_NUMBER): cv.string,
    }
)

CONFIRM_BATTERY_TEXT_SCHEMA = AUTOMATION_SCHEMA.extend(
    {
        probatio.Required(ATTR_KIND): probatio.Coerce(TextKind),
        probatio.Required(ATTR_BATTERY): probatio.Maybe(cv.entity_id),
        probatio.Optional(ATTR_SENT, default=True): cv.boolean,
    }
)


async def async_setup_battery_texts(hass: HomeAssistant) -> None:
    """Read what was told before, and register the actions."""
    texts = hass.data[DATA_BATTERY_TEXTS] = BatteryTexts(hass)
    await texts.async_load()
    hass.services.async_register(
        DOMAIN,
        SERVICE_GET_BATTERY_TEXTS,
        _async_get_battery_texts,
        schema=GET_BATTERY_TEXTS_SCHEMA,
        supports_response=SupportsResponse.ONLY,
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_SEND_BATTERY_TEXT,
        _async_send_battery_text,
        schema=SEND_BATTERY_TEXT_SCHEMA,
    )
    hass.services.async_register(
        DOMAIN,
        SERVICE_CONFIRM_BATTERY_TEXT,
        _async_confirm_battery_text,
        schema=CONFIRM_BATTERY_TEXT_SCHEMA,
    )


async def _async_get_battery_texts(call: ServiceCall) -> dict[str, Any]:
    """Return the texts that are due, and how they are to be sent."""
    hass, data = call.hass, call.data
    numbers = _phone_numbers(data[ATTR_PHONE_NUMBERS])
    action = _notify_action(data[ATTR_NOTIFY_ACTION])
    # What woke the automation is the first of a device's changes: let the others follow.
    await asyncio.sleep(0)
    batteries = [Battery.read(hass, entity_id) for entity_id in data[ATTR_BATTERIES]]
    if data[ATTR_INTRODUCTION]:
        texts = [_introduction(batteries)]
    else:
        due = await hass.data[DATA_BATTERY_TEXTS].async_due(
            data[ATTR_AUTOMATION], data[ATTR_BATTERIES], _rules(data)
        )
        texts = [_text(text) for text in due]
    return {
        "texts": texts,
        "levels": describe(batteries),
        ATTR_NOTIFY_ACTION: action,
        "has_notify_action": hass.services.has_service(*action.split("."))
        if action
        else False,
        ATTR_PHONE_NUMBERS: numbers,
        ATTR_NOTIFY_ENTITIES: _notify_entities(
            hass, data[ATTR_NOTIFY_ENTITIES], other_way=bool(action)
        )
        if texts
        else [],
    }


async def _async_send_battery_text(call: ServiceCall) -> None:
    """Send a text by a notify action.

    Some raise what only their vendor's library knows. An automation would end with
    that, before it has tried the next number or another way.
    """
    action: str = call.data[ATTR_NOTIFY_ACTION]
    domain, service = action.split(".")
    data: dict[str, Any] = {ATTR_MESSAGE: call.data[ATTR_MESSAGE]}
    if number := call.data.get(ATTR_PHONE_NUMBER):
        data[ATTR_TARGET] = [number]
    try:
        await call.hass.services.async_call(
            domain, service, data, blocking=True, context=call.context
        )
    except ServiceNotFound as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="notify_action_missing",
            translation_placeholders={"action": action},
        ) from err
    except Exception as err:
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="text_not_taken",
            translation_placeholders={
                "action": action,
                "error": str(err) or type(err).__name__,
            },
        ) from err


async def _async_confirm_battery_text(call: ServiceCall) -> None:
    """Take note that a text was sent; an introduction is about no battery."""
    if (entity_id := call.data[ATTR_BATTERY]) is None:
        return
    texts = call.hass.data[DATA_BATTERY_TEXTS]
    note = texts.async_told if call.data[ATTR_SENT] else texts.async_not_told
    await note(call.data[ATTR_AUTOMATION], entity_id, call.data[ATTR_KIND])


def _rules(data: Mapping[str, Any]) -> Rules:
    """Read what the owner of an automation wants to be told; 0 is never."""
    return Rules(
        repeat=timedelta(hours=data[ATTR_REPEAT_HOURS]) or None,
        silence=timedelta(days=data[ATTR_STALE_DAYS]) or None,
        tell_charged=data[ATTR_TELL_CHARGED],
        quiet=Quiet(data[ATTR_QUIET_START], data[ATTR_QUIET_END]),
    )


def _text(text: DueText) -> dict[str, Any]:
    """Return a text as an automation gets it."""
    return {
        ATTR_KIND: text.kind.value,
        ATTR_BATTERY: text.battery.entity_id,
        "name": text.battery.name,
        "level": text.battery.level,
        "last_sync": text.battery.last_sync,
        "days": text.battery.silent_days(dt_util.utcnow()),
    }


def _introduction(batteries: list[Battery]) -> dict[str, Any]:
    """Return the text that introduces an automation, about all of its batteries."""
    return {
        ATTR_KIND: TextKind.INTRODUCTION.value,
        ATTR_BATTERY: None,
        "name": ", ".join(battery.name for battery in batteries),
        "level": ", ".join(battery.level for battery in batteries),
        "last_sync": ", ".join(battery.last_sync for battery in batteries),
        "days": 0,
    }


def _phone_numbers(written: list[str]) -> list[str]:
    """Return the phone numbers as gateways want them; rows left empty do not count."""
    numbers: list[str] = []
    for number in filter(str.strip, written):
        try:
            numbers.append(international(number))
        except ValueError as err:
            raise ServiceValidationError(
                translation_domain=DOMAIN,
                translation_key="bad_phone_number",
                translation_placeholders={"number": number},
            ) from err
    return list(dict.fromkeys(numbers))


def _notify_action(written: str) -> str:
    """Return the name of the notify action with its domain, or an empty string."""
    action = written.strip().lower()
    if not action:
        return ""
    if "." not in action:
        action = f"{NOTIFY_DOMAIN}.{action}"
    if not _ACTION.fullmatch(action):
        raise ServiceValidationError(
            translation_domain=DOMAIN,
            translation_key="bad_notify_action",
            translation_placeholders={"action": written},
        )
    return action


def _notify_entities(
    hass: HomeAssistant, entity_ids: list[str], *, other_way: bool
) -> list[str]:
    """Return the notify entities that can send now.

    Home Assistant passes over missing and unavailable entities in silence.
    """
    states = {entity_id: hass.states.get(entity_id) for entity_id in entity_ids}
    missing = [entity_id for entity_id, state in states.items() if state is None]
    available = [
        entity_id
        for entity_id, state in states.items()
        if state is not None and state.state != STATE_UNAVAILABLE
    ]
    away = [entity_id for entity_id in states if entity_id not in available]
    if not away:
        return available
    if not available and not other_way:
        if missing:
            raise HomeAssistantError(
                translation_domain=DOMAIN,
                translation_key="missing_notify_entity",
                translation_placeholders={"entity": ", ".join(missing)},
            )
        raise HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key="notify_entity_unavailable",
            translation_placeholders={"entity": ", ".join(away)},
        )
    for entity_id in away:
        LOGGER.warning(
            "No text goes to %s: it %s",
            entity_id,
            "does not exist" if entity_id in missing else "is unavailable",
        )
    return available
