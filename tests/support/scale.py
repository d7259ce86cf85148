"""A simulated integration of a scale, with sensors as Home Assistant makes them."""

from typing import override

from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    MockModule,
    MockPlatform,
    mock_integration,
    mock_platform,
)

from homeassistant.components.sensor import RestoreSensor, SensorDeviceClass
from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.core import HomeAssistant
from homeassistant.helpers.entity_platform import AddEntitiesCallback

DOMAIN = "some_scale"


class ScaleFlow(ConfigFlow, domain=DOMAIN):
    """The flow that an integration with entries must have."""


class ScaleSensor(RestoreSensor):
    """One quantity; after a reload it shows what it showed before."""

    _attr_should_poll = False

    def __init__(self, quantity: str, unit: str | None) -> None:
        """Measure a quantity in a unit."""
        self.updates = 0
        self._attr_unique_id = quantity
        self._attr_name = f"Scale {quantity.replace('_', ' ')}"
        self._attr_native_unit_of_measurement = unit
        if quantity == "weight":
            self._attr_device_class = SensorDeviceClass.WEIGHT

    @override
    async def async_added_to_hass(self) -> None:
        """Show what was shown before."""
        await super().async_added_to_hass()
        if (last := await self.async_get_last_sensor_data()) is not None:
            self._attr_native_value = last.native_value

    async def async_update(self) -> None:
        """Count who asks."""
        self.updates += 1

    def show(self, value: float | None) -> None:
        """Show a value, or that there is none."""
        self._attr_available = True
        self._attr_native_value = value
        self.async_write_ha_state()

    def repeat(self) -> None:
        """Show again what is shown."""
        self._attr_available = True
        self.async_write_ha_state()

    def lose(self) -> None:
        """Lose the contact to the scale."""
        self._attr_available = False
        self.async_write_ha_state()


class Scale:
    """A scale that an integration of Home Assistant reads."""

    def __init__(
        self,
        hass: HomeAssistant,
        units: dict[str, str | None],
        iot_class: str = "local_push",
    ) -> None:
        """Have sensors of some quantities in some units."""
        self._hass = hass
        self._units = units
        self.sensors: dict[str, ScaleSensor] = {}
        mock_integration(
            hass,
            MockModule(
                DOMAIN,
                async_setup_entry=self._async_setup_entry,
                async_unload_entry=self._async_unload_entry,
                partial_manifest={"iot_class": iot_class},
            ),
        )
        mock_platform(
            hass,
            f"{DOMAIN}.sensor",
            MockPlatform(async_setup_entry=self._async_add_entities),
        )
        mock_platform(hass, f"{DOMAIN}.config_flow")
        self.entry = MockConfigEntry(domain=DOMAIN)

    async def async_set_up(self) -> None:
        """Add the scale to Home Assistant, or set it up again."""
        if self._hass.config_entries.async_get_entry(self.entry.entry_id) is None:
            self.entry.add_to_hass(self._hass)
        assert await self._hass.config_entries.async_setup(self.entry.entry_id)
        await self._hass.async_block_till_done()

    async def async_reload(self) -> None:
        """Reload the integration of the scale."""
        assert await self._hass.config_entries.async_reload(self.entry.entry_id)
        await self._hass.async_block_till_done()

    def show(self, **values: float | None) -> None:
        """Show values, one sensor after the other."""
        for quantity, value in values.items():
            self.sensors[quantity].show(value)

    def repeat(self) -> None:
        """Show all again."""
        for sensor in self.sensors.values():
            sensor.repeat()

    def lose(self) -> None:
        """Lose the contact to the scale."""
        for sensor in self.sensors.values():
            sensor.lose()

    async def _async_setup_entry(self, hass: HomeAssistant, entry: ConfigEntry) -> bool:
        await hass.config_entries.async_forward_entry_setups(entry, ["sensor"])
        return True

    async def _async_unload_entry(
        self, hass: HomeAssistant, entry: ConfigEntry
    ) -> bool:
        return await hass.config_entries.async_unload_platforms(entry, ["sensor"])

    async def _async_add_entities(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry,
        async_add_entities: AddEntitiesCallback,
    ) -> None:
        self.sensors = {
            quantity: ScaleSensor(quantity, unit)
            for quantity, unit in self._units.items()
        }
        async_add_entities(self.sensors.values())
