"""What the tests of the triggers begin with."""

from pathlib import Path

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)

from homeassistant.core import HomeAssistant

from ..clouds import Clouds
from ..support.common import set_up
from ..support.editor import Editor
from ..support.triggers import MORNING


@pytest.fixture
async def editor(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    hass_ws_client: WebSocketGenerator,
    tmp_path: Path,
) -> Editor:
    """Return the editor of automations."""
    editor = Editor(hass, hass_client, hass_ws_client)
    await editor.start(tmp_path)
    return editor


@pytest.fixture
async def alice(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return the loaded entry of a person who weighed herself this morning."""
    await hass.config.async_set_time_zone("America/New_York")
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING)
    await set_up(hass, withings_entry)
    return withings_entry
