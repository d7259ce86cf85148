"""The trend in the statistics: at its true hours, and bent by what comes late."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant

from ..clouds import Clouds
from ..support.common import set_up
from ..support.statistics import NOW, WEIGHT, Read, poll

HOUR = NOW.replace(minute=0, second=0)
TREND = f"{WEIGHT}_trend"
FAT_TREND = f"{WEIGHT.removesuffix('weight')}body_fat_trend"
WEIGHTS = [80.0, 79.0, 80.5, 78.5, 79.5, 78.0]


def hackers_diet(*weights: float) -> list[float]:
    """Return the trend of daily weights."""
    trend = [weights[0]]
    for weight in weights[1:]:
        trend.append(trend[-1] + (weight - trend[-1]) / 10)
    return trend


@pytest.fixture
async def weighed(
    read: Read,
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> MockConfigEntry:
    """Return the entry of a person who was weighed each day, but for one."""
    freezer.move_to(NOW)
    for ago, weight in enumerate(reversed(WEIGHTS), 1):
        if ago != 4:
            when = HOUR - timedelta(days=ago)
            clouds.withings.step_on_scale(
                "alice", weight, when=when, uploaded=when, body_fat=20
            )
    await set_up(hass, withings_entry)
    return withings_entry


async def means(read: Read, statistic: str) -> dict[float, float]:
    """Return the means of a statistic by how many days ago they were."""
    rows = (await read(statistic)).get(statistic, [])
    return {
        (HOUR.timestamp() - row["start"] / 1000) / 86400: row["mean"] for row in rows
    }


@pytest.mark.usefixtures("weighed")
async def test_from_the_first_weigh_in_on(
    read: Read, hass: HomeAssistant, clouds: Clouds, freezer: FrozenDateTimeFactory
) -> None:
    """The trend of the past is there at once; a late weigh-in bends what follows."""
    found = await means(read, TREND)
    assert set(found) == {1, 2, 3, 5, 6}
    assert found[6] == 80
    assert await means(read, FAT_TREND) == dict.fromkeys((1, 2, 3, 5, 6), 20)
    late = HOUR - timedelta(days=4)
    clouds.withings.step_on_scale("alice", WEIGHTS[2], when=late)
    await poll(hass, freezer)
    book = hackers_diet(*WEIGHTS)
    assert await means(read, TREND) == pytest.approx(
        {ago: book[6 - ago] for ago in range(1, 7)}, abs=0.001
    )


@pytest.mark.usefixtures("weighed")
async def test_deleted(
    read: Read,
    hass: HomeAssistant,
    clouds: Clouds,
    recorder_mock: Recorder,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What was deleted by hand is back; what is gone at the vendor goes."""
    before = await means(read, TREND)
    recorder_mock.async_clear_statistics([TREND])
    assert await means(read, TREND) == {}
    await poll(hass, freezer)
    assert await means(read, TREND) == before
    newest = max(clouds.withings.people["alice"].groups, key=lambda g: g.measured_at)
    clouds.withings.delete("alice", newest.grpid)
    for _ in range(3):
        await poll(hass, freezer, minutes=24 * 60)
    assert set(await means(read, TREND)) == {2, 3, 5, 6}
