"""A clock that was ahead once: nothing of it stays when it is right again."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, GarminAccount
from ..support.common import restart
from ..support.push import NOW, READ, REFRESH, hours, issue_keys, later, poll, weights

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


async def test_a_clock_that_was_ahead_and_is_set_back_meanwhile(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The same holds for a house that runs on."""
    await later(hass, freezer, timedelta(days=20))
    clouds.log.clear()
    freezer.move_to(NOW + timedelta(hours=1))
    # Timers run by another clock, which is never set.
    async_fire_time_changed(hass, dt_util.utcnow(), fire_all=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    for days, count in ((4, 1), (2, 2)):
        for _ in range(days):
            await later(hass, freezer, timedelta(days=1))
        assert clouds.log.count("garmin", path=PROFILE) == count
    assert clouds.log.count("garmin", path=REFRESH) <= 3
    clouds.withings.step_on_scale("alice", 80.5)
    await poll(hass, withings_entry)
    assert weights(clouds, garmin_user) == [80.5]


async def test_a_start_before_the_clock_is_set(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A computer without a clock of its own keeps to what Garmin has asked for."""
    clouds.faults.answer(READ, 429, headers={"Retry-After": str(6 * 3600)})
    clouds.withings.step_on_scale("alice", 80.5)
    await poll(hass, withings_entry)
    clouds.log.clear()
    freezer.move_to(datetime(2000, 1, 1, tzinfo=UTC))
    await restart(hass, linked)
    freezer.move_to(NOW + timedelta(minutes=10))
    await hours(hass, freezer, 5)
    assert clouds.log.count("garmin") == 0
    assert "overdue" not in issue_keys(hass)
    await hours(hass, freezer, 2)
    assert weights(clouds, garmin_user) == [80.5]
