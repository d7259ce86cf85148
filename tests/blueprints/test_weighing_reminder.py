"""The reminder to weigh oneself, run by Home Assistant from the blueprint itself."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..support.texting import NOON, Texting, berlin, broken

REMINDER = (
    "Alice, it is time to step on the scale again. Days since the last weigh-in: {}."
)


class Reminder:
    """A person with an automation from the blueprint."""

    def __init__(self, texting: Texting, last_weigh_in: str) -> None:
        """Keep whose last weigh-in it is about."""
        self._texting = texting
        self._entity = last_weigh_in

    async def make(self, **inputs: Any) -> str:
        """Make the automation; return its id."""
        return await self._texting.use(
            "weighing_reminder", "Reminder", last_weigh_in=self._entity, **inputs
        )

    def show(self, state: str) -> None:
        """Set the state of the last weigh-in."""
        self._texting.hass.states.async_set(
            self._entity, state, {"device_class": "timestamp"}
        )

    def weigh(self, moment: datetime) -> None:
        """Step on the scale."""
        self.show(dt_util.as_utc(moment).isoformat())


@pytest.fixture
def reminder(texting: Texting, alice: dict[str, str]) -> Reminder:
    """Return a person without any weigh-in."""
    return Reminder(texting, alice["last_weigh_in"])


async def test_one_reminder_for_each_pause(
    texting: Texting, reminder: Reminder
) -> None:
    """Who has not weighed for so long is told once, until the next weigh-in."""
    reminder.weigh(NOON)
    await reminder.make(days=2)
    await texting.wait_until(NOON + timedelta(days=2, minutes=-3))
    assert texting.gateway.take() == []
    await texting.wait_until(NOON + timedelta(days=2))
    assert texting.gateway.take() == [REMINDER.format(2)]
    await texting.wait(hours=5)
    await texting.wait(days=20)
    assert texting.gateway.take() == []
    reminder.weigh(dt_util.utcnow())
    await texting.wait(days=1)
    assert texting.gateway.take() == []
    await texting.wait(days=1)
    assert texting.gateway.take() == [
        "Alice, it is time to step on the scale again. Days since the last weigh-in: 2."
    ]


async def test_repeated_until_there_is_a_weigh_in(
    texting: Texting, reminder: Reminder
) -> None:
    """A reminder is repeated if that is wanted."""
    reminder.weigh(NOON)
    await reminder.make(days=3, repeat_days=2)
    told: list[str] = []
    for day in range(1, 9):
        await texting.wait_until(NOON + timedelta(days=day, minutes=10))
        told += [f"{day}: {text}" for text in texting.gateway.take()]
    assert told == [f"{day}: {REMINDER.format(day)}" for day in (3, 5, 7)]
    reminder.weigh(dt_util.utcnow())
    await texting.wait(days=2)
    assert texting.gateway.take() == []


async def test_quiet_hours(texting: Texting, reminder: Reminder) -> None:
    """What becomes due at night is sent in the morning."""
    reminder.weigh(berlin(20, 6, 30))
    await reminder.make(days=1, quiet_start="22:00:00", quiet_end="07:00:00")
    await texting.wait_until(berlin(21, 6, 55))
    assert texting.gateway.take() == []
    await texting.wait_until(berlin(21, 7))
    assert texting.gateway.take() == [REMINDER.format(1)]


async def test_nobody_is_reminded_who_weighs_in_the_quiet_hours(
    texting: Texting, reminder: Reminder
) -> None:
    """What is no longer true when the quiet hours end is not sent."""
    reminder.weigh(berlin(20, 6, 30))
    await reminder.make(days=1, quiet_start="22:00:00", quiet_end="07:00:00")
    await texting.wait_until(berlin(21, 6, 45))
    reminder.weigh(berlin(21, 6, 45))
    await texting.wait_until(berlin(21, 7, 30))
    assert texting.gateway.take() == []


async def test_no_quiet_hours(texting: Texting, reminder: Reminder) -> None:
    """The same time twice is no quiet hour."""
    reminder.weigh(berlin(20, 3))
    await reminder.make(days=1, quiet_start="00:00:00", quiet_end="00:00:00")
    await texting.wait_until(berlin(21, 3))
    assert texting.gateway.take() == [REMINDER.format(1)]


@pytest.mark.parametrize("state", [STATE_UNKNOWN, STATE_UNAVAILABLE])
async def test_what_is_not_known(
    texting: Texting, reminder: Reminder, state: str
) -> None:
    """A gap in the states reminds nobody, and does not repeat a reminder."""
    reminder.weigh(NOON)
    await reminder.make(days=1)
    await texting.wait(days=1)
    assert len(texting.gateway.take()) == 1
    reminder.show(state)
    await texting.wait(hours=2)
    reminder.weigh(NOON)
    await texting.wait(hours=2)
    assert texting.gateway.take() == []


async def test_due_when_the_automation_is_made(
    texting: Texting, reminder: Reminder
) -> None:
    """Who makes the automation late is reminded at once, and not at each change of it."""
    reminder.weigh(NOON - timedelta(days=10))
    await reminder.make()
    assert texting.gateway.take() == [REMINDER.format(10)]
    await texting.load()
    texting.automations[0]["use_blueprint"]["input"]["days"] = 4
    await texting.load()
    assert texting.gateway.take() == []


async def test_run(hass: HomeAssistant, texting: Texting, reminder: Reminder) -> None:
    """Run proves that the number works, also before the first weigh-in."""
    automation = await reminder.make(reminder_text="{{ name }} {{ days }} {{ last }}")
    await texting.run(automation)
    reminder.weigh(NOON - timedelta(days=1))
    await texting.run(automation)
    assert texting.gateway.take() == ["Alice ? ?", "Alice 1 2026-11-19"]
    await texting.wait(days=2, hours=1)
    assert texting.gateway.take() == ["Alice 3 2026-11-19"]


async def test_other_ways(texting: Texting, reminder: Reminder) -> None:
    """A gateway that is broken is told in the log, and nothing else breaks."""
    texting.gateway.error = broken()
    reminder.weigh(NOON)
    await reminder.make(days=1, repeat_days=1)
    await texting.wait(days=1)
    texting.gateway.error = None
    assert texting.gateway.take() == []
    await texting.wait(days=1)
    assert texting.gateway.take() == [REMINDER.format(2)]
