"""Flows as the frontend goes through them: over HTTP, with a text for all it shows."""

from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

from aiohttp import hdrs
from aiohttp.test_utils import TestClient

from custom_components.weighbridge.const import DOMAIN
from homeassistant.auth.models import RefreshToken
from homeassistant.config_entries import SOURCE_REAUTH, ConfigEntry
from homeassistant.core import HomeAssistant
from homeassistant.helpers.config_entry_oauth2_flow import (
    AUTH_CALLBACK_PATH,
    HEADER_FRONTEND_BASE,
)
from homeassistant.helpers.translation import async_get_translations

from ..clouds import Clouds

type Result = dict[str, Any]

FRONTEND = "https://ha.example.com"
API = "/api/config/config_entries"
FLOW = f"{API}/flow"
LINK_FLOW = f"{API}/subentries/flow"
OPTIONS_FLOW = f"{API}/options/flow"
_SECTIONS = {
    FLOW: "config",
    LINK_FLOW: "config_subentries.link",
    OPTIONS_FLOW: "options",
}


class Frontend:
    """One user's browser, which looks at one flow at a time."""

    def __init__(
        self, hass: HomeAssistant, client: TestClient[Any, Any], token: RefreshToken
    ) -> None:
        """Open the settings page."""
        self.hass = hass
        self._client = client
        self._token = token
        self._flow = ""

    async def add(self, provider: str | None = None) -> Result:
        """Add an account, and choose the vendor from the menu."""
        result = await self._start(FLOW, {"handler": DOMAIN})
        return result if provider is None else await self.choose(provider)

    async def reconfigure(self, entry: ConfigEntry) -> Result:
        """Reconfigure an account."""
        return await self._start(FLOW, {"handler": DOMAIN, "entry_id": entry.entry_id})

    async def sign_in_again(self, entry: ConfigEntry) -> Result:
        """Open the re-authentication that Home Assistant has asked for."""
        (flow,) = entry.async_get_active_flows(self.hass, {SOURCE_REAUTH})
        self._flow = f"{FLOW}/{flow['flow_id']}"
        return await self.look()

    async def add_link(self, entry: ConfigEntry) -> Result:
        """Add a link to a Garmin account."""
        return await self._start(LINK_FLOW, {"handler": [entry.entry_id, "link"]})

    async def change_link(self, entry: ConfigEntry, subentry_id: str) -> Result:
        """Reconfigure a link."""
        return await self._start(
            LINK_FLOW,
            {"handler": [entry.entry_id, "link"], "subentry_id": subentry_id},
        )

    async def configure(self, entry: ConfigEntry) -> Result:
        """Open the settings of an account."""
        return await self._start(OPTIONS_FLOW, {"handler": entry.entry_id})

    async def choose(self, option: str) -> Result:
        """Choose from a menu."""
        return await self.submit(next_step_id=option)

    async def submit(self, **data: Any) -> Result:
        """Submit the form that is shown."""
        return await self._show(await self._post(self._flow, data))

    async def say_whose(self, result: Result, name: str = "Alice") -> Result:
        """Say whose a new account is, if the flow has come that far."""
        if result.get("step_id") != "name":
            return result
        return await self.submit(name=name)

    async def refused(self, **data: Any) -> Mapping[str, str]:
        """Submit what the form does not let pass; return its complaints by field."""
        response = await self._client.post(
            self._flow, json=data, headers=self._headers()
        )
        assert response.status == HTTPStatus.BAD_REQUEST
        errors: dict[str, str] = (await response.json())["errors"]
        return errors

    async def wait(self) -> Result:
        """Wait for the progress that is shown to end."""
        await self.hass.async_block_till_done()
        return await self.look()

    async def look(self) -> Result:
        """Fetch what the flow shows now."""
        response = await self._client.get(self._flow, headers=self._headers())
        assert response.status == HTTPStatus.OK
        return await self._show(await response.json())

    async def sign_in_by_repair(self, issue_id: str) -> Result:
        """Open the repair of an issue, submit it, and go where it leads to."""
        path = "/api/repairs/issues/fix"
        opened = await self._post(path, {"handler": DOMAIN, "issue_id": issue_id})
        assert opened["step_id"] == "confirm"
        done = await self._post(f"{path}/{opened['flow_id']}", {})
        kind, flow_id = done["next_flow"]
        assert kind == "config_flow"
        self._flow = f"{FLOW}/{flow_id}"
        return await self.look()

    async def close(self) -> None:
        """Close the dialog."""
        response = await self._client.delete(self._flow, headers=self._headers())
        assert response.status == HTTPStatus.OK

    async def approve(self, clouds: Clouds, result: Result) -> Result:
        """Go through the vendor's consent and come back through the callback."""
        assert result["type"] == "external"
        assert result["step_id"] == "auth"
        back = await clouds.consent(result["url"])
        assert str(back).startswith(FRONTEND + AUTH_CALLBACK_PATH)
        response = await self._client.get(AUTH_CALLBACK_PATH, params=back.query)
        assert response.status == HTTPStatus.OK
        shown = await self.look()
        await self.hass.async_block_till_done(wait_background_tasks=True)
        return shown

    async def _start(self, path: str, data: Mapping[str, Any]) -> Result:
        """Start a flow."""
        result = await self._post(path, data)
        self._flow = f"{path}/{result['flow_id']}"
        return await self._show(result)

    async def _post(self, path: str, data: Mapping[str, Any]) -> Result:
        """Post what must be accepted."""
        response = await self._client.post(path, json=data, headers=self._headers())
        assert response.status == HTTPStatus.OK, await response.text()
        result: Result = await response.json()
        return result

    def _headers(self) -> dict[str, str]:
        """Return what a page says about itself and its user, whatever the hour."""
        access_token = self.hass.auth.async_create_access_token(self._token)
        return {
            hdrs.AUTHORIZATION: f"Bearer {access_token}",
            HEADER_FRONTEND_BASE: FRONTEND,
        }

    async def _show(self, result: Result) -> Result:
        """Check that all that is shown has a text, filled in with what it needs."""
        section, domain = _SECTIONS[self._flow.rpartition("/")[0]], DOMAIN
        if foreign := result.get("translation_domain"):
            section, domain = "config", foreign
        texts = await async_get_translations(
            self.hass, "en", section.partition(".")[0], [domain]
        )
        placeholders = result.get("description_placeholders") or {}
        for key in _keys(result):
            texts[f"component.{domain}.{section}.{key}"].format_map(placeholders)
        description = f"component.{domain}.{section}.step.{result.get('step_id')}"
        texts.get(f"{description}.description", "").format_map(placeholders)
        return result


def _keys(result: Result) -> list[str]:
    """Return the translation keys of what a result makes the frontend show."""
    step = f"step.{result.get('step_id')}"
    match result["type"]:
        case "menu":
            options = [f"{step}.menu_options.{name}" for name in result["menu_options"]]
            return [f"{step}.title", f"{step}.description", *options]
        case "form":
            return [
                f"{step}.title",
                *_field_keys(step, result["data_schema"] or ()),
                *(f"error.{error}" for error in (result["errors"] or {}).values()),
            ]
        case "progress":
            return [f"progress.{result['progress_action']}"]
        case "abort":
            return [f"abort.{result['reason']}"]
        case "external":
            return [f"{step}.description"]
        case "create_entry" if result.get("description"):
            return [f"create_entry.{result['description']}"]
    return []


def _field_keys(step: str, fields: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the translation keys of the fields of a form, or of a section in it."""
    keys: list[str] = []
    for field in fields:
        name = field["name"]
        if field.get("type") == "expandable":
            part = f"{step}.sections.{name}"
            keys += [f"{part}.name", *_field_keys(part, field["schema"])]
        else:
            keys += [f"{step}.data.{name}", f"{step}.data_description.{name}"]
    return keys
