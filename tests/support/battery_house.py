"""A house with scales and trackers whose batteries texts are sent about."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    mock_device_registry,
    mock_registry,
)

from custom_components.weighbridge.blueprints import async_install_blueprints
from custom_components.weighbridge.const import DOMAIN
from homeassistant import loader
from homeassistant.components.automation.const import DOMAIN as AUTOMATION
from homeassistant.const import (
    ATTR_ENTITY_ID,
    EVENT_HOMEASSISTANT_START,
    EVENT_HOMEASSISTANT_STOP,
    SERVICE_RELOAD,
    SERVICE_TURN_OFF,
    STATE_UNAVAILABLE,
)
from homeassistant.core import (
    DOMAIN as HOMEASSISTANT_DOMAIN,
    HomeAssistant,
    ServiceCall,
)
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.setup import async_setup_component

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)

NUMBER = "+49 171 234-5678"

# More than the automation waits for a device's entities, and than they need to settle.
MOMENT = timedelta(seconds=40)


@dataclass(slots=True)
class Gateway:
    """An SMS gateway behind a notify action, and what it was asked to send."""

    texts: list[str] = field(default_factory=list)
    targets: list[str | None] = field(default_factory=list)
    error: Exception | None = None
    errors: dict[str, Exception] = field(default_factory=dict)

    def take(self) -> list[str]:
        """Return the texts since the last look."""
        texts, self.texts = self.texts, []
        return texts

    async def send(self, call: ServiceCall) -> None:
        """Send a text, unless the gateway is broken."""
        # Home Assistant's own `rest` platform sends to the first of several targets.
        target = call.data.get("target", [None])[0]
        if error := self.errors.get(str(target), self.error):
            raise error
        self.texts.append(call.data["message"])
        self.targets.append(target)


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
class House:
    """A Home Assistant with batteries, a gateway, and automations of the blueprint."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    gateway: Gateway = field(default_factory=Gateway)
    devices: dict[str, Device] = field(default_factory=dict)
    automations: list[dict[str, Any]] = field(default_factory=list)
    entry: MockConfigEntry = field(
        default_factory=lambda: MockConfigEntry(domain=DOMAIN)
    )

    async def async_open(self) -> None:
        """Start what the automations need."""
        hass = self.hass
        hass.services.async_register("notify", "sms", self.gateway.send)
        for component in ("binary_sensor", "sensor", DOMAIN):
            assert await async_setup_component(hass, component, {})
        await async_install_blueprints(hass)

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
        self.automations.append(
            {
                "id": f"id of {alias}",
                "alias": alias,
                "use_blueprint": {
                    "path": "weighbridge/low_battery_sms.yaml",
                    "input": {
                        "batteries": [dev.battery for dev in self.devices.values()],
                        "notify_action": "notify.sms",
                        "phone_numbers": [NUMBER],
                        **inputs,
                    },
                },
            }
        )
        await self.load()
        entity_id = er.async_get(self.hass).async_get_entity_id(
            AUTOMATION, AUTOMATION, f"id of {alias}"
        )
        assert entity_id is not None
        return entity_id

    async def load(self) -> None:
        """Have Home Assistant read its automations, as when a user saves one."""
        path = Path(self.hass.config.path("configuration.yaml"))
        text = json.dumps({AUTOMATION: self.automations})
        await self.hass.async_add_executor_job(path.write_text, text)
        if AUTOMATION not in self.hass.config.components:
            assert await async_setup_component(self.hass, AUTOMATION, {AUTOMATION: []})
        await self.hass.services.async_call(AUTOMATION, SERVICE_RELOAD, blocking=True)
        await self.wait()

    async def async_close(self) -> None:
        """Stop the automations, whose timers would outlive the test."""
        for automation in self.hass.states.async_entity_ids(AUTOMATION):
            await self.switch(automation, SERVICE_TURN_OFF)

    async def switch(self, automation: str, action: str) -> None:
        """Turn an automation on or off."""
        await self.hass.services.async_call(
            AUTOMATION, action, {ATTR_ENTITY_ID: automation}, blocking=True
        )

    async def run(self, automation: str) -> None:
        """Choose Run in the menu of an automation."""
        await self.hass.services.async_call(
            AUTOMATION,
            "trigger",
            {ATTR_ENTITY_ID: automation, "skip_condition": True},
            blocking=True,
        )
        await self.hass.async_block_till_done()

    async def wait(self, step: timedelta = MOMENT, **delta: float) -> None:
        """Let time pass, and what it starts come to its end."""
        await self.hass.async_block_till_done()
        if delta:
            await self._tick(timedelta(**delta))
        for _ in range(3):
            await self._tick(step / 2)

    async def wait_until(self, moment: datetime) -> None:
        """Let time pass up to a moment."""
        self.freezer.move_to(moment)
        await self.wait()

    async def _tick(self, delta: timedelta) -> None:
        self.freezer.tick(delta)
        async_fire_time_changed(self.hass)
        await self.hass.async_block_till_done()

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


def broken() -> HomeAssistantError:
    """Return what a notify action raises when its service is away."""
    return HomeAssistantError("The SMS service is away")


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of November on the clock of the house."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin"))
