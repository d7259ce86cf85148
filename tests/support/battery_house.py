"""A house with scales and trackers whose batteries texts are sent about."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    mock_device_registry,
    mock_registry,
)

from custom_components.weighbridge.const import DOMAIN
from homeassistant import loader
from homeassistant.components.automation.const import DOMAIN as AUTOMATION
from homeassistant.const import (
    EVENT_HOMEASSISTANT_START,
    EVENT_HOMEASSISTANT_STOP,
    STATE_UNAVAILABLE,
)
from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN, HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component

from .texting import Texting


@dataclass(slots=True)
class Device:
    """A scale or tracker, its states written by hand."""

    hass: HomeAssistant
    ids: dict[str, str]

    @property
    def battery(self) -> str:
        """Return the entity that tells whether the battery is low."""
        return self.ids["battery_low"]

    def show(self, **states: Any) -> None:
        """Set states by translation key; a datetime becomes a timestamp."""
        for key, value in states.items():
            state = value.isoformat() if isinstance(value, datetime) else str(value)
            self.hass.states.async_set(self.ids[key], state)

    def low(self, percent: float | None = 15, **states: Any) -> None:
        """Report a low battery."""
        self._report("on", percent, states)

    def fine(self, percent: float | None = 90, **states: Any) -> None:
        """Report a battery that is not low."""
        self._report("off", percent, states)

    def gone(self) -> None:
        """Lose the device, as at a reload or when the cloud is away."""
        self.show(**dict.fromkeys(self.ids, STATE_UNAVAILABLE))

    def _report(self, low: str, percent: float | None, states: dict[str, Any]) -> None:
        # The binary sensor first: the worst order for the texts.
        self.show(battery_low=low)
        silent = dict.fromkeys(("battery", "battery_level", "last_sync"), "unknown")
        if self.hass.states.is_state(self.ids["battery"], STATE_UNAVAILABLE):
            self.show(**silent)
        self.show(battery="unknown" if percent is None else percent, **states)


@dataclass(slots=True)
class House(Texting):
    """A Home Assistant with batteries, a gateway, and automations of the blueprint."""

    devices: dict[str, Device] = field(default_factory=dict)
    entry: MockConfigEntry = field(
        default_factory=lambda: MockConfigEntry(domain=DOMAIN)
    )

    def device(self, name: str) -> Device:
        """Return a device, a new one for a new name."""
        if name not in self.devices:
            if self.hass.config_entries.async_get_entry(self.entry.entry_id) is None:
                self.entry.add_to_hass(self.hass)
            device = dr.async_get(self.hass).async_get_or_create(
                config_entry_id=self.entry.entry_id,
                identifiers={(DOMAIN, name)},
                name=name,
            )
            registry = er.async_get(self.hass)
            ids = {
                key: registry.async_get_or_create(
                    domain,
                    DOMAIN,
                    f"{name}_{key}",
                    config_entry=self.entry,
                    device_id=device.id,
                    translation_key=key,
                    original_device_class=device_class,
                ).entity_id
                for domain, key, device_class in (
                    ("binary_sensor", "battery_low", "battery"),
                    ("sensor", "battery", "battery"),
                    ("sensor", "battery_level", "enum"),
                    ("sensor", "last_sync", "timestamp"),
                )
            }
            self.devices[name] = Device(self.hass, ids)
        return self.devices[name]

    async def automate(self, alias: str = "Texts", **inputs: Any) -> str:
        """Make an automation from the blueprint, for all devices; return its id."""
        batteries = [device.battery for device in self.devices.values()]
        return await self.use(
            "low_battery_sms", alias, **{"batteries": batteries, **inputs}
        )

    async def restart_in(
        self, hass: HomeAssistant, meanwhile: Callable[[], None] = lambda: None
    ) -> None:
        """Go on in another Home Assistant with the same files and registries."""
        hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
        await self.async_close()
        self.hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
        await self.hass.async_block_till_done()
        old, self.hass = self.hass, hass
        mock_registry(hass, dict(er.async_get(old).entities))
        mock_device_registry(
            hass, {device.id: device for device in dr.async_get(old).devices}
        )
        self.entry = MockConfigEntry(domain=DOMAIN, entry_id=self.entry.entry_id)
        self.entry.add_to_hass(hass)
        for device in self.devices.values():
            device.hass = hass
            device.gone()
        assert await async_setup_component(hass, HOMEASSISTANT_DOMAIN, {})
        await self.async_open()
        assert await async_setup_component(
            hass, AUTOMATION, {AUTOMATION: self.automations}
        )
        meanwhile()
        hass.bus.async_fire(EVENT_HOMEASSISTANT_START)
        await self.wait()
