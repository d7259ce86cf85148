"""Links that come, go and change, and what is deleted at their sources."""

import asyncio
from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from ..clouds import Clouds, GarminAccount
from ..support.common import link, set_up, value_of
from ..support.push import NOW, READ, issue_keys, later, poll, weights

pytestmark = pytest.mark.usefixtures("morning")


async def test_a_removed_link_stops(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What waits for a link that is removed is not pushed any more."""
    clouds.faults.answer(READ, 500)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert value_of(hass, linked, "pending") == 1
    hass.config_entries.async_remove_subentry(linked, next(iter(linked.subentries)))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert value_of(hass, linked, "pending") == 0
    clouds.withings.step_on_scale("alice", 81.0)
    await poll(hass, withings_entry)
    await later(hass, freezer, timedelta(hours=1))
    assert clouds.garmin.weigh_ins(garmin_user) == []


async def test_a_link_that_is_removed_while_it_brings_years(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """It counts at once: what it had not brought yet stays where it is."""
    clouds.faults.answer(READ, 503, times=None)
    hass.config_entries.async_remove_subentry(linked, next(iter(linked.subentries)))
    for day in range(1000):
        clouds.withings.step_on_scale("alice", 80.0, when=NOW - timedelta(days=day + 1))
    await poll(hass, withings_entry)
    made = link(hass, linked, withings_entry, start=NOW - timedelta(days=2000))
    account = linked.runtime_data
    while not account.memory.pending:
        await asyncio.sleep(0)
    assert account.memory.pending < 1000
    hass.config_entries.async_remove_subentry(linked, made.subentry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert value_of(hass, linked, "pending") == 0


async def test_a_removed_source_is_a_repair_issue(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
) -> None:
    """A link without its source says so until it is removed, too."""
    await hass.config_entries.async_remove(withings_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue_keys(hass) == {"missing_source"}
    hass.config_entries.async_remove_subentry(linked, next(iter(linked.subentries)))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue_keys(hass) == {"not_linked"}


async def test_a_paused_link_catches_up(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What was measured while a link was switched off goes up when it is on again."""
    subentry = next(iter(linked.subentries.values()))
    data = {**subentry.data, "weigh_ins": False}
    hass.config_entries.async_update_subentry(linked, subentry, data=data)
    await hass.async_block_till_done(wait_background_tasks=True)
    for _ in range(3):
        freezer.tick(timedelta(days=2))
        clouds.withings.step_on_scale("alice", 80.0)
        await poll(hass, withings_entry)
    assert clouds.garmin.weigh_ins(garmin_user) == []
    hass.config_entries.async_update_subentry(
        linked, subentry, data={**data, "weigh_ins": True}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 3


@pytest.mark.parametrize(("muscle_mass", "arrives"), [(True, 62.07), (False, None)])
async def test_muscle_mass(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    arrives: float | None,
    *,
    muscle_mass: bool,
) -> None:
    """It is in the file only if the link wants it there."""
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, withings_entry, muscle_mass=muscle_mass)
    await hass.async_block_till_done(wait_background_tasks=True)
    clouds.withings.step_on_scale("alice", 80.0, muscle_mass=62.07, bone_mass=3.2)
    await poll(hass, withings_entry)
    (arrived,) = clouds.garmin.weigh_ins(garmin_user)
    assert (arrived.weight, arrived.muscle_mass, arrived.bone_mass) == (
        80.0,
        arrives,
        3.2,
    )


@pytest.mark.parametrize(("deletions", "left"), [(True, [79.0]), (False, [80.0, 79.0])])
async def test_deleted_at_the_source(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    left: list[float],
    *,
    deletions: bool,
) -> None:
    """What we pushed goes with its original, if the link wants it, and nothing else."""
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    subentry = link(hass, garmin_entry, withings_entry, deletions=deletions)
    await hass.async_block_till_done(wait_background_tasks=True)
    gone = clouds.withings.step_on_scale("alice", 80.0)
    freezer.tick(timedelta(minutes=10))
    clouds.withings.step_on_scale("alice", 79.0)
    clouds.garmin.add_weigh_in(garmin_user, 60.0, when=NOW - timedelta(hours=2))
    await poll(hass, withings_entry)
    await later(hass, freezer, timedelta(hours=3))
    clouds.withings.delete("alice", gone.grpid)
    # One look may be wrong, and so may a source that is down or answers with nothing.
    await later(hass, freezer, timedelta(days=1))
    fault = clouds.faults.answer("/withings/measure", 503, times=None)
    await later(hass, freezer, timedelta(minutes=61))
    fault.remove()
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 3
    for _ in range(4):
        await later(hass, freezer, timedelta(minutes=61))
    assert weights(clouds, garmin_user) == [60.0, *left]
    assert subentry.subentry_id in garmin_entry.subentries


async def test_a_source_that_answers_with_nothing_deletes_nothing(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An empty list is a vendor's bad day, not a person's wish."""
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, withings_entry, deletions=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    group = clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    clouds.withings.delete("alice", group.grpid)
    for _ in range(12):
        await later(hass, freezer, timedelta(hours=2))
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1
