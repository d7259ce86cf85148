"""Sensors: a person's last weighing, scales and trackers, and a Garmin account."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from typing import Any, override

from homeassistant.components.sensor import (
    DOMAIN as SENSOR_DOMAIN,
    SensorDeviceClass,
    SensorEntity,
    SensorEntityDescription,
    SensorStateClass,
)
from homeassistant.const import PERCENTAGE, EntityCategory, UnitOfMass
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback
from homeassistant.helpers.event import async_track_time_change
from homeassistant.util import dt as dt_util

from .const import DOMAIN, Status
from .devices import ListedDevices
from .entity import (
    AccountEntity,
    DeviceEntity,
    GarminAccountEntity,
    PersonEntity,
    ScaleEntity,
    async_add_device_entities,
    async_was_there,
    device_unique_id,
    for_person,
)
from .entry import WeighbridgeConfigEntry
from .garmin import ACCOUNT_SENSORS, AccountSensorDescription, GarminAccount
from .model import BatteryLevel, DeviceStatus
from .sources import (
    PERSON_SENSORS,
    TREND_SENSORS,
    Person,
    PersonSensorDescription,
    ScaleRuntime,
    SourceCoordinator,
    SourceRuntime,
    TrendSensorDescription,
)
from .units import async_mass_unit

PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class DeviceSensorDescription(SensorEntityDescription):
    """A sensor of a scale, tracker or strap."""

    value_fn: Callable[[DeviceStatus], float | str | datetime | None]


BATTERY = DeviceSensorDescription(
    key="battery",
    translation_key="battery",
    device_class=SensorDeviceClass.BATTERY,
    native_unit_of_measurement=PERCENTAGE,
    state_class=SensorStateClass.MEASUREMENT,
    value_fn=lambda device: device.battery,
)
DEVICE_SENSORS = (
    DeviceSensorDescription(
        key="battery_level",
        translation_key="battery_level",
        device_class=SensorDeviceClass.ENUM,
        options=[level.value for level in BatteryLevel],
        value_fn=lambda device: device.battery_level,
    ),
    DeviceSensorDescription(
        key="last_sync",
        translation_key="last_sync",
        device_class=SensorDeviceClass.TIMESTAMP,
        value_fn=lambda device: device.last_sync,
    ),
)

SCALE_LAST_WEIGH_IN = SensorEntityDescription(
    key="last_weigh_in",
    translation_key="last_weigh_in",
    device_class=SensorDeviceClass.TIMESTAMP,
)

SOURCE_STATUS = SensorEntityDescription(
    key="status",
    translation_key="status",
    device_class=SensorDeviceClass.ENUM,
    entity_category=EntityCategory.DIAGNOSTIC,
    options=[status.value for status in Status],
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: WeighbridgeConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add the sensors of an account."""
    runtime: SourceRuntime | ScaleRuntime | GarminAccount = entry.runtime_data
    if isinstance(runtime, GarminAccount):
        async_add_entities(
            GarminSensor(runtime, description) for description in ACCOUNT_SENSORS
        )
        if runtime.sensors is not None:
            _async_add_device_sensors(runtime.sensors, async_add_entities)
        return

    for person in runtime.persons.values():
        _async_add_measured(person, for_person(person, async_add_entities))
    if isinstance(runtime, ScaleRuntime):
        async_add_entities([ScaleLastWeighIn(runtime.scale, SCALE_LAST_WEIGH_IN)])
        return
    async_add_entities([SourceStatusSensor(runtime.coordinator)])
    _async_add_device_sensors(runtime.devices, async_add_entities)


@callback
def _async_add_device_sensors(
    devices: ListedDevices, async_add_entities: AddConfigEntryEntitiesCallback
) -> None:
    """Add the sensors of scales, trackers, or straps, as they are listed."""
    registry = er.async_get(devices.hass)

    def describe(device: DeviceStatus) -> tuple[DeviceSensorDescription, ...]:
        """Return what there is to tell of a device: a percentage only if it had one.

        Google tells none of an empty battery.
        """
        unique_id = device_unique_id(devices.config_entry, device.device_id, BATTERY)
        if device.battery is None and not registry.async_get_entity_id(
            SENSOR_DOMAIN, DOMAIN, unique_id
        ):
            return DEVICE_SENSORS
        return BATTERY, *DEVICE_SENSORS

    async_add_device_entities(devices, async_add_entities, DeviceSensor, describe)


@callback
def _async_add_measured(
    person: Person,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Add a sensor for each quantity as soon as it was measured, now or ever."""
    added: set[str] = set()
    was_there = partial(async_was_there, person, SENSOR_DOMAIN)

    @callback
    def add() -> None:
        """Add what was measured for the first time, and what becomes of it."""
        found: list[SensorEntity] = [
            *(
                PersonSensor(person, description)
                for description in PERSON_SENSORS
                if description.key not in added
                and (
                    description.value_fn(person) is not None
                    or was_there(description.key)
                )
            ),
            *(
                TrendSensor(person, description)
                for description in TREND_SENSORS
                if description.key not in added
                and (description.is_there(person.trends) or was_there(description.key))
            ),
        ]
        if found:
            added.update(sensor.entity_description.key for sensor in found)
            async_add_entities(found)

    add()
    person.entry.async_on_unload(person.async_add_listener(add))


class MassSensor(PersonEntity, SensorEntity):
    """Something of a person, in pounds if it is a mass and these are used here."""

    @property
    @override
    def suggested_unit_of_measurement(self) -> str | None:
        """Return the unit of a mass: Home Assistant asks anew when the home changes."""
        unit = async_mass_unit(self.person.hass)
        if (
            self.device_class is SensorDeviceClass.WEIGHT
            and unit is not UnitOfMass.KILOGRAMS
        ):
            return unit
        return super().suggested_unit_of_measurement


class PersonSensor(MassSensor):
    """The newest value of something that was measured of a person.

    It stays until there is a newer one: who weighs in with socks on has no other fat.
    """

    entity_description: PersonSensorDescription

    @property
    @override
    def native_value(self) -> float | datetime | None:
        """Return the newest value."""
        return self.entity_description.value_fn(self.person)


class TrendSensor(MassSensor):
    """What becomes of a person's weight; it changes with time alone, too."""

    entity_description: TrendSensorDescription

    @override
    async def async_added_to_hass(self) -> None:
        """Look each hour, for days begin and end."""
        await super().async_added_to_hass()
        self.async_on_remove(
            async_track_time_change(self.hass, self._look, minute=0, second=0)
        )

    @callback
    def _look(self, _now: datetime) -> None:
        """Show what is true now."""
        self.async_write_ha_state()

    @property
    @override
    def native_value(self) -> float | date | None:
        """Return the value, None while there is too little to tell."""
        return self.entity_description.value_fn(self.person, dt_util.utcnow())

    @property
    @override
    def extra_state_attributes(self) -> dict[str, Any]:
        """Return what there is to tell beside the value."""
        now = dt_util.utcnow()
        attributes = self.entity_description.attributes
        return {name: value(self.person, now) for name, value in attributes.items()}


class ScaleLastWeighIn(ScaleEntity, SensorEntity):
    """When somebody stood on a scale last, whoever it was."""

    @property
    @override
    def native_value(self) -> datetime | None:
        """Return the time of the last weighing."""
        return self.scale.last_weigh_in


class DeviceSensor(DeviceEntity, SensorEntity):
    """Something that a scale, tracker or strap tells of itself."""

    entity_description: DeviceSensorDescription

    @property
    @override
    def native_value(self) -> float | str | datetime | None:
        """Return what the last poll told."""
        return self.entity_description.value_fn(self.device)


class SourceStatusSensor(AccountEntity, SensorEntity):
    """What is in the way of a source; it can tell that also while nothing else can."""

    def __init__(self, coordinator: SourceCoordinator) -> None:
        """Belong to the account's device."""
        super().__init__(
            coordinator.hass,
            coordinator.config_entry,
            SOURCE_STATUS,
            follow=coordinator.async_add_listener,
        )
        self.coordinator = coordinator

    @property
    @override
    def native_value(self) -> str:
        """Return how the last poll went."""
        return self.coordinator.status

    async def async_update(self) -> None:
        """Poll the source now, which is what `homeassistant.update_entity` wants."""
        await self.coordinator.config_entry.runtime_data.async_poll_now()


class GarminSensor(GarminAccountEntity, SensorEntity):
    """Something about what was pushed to a Garmin account."""

    entity_description: AccountSensorDescription

    @property
    @override
    def native_value(self) -> int | str | datetime | None:
        """Return the value now."""
        return self.entity_description.value_fn(self.account)
