"""Automations as the frontend's editor makes them: offered, checked, and saved."""

from collections.abc import Mapping
from http import HTTPStatus
from pathlib import Path
from typing import Any

from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

AUTOMATION = "/api/config/automation/config"


class Editor:
    """The page on which a user makes automations."""

    def __init__(
        self,
        hass: HomeAssistant,
        client: ClientSessionGenerator,
        websocket: WebSocketGenerator,
    ) -> None:
        """Open it."""
        self._hass = hass
        self._client = client
        self._websocket = websocket

    async def start(self, directory: Path) -> None:
        """Let Home Assistant keep its automations in a directory."""
        self._hass.config.config_dir = str(directory)
        (directory / "configuration.yaml").write_text(
            "automation: !include automations.yaml\n"
        )
        (directory / "automations.yaml").write_text("[]\n")
        for component in ("automation", "config"):
            assert await async_setup_component(self._hass, component, {})

    async def ask(self, **message: Any) -> Any:
        """Send a message over the websocket, and return the answer."""
        websocket = await self._websocket(self._hass)
        await websocket.send_json_auto_id(message)
        answer = await websocket.receive_json()
        assert answer["success"], answer
        return answer["result"]

    async def offered(self) -> dict[str, Any]:
        """Return the descriptions of all triggers that the editor offers."""
        websocket = await self._websocket(self._hass)
        await websocket.send_json_auto_id({"type": "trigger_platforms/subscribe"})
        assert (await websocket.receive_json())["success"]
        event: dict[str, Any] = (await websocket.receive_json())["event"]
        return event

    async def complaint(self, trigger: Mapping[str, Any]) -> str | None:
        """Return what the editor shows beside a trigger that is not fit."""
        answer = await self.ask(type="validate_config", triggers=[trigger])
        error: str | None = answer["triggers"]["error"]
        return error

    async def save(
        self, name: str, trigger: Mapping[str, Any], *actions: Mapping[str, Any]
    ) -> None:
        """Save an automation, which is then at work."""
        assert await self.complaint(trigger) is None
        client = await self._client()
        response = await client.post(
            f"{AUTOMATION}/{name}",
            json={
                "alias": name,
                "mode": "queued",
                "triggers": [trigger],
                "actions": list(actions),
            },
        )
        assert response.status == HTTPStatus.OK, await response.text()
        await self._hass.async_block_till_done()
        state = self._hass.states.get(f"automation.{name}")
        assert state is not None
        assert state.state == "on"
