"""A house with batteries in Berlin, and what a restart makes of it."""

from collections.abc import AsyncGenerator

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_test_home_assistant

from homeassistant.core import HomeAssistant

from ..support.battery_house import House
from ..support.texting import NOON


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[House]:
    """Return a house in Berlin, at noon UTC."""
    freezer.move_to(NOON)
    await hass.config.async_set_time_zone("Europe/Berlin")
    house = House(hass, freezer)
    await house.async_open()
    yield house
    await house.async_close()


@pytest.fixture
async def another_hass(
    house: House, hass_config_dir: str
) -> AsyncGenerator[HomeAssistant]:
    """Return the Home Assistant that runs after a restart, with the same files."""
    async with async_test_home_assistant(config_dir=hass_config_dir) as hass:
        await hass.config.async_set_time_zone("Europe/Berlin")
        yield hass
        await house.async_close()
        await hass.async_stop(force=True)
