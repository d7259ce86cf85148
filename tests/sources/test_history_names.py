"""What statistics are called: as the person is, whose they are, from one moment to the next."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.weighbridge.const import DOMAIN
from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds
from ..support.common import set_up
from ..support.frontend import FRONTEND
from ..support.scale_house import FAT, House

type Names = Callable[[], Awaitable[dict[str, str]]]


@pytest.fixture
async def names(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
) -> Names:
    """Return how a graph's editor finds the names of weights."""
    user = await hass.auth.async_create_refresh_token(hass_admin_user, FRONTEND)

    async def ask() -> dict[str, str]:
        await hass.async_block_till_done(wait_background_tasks=True)
        await async_wait_recording_done(hass)
        client = await hass_ws_client(hass, hass.auth.async_create_access_token(user))
        await client.send_json_auto_id({"type": "recorder/list_statistic_ids"})
        return {
            found["statistic_id"]: found["name"]
            for found in (await client.receive_json())["result"]
            if found["source"] == DOMAIN and found["statistic_id"].endswith("_weight")
        }

    return ask


async def test_rename_account(
    names: Names, hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """Who renames the account finds its graphs under the new name at once."""
    clouds.withings.step_on_scale(
        "alice", 62.3, when=dt_util.utcnow() - timedelta(days=1)
    )
    await set_up(hass, withings_entry)
    assert list((await names()).values()) == ["Alice Weight"]
    hass.config_entries.async_update_entry(withings_entry, title="Ally · Withings")
    assert list((await names()).values()) == ["Ally Weight"]


async def test_people_of_a_scale(
    names: Names, hass: HomeAssistant, house: House
) -> None:
    """Each person of a scale has graphs under a name of their own."""
    await house.async_move_in(body_fat=FAT)
    await house.weigh(62.0)
    await house.weigh(85.0)
    await house.later(hours=2)
    assert set((await names()).values()) == {"Carol Weight", "Dave Weight"}
