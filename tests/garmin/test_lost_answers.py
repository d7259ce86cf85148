"""Uploads of which nobody knows whether they arrived."""

import asyncio
from copy import deepcopy
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from custom_components.weighbridge.garmin.storage import AccountMemory
from homeassistant.core import HomeAssistant

from ..clouds import Clouds, GarminAccount
from ..support.common import restart, set_up, value_of
from ..support.push import NOW, READ, UPLOAD, hours, issue_keys, later, poll, weights

pytestmark = pytest.mark.usefixtures("morning")


@pytest.mark.parametrize("processed", [False, True])
@pytest.mark.parametrize("kind", ["reset", "answer", "foreign", "truncate"])
async def test_a_lost_answer_never_doubles(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    kind: str,
    *,
    processed: bool,
) -> None:
    """Carried out or not: Garmin is read before anything is sent again."""
    match kind:
        case "reset":
            clouds.faults.reset(UPLOAD, processed=processed)
        case "answer":
            clouds.faults.answer(UPLOAD, 502, processed=processed)
        case "foreign":
            clouds.faults.foreign(UPLOAD, processed=processed)
        case "truncate":
            clouds.faults.truncate(UPLOAD)
            processed = True
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert value_of(hass, linked, "pending") == 1
    await restart(hass, linked)
    await later(hass, freezer, timedelta(minutes=9))
    assert clouds.log.count("garmin", path=UPLOAD) == 1
    await later(hass, freezer, timedelta(minutes=2))
    assert clouds.log.count("garmin", path=UPLOAD) == (1 if processed else 2)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1
    assert value_of(hass, linked, "pending") == 0


async def test_an_upload_that_shows_late(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Garmin may take minutes to show what it took, and its answer may be lost."""
    clouds.garmin.processing_delay = 300.0
    clouds.faults.reset(UPLOAD, processed=True)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    for _ in range(30):
        await later(hass, freezer, timedelta(minutes=1))
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1
    assert clouds.log.count("garmin", path=UPLOAD) == 1


async def test_a_file_that_garmin_has_had_before(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A value that comes back after a correction is there in the end, by another file."""
    clouds.garmin.refuse_identical = True
    group = clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    for weight in (81.0, 80.0):
        await hours(hass, freezer, 2)
        clouds.withings.edit("alice", group.grpid, weight)
        await poll(hass, withings_entry)
        assert weights(clouds, garmin_user) == [weight]
    assert value_of(hass, linked, "pending") == 0


async def test_a_duplicate_that_garmin_does_not_show(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Nothing that is not seen is believed to be there, whatever Garmin says."""
    fault = clouds.faults.answer(UPLOAD, 409, times=5)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    await hours(hass, freezer, 8)
    assert fault.hits == 5
    assert weights(clouds, garmin_user) == [80.0]
    assert value_of(hass, linked, "pending") == 0


async def test_accepted_and_never_shown(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It is looked for after an hour and a day, then sent once more, whole."""
    clouds.garmin.swallows = 1
    clouds.withings.step_on_scale("alice", 80.0, muscle_mass=60.0)
    await poll(hass, withings_entry)
    assert value_of(hass, linked, "pending") == 0
    await restart(hass, linked)
    await hours(hass, freezer, 2)
    assert clouds.log.count("garmin", path=READ) == 2
    await hours(hass, freezer, 21)
    assert clouds.log.count("garmin", path=READ) == 2
    assert clouds.garmin.weigh_ins(garmin_user) == []
    await hours(hass, freezer, 2)
    (arrived,) = clouds.garmin.weigh_ins(garmin_user)
    assert (arrived.weight, arrived.muscle_mass) == (80.0, 60.0)
    await hours(hass, freezer, 30)
    assert clouds.log.count("garmin", path=UPLOAD) == 2


async def test_accepted_twice_and_never_shown(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Somebody who can look at Garmin's app is told; nobody sends for ever."""
    clouds.garmin.swallows = 9
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    await hours(hass, freezer, 72)
    assert clouds.log.count("garmin", path=UPLOAD) == 2
    assert issue_keys(hass) == {"refused"}


async def test_a_duplicate_that_is_told_in_the_failures(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An answer of 200 may mean 409: the weigh-in is looked for, and not refused."""
    clouds.faults.answer(
        UPLOAD,
        200,
        body='{"detailedImportResult": {"failures": [{"messages": '
        '[{"code": 202, "content": "Duplicate Activity."}]}]}}',
        processed=True,
    )
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert value_of(hass, linked, "pending") == 1
    await later(hass, freezer, timedelta(minutes=11))
    assert value_of(hass, linked, "pending") == 0
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1
    assert clouds.log.count("garmin", path=UPLOAD) == 1


async def test_killed_between_upload_and_confirmation(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    """What the disk knows to be under way is looked for before it is sent again."""
    key = f"{DOMAIN}.{linked.entry_id}"
    clouds.withings.step_on_scale("alice", 80.0)
    fault = clouds.faults.answer("/garmin/weight-service/weight/range", 500)
    await poll(hass, withings_entry)
    assert fault.hits == 1
    clouds.garmin.processing_delay = 120.0
    on_disk: list[Any] = []
    uploads = garmin_user.uploads

    class Watch(list[Any]):
        """Sees the disk as it is when an upload arrives."""

        def append(self, upload: Any) -> None:
            on_disk.append(deepcopy(hass_storage[key]))
            super().append(upload)

    garmin_user.uploads = Watch(uploads)
    await later(hass, freezer, timedelta(minutes=3))
    assert len(on_disk) == 1
    (item,) = AccountMemory.from_json(on_disk[0]["data"]).weigh_ins.pending()
    assert item.sent_at is not None
    await hass.config_entries.async_unload(linked.entry_id)
    hass_storage[key] = {**on_disk[0], "data": {**on_disk[0]["data"], "strikes": 0}}

    await set_up(hass, linked)
    assert value_of(hass, linked, "pending") == 1
    await later(hass, freezer, timedelta(minutes=9))
    assert clouds.log.count("garmin", path=UPLOAD) == 1
    await later(hass, freezer, timedelta(minutes=2))
    assert clouds.log.count("garmin", path=UPLOAD) == 1
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1
    assert value_of(hass, linked, "pending") == 0


async def test_stopped_in_the_middle_of_a_long_history(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The request under way comes to its end; the rest goes up after the next start."""
    freezer.tick(timedelta(hours=20))
    for minute in range(260):
        clouds.withings.step_on_scale(
            "alice", 80.0, when=NOW + timedelta(minutes=4 * minute + 1)
        )
    unloading: list[asyncio.Task[bool]] = []

    class Watch(list[Any]):
        """Has the account unloaded while its first upload is under way."""

        def append(self, upload: Any) -> None:
            if not unloading:
                unloading.append(
                    hass.async_create_task(
                        hass.config_entries.async_unload(linked.entry_id)
                    )
                )
            super().append(upload)

    garmin_user.uploads = Watch()
    await poll(hass, withings_entry)
    assert await unloading[0]
    assert [upload.records for upload in garmin_user.uploads] == [100]
    await set_up(hass, linked)
    assert [upload.records for upload in garmin_user.uploads] == [100, 100, 60]
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 260
