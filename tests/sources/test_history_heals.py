"""The statistics follow the book: what is gone goes, what was lost comes back."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from sqlalchemy import text

from custom_components.weighbridge.sources import statistics
from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant

from ..clouds import Clouds
from ..support.common import restart, set_up
from ..support.statistics import BMI, BODY_FAT, NOW, WEIGHT, Read, poll, row, single

HOUR = NOW.replace(minute=0, second=0)


@pytest.fixture
async def weighed(
    read: Read,
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> MockConfigEntry:
    """Return the entry of a person who weighed herself on four days."""
    freezer.move_to(NOW)
    for days in range(4):
        when = HOUR - timedelta(days=days)
        clouds.withings.step_on_scale(
            "alice", 60 + days, when=when, uploaded=when, body_fat=20
        )
    await set_up(hass, withings_entry)
    return withings_entry


@pytest.mark.usefixtures("weighed")
@pytest.mark.parametrize("ids", [[WEIGHT], [BODY_FAT], [WEIGHT, BODY_FAT]])
async def test_deleted_by_hand(
    read: Read,
    hass: HomeAssistant,
    clouds: Clouds,
    recorder_mock: Recorder,
    freezer: FrozenDateTimeFactory,
    ids: list[str],
) -> None:
    """What a person has deleted, one quantity or all, is back after the next poll."""
    before = await read(WEIGHT, BODY_FAT)
    recorder_mock.async_clear_statistics(ids)
    assert set(await read(WEIGHT, BODY_FAT)) == set(before) - set(ids)
    await poll(hass, freezer)
    assert await read(WEIGHT, BODY_FAT) == before


@pytest.mark.usefixtures("weighed")
async def test_deleted_by_hand_before_a_weigh_in(
    read: Read,
    hass: HomeAssistant,
    clouds: Clouds,
    recorder_mock: Recorder,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The past comes back, too, when the next poll brings something new."""
    before = await read(WEIGHT, BODY_FAT)
    recorder_mock.async_clear_statistics([WEIGHT])
    weighed = clouds.withings.step_on_scale("alice", 61.0)
    await poll(hass, freezer)
    found = await read(WEIGHT, BODY_FAT)
    hour = weighed.measured_at.replace(minute=0, second=0)
    assert found[WEIGHT][:-1] == before[WEIGHT][:-1]
    assert found[WEIGHT][-1] == row(hour, 60.5, 60, 61)
    assert found[BODY_FAT] == before[BODY_FAT]


@pytest.mark.usefixtures("weighed")
async def test_a_hole_in_the_middle(
    read: Read,
    hass: HomeAssistant,
    recorder_mock: Recorder,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What a damaged database has lost or changed between its ends is back in a day."""
    before = await read(WEIGHT, BODY_FAT)
    lost, changed = ((HOUR - timedelta(days=days)).timestamp() for days in (1, 2))

    def damage() -> None:
        with recorder_mock.get_session() as session:
            session.execute(
                text("DELETE FROM statistics WHERE start_ts = :at"), {"at": lost}
            )
            session.execute(
                text("UPDATE statistics SET mean = 7 WHERE start_ts = :at"),
                {"at": changed},
            )
            session.commit()

    await recorder_mock.async_add_executor_job(damage)
    assert len((await read())[WEIGHT]) == 3
    await poll(hass, freezer)
    assert len((await read())[WEIGHT]) == 3
    await poll(hass, freezer, minutes=24 * 60)
    assert await read(WEIGHT, BODY_FAT) == before


async def test_lost_while_it_was_off(
    read: Read,
    hass: HomeAssistant,
    recorder_mock: Recorder,
    weighed: MockConfigEntry,
) -> None:
    """A recorder that starts anew gets the whole history, without the vendor."""
    before = await read()
    await hass.config_entries.async_unload(weighed.entry_id)
    recorder_mock.async_clear_statistics([WEIGHT])
    assert await read() == {}
    await set_up(hass, weighed)
    assert await read() == before


@pytest.mark.usefixtures("weighed")
async def test_deleted_at_the_source(
    read: Read,
    hass: HomeAssistant,
    clouds: Clouds,
    freezer: FrozenDateTimeFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The hour of a weigh-in that is deleted is empty, and all others stay."""
    monkeypatch.setattr(statistics, "CHUNK", 2)
    person = clouds.withings.person("alice")
    clouds.withings.delete("alice", person.groups[1].grpid)
    for minutes in (24 * 60, 61):
        await poll(hass, freezer, minutes=minutes)
    assert [each["mean"] for each in (await read())[WEIGHT]] == [63, 62, 60]
    assert len((await read(BODY_FAT))[BODY_FAT]) == 3


@pytest.mark.usefixtures("weighed")
async def test_corrected_time(
    read: Read, hass: HomeAssistant, clouds: Clouds, freezer: FrozenDateTimeFactory
) -> None:
    """A weigh-in that is re-dated stands at its new hour only."""
    group = clouds.withings.person("alice").groups[0]
    group.measured_at = HOUR - timedelta(hours=5)
    group.modified = clouds.withings.clock()
    await poll(hass, freezer)
    found = (await read())[WEIGHT]
    assert found[-1] == single(HOUR - timedelta(hours=5), 60.0)
    assert len(found) == 4


async def test_height_that_is_told_later(
    read: Read,
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A height gives all weigh-ins their BMI; that of the settings goes first."""
    assert await read(BMI) == {}
    clouds.withings.height("alice", 2.0, when=HOUR)
    await poll(hass, freezer)
    assert [each["mean"] for each in (await read(BMI))[BMI]] == [15.75, 15.5, 15.25, 15]
    hass.config_entries.async_update_entry(weighed, options={"height": 1.0})
    await restart(hass, weighed)
    assert [each["mean"] for each in (await read(BMI))[BMI]] == [63, 62, 61, 60]


async def test_held_is_not_drawn(
    read: Read,
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What waits for a word is in no graph; limits that are set later clean it."""
    hass.config_entries.async_update_entry(weighed, options={"max_weight": 62.5})
    await restart(hass, weighed)
    clouds.withings.step_on_scale("alice", 90.0)
    await poll(hass, freezer)
    assert [each["mean"] for each in (await read())[WEIGHT]] == [62, 61, 60]
