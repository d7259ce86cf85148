"""Texts about low batteries, from Home Assistant through an SMS gateway to a phone."""

import asyncio
from collections.abc import Callable
from typing import Any

from ..clouds import Clouds, SmsMessage
from .api import Api
from .errors import DemoError

NUMBER = "+49 171 2345678"
AUTOMATION = "automation.low_battery_sms"
_AUTOMATION_ID = "low_battery_sms"
_TIMEOUT = 10


async def add_automation(api: Api, batteries: list[str]) -> None:
    """Make an automation from the blueprint, as its dialog does."""
    await api.post(
        f"/api/config/automation/config/{_AUTOMATION_ID}",
        {
            "alias": "Low battery SMS",
            "use_blueprint": {
                "path": "weighbridge/low_battery_sms.yaml",
                "input": {
                    "batteries": batteries,
                    "notify_action": "notify.sms",
                    "phone_numbers": [NUMBER],
                },
            },
        },
    )
    await api.wait_for(AUTOMATION, lambda: AUTOMATION in api.states, _TIMEOUT)


async def introduce(api: Api) -> None:
    """Choose Run in the menu of the automation."""
    await api.act("automation.trigger", entity_id=AUTOMATION)


async def wait_for_texts(clouds: Clouds, number: int) -> None:
    """Wait until so many texts have arrived in all."""
    try:
        async with asyncio.timeout(_TIMEOUT):
            while len(clouds.sms.messages) < number:
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise DemoError(
            f"{len(clouds.sms.messages)} of {number} texts within {_TIMEOUT} s"
        ) from None


async def follow_texts(clouds: Clouds, tell: Callable[[SmsMessage], Any]) -> None:
    """Tell of each text that arrives, for ever."""
    told = len(clouds.sms.messages)
    while True:
        for message in clouds.sms.messages[told:]:
            tell(message)
            told += 1
        await asyncio.sleep(0.2)
