"""Two sources of one person at one account: what one of them loses, and its link."""

from datetime import UTC, datetime, timedelta
import gc

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import signal_person_updated
from homeassistant.config_entries import ConfigSubentry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.dispatcher import async_dispatcher_connect

from ..clouds import Clouds, GarminAccount
from ..support.common import link, set_up, withings_token
from ..support.pushing import Pushing

NOW = datetime(2026, 11, 19, 8, 0, 30, tzinfo=UTC)
START = NOW - timedelta(days=60)
READ = "/weight-service/weight/range"
WITHINGS_APP = "com.withings.wiscale2"


@pytest.fixture
async def both(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    fitbit_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> Pushing:
    """Link Withings and Fitbit to one account; both follow deletions."""
    freezer.move_to(NOW)
    for days in (3, 2, 1):
        clouds.withings.step_on_scale(
            "alice", 80.0 + days, when=NOW - timedelta(days=days)
        )
        clouds.google.step_on_scale(
            "bob", 80.0 + days, when=NOW - timedelta(days=days, seconds=-20)
        )
    for entry in (withings_entry, fitbit_entry, garmin_entry):
        await set_up(hass, entry)
    for source in (withings_entry, fitbit_entry):
        link(hass, garmin_entry, source, start=START, deletions=True)
        await hass.async_block_till_done(wait_background_tasks=True)
    pushing = Pushing(
        hass=hass,
        clouds=clouds,
        source=withings_entry,
        garmin=garmin_entry,
        user=garmin_user,
        freezer=freezer,
    )
    await pushing.hours(3)
    assert pushing.weights == [83.0, 82.0, 81.0]
    return pushing


def link_of(both: Pushing, source: MockConfigEntry) -> ConfigSubentry:
    """Return the link of a source."""
    return next(
        link
        for link in both.garmin.subentries.values()
        if link.data["source"] == source.entry_id
    )


async def unlink(both: Pushing, source: MockConfigEntry) -> None:
    """Remove the link of a source."""
    both.hass.config_entries.async_remove_subentry(
        both.garmin, link_of(both, source).subentry_id
    )
    await both.hass.async_block_till_done(wait_background_tasks=True)


def delete_newest(both: Pushing, vendor: str) -> None:
    """Delete the newest weigh-in at a vendor."""
    if vendor == "withings":
        group = both.clouds.withings.person("alice").groups[-1]
        both.clouds.withings.delete("alice", group.grpid)
    else:
        both.clouds.google.person("bob").points["weight"].pop()


async def weigh(both: Pushing, fitbit_entry: MockConfigEntry) -> None:
    """Have one weighing told by Withings, and by Fitbit as of 20 s later."""
    both.clouds.withings.step_on_scale("alice", 80.0)
    await both.poll()
    both.freezer.tick(20)
    both.clouds.google.step_on_scale("bob", 80.0)
    await both.poll(fitbit_entry)


@pytest.mark.parametrize("first", ["withings", "fitbit"])
async def test_what_both_have_deleted_goes(both: Pushing, first: str) -> None:
    """It stays as long as one of them has it, whoever was first, and no longer."""
    delete_newest(both, first)
    await both.a_day()
    assert both.weights == [83.0, 82.0, 81.0]
    delete_newest(both, "fitbit" if first == "withings" else "withings")
    await both.a_day()
    assert both.weights == [83.0, 82.0]


async def test_a_link_that_was_removed_keeps_nothing(
    both: Pushing, fitbit_entry: MockConfigEntry
) -> None:
    """What the other source corrects or deletes afterwards is followed."""
    await unlink(both, fitbit_entry)
    group = both.clouds.withings.person("alice").groups[1]
    both.clouds.withings.redate("alice", group.grpid, NOW - timedelta(days=2, hours=5))
    delete_newest(both, "withings")
    await both.a_day()
    assert [(when, kg) for when, kg, _ in both.arrived] == [
        (NOW - timedelta(days=3), 83.0),
        (NOW - timedelta(days=2, hours=5), 82.0),
    ]


async def test_a_link_that_was_removed_inherits_nothing(
    both: Pushing, fitbit_entry: MockConfigEntry
) -> None:
    """What nobody has any more is not pushed for a link that is not there."""
    fault = both.clouds.faults.answer(READ, 503, times=None)
    await weigh(both, fitbit_entry)
    await unlink(both, fitbit_entry)
    delete_newest(both, "withings")
    await both.a_day()
    assert both.pending == 0
    fault.remove()
    await both.hours(3)
    assert both.weights == [83.0, 82.0, 81.0]


async def test_what_was_left_to_the_other_and_is_deleted_there_too(
    both: Pushing, fitbit_entry: MockConfigEntry
) -> None:
    """What one source has left to the other one is that one's from then on."""
    fault = both.clouds.faults.answer(READ, 503, times=None)
    await weigh(both, fitbit_entry)
    delete_newest(both, "withings")
    await both.a_day()
    assert both.pending == 1
    delete_newest(both, "fitbit")
    await both.a_day()
    assert both.pending == 0
    fault.remove()
    await both.hours(3)
    assert both.weights == [83.0, 82.0, 81.0]


@pytest.mark.parametrize("seconds", [0, 20])
@pytest.mark.parametrize("is_pushed", [True, False])
@pytest.mark.parametrize("is_late", [True, False])
async def test_what_one_source_takes_back_and_the_other_has(
    both: Pushing,
    fitbit_entry: MockConfigEntry,
    seconds: int,
    *,
    is_pushed: bool,
    is_late: bool,
) -> None:
    """It is at Garmin once, whenever the other one tells of it, at the same second too."""
    fault = both.clouds.faults.answer(READ, 503, times=None)
    if is_pushed:
        fault.remove()
    when = NOW + timedelta(hours=3)
    group = both.clouds.withings.step_on_scale("alice", 80.0, when=when)
    await both.poll()
    both.freezer.tick(30)

    async def tell() -> None:
        both.clouds.google.step_on_scale(
            "bob", 80.0, when=when + timedelta(seconds=seconds)
        )
        await both.poll(fitbit_entry)

    if not is_late:
        await tell()
    await both.hours(2)
    both.clouds.withings.attribute("alice", group.grpid, 1)
    await both.hours(2)
    if is_late:
        await tell()
    fault.remove()
    await both.hours(3)
    assert both.weights == [83.0, 82.0, 81.0, 80.0]


async def test_copies_are_brought_once_nobody_else_brings_them(
    both: Pushing, withings_entry: MockConfigEntry, fitbit_entry: MockConfigEntry
) -> None:
    """As soon as the link that the originals would come by is gone."""
    both.clouds.google.step_on_scale(
        "bob", 80.5, device="", platform="HEALTH_CONNECT", package=WITHINGS_APP
    )
    await both.poll(fitbit_entry)
    assert both.weights == [83.0, 82.0, 81.0]
    await unlink(both, withings_entry)
    assert both.weights == [83.0, 82.0, 81.0, 80.5]


async def test_a_source_that_is_added_again_is_followed(
    both: Pushing, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """What was pushed before it was removed is corrected as if it had never been away."""
    hass = both.hass
    delete_newest(both, "fitbit")
    await both.a_day()
    await hass.config_entries.async_remove(withings_entry.entry_id)
    again = MockConfigEntry(
        domain=withings_entry.domain,
        title=withings_entry.title,
        unique_id=withings_entry.unique_id,
        data={**withings_entry.data, "token": await withings_token(clouds, "alice")},
    )
    await hass.config_entries.async_add(again)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert both.issues == set()
    moved = NOW - timedelta(days=1, hours=5)
    group = clouds.withings.person("alice").groups[-1]
    clouds.withings.redate("alice", group.grpid, moved)
    await both.poll(again)
    await both.hours(3)
    assert [(when, kg) for when, kg, _ in both.arrived] == [
        (NOW - timedelta(days=3), 83.0),
        (NOW - timedelta(days=2), 82.0),
        (moved, 81.0),
    ]


async def test_a_link_that_goes_while_its_book_is_read(
    both: Pushing, withings_entry: MockConfigEntry, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing of it is asked about any more, and nothing breaks."""
    for hours in range(300):
        both.clouds.withings.step_on_scale(
            "alice", 83.0, when=NOW - timedelta(days=5, hours=hours)
        )
    await both.poll()
    await both.hours(3)
    for _ in range(5):
        delete_newest(both, "withings")
    subentry_id = link_of(both, withings_entry).subentry_id
    person = withings_entry.runtime_data.coordinator.person

    @callback
    def remove() -> None:
        """Remove the link as soon as it looks for what is gone, which takes a thread."""
        if len(person.weigh_ins()) == 298 and subentry_id in both.garmin.subentries:
            both.hass.config_entries.async_remove_subentry(both.garmin, subentry_id)

    async_dispatcher_connect(
        both.hass, signal_person_updated(withings_entry.entry_id), remove
    )
    await both.a_day()
    assert subentry_id not in both.garmin.subentries
    gc.collect()
    assert "KeyError" not in caplog.text
    assert "gone" not in both.issues
