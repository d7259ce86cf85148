"""A Home Assistant whose automations send texts, through a gateway that remembers them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from custom_components.weighbridge.blueprints import async_install_blueprints
from custom_components.weighbridge.const import DOMAIN
from homeassistant.components.automation.const import DOMAIN as AUTOMATION
from homeassistant.const import ATTR_ENTITY_ID, SERVICE_RELOAD, SERVICE_TURN_OFF
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
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
class Texting:
    """A Home Assistant with a gateway, and automations of the blueprints."""

    hass: HomeAssistant
    freezer: FrozenDateTimeFactory
    gateway: Gateway = field(default_factory=Gateway)
    automations: list[dict[str, Any]] = field(default_factory=list)

    async def async_open(self) -> None:
        """Start what the automations need."""
        hass = self.hass
        hass.services.async_register("notify", "sms", self.gateway.send)
        for component in ("binary_sensor", "sensor", DOMAIN):
            assert await async_setup_component(hass, component, {})
        await async_install_blueprints(hass)

    async def use(self, blueprint: str, alias: str, **inputs: Any) -> str:
        """Make an automation from a blueprint that texts a number; return its id."""
        self.automations.append(
            {
                "id": f"id of {alias}",
                "alias": alias,
                "use_blueprint": {
                    "path": f"weighbridge/{blueprint}.yaml",
                    "input": {
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


def broken() -> HomeAssistantError:
    """Return what a notify action raises when its service is away."""
    return HomeAssistantError("The SMS service is away")


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of November on the clock of the house."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin"))
