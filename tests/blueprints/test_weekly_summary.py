"""The summary of a week, run by Home Assistant from the blueprint itself."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..support.texting import NOON, Texting, berlin

# The first Sunday after noon, a Friday.
SUNDAY = berlin(22, 9)


@pytest.fixture
def show(hass: HomeAssistant, alice: dict[str, str]) -> Callable[..., None]:
    """Return how to set the states of a person's sensors."""

    def show(weighed: datetime | None = NOON, **values: Any) -> None:
        if weighed is not None:
            values["last_weigh_in"] = dt_util.as_utc(weighed).isoformat()
        for key, value in values.items():
            unit = {} if key == "last_weigh_in" else {"unit_of_measurement": "lb"}
            hass.states.async_set(alice[key], str(value), unit)

    return show


@pytest.fixture
async def make(texting: Texting, alice: dict[str, str]) -> Callable[..., Any]:
    """Return how to make the automation."""

    async def make(**inputs: Any) -> str:
        return await texting.use("weekly_summary", "Summary", **{**alice, **inputs})

    return make


async def test_once_a_week(
    texting: Texting, make: Callable[..., Any], show: Callable[..., None]
) -> None:
    """On the chosen day, at the chosen hour, in the units of the entities."""
    show(weight_trend=171.23, weight_change=-0.8, to_goal=-6.2)
    await make()
    await texting.wait_until(SUNDAY - timedelta(days=1))
    await texting.wait_until(SUNDAY - timedelta(minutes=2))
    assert texting.gateway.take() == []
    await texting.wait_until(SUNDAY)
    summary = "Alice: trend 171.23 lb, -0.8 lb in a week, -6.2 lb to the goal."
    assert texting.gateway.take() == [summary]
    show(SUNDAY, weight_trend=170.5, weight_change=0.4, to_goal="unknown")
    for day in range(1, 7):
        await texting.wait_until(SUNDAY + timedelta(days=day))
    assert texting.gateway.take() == []
    show(weighed=SUNDAY + timedelta(days=2))
    await texting.wait_until(SUNDAY + timedelta(days=7))
    assert texting.gateway.take() == ["Alice: trend 170.5 lb, +0.4 lb in a week."]


async def test_another_day(
    texting: Texting, make: Callable[..., Any], show: Callable[..., None]
) -> None:
    """The day and the hour are free."""
    show(weight_trend=171)
    await make(day="sat", at="20:15:00")
    await texting.wait_until(berlin(21, 20, 15))
    assert texting.gateway.take() == ["Alice: trend 171 lb."]


async def test_without_a_weigh_in(
    texting: Texting, make: Callable[..., Any], show: Callable[..., None]
) -> None:
    """A week without a weigh-in is passed over."""
    show(SUNDAY - timedelta(days=7, minutes=1), weight_trend=171)
    await make()
    await texting.wait_until(SUNDAY)
    assert texting.gateway.take() == []


async def test_without_a_weigh_in_it_says_so(
    texting: Texting, make: Callable[..., Any], show: Callable[..., None]
) -> None:
    """A week without a weigh-in is told of if that is wanted."""
    show(berlin(10, 7), weight_trend=171)
    await make(tell_without=True)
    await texting.wait_until(SUNDAY)
    assert texting.gateway.take() == ["Alice: no weigh-in for 12 days."]


async def test_with_the_trend_alone(
    texting: Texting,
    alice: dict[str, str],
    make: Callable[..., Any],
    show: Callable[..., None],
) -> None:
    """Change and goal need not be chosen, and what is not known yet is left out."""
    show(weight_trend="unknown", weight_change=0)
    automation = await texting.use(
        "weekly_summary",
        "Summary",
        last_weigh_in=alice["last_weigh_in"],
        weight_trend=alice["weight_trend"],
    )
    await texting.run(automation)
    assert texting.gateway.take() == ["Alice: trend ?."]


async def test_run_before_any_weigh_in(
    texting: Texting, make: Callable[..., Any]
) -> None:
    """Run proves that the number works at any time."""
    automation = await make()
    await texting.run(automation)
    assert texting.gateway.take() == ["Alice: no weigh-in for ? days."]
