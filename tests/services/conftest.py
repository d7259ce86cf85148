"""What the tests of the actions begin with."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from ..clouds import Clouds
from ..support.actions import NOW
from ..support.common import link, set_up


@pytest.fixture(autouse=True)
async def morning(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Begin on a known morning in New York, where a day begins at five."""
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("America/New_York")


@pytest.fixture
async def linked(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
) -> MockConfigEntry:
    """Return a Garmin entry with a link from now on, to a scale with a past."""
    for day in range(1, 11):
        clouds.withings.step_on_scale(
            "alice",
            80.0 + day,
            when=NOW - timedelta(days=day),
            attrib=1 if day > 8 else 0,
        )
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, withings_entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    return garmin_entry
