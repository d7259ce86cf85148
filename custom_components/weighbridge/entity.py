"""What the entities of a source, and those of a Garmin account, have in common."""

from functools import partial
from typing import override

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .const import DOMAIN, Provider
from .entry import WeighbridgeConfigEntry, provider_of
from .garmin import GarminAccount
from .names import NAMES, async_device_name
from .sources import Person, Scale


def account_key(entry: WeighbridgeConfigEntry) -> str:
    """Return what the device and the entities of an entry are known by.

    The sensors of a scale, and with them the entry's unique id, may be replaced.
    """
    is_scale = provider_of(entry) is Provider.SCALE
    return entry.entry_id if is_scale else str(entry.unique_id)


@callback
def async_account_device(
    hass: HomeAssistant, entry: WeighbridgeConfigEntry
) -> DeviceInfo:
    """Return the device that stands for an account."""
    if provider_of(entry) is Provider.SCALE:
        return DeviceInfo(
            identifiers={(DOMAIN, account_key(entry))},
            name=async_device_name(hass, entry),
        )
    service = NAMES[provider_of(entry)]
    return DeviceInfo(
        identifiers={(DOMAIN, account_key(entry))},
        entry_type=DeviceEntryType.SERVICE,
        manufacturer=service.removesuffix(" Connect"),
        model=service,
        name=async_device_name(hass, entry),
    )


@callback
def async_person_device(person: Person) -> DeviceInfo:
    """Return the device that stands for a person."""
    hass, entry = person.hass, person.entry
    if person.subentry_id is None:
        return async_account_device(hass, entry)
    return DeviceInfo(
        identifiers={(DOMAIN, person.unique_id)},
        entry_type=DeviceEntryType.SERVICE,
        name=async_device_name(hass, entry, person.subentry_id),
        via_device_id=dr.async_get_device_id_by_identifier(
            hass, (DOMAIN, account_key(entry)), config_entry_id=entry.entry_id
        ),
    )


def for_person(
    person: Person, async_add_entities: AddConfigEntryEntitiesCallback
) -> AddConfigEntryEntitiesCallback:
    """Return what adds entities to the subentry of a person, if there is one."""
    return partial(async_add_entities, config_subentry_id=person.subentry_id)


class AccountEntity(Entity):
    """Something on the device that stands for an account."""

    _attr_has_entity_name = True

    def _belong(
        self,
        hass: HomeAssistant,
        entry: WeighbridgeConfigEntry,
        description: EntityDescription,
        unique_id: str | None = None,
        device: DeviceInfo | None = None,
    ) -> None:
        """Take the place on a device, the account's, that the description's key names."""
        self.entity_description = description
        self._attr_unique_id = f"{unique_id or account_key(entry)}_{description.key}"
        self._attr_device_info = device or async_account_device(hass, entry)


class PersonEntity(AccountEntity):
    """Something of a person; unavailable while their source does not answer."""

    _attr_should_poll = False

    def __init__(self, person: Person, description: EntityDescription) -> None:
        """Belong to the person's device."""
        self.person = person
        self._belong(
            person.hass,
            person.entry,
            description,
            person.unique_id,
            async_person_device(person),
        )

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


class ScaleEntity(AccountEntity):
    """Something of a scale that people share."""

    _attr_should_poll = False

    def __init__(self, scale: Scale, description: EntityDescription) -> None:
        """Belong to the scale's device."""
        self.scale = scale
        self._belong(scale.hass, scale.entry, description)

    @override
    async def async_added_to_hass(self) -> None:
        """Follow the scale."""
        await super().async_added_to_hass()
        self.async_on_remove(self.scale.people.async_add_listener(self._handle_news))

    @callback
    def _handle_news(self) -> None:
        """Show what is known now."""
        self.async_write_ha_state()

    async def async_update(self) -> None:
        """Ask the sensors now, which is what `homeassistant.update_entity` wants."""
        await self.scale.async_poll_now()
