"""How Home Assistant comes to know that a vendor has something new."""

import asyncio
from http import HTTPStatus
from typing import Final

from ..clouds import Clouds
from .api import Api
from .errors import DemoError
from .home import Home

# What Withings tells of, by its numbers.
WEIGHT: Final = 1
BLOOD_PRESSURE: Final = 4

_SUBSCRIPTION_TIMEOUT = 20


async def tell(api: Api, clouds: Clouds, home: Home, appli: int = WEIGHT) -> None:
    """Let Withings call, and have Google asked at once: it is polled otherwise."""
    if home.person.vendor == "fitbit":
        await api.act("homeassistant.update_entity", entity_id=home.entity("weight"))
        return
    await _wait_for_subscription(clouds, home, appli)
    statuses = await clouds.withings.notify(home.person.name, appli)
    if statuses != [HTTPStatus.OK]:
        raise DemoError(f"Withings called Home Assistant and got {statuses}")


async def _wait_for_subscription(clouds: Clouds, home: Home, appli: int) -> None:
    """Wait until Home Assistant wants to be told."""
    try:
        async with asyncio.timeout(_SUBSCRIPTION_TIMEOUT):
            while appli not in {
                subscription.appli
                for subscription in clouds.withings.subscriptions(home.person.name)
            }:
                await asyncio.sleep(0.1)
    except TimeoutError:
        raise DemoError(
            f"Nobody wants Withings to call about {home.person.name}"
        ) from None
