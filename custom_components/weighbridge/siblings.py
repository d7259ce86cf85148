"""The entities that stand beside each other on a device, as a user has set them up."""

from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.const import (
    ATTR_UNIT_OF_MEASUREMENT,
    STATE_UNAVAILABLE,
    STATE_UNKNOWN,
)
from homeassistant.core import HomeAssistant, State
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util.unit_conversion import MassConverter

from .const import DOMAIN
from .units import async_mass_unit


class Siblings:
    """An entity of ours, and those that stand beside it on its device."""

    def __init__(self, hass: HomeAssistant, entity_id: str) -> None:
        """Look it up by the entity's id."""
        self._hass = hass
        registry = er.async_get(hass)
        entry = registry.async_get(entity_id)
        self.config_entry_id = entry and entry.config_entry_id
        self.device_id = entry and entry.device_id
        self._others = (
            er.async_entries_for_device(registry, self.device_id)
            if self.device_id
            else []
        )

    @property
    def name(self) -> str | None:
        """Return what people call the device."""
        if not self.device_id:
            return None
        device = dr.async_get(self._hass).async_get(self.device_id)
        return None if device is None else device.name_by_user or device.name

    def state(self, domain: str, key: str) -> State | None:
        """Return the state of the entity that a key names, if it has one."""
        for entry in self._others:
            if is_ours(entry, key) and entry.domain == domain:
                state = self._hass.states.get(entry.entity_id)
                if state and state.state not in (STATE_UNAVAILABLE, STATE_UNKNOWN):
                    return state
        return None

    def mass_unit(self) -> str:
        """Return the unit in which this person reads weights."""
        weight = self.state(SENSOR_DOMAIN, "weight")
        unit = weight and weight.attributes.get(ATTR_UNIT_OF_MEASUREMENT)
        return str(unit or async_mass_unit(self._hass))

    def mass(self, key: str, unit: str) -> float | None:
        """Return what a sensor shows of a mass, None as long as it shows none."""
        if (state := self.state(SENSOR_DOMAIN, key)) is None:
            return None
        shown = float(state.state)
        return in_unit(shown, state.attributes[ATTR_UNIT_OF_MEASUREMENT], unit)


def is_ours(entry: er.RegistryEntry | None, key: str) -> bool:
    """Tell whether an entity is one of ours that a key names."""
    return (
        entry is not None and entry.platform == DOMAIN and entry.translation_key == key
    )


def in_unit(mass: float, unit: str, wanted: str) -> float:
    """Convert a mass, to hundredths, as scales show it."""
    return round(MassConverter.convert(mass, unit, wanted), 2)
