"""What the entities of a source, and those of a Garmin account, have in common."""

from typing import Any, override

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription

from .const import DOMAIN
from .garmin import GarminAccount
from .names import NAMES, async_device_name, provider_of
from .sources import Person


@callback
def async_account_device(hass: HomeAssistant, entry: ConfigEntry[Any]) -> DeviceInfo:
    """Return the device that stands for an account."""
    service = NAMES[provider_of(entry)]
    return DeviceInfo(
        identifiers={(DOMAIN, str(entry.unique_id))},
        entry_type=DeviceEntryType.SERVICE,
        manufacturer=service.removesuffix(" Connect"),
        model=service,
        name=async_device_name(hass, entry),
    )


class AccountEntity(Entity):
    """Something on the device that stands for an account."""

    _attr_has_entity_name = True

    def _belong(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
        description: EntityDescription,
        unique_id: str | None = None,
    ) -> None:
        """Take the place on the account's device that the description's key names."""
        self.entity_description = description
        self._attr_translation_key = description.key
        self._attr_unique_id = f"{unique_id or entry.unique_id}_{description.key}"
        self._attr_device_info = async_account_device(hass, entry)


class PersonEntity(AccountEntity):
    """Something of a person; unavailable while their source does not answer."""

    _attr_should_poll = False

    def __init__(self, person: Person, description: EntityDescription) -> None:
        """Belong to the person's device."""
        self.person = person
        self._belong(person.hass, person.entry, description, person.unique_id)

    @property
    @override
    def available(self) -> bool:
        """Tell whether the source answered last."""
        return self.person.available

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the person."""
        await super().async_added_to_hass()
        self.async_on_remove(self.person.async_add_listener(self._handle_news))

    @callback
    def _handle_news(self) -> None:
        """Show what is known now."""
        self.async_write_ha_state()

    async def async_update(self) -> None:
        """Poll the source now, which is what `homeassistant.update_entity` wants."""
        await self.person.entry.runtime_data.async_poll_now()


class GarminAccountEntity(AccountEntity):
    """Something of a Garmin account that is known here without asking Garmin."""

    _attr_should_poll = False

    def __init__(self, account: GarminAccount, description: EntityDescription) -> None:
        """Belong to the account's device."""
        self.account = account
        self._belong(account.hass, account.entry, description)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the account."""
        await super().async_added_to_hass()
        self.async_on_remove(self.account.async_add_listener(self.async_write_ha_state))
