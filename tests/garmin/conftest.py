"""What the tests of pushes begin with."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from ..clouds import Clouds, GarminAccount
from ..support.common import link, set_up
from ..support.push import NOW
from ..support.straps import STRAP


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


@pytest.fixture
def wanted(hass: HomeAssistant, garmin_entry: MockConfigEntry) -> MockConfigEntry:
    """Return Alice's Garmin entry, which is to show the batteries of her sensors."""
    hass.config_entries.async_update_entry(
        garmin_entry, options={"sensor_batteries": True}
    )
    return garmin_entry


@pytest.fixture
async def strap(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    wanted: MockConfigEntry,
) -> MockConfigEntry:
    """Return the same entry, set up, with a strap that a watch has met."""
    clouds.garmin.device(garmin_user, STRAP)
    await set_up(hass, wanted)
    return wanted
