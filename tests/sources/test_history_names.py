"""What statistics are called: as the person is, whose they are, from one moment to the next."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from custom_components.weighbridge.const import DOMAIN
from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from ..clouds import Clouds
from ..support.common import set_up
from ..support.frontend import FRONTEND
from ..support.scale_house import FAT, House

type Names = Callable[[], Awaitable[dict[str, str]]]
type Tell = Callable[..., Awaitable[Any]]


@pytest.fixture
async def tell(
    hass: HomeAssistant, hass_ws_client: WebSocketGenerator, hass_admin_user: MockUser
) -> Tell:
    """Return how the frontend asks for something, by its type."""
    assert await async_setup_component(hass, "config", {})
    user = await hass.auth.async_create_refresh_token(hass_admin_user, FRONTEND)

    async def ask(what: str, **details: Any) -> Any:
        client = await hass_ws_client(hass, hass.auth.async_create_access_token(user))
        await client.send_json_auto_id({"type": what, **details})
        answer = await client.receive_json()
        assert answer["success"], answer
        return answer["result"]

    return ask


@pytest.fixture
async def names(recorder_mock: Recorder, hass: HomeAssistant, tell: Tell) -> Names:
    """Return how a graph's editor finds the names of weights."""

    async def ask() -> dict[str, str]:
        await hass.async_block_till_done(wait_background_tasks=True)
        await async_wait_recording_done(hass)
        return {
            found["statistic_id"]: found["name"]
            for found in await tell("recorder/list_statistic_ids")
            if found["source"] == DOMAIN and found["statistic_id"].endswith("_weight")
        }

    return ask


@pytest.fixture
async def weighed(
    names: Names, hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return the entry of a person who has a graph."""
    clouds.withings.step_on_scale(
        "alice", 62.3, when=dt_util.utcnow() - timedelta(days=1)
    )
    await set_up(hass, withings_entry)
    assert list((await names()).values()) == ["Alice Weight"]
    return withings_entry


async def test_rename_account(
    names: Names, tell: Tell, weighed: MockConfigEntry
) -> None:
    """Who renames the account finds its graphs under the new name at once."""
    await tell(
        "config_entries/update", entry_id=weighed.entry_id, title="Ally · Withings"
    )
    assert list((await names()).values()) == ["Ally Weight"]


async def test_rename_what_is_off(
    names: Names, tell: Tell, hass: HomeAssistant, weighed: MockConfigEntry
) -> None:
    """What was renamed while nobody looked has its new name at the next start."""
    await hass.config_entries.async_unload(weighed.entry_id)
    await tell(
        "config_entries/update", entry_id=weighed.entry_id, title="Ally · Withings"
    )
    assert list((await names()).values()) == ["Alice Weight"]
    await set_up(hass, weighed)
    assert list((await names()).values()) == ["Ally Weight"]


@pytest.mark.usefixtures("weighed")
async def test_another_language(names: Names, tell: Tell) -> None:
    """Graphs are called as the sensors are in the language of now."""
    await tell("config/core/update", language="de")
    assert list((await names()).values()) == ["Alice Gewicht"]


@pytest.fixture
async def family(names: Names, hass: HomeAssistant, house: House) -> House:
    """Return a house with two people who stood on the scale."""
    await house.async_move_in(body_fat=FAT)
    await house.weigh(62.0)
    await house.weigh(85.0)
    await house.later(hours=2)
    assert set((await names()).values()) == {"Carol Weight", "Dave Weight"}
    return house


async def test_rename_person(names: Names, tell: Tell, family: House) -> None:
    """Each person of a scale has graphs under a name of their own, which may change."""
    await tell(
        "config_entries/subentries/update",
        entry_id=family.entry.entry_id,
        subentry_id=family.person("Carol"),
        title="Caro",
    )
    assert set((await names()).values()) == {"Caro Weight", "Dave Weight"}


async def test_reconfigure_person(
    names: Names, hass: HomeAssistant, family: House
) -> None:
    """A new name is there although the scale starts anew for what else has changed."""
    flow = await hass.config_entries.subentries.async_init(
        (family.entry.entry_id, "person"),
        context={"source": "reconfigure", "subentry_id": family.person("Carol")},
    )
    await hass.config_entries.subentries.async_configure(
        flow["flow_id"], {"name": "Caro", "min_weight": 51, "max_weight": 72}
    )
    assert set((await names()).values()) == {"Caro Weight", "Dave Weight"}
