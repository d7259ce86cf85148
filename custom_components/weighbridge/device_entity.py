"""What the entities of a scale, tracker or strap have in common."""

from collections.abc import Callable, Iterable
from typing import override

from homeassistant.const import EntityCategory
from homeassistant.core import callback
from homeassistant.helpers import device_registry as dr
from homeassistant.helpers.device_registry import DeviceInfo
from homeassistant.helpers.entity import Entity, EntityDescription
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.update_coordinator import CoordinatorEntity

from .const import DOMAIN
from .devices import ListedDevices
from .entry import WeighbridgeConfigEntry
from .model import DeviceStatus
from .names import person_name


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
