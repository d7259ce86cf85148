"""A Home Assistant in Berlin whose automations from the blueprints send texts."""

from collections.abc import AsyncGenerator

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..support.texting import NOON, Texting


@pytest.fixture
async def texting(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[Texting]:
    """Return a Home Assistant at noon UTC, with the gateway."""
    freezer.move_to(NOON)
    await hass.config.async_set_time_zone("Europe/Berlin")
    texting = Texting(hass, freezer)
    await texting.async_open()
    yield texting
    await texting.async_close()


@pytest.fixture
def alice(hass: HomeAssistant) -> dict[str, str]:
    """Return the sensors of a person by their translation keys."""
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    device = dr.async_get(hass).async_get_or_create(
        config_entry_id=entry.entry_id, identifiers={(DOMAIN, "alice")}, name="Alice"
    )
    return {
        key: er.async_get(hass)
        .async_get_or_create(
            "sensor",
            DOMAIN,
            f"alice_{key}",
            config_entry=entry,
            device_id=device.id,
            translation_key=key,
            original_device_class=device_class,
            unit_of_measurement=unit,
        )
        .entity_id
        for key, device_class, unit in (
            ("last_weigh_in", "timestamp", None),
            ("weight_trend", "weight", "lb"),
            ("weight_change", None, "lb"),
            ("to_goal", None, "lb"),
        )
    }
