"""The actions with which an automation sends texts about batteries."""

import asyncio
from collections.abc import Mapping
from datetime import time, timedelta
from typing import Any

import probatio

from homeassistant.components.automation.const import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.core import HomeAssistant, ServiceCall, SupportsResponse
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import config_validation as cv
from homeassistant.util import dt as dt_util

from ..const import DOMAIN
from .entities import Battery, describe
from .rules import Quiet, Rules, TextKind
from .texts import ATTR_AUTOMATION, DATA_BATTERY_TEXTS, BatteryTexts, DueText

SERVICE_GET_BATTERY_TEXTS = "get_battery_texts"
SERVICE_CONFIRM_BATTERY_TEXT = "confirm_battery_text"

ATTR_BATTERIES = "batteries"
ATTR_BATTERY = "battery"
ATTR_INTRODUCTION = "introduction"
ATTR_KIND = "kind"
ATTR_QUIET_END = "quiet_end"
ATTR_QUIET_START = "quiet_start"
ATTR_REPEAT_HOURS = "repeat_hours"
ATTR_SENT = "sent"
ATTR_STALE_DAYS = "stale_days"
ATTR_TELL_CHARGED = "tell_charged"

AUTOMATION_SCHEMA = probatio.Schema(
    {probatio.Required(ATTR_AUTOMATION): cv.entity_domain(AUTOMATION_DOMAIN)}
)

GET_BATTERY_TEXTS_SCHEMA = AUTOMATION_SCHEMA.extend(
    {
        probatio.Required(ATTR_BATTERIES): cv.entity_ids,
        probatio.Optional(ATTR_INTRODUCTION, default=False): cv.boolean,
        probatio.Optional(ATTR_QUIET_START, default=time.min): cv.time,
        probatio.Optional(ATTR_QUIET_END, default=time.min): cv.time,
        probatio.Optional(ATTR_REPEAT_HOURS, default=0): cv.positive_float,
        probatio.Optional(ATTR_TELL_CHARGED, default=True): cv.boolean,
        probatio.Optional(ATTR_STALE_DAYS, default=0): cv.positive_float,
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
        SERVICE_CONFIRM_BATTERY_TEXT,
        _async_confirm_battery_text,
        schema=CONFIRM_BATTERY_TEXT_SCHEMA,
    )


async def _async_get_battery_texts(call: ServiceCall) -> dict[str, Any]:
    """Return the texts that are due, and the levels of all batteries."""
    hass, data = call.hass, call.data
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
    }


async def _async_confirm_battery_text(call: ServiceCall) -> None:
    """Take note whether a text was sent; an introduction is about no battery."""
    data = call.data
    sent: bool = data[ATTR_SENT]
    if (entity_id := data[ATTR_BATTERY]) is not None:
        texts = call.hass.data[DATA_BATTERY_TEXTS]
        note = texts.async_told if sent else texts.async_not_told
        await note(data[ATTR_AUTOMATION], entity_id, data[ATTR_KIND])
    if not sent:
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="no_text_sent"
        )


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
