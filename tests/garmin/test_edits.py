"""Weigh-ins that are corrected at their source after they were pushed."""

import asyncio
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..clouds import Clouds, GarminAccount
from ..support.common import entity_id_of, restart, value_of
from ..support.push import READ, UPLOAD, issue_keys, later, poll, weights

pytestmark = pytest.mark.usefixtures("morning")


async def test_an_edit_replaces_what_was_pushed(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A corrected weigh-in is corrected at Garmin, too."""
    group = clouds.withings.step_on_scale("alice", 88.0)
    await poll(hass, withings_entry)
    freezer.tick(timedelta(hours=1))
    clouds.withings.edit("alice", group.grpid, 80.0)
    await poll(hass, withings_entry)
    assert weights(clouds, garmin_user) == [80.0]


@pytest.mark.parametrize("request_path", [READ, UPLOAD])
async def test_an_edit_of_what_is_on_the_way(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    request_path: str,
) -> None:
    """A weigh-in that is corrected in the midst of its push arrives corrected."""
    group = clouds.withings.step_on_scale("alice", 88.0)
    slow = clouds.faults.delay(request_path, 1, processed=True)
    coordinator = withings_entry.runtime_data.coordinator
    await coordinator.async_refresh()
    while not slow.hits:
        await asyncio.sleep(0)
    clouds.withings.edit("alice", group.grpid, 80.0)
    await coordinator.async_refresh()
    freezer.tick(timedelta(seconds=2))
    await hass.async_block_till_done(wait_background_tasks=True)
    await later(hass, freezer, timedelta(minutes=11))
    assert weights(clouds, garmin_user) == [80.0]
    assert value_of(hass, linked, "pending") == 0


@pytest.mark.parametrize("processing", [40, 400])
async def test_an_edit_of_what_garmin_does_not_show_yet(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    processing: int,
) -> None:
    """The fat that a scale tells some seconds late replaces what is on its way.

    All else goes up meanwhile.
    """
    clouds.garmin.processing_delay = processing
    group = clouds.withings.step_on_scale("alice", 88.0)
    await poll(hass, withings_entry)
    freezer.tick(timedelta(seconds=5))
    clouds.withings.edit("alice", group.grpid, 80.0)
    clouds.withings.step_on_scale("alice", 79.0)
    await poll(hass, withings_entry)
    assert weights(clouds, garmin_user) == [88.0, 79.0]
    assert value_of(hass, linked, "pending") == 1
    with pytest.raises(HomeAssistantError) as caught:
        await hass.services.async_call(
            "button",
            "press",
            {"entity_id": entity_id_of(hass, linked, "push_now", "button")},
            blocking=True,
        )
    assert caught.value.translation_key == "queued_ambiguous"
    clouds.log.clear()
    await restart(hass, linked)
    for _ in range(11):
        await later(hass, freezer, timedelta(seconds=62))
    assert weights(clouds, garmin_user) == [80.0, 79.0]
    assert value_of(hass, linked, "pending") == 0
    assert clouds.log.count("garmin", path=READ) == 1


async def test_an_edit_of_what_was_deleted_at_garmin(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What is not shown after ten minutes will not be shown any more."""
    group = clouds.withings.step_on_scale("alice", 88.0)
    await poll(hass, withings_entry)
    (pushed,) = clouds.garmin.weigh_ins(garmin_user)
    clouds.garmin.remove_weigh_in(garmin_user, pushed.sample_pk)
    clouds.withings.edit("alice", group.grpid, 80.0)
    await poll(hass, withings_entry)
    assert clouds.garmin.weigh_ins(garmin_user) == []
    for _ in range(10):
        await later(hass, freezer, timedelta(seconds=62))
    assert weights(clouds, garmin_user) == [80.0]


@pytest.mark.parametrize(
    "fault", ["/garmin/weight-service/weight/2", "/garmin/upload-service/upload"]
)
async def test_an_edit_on_a_bad_day(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    fault: str,
) -> None:
    """Cut off at any point, a correction ends with the new value, once."""
    group = clouds.withings.step_on_scale("alice", 88.0)
    await poll(hass, withings_entry)
    freezer.tick(timedelta(hours=1))
    clouds.withings.edit("alice", group.grpid, 80.0)
    clouds.faults.reset(fault, processed=True)
    await poll(hass, withings_entry)
    assert value_of(hass, linked, "pending") == 1
    await restart(hass, linked)
    await later(hass, freezer, timedelta(minutes=11))
    assert weights(clouds, garmin_user) == [80.0]
    assert value_of(hass, linked, "pending") == 0


@pytest.mark.parametrize("status", [404, 410])
async def test_what_garmin_has_let_go_already(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    status: int,
) -> None:
    """An old version that somebody removes at the same moment is in nobody's way."""
    group = clouds.withings.step_on_scale("alice", 88.0)
    await poll(hass, withings_entry)
    freezer.tick(timedelta(hours=1))
    clouds.faults.answer("/byversion/", status, method="DELETE", processed=True)
    clouds.withings.edit("alice", group.grpid, 80.0)
    await poll(hass, withings_entry)
    assert weights(clouds, garmin_user) == [80.0]
    assert issue_keys(hass) == set()


async def test_a_version_without_a_key_stays_alone(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What Garmin tells no key of cannot be replaced, and is not doubled."""
    group = clouds.withings.step_on_scale("alice", 88.0)
    await poll(hass, withings_entry)
    freezer.tick(timedelta(hours=1))
    second = int(group.measured_at.timestamp())
    clouds.faults.answer(
        READ,
        200,
        body='{"dailyWeightSummaries": [{"allWeightMetrics": '
        f'[{{"weight": 88000, "timestampGMT": {second * 1000}}}]}}]}}',
        times=2,
    )
    clouds.withings.edit("alice", group.grpid, 80.0)
    await poll(hass, withings_entry)
    assert weights(clouds, garmin_user) == [88.0]
    assert clouds.log.count("garmin", method="DELETE") == 0
    assert issue_keys(hass) == {"refused"}


@pytest.mark.parametrize("status", [400, 405, 409])
async def test_what_garmin_does_not_let_go_holds_up_nothing(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    status: int,
) -> None:
    """An old version that stays is told of, and the newer one not put beside it."""
    group = clouds.withings.step_on_scale("alice", 88.0)
    await poll(hass, withings_entry)
    freezer.tick(timedelta(hours=1))
    fault = clouds.faults.answer("/byversion/", status, method="DELETE", times=None)
    clouds.withings.edit("alice", group.grpid, 80.0)
    clouds.withings.step_on_scale("alice", 79.0)
    await poll(hass, withings_entry)
    assert fault.hits == 1
    assert weights(clouds, garmin_user) == [88.0, 79.0]
    assert issue_keys(hass) == {"refused"}
    assert value_of(hass, linked, "pending") == 0
