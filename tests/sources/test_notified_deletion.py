"""A notification tells of deletions, too: a minute is enough then."""

from datetime import datetime, timedelta
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds
from ..support.common import value_of
from .notifications import settle


@pytest.fixture
async def weighed(
    hass: HomeAssistant,
    clouds: Clouds,
    notified: MockConfigEntry,
    browser: TestClient[Any, Any],
    freezer: FrozenDateTimeFactory,
) -> MockConfigEntry:
    """Return the entry of a person whose weigh-in of now has arrived."""
    clouds.withings.step_on_scale("alice", 61.5)
    await settle(hass, clouds)
    assert value_of(hass, notified, "weight") == 61.5
    freezer.tick(timedelta(minutes=2))
    return notified


async def later(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, seconds: float
) -> None:
    """Let time pass, and what it starts come to its end."""
    freezer.tick(timedelta(seconds=seconds))
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_deleted(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What somebody deletes in the app is gone here a minute later."""
    group = clouds.withings.person("alice").groups[-1]
    clouds.withings.delete("alice", group.grpid)
    await settle(hass, clouds)
    assert value_of(hass, weighed, "weight") == 61.5
    await later(hass, freezer, 62)
    assert value_of(hass, weighed, "weight") == 62.0


async def test_a_bad_day(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A notification is no reason to believe an answer that has lost most."""
    now: datetime = clouds.withings.clock()
    for day in range(1, 9):
        when = now - timedelta(days=day, minutes=day)
        clouds.withings.step_on_scale("alice", 60.0 + day, when=when)
    await settle(hass, clouds)
    groups = clouds.withings.person("alice").groups
    kept, groups[:] = groups[:], groups[:1]
    await clouds.withings.notify("alice")
    await settle(hass, clouds)
    await later(hass, freezer, 62)
    assert value_of(hass, weighed, "weight") == 61.5
    groups[:] = kept
    await later(hass, freezer, 3600)
    assert value_of(hass, weighed, "weight") == 61.5
