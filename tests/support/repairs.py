"""A person at the repairs of Home Assistant."""

from http import HTTPStatus
from typing import Any

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir


def issue(hass: HomeAssistant, name: str) -> ir.IssueEntry | None:
    """Return an open issue of ours by its translation key."""
    for entry in ir.async_get(hass).issues.values():
        if entry.domain == DOMAIN and entry.translation_key == name and entry.active:
            return entry
    return None


class Fix:
    """A person who clicks through the repair of an issue."""

    def __init__(self, hass: HomeAssistant, client: Any) -> None:
        """Use a signed-in browser."""
        self._hass = hass
        self._client = client
        self._flow_id = ""

    async def open(self, name: str) -> dict[str, Any]:
        """Open the repair of an issue."""
        found = issue(self._hass, name)
        assert found is not None
        assert found.is_fixable
        answer = await self._post(
            "/api/repairs/issues/fix", {"handler": DOMAIN, "issue_id": found.issue_id}
        )
        self._flow_id = answer["flow_id"]
        return answer

    async def submit(self, **data: Any) -> dict[str, Any]:
        """Fill in and submit what is shown."""
        answer = await self._post(f"/api/repairs/issues/fix/{self._flow_id}", data)
        await self._hass.async_block_till_done(wait_background_tasks=True)
        return answer

    async def _post(self, path: str, data: dict[str, Any]) -> dict[str, Any]:
        response = await self._client.post(path, json=data)
        assert response.status == HTTPStatus.OK, await response.text()
        answer: dict[str, Any] = await response.json()
        return answer
