"""Weigh-ins that are corrected at their source after they were pushed."""

import asyncio
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..clouds import Clouds, GarminAccount, MeasureGroup
from ..clouds.withings.model import MUSCLE_MASS
from ..support.common import entity_id_of
from ..support.push import READ, UPLOAD
from ..support.pushing import Pushing


@pytest.fixture
def alice(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> Pushing:
    """Follow Alice's weigh-ins from Withings to Garmin."""
    return Pushing(
        hass=hass,
        clouds=clouds,
        source=withings_entry,
        garmin=linked,
        user=garmin_user,
        freezer=freezer,
    )


@pytest.fixture
async def pushed(alice: Pushing) -> MeasureGroup:
    """Return a weigh-in of hers that was pushed just now."""
    group = alice.clouds.withings.step_on_scale("alice", 88.0)
    await alice.poll()
    return group


async def test_an_edit_replaces_what_was_pushed(
    alice: Pushing, pushed: MeasureGroup
) -> None:
    """A corrected weigh-in is corrected at Garmin, too, which is then left alone."""
    alice.freezer.tick(timedelta(hours=1))
    alice.clouds.withings.edit("alice", pushed.grpid, 80.0)
    await alice.poll()
    assert alice.weights == [80.0]
    await alice.hours(2)
    requests = alice.clouds.log.count("garmin")
    await alice.later(days=1)
    assert alice.clouds.log.count("garmin") == requests


@pytest.mark.parametrize("request_path", [READ, UPLOAD])
async def test_an_edit_of_what_is_on_the_way(alice: Pushing, request_path: str) -> None:
    """A weigh-in that is corrected in the midst of its push arrives corrected."""
    group = alice.clouds.withings.step_on_scale("alice", 88.0)
    slow = alice.clouds.faults.delay(request_path, 1, processed=True)
    coordinator = alice.source.runtime_data.coordinator
    await coordinator.async_refresh()
    while not slow.hits:
        await asyncio.sleep(0)
    alice.clouds.withings.edit("alice", group.grpid, 80.0)
    await coordinator.async_refresh()
    alice.freezer.tick(timedelta(seconds=2))
    await alice.hass.async_block_till_done(wait_background_tasks=True)
    await alice.later(minutes=11)
    assert alice.weights == [80.0]
    assert alice.pending == 0


@pytest.mark.parametrize("processing", [40, 400])
async def test_an_edit_of_what_garmin_does_not_show_yet(
    alice: Pushing, processing: int
) -> None:
    """The fat that a scale tells some seconds late replaces what is on its way.

    All else goes up meanwhile.
    """
    alice.clouds.garmin.processing_delay = processing
    group = alice.clouds.withings.step_on_scale("alice", 88.0)
    await alice.poll()
    alice.freezer.tick(timedelta(seconds=5))
    alice.clouds.withings.edit("alice", group.grpid, 80.0)
    alice.clouds.withings.step_on_scale("alice", 79.0)
    await alice.poll()
    assert alice.weights == [88.0, 79.0]
    assert alice.pending == 1
    with pytest.raises(HomeAssistantError) as caught:
        await alice.hass.services.async_call(
            "button",
            "press",
            {"entity_id": entity_id_of(alice.hass, alice.garmin, "push_now", "button")},
            blocking=True,
        )
    assert caught.value.translation_key == "queued_ambiguous"
    alice.clouds.log.clear()
    await alice.restart()
    for _ in range(11):
        await alice.later(seconds=62)
    assert alice.weights == [80.0, 79.0]
    assert alice.pending == 0
    assert alice.clouds.log.count("garmin", path=READ) == 1


async def test_what_was_sent_twice_is_completed(alice: Pushing) -> None:
    """What is measured later goes up once, though nothing else tells it apart."""
    alice.clouds.faults.reset(UPLOAD)
    group = alice.clouds.withings.step_on_scale("alice", 80.0)
    await alice.poll()
    await alice.later(minutes=11)
    assert alice.weights == [80.0]
    group.measures[MUSCLE_MASS] = 60.0
    alice.clouds.withings.edit("alice", group.grpid)
    await alice.poll()
    for _ in range(30):
        await alice.later(hours=4)
    assert alice.weights == [80.0]
    assert alice.issues == set()
    assert alice.clouds.log.count("garmin", path=UPLOAD) == 3


async def test_an_edit_of_what_was_deleted_at_garmin(
    alice: Pushing, pushed: MeasureGroup
) -> None:
    """What is not shown after ten minutes will not be shown any more."""
    (found,) = alice.clouds.garmin.weigh_ins(alice.user)
    alice.clouds.garmin.remove_weigh_in(alice.user, found.sample_pk)
    alice.clouds.withings.edit("alice", pushed.grpid, 80.0)
    await alice.poll()
    assert alice.clouds.garmin.weigh_ins(alice.user) == []
    for _ in range(10):
        await alice.later(seconds=62)
    assert alice.weights == [80.0]


@pytest.mark.parametrize(
    "fault", ["/garmin/weight-service/weight/2", "/garmin/upload-service/upload"]
)
async def test_an_edit_on_a_bad_day(
    alice: Pushing, pushed: MeasureGroup, fault: str
) -> None:
    """Cut off at any point, a correction ends with the new value, once."""
    alice.freezer.tick(timedelta(hours=1))
    alice.clouds.withings.edit("alice", pushed.grpid, 80.0)
    alice.clouds.faults.reset(fault, processed=True)
    await alice.poll()
    assert alice.pending == 1
    await alice.restart()
    await alice.later(minutes=11)
    assert alice.weights == [80.0]
    assert alice.pending == 0


@pytest.mark.parametrize("status", [404, 410])
async def test_what_garmin_has_let_go_already(
    alice: Pushing, pushed: MeasureGroup, status: int
) -> None:
    """An old version that somebody removes at the same moment is in nobody's way."""
    alice.freezer.tick(timedelta(hours=1))
    alice.clouds.faults.answer("/byversion/", status, method="DELETE", processed=True)
    alice.clouds.withings.edit("alice", pushed.grpid, 80.0)
    await alice.poll()
    assert alice.weights == [80.0]
    assert alice.issues == set()


async def test_a_version_without_a_key_stays_alone(
    alice: Pushing, pushed: MeasureGroup
) -> None:
    """What Garmin tells no key of cannot be replaced, and is not doubled."""
    alice.freezer.tick(timedelta(hours=1))
    second = int(pushed.measured_at.timestamp())
    alice.clouds.faults.answer(
        READ,
        200,
        body='{"dailyWeightSummaries": [{"allWeightMetrics": '
        f'[{{"weight": 88000, "timestampGMT": {second * 1000}}}]}}]}}',
        times=2,
    )
    alice.clouds.withings.edit("alice", pushed.grpid, 80.0)
    await alice.poll()
    assert alice.weights == [88.0]
    assert alice.clouds.log.count("garmin", method="DELETE") == 0
    assert alice.issues == {"refused"}


@pytest.mark.parametrize("status", [400, 405, 409])
async def test_what_garmin_does_not_let_go_holds_up_nothing(
    alice: Pushing, pushed: MeasureGroup, status: int
) -> None:
    """An old version that stays is told of, and the newer one not put beside it."""
    alice.freezer.tick(timedelta(hours=1))
    fault = alice.clouds.faults.answer(
        "/byversion/", status, method="DELETE", times=None
    )
    alice.clouds.withings.edit("alice", pushed.grpid, 80.0)
    alice.clouds.withings.step_on_scale("alice", 79.0)
    await alice.poll()
    assert fault.hits == 1
    assert alice.weights == [88.0, 79.0]
    assert alice.issues == {"refused"}
    assert alice.pending == 0
