"""The button of a Garmin account: push at once what is pending."""

from typing import override

from homeassistant.components.button import ButtonEntity, ButtonEntityDescription
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .entity import GarminAccountEntity
from .garmin import GarminConfigEntry

PARALLEL_UPDATES = 1

PUSH_NOW = ButtonEntityDescription(
    key="push_now",
    translation_key="push_now",
    entity_category=EntityCategory.DIAGNOSTIC,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: GarminConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the button of an account."""
    async_add_entities([PushNowButton(entry.runtime_data, PUSH_NOW)])


class PushNowButton(GarminAccountEntity, ButtonEntity):
    """Pushes what is pending without waiting for the next try."""

    @override
    async def async_press(self) -> None:
        """Push; HomeAssistantError says what is in the way."""
        await self.account.async_push_now()
