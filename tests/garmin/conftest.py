"""What the tests of pushes begin with."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from ..clouds import Clouds
from ..support.common import link, set_up
from ..support.push import NOW


@pytest.fixture
def morning(freezer: FrozenDateTimeFactory) -> None:
    """Begin on the morning of a known day."""
    freezer.move_to(NOW)


@pytest.fixture
async def linked(
    hass: HomeAssistant,
    clouds: Clouds,
    morning: None,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
) -> MockConfigEntry:
    """Return Alice's Garmin entry, set up and linked to her Withings scale."""
    clouds.withings.step_on_scale("alice", 81.0, when=NOW - timedelta(days=30))
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, withings_entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    clouds.log.clear()
    return garmin_entry
