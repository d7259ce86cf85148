"""A disk that takes nothing more: nothing is sent that could not be remembered."""

from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError

from ..clouds import Clouds, GarminAccount
from ..support.common import value_of
from ..support.push import REFRESH, UPLOAD, hours, issue_keys, poll, weights


@pytest.mark.parametrize("expired", [False, True])
async def test_a_full_disk(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    *,
    expired: bool,
) -> None:
    """Neither an upload nor a token refresh that a restart would not know of."""
    if expired:
        clouds.garmin.expire_access(garmin_user)
    clouds.withings.step_on_scale("alice", 80.0)
    with patch.object(Store, "_async_write_data", side_effect=WriteError("full")):
        await poll(hass, withings_entry)
        await hours(hass, freezer, 1)
        assert "disk_full" in issue_keys(hass)
        assert clouds.log.count("garmin", path=UPLOAD) == 0
        assert clouds.log.count("garmin", path=REFRESH) == 0
        assert value_of(hass, linked, "pending") == 1
    await hours(hass, freezer, 1)
    assert weights(clouds, garmin_user) == [80.0]
    assert "disk_full" not in issue_keys(hass)
