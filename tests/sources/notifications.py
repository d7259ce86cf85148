"""What the tests of Withings' notifications have in common."""

import logging

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from ..clouds import WITHINGS_CLIENT_ID, Clouds
from ..clouds.withings.model import Subscription

HOME = "https://home.example.org"


OTHER_HOME = "https://other.example.org"


POLL = "/measure"


FOREIGN = Subscription(
    callbackurl="https://other.example.net/hook",
    appli=1,
    comment="",
    client_id=WITHINGS_CLIENT_ID,
)


async def settle(hass: HomeAssistant, clouds: Clouds) -> None:
    """Let all notifications arrive, and what they start come to its end."""
    await clouds.withings.notified()
    await hass.async_block_till_done(wait_background_tasks=True)


def callbacks(clouds: Clouds) -> set[tuple[str, int]]:
    """Return whom Withings tells of Alice's weigh-ins, besides the foreigner."""
    subscriptions = clouds.withings.subscriptions("alice")
    assert FOREIGN in subscriptions
    return {
        (subscription.callbackurl, subscription.appli)
        for subscription in subscriptions
        if subscription != FOREIGN
    }


def address(entry: MockConfigEntry, home: str = HOME) -> str:
    """Return where Home Assistant is told of an account's news."""
    return f"{home}/api/webhook/{entry.data['webhook_id']}"


def told(entry: MockConfigEntry, home: str = HOME) -> set[tuple[str, int]]:
    """Return the subscriptions that an account should have."""
    return {(address(entry, home), 1), (address(entry, home), 4)}


def actions(clouds: Clouds) -> list[str | None]:
    """Return what Withings was asked about its notifications."""
    return [
        request.action for request in clouds.log.requests("withings", path="/notify")
    ]


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what went wrong, according to the log, with us or our webhook."""
    return [
        record.message
        for record in caplog.records
        if record.levelno >= logging.WARNING
        and record.name.startswith(
            (
                "custom_components.weighbridge",
                "homeassistant.components.webhook",
                "homeassistant.config_entries",
            )
        )
    ]
