"""Calling the actions as automations do, on a known morning."""

from datetime import UTC, datetime
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant

NOW = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
READ = "/garmin/weight-service/weight/range"
UPLOAD = "/garmin/upload-service/upload"


async def call(
    hass: HomeAssistant, action: str, entry: MockConfigEntry, **data: Any
) -> dict[str, Any]:
    """Call an action for an entry and return its answer."""
    answer = await hass.services.async_call(
        DOMAIN,
        action,
        {"config_entry_id": entry.entry_id, **data},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    return dict(answer)
