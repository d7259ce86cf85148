"""What tests of the triggers share."""

from datetime import UTC, datetime
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

MORNING = datetime(2026, 11, 19, 6, 30, 12, tzinfo=UTC)

TOLD = "test_told"


def tell(*names: str) -> dict[str, Any]:
    """Return an action that tells what the trigger's variables hold."""
    data = {name: f"{{{{ trigger.{name} }}}}" for name in names}
    return {"event": TOLD, "event_data": data}


def device_of(hass: HomeAssistant, entry: MockConfigEntry) -> str:
    """Return the id of the device that stands for an account."""
    device_id = dr.async_get_device_id_by_identifier(
        hass, (DOMAIN, str(entry.unique_id)), config_entry_id=entry.entry_id
    )
    assert device_id is not None
    return device_id


def weighed_in(**target: Any) -> dict[str, Any]:
    """Return the trigger as the editor writes it."""
    return {"trigger": "weighbridge.weighed_in", "target": target}
