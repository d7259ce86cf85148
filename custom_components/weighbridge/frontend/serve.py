"""Hands the dashboard to the browser, and answers what it asks."""

from pathlib import Path
from typing import Any, Final

import probatio

from homeassistant.components.frontend import add_extra_js_url
from homeassistant.components.http import StaticPathConfig  # type: ignore[attr-defined] # as in core
from homeassistant.components.websocket_api import async_register_command
from homeassistant.components.websocket_api.connection import ActiveConnection
from homeassistant.components.websocket_api.decorators import (
    async_response,
    websocket_command,
)
from homeassistant.core import HomeAssistant
from homeassistant.helpers.translation import async_get_translations
from homeassistant.loader import async_get_integration

from ..const import DOMAIN
from .household import async_describe_household

SCRIPT: Final = Path(__file__).parent / "weighbridge.js"
URL: Final = f"/{DOMAIN}/{SCRIPT.name}"

# What stands on the dashboard and is no name of an entity.
TEXTS: Final = (
    "blood_pressure",
    "composition",
    "mine",
    "no_weigh_in",
    "nobody",
    "not_loaded",
    "nothing_yet",
    "refused",
    "whose",
    "years",
)


async def async_setup_frontend(hass: HomeAssistant) -> None:
    """Offer the dashboard, where there is a frontend to show it."""
    async_register_command(hass, _describe)
    if "frontend" not in hass.config.components:
        return
    await hass.http.async_register_static_paths(
        [StaticPathConfig(URL, str(SCRIPT), cache_headers=True)]
    )
    version = (await async_get_integration(hass, DOMAIN)).version
    add_extra_js_url(hass, f"{URL}?v={version}")


@websocket_command(
    {
        probatio.Required("type"): f"{DOMAIN}/dashboard",
        probatio.Required("language"): str,
    }
)
@async_response
async def _describe(
    hass: HomeAssistant, connection: ActiveConnection, msg: dict[str, Any]
) -> None:
    """Tell what there is to show to this user, with the texts for it."""
    prefix = f"component.{DOMAIN}.selector.dashboard.options."
    texts = await async_get_translations(hass, msg["language"], "selector", [DOMAIN])
    connection.send_result(
        msg["id"],
        {
            "people": await async_describe_household(hass, connection.user),
            "texts": {key: texts[f"{prefix}{key}"] for key in TEXTS},
        },
    )
