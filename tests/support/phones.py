"""Phones with Home Assistant's app, and what they show."""

from dataclasses import dataclass, field
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import device_registry as dr
from homeassistant.util import slugify


@dataclass(slots=True)
class Phones:
    """The phones of a household, by their names."""

    hass: HomeAssistant
    ids: list[str] = field(default_factory=list)
    """The ids of their devices."""
    shown: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    """The notifications that each shows, the oldest first."""

    def add(self, name: str) -> None:
        """Add a phone with the app."""
        entry = MockConfigEntry(domain="mobile_app")
        entry.add_to_hass(self.hass)
        device = dr.async_get(self.hass).async_get_or_create(
            config_entry_id=entry.entry_id,
            identifiers={("mobile_app", name)},
            name=name,
        )
        self.ids.append(device.id)
        shown = self.shown[name] = []

        async def notify(call: ServiceCall) -> None:
            tag = call.data["data"]["tag"]
            shown[:] = [sent for sent in shown if sent["data"]["tag"] != tag]
            if call.data["message"] != "clear_notification":
                shown.append(dict(call.data))

        self.hass.services.async_register(
            "notify", f"mobile_app_{slugify(name)}", notify
        )

    def titles(self, phone: str, number: int = 0) -> list[str]:
        """Return what the buttons of a notification say."""
        return [button["title"] for button in self._buttons(phone, number)]

    def button(self, phone: str, title: str, number: int = 0) -> dict[str, Any]:
        """Return what a button of a notification tells Home Assistant."""
        (button,) = (b for b in self._buttons(phone, number) if b["title"] == title)
        return button

    def press(self, button: dict[str, Any]) -> None:
        """Press a button, as the app tells Home Assistant of it."""
        self.hass.bus.async_fire("mobile_app_notification_action", button)

    def _buttons(self, phone: str, number: int) -> list[dict[str, Any]]:
        actions: list[dict[str, Any]] = self.shown[phone][number]["data"]["actions"]
        return actions
