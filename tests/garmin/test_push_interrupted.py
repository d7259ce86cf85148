"""Pushes that are cut short: by a kill, a stop, a silent source, a terse Garmin."""

import asyncio
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.weighbridge.clients.garmin.client import GarminClient
from custom_components.weighbridge.const import DOMAIN
from custom_components.weighbridge.garmin.storage import AccountMemory
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, GarminAccount
from ..support.common import link, set_up, update_entity, value_of

NOW = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
UPLOAD = "/garmin/upload-service/upload"
REFRESH = "/garmin/di-oauth2-service/oauth/token"
MEASURE = "/withings/measure"


@pytest.fixture(autouse=True)
def morning(freezer: FrozenDateTimeFactory) -> None:
    """Begin on a known morning."""
    freezer.move_to(NOW)


@pytest.fixture
async def linked(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
) -> MockConfigEntry:
    """Return a Garmin entry that is linked to a scale."""
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, withings_entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    return garmin_entry


async def poll(hass: HomeAssistant) -> None:
    """Poll the source and let what it starts come to its end."""
    await update_entity(hass, "event.alice_weigh_in")


async def later(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, wait: timedelta
) -> None:
    """Let time pass, and what it starts come to its end."""
    freezer.tick(wait)
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_killed_between_upload_and_confirmation(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    """What the disk knows to be under way is looked for before it is sent again."""
    key = f"{DOMAIN}.{linked.entry_id}"
    clouds.withings.step_on_scale("alice", 80.0)
    store = hass_storage[key]
    fault = clouds.faults.answer("/garmin/weight-service/weight/range", 500)
    await poll(hass)
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
    assert store is not hass_storage[key]

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
    await poll(hass)
    assert await unloading[0]
    assert [upload.records for upload in garmin_user.uploads] == [100]
    await set_up(hass, linked)
    assert [upload.records for upload in garmin_user.uploads] == [100, 100, 60]
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 260


async def test_stopped_in_the_middle_of_a_token_refresh(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    hass_storage: dict[str, Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    """Home Assistant waits for the new tokens, as the old ones are dead."""
    clouds.garmin.expire_access(garmin_user)
    slow = clouds.faults.delay(REFRESH, 0.5, processed=True)
    clouds.withings.step_on_scale("alice", 80.0)
    await withings_entry.runtime_data.coordinator.async_refresh()
    while not slow.hits:
        await asyncio.sleep(0)
    stopping = asyncio.create_task(hass.async_stop(force=True))
    for _ in range(50):
        await asyncio.sleep(0)
    assert hass.state is CoreState.running
    freezer.tick(timedelta(seconds=1))
    await stopping
    tokens = hass_storage[f"{DOMAIN}.{linked.entry_id}.tokens"]["data"]["tokens"]
    assert clouds.log.count("garmin", path=UPLOAD) == 0

    clouds.garmin.expire_access(garmin_user)
    client = GarminClient(tokens, lambda _: None)
    profile = await asyncio.to_thread(client.profile)
    assert profile.profile_id == str(garmin_user.profile_id)


async def test_a_catch_up_that_fails_is_made_up_for(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A source that answers its own poll and not the link's is asked again."""
    await hass.config_entries.async_unload(linked.entry_id)
    for _ in range(4):
        freezer.tick(timedelta(days=2))
        clouds.withings.step_on_scale("alice", 80.0)
        await poll(hass)
    clouds.faults.answer(MEASURE, 503)
    await set_up(hass, linked)
    assert clouds.garmin.weigh_ins(garmin_user) == []
    await later(hass, freezer, timedelta(minutes=16))
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 4


@pytest.mark.parametrize("status", [200, 201, 202])
async def test_an_upload_that_is_accepted_without_a_word(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    status: int,
) -> None:
    """Garmin need not say more than that it has the file."""
    clouds.garmin.upload_status = status
    clouds.garmin.empty_body = True
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass)
    assert value_of(hass, linked, "pending") == 0
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


async def test_a_duplicate_that_is_told_in_the_failures(
    hass: HomeAssistant,
    clouds: Clouds,
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
    await poll(hass)
    assert value_of(hass, linked, "pending") == 1
    await later(hass, freezer, timedelta(minutes=11))
    assert value_of(hass, linked, "pending") == 0
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1
    assert clouds.log.count("garmin", path=UPLOAD) == 1


async def test_odd_weigh_ins_at_garmin(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """A weigh-in without weight or time is nobody's twin and stops nobody."""
    clouds.faults.answer(
        "/garmin/weight-service/weight/range",
        200,
        body='{"dailyWeightSummaries": [{"allWeightMetrics": '
        '[{"weight": null}, {"weight": 80000}, {"weight": true, "timestampGMT": 1}]}]}',
    )
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


async def test_a_doubled_blood_pressure_is_single_again(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Another home that pushed at the same moment leaves no second reading."""
    await set_up(hass, garmin_entry)

    async def push(systolic: int) -> None:
        await hass.services.async_call(
            DOMAIN,
            "push_blood_pressure",
            {
                "config_entry_id": garmin_entry.entry_id,
                "systolic": systolic,
                "diastolic": 79,
            },
            blocking=True,
        )

    await push(122)
    (ours,) = clouds.garmin.blood_pressures(garmin_user)
    garmin_user.blood_pressures.append(replace(ours, version=ours.version + 10))
    freezer.tick(timedelta(hours=1))
    await push(130)
    readings = clouds.garmin.blood_pressures(garmin_user)
    assert [reading.systolic for reading in readings] == [122, 130]
    assert readings[0].version == ours.version


async def test_a_dry_run_that_cannot_ask_garmin(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """Without a sign-in nobody can tell what would be pushed."""
    clouds.withings.step_on_scale("alice", 80.0, when=NOW - timedelta(days=1))
    clouds.garmin.revoke(garmin_user)
    for _ in range(2):
        with pytest.raises(HomeAssistantError) as caught:
            await hass.services.async_call(
                DOMAIN,
                "sync",
                {
                    "config_entry_id": linked.entry_id,
                    "start": "2026-10-30",
                    "dry_run": True,
                },
                blocking=True,
                return_response=True,
            )
        assert caught.value.translation_key == "not_compared"
    assert value_of(hass, linked, "pending") == 0


async def test_removed_with_an_open_question(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
) -> None:
    """An account that is removed asks nothing more."""
    clouds.withings.step_on_scale("alice", 700.0)
    await poll(hass)
    registry = ir.async_get(hass)
    assert [issue for issue in registry.issues if issue[0] == DOMAIN]
    await hass.config_entries.async_remove(linked.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not [issue for issue in registry.issues if issue[0] == DOMAIN]
