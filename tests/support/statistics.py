"""How tests read the long-term statistics, as a graph does."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import async_fire_time_changed
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

NOW = datetime(2026, 11, 19, 8, 0, 30, tzinfo=UTC)
WEIGHT = "weighbridge:withings_363_weight"
BODY_FAT = "weighbridge:withings_363_body_fat"
BMI = "weighbridge:withings_363_bmi"

type Rows = list[dict[str, Any]]
type Read = Callable[..., Awaitable[dict[str, Rows]]]


async def poll(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, minutes: float = 15
) -> None:
    """Let the time of a poll come, and all that it starts come to its end."""
    freezer.tick(timedelta(minutes=minutes))
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)
    await async_wait_recording_done(hass)


def row(hour: datetime, mean: float, low: float, high: float) -> Mapping[str, Any]:
    """Return a row as a graph reads it."""
    start = int(hour.timestamp() * 1000)
    return {
        "start": start,
        "end": start + 3_600_000,
        "mean": mean,
        "min": low,
        "max": high,
    }


def single(hour: datetime, value: float) -> Mapping[str, Any]:
    """Return the row of an hour with one weigh-in."""
    return row(hour, value, value, value)
