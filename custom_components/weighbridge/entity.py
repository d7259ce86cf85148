"""What entities have in common: those of accounts, people, scales and their devices."""

from collections.abc import Callable, Iterable
from functools import partial
from typing import override

from homeassistant.const import EntityCategory
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.device_registry import DeviceEntryType, DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN, Provider
from .devices import ListedDevices
from .entry import WeighbridgeConfigEntry, provider_of
from .garmin import GarminAccount
from .model import DeviceStatus
from .names import NAMES, async_device_name, person_name
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


@callback
def async_was_there(person: Person, domain: str, key: str) -> bool:
    """Tell whether a person had an entity before, of what may count no longer."""
    registry = er.async_get(person.hass)
    unique_id = f"{person.unique_id}_{key}"
    return registry.async_get_entity_id(domain, DOMAIN, unique_id) is not None


class AccountEntity(Entity):
    """Something on the device of an account, or on another one; it is told of news."""

    _attr_has_entity_name = True
    _attr_should_poll = False

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WeighbridgeConfigEntry,
        description: EntityDescription,
        *,
        follow: Callable[[CALLBACK_TYPE], CALLBACK_TYPE],
        unique_id: str | None = None,
        device: DeviceInfo | None = None,
    ) -> None:
        """Take the place on a device, the account's, that the description's key names.

        `follow` adds a listener to what tells of news, and returns what removes it.
        """
        super().__init__()
        self.entity_description = description
        self._follow = follow
        self._attr_unique_id = f"{unique_id or account_key(entry)}_{description.key}"
        self._attr_device_info = device or async_account_device(hass, entry)

    @override
    async def async_added_to_hass(self) -> None:
        """Listen to news."""
        await super().async_added_to_hass()
        self.async_on_remove(self._follow(self._handle_news))

    @callback
    def _handle_news(self) -> None:
        """Show what is known now."""
        self.async_write_ha_state()


class PersonEntity(AccountEntity):
    """Something of a person; unavailable while their source does not answer."""

    def __init__(self, person: Person, description: EntityDescription) -> None:
        """Belong to the person's device."""
        super().__init__(
            person.hass,
            person.entry,
            description,
            follow=person.async_add_listener,
            unique_id=person.unique_id,
            device=async_person_device(person),
        )
        self.person = person

    @property
    @override
    def available(self) -> bool:
        """Tell whether the source answered last."""
        return self.person.available

    async def async_update(self) -> None:
        """Poll the source now, which is what `homeassistant.update_entity` wants."""
        await self.person.entry.runtime_data.async_poll_now()


class GarminAccountEntity(AccountEntity):
    """Something of a Garmin account that is known here without asking Garmin."""

    def __init__(self, account: GarminAccount, description: EntityDescription) -> None:
        """Belong to the account's device."""
        super().__init__(
            account.hass,
            account.entry,
            description,
            follow=account.gate.async_add_listener,
        )
        self.account = account


class ScaleEntity(AccountEntity):
    """Something of a scale that people share."""

    def __init__(self, scale: Scale, description: EntityDescription) -> None:
        """Belong to the scale's device."""
        super().__init__(
            scale.hass, scale.entry, description, follow=scale.people.async_add_listener
        )
        self.scale = scale

    async def async_update(self) -> None:
        """Ask the sensors now, which is what `homeassistant.update_entity` wants."""
        await self.scale.async_poll_now()


class DeviceEntity(CoordinatorEntity[ListedDevices]):
    """Something of a scale, tracker or strap; unavailable while it is not listed."""

    _attr_has_entity_name = True
    _attr_entity_category = EntityCategory.DIAGNOSTIC

    def __init__(
        self,
        coordinator: ListedDevices,
        device_id: str,
        description: EntityDescription,
    ) -> None:
        """Take the place on a device that the description's key names."""
        super().__init__(coordinator)
        entry = coordinator.config_entry
        self.device_id = device_id
        self.entity_description = description
        self._attr_unique_id = device_unique_id(entry, device_id, description)
        self._attr_device_info = async_device(coordinator, self.device)

    @property
    def device(self) -> DeviceStatus:
        """Return what the last poll told of the device."""
        return self.coordinator.data[self.device_id]

    @property
    @override
    def available(self) -> bool:
        """Tell whether the last poll told of the device."""
        return self.coordinator.is_valid and self.device_id in self.coordinator.data

    @override
    async def async_update(self) -> None:
        """Ask the vendor now, which is what `homeassistant.update_entity` wants."""
        await self.coordinator.async_update_by_hand()


def device_unique_id(
    entry: WeighbridgeConfigEntry, device_id: str, description: EntityDescription
) -> str:
    """Return the unique id of what is told of a device."""
    return f"{entry.unique_id}_{device_id}_{description.key}"


@callback
def async_add_device_entities[D: EntityDescription](
    coordinator: ListedDevices,
    async_add_entities: AddConfigEntryEntitiesCallback,
    create: Callable[[ListedDevices, str, D], Entity],
    descriptions: Callable[[DeviceStatus], Iterable[D]],
) -> None:
    """Add what is to be told of each device, as soon as there is something to tell."""
    added: set[tuple[str, str]] = set()

    @callback
    def add() -> None:
        """Add what is new since the last poll."""
        wanted = {
            (device_id, description.key): description
            for device_id, device in coordinator.data.items()
            for description in descriptions(device)
        }
        gone = {pair for pair in added if pair[0] not in coordinator.data}
        added.difference_update(gone)
        new = {pair: wanted[pair] for pair in wanted if pair not in added}
        if new:
            added.update(new)
            async_add_entities(
                create(coordinator, device_id, description)
                for (device_id, _), description in new.items()
            )

    add()
    coordinator.config_entry.async_on_unload(coordinator.async_add_listener(add))


@callback
def async_device(coordinator: ListedDevices, device: DeviceStatus) -> DeviceInfo:
    """Return a scale or tracker, called so that people can tell theirs apart."""
    entry = coordinator.config_entry
    info = DeviceInfo(
        identifiers={coordinator.identifier(device.device_id)},
        manufacturer=device.manufacturer,
        model=device.model,
        sw_version=device.firmware,
        via_device_id=dr.async_get_device_id_by_identifier(
            coordinator.hass,
            (DOMAIN, str(entry.unique_id)),
            config_entry_id=entry.entry_id,
        ),
    )
    if device.name is not None:
        info["name"] = device.name
    elif device.model is None:
        info["translation_key"] = device.kind.value
        info["translation_placeholders"] = {"name": person_name(entry)}
    else:
        info["name"] = f"{person_name(entry)} {device.model}"
    return info
