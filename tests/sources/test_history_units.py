"""Graphs in the unit in which a person reads weights, as cards take that of the data."""

from collections.abc import Awaitable, Callable

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util.unit_system import METRIC_SYSTEM, US_CUSTOMARY_SYSTEM

from ..clouds import Clouds
from ..support.common import entity_id_of, restart, set_up, state_of
from ..support.frontend import FRONTEND
from ..support.statistics import BODY_FAT, NOW, WEIGHT, Read, poll

MUSCLE = "weighbridge:withings_363_muscle_mass"
TREND = f"{WEIGHT}_trend"
# 62 kg.
POUNDS = pytest.approx(136.68660259, abs=1e-6)

type Units = Callable[[], Awaitable[dict[str, str]]]


@pytest.fixture(autouse=True)
def morning(freezer: FrozenDateTimeFactory) -> None:
    """Begin on the morning of a known day."""
    freezer.move_to(NOW)


@pytest.fixture
async def units(
    read: Read,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
) -> Units:
    """Return how a card learns the units: it shows those of the statistics."""
    user = await hass.auth.async_create_refresh_token(hass_admin_user, FRONTEND)

    async def ask() -> dict[str, str]:
        await hass.async_block_till_done(wait_background_tasks=True)
        await read()
        client = await hass_ws_client(hass, hass.auth.async_create_access_token(user))
        await client.send_json_auto_id({"type": "recorder/get_statistics_metadata"})
        return {
            found["statistic_id"]: found["statistics_unit_of_measurement"]
            for found in (await client.receive_json())["result"]
        }

    return ask


@pytest.fixture
async def american(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return an entry that waits for its set-up in a home of pounds."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    clouds.withings.step_on_scale("alice", 62.0, body_fat=25.0, muscle_mass=45.359237)
    return withings_entry


async def test_pounds(
    read: Read,
    units: Units,
    writes: list[str],
    hass: HomeAssistant,
    american: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """All masses stand in pounds, all else as it is, and nothing is written twice."""
    await set_up(hass, american)
    assert state_of(hass, american, "weight").attributes["unit_of_measurement"] == "lb"
    found = await units()
    assert {found[each] for each in (WEIGHT, TREND, MUSCLE)} == {"lb"}
    assert found[BODY_FAT] == "%"
    rows = await read(WEIGHT, TREND, MUSCLE, BODY_FAT)
    assert [rows[WEIGHT][0][of] for of in ("mean", "min", "max")] == [POUNDS] * 3
    assert rows[TREND][0]["mean"] == POUNDS
    assert rows[MUSCLE][0]["mean"] == pytest.approx(100, abs=1e-6)
    assert rows[BODY_FAT][0]["mean"] == 25
    writes.clear()
    await poll(hass, freezer)
    await poll(hass, freezer, minutes=24 * 60)
    await restart(hass, american)
    assert await read(WEIGHT, TREND, MUSCLE, BODY_FAT) == rows
    assert writes == []


async def test_three_in_an_hour(
    read: Read,
    writes: list[str],
    hass: HomeAssistant,
    clouds: Clouds,
    american: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A mean that no number of digits can write is recognised in pounds, too."""
    for minute, weight in ((0, 62.1), (1, 62.3)):
        when = NOW.replace(minute=minute)
        clouds.withings.step_on_scale("alice", weight, when=when)
    await set_up(hass, american)
    await read()
    writes.clear()
    await poll(hass, freezer)
    await restart(hass, american)
    await read()
    assert writes == []


@pytest.mark.parametrize(
    ("update", "unit", "mean"), [(True, "lb", POUNDS), (False, "kg", 62)]
)
async def test_move_to_america(
    read: Read,
    units: Units,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    american: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    update: bool,
    unit: str,
    mean: float,
) -> None:
    """Who moves is asked whether sensors shall use pounds, and the graphs do as they do."""
    hass.config.units = METRIC_SYSTEM
    assert await async_setup_component(hass, "config", {})
    await set_up(hass, american)
    assert (await units())[WEIGHT] == "kg"
    client = await hass_ws_client(hass)
    await client.send_json_auto_id(
        {
            "type": "config/core/update",
            "unit_system": "us_customary",
            "update_units": update,
        }
    )
    assert (await client.receive_json())["success"]
    assert (await units())[WEIGHT] == unit
    for start in (False, True):
        if start:
            await restart(hass, american)
        shown = state_of(hass, american, "weight")
        assert shown.attributes["unit_of_measurement"] == unit
        found = await units()
        assert {found[each] for each in (WEIGHT, TREND, MUSCLE)} == {unit}
        assert (await read())[WEIGHT][0]["mean"] == mean


async def test_stones(
    read: Read,
    units: Units,
    hass: HomeAssistant,
    american: MockConfigEntry,
) -> None:
    """Who chooses another unit for the weight has it in the graphs at once."""
    await set_up(hass, american)
    entity_id = entity_id_of(hass, american, "weight")
    assert entity_id is not None
    er.async_get(hass).async_update_entity_options(
        entity_id, "sensor", {"unit_of_measurement": "st"}
    )
    assert (await units())[WEIGHT] == "st"
    rows = await read()
    assert rows[WEIGHT][0]["mean"] == pytest.approx(9.76333, abs=1e-4)
    await restart(hass, american)
    assert (await units())[WEIGHT] == "st"
    assert await read() == rows
