"""A clock that was ahead once: nothing of it stays when it is right again."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from ..clouds import Clouds, GarminAccount
from ..support.common import restart
from ..support.push import NOW, REFRESH, later, poll, weights

PROFILE = "/garmin/userprofile-service"


async def test_a_clock_that_was_ahead(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Weigh-ins arrive, tokens are kept alive, and not renewed before each request."""
    await later(hass, freezer, timedelta(days=20))
    assert clouds.log.count("garmin", path=PROFILE) == 1
    freezer.move_to(NOW + timedelta(hours=1))
    await restart(hass, linked)
    clouds.log.clear()
    clouds.withings.step_on_scale("alice", 81.0, uploaded=NOW + timedelta(days=21))
    await poll(hass, withings_entry)
    assert weights(clouds, garmin_user) == [81.0]
    for _ in range(7):
        await later(hass, freezer, timedelta(days=1))
    assert clouds.log.count("garmin", path=PROFILE) == 1
    assert clouds.log.count("garmin", path=REFRESH) <= 2
