"""Triggers of what lasts or comes about: a pause, a goal, a push that fails."""

from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_capture_events,
    async_fire_time_changed,
)

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds
from ..support.common import (
    entity_id_of,
    link,
    restart,
    set_up,
    state_of,
    wait_for_poll,
)
from ..support.editor import Editor
from ..support.triggers import MORNING, TOLD, device_of, tell


def not_weighed(hass: HomeAssistant, entry: MockConfigEntry) -> dict[str, Any]:
    """Return the trigger as the editor writes it."""
    return {
        "trigger": "weighbridge.not_weighed",
        "target": {"device_id": device_of(hass, entry)},
        "options": {"days": 3},
    }


async def test_not_weighed(
    hass: HomeAssistant,
    clouds: Clouds,
    editor: Editor,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The days begin at the last weigh-in, and their end triggers once."""
    now = dt_util.utcnow().replace(microsecond=0)
    clouds.withings.step_on_scale("alice", 62, when=now - timedelta(days=2))
    await set_up(hass, withings_entry)
    told = async_capture_events(hass, TOLD)
    await editor.save("away", not_weighed(hass, withings_entry), tell("name", "days"))

    async def wait(**time: float) -> None:
        freezer.tick(timedelta(**time))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)

    await wait(hours=23)
    await restart(hass, withings_entry)
    assert not told
    await wait(hours=2)
    assert [event.data for event in told] == [{"name": "Alice", "days": 3}]
    await wait(days=9)
    await restart(hass, withings_entry)
    assert len(told) == 1

    for _ in range(2):
        clouds.withings.step_on_scale("alice", 61, when=dt_util.utcnow())
        await wait(minutes=15)
        await wait(days=2)
    assert len(told) == 1
    await wait(days=1)
    assert len(told) == 2


async def test_not_weighed_as_far_as_is_known(
    hass: HomeAssistant,
    clouds: Clouds,
    editor: Editor,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Who is not heard of for an outage has perhaps weighed in: that is seen first."""
    now = dt_util.utcnow().replace(microsecond=0)
    clouds.withings.step_on_scale("alice", 62, when=now - timedelta(days=2))
    await set_up(hass, withings_entry)
    told = async_capture_events(hass, TOLD)
    await editor.save("away", not_weighed(hass, withings_entry), tell("name"))

    async def wait(**time: float) -> None:
        freezer.tick(timedelta(**time))
        async_fire_time_changed(hass)
        await hass.async_block_till_done(wait_background_tasks=True)

    trouble = clouds.faults.answer("action=getmeas", 500, times=None)
    for _ in range(4):
        await wait(hours=1)
    await wait(days=1)
    assert not told
    trouble.remove()
    await wait(hours=1)
    assert len(told) == 1


async def test_not_weighed_wants_days(editor: Editor, alice: MockConfigEntry) -> None:
    """The editor says that the days are missing, or are none."""
    target = {"entity_id": "sensor.alice_last_weigh_in"}
    trigger = {"trigger": "weighbridge.not_weighed", "target": target}
    assert await editor.complaint(trigger) is not None
    assert await editor.complaint({**trigger, "options": {"days": 0}}) is not None
    assert await editor.complaint({**trigger, "options": {"days": 1}}) is None


async def test_push_failed(
    hass: HomeAssistant,
    clouds: Clouds,
    editor: Editor,
    alice: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A push that fails for an hour triggers once; one that only waits does not."""
    link(hass, garmin_entry, alice, start=MORNING - timedelta(days=1))
    told = async_capture_events(hass, TOLD)
    await set_up(hass, garmin_entry)
    await editor.save(
        "stuck",
        {
            "trigger": "weighbridge.push_failed",
            "target": {"device_id": device_of(hass, garmin_entry)},
        },
        tell("name", "pending"),
    )

    async def wait(minutes: int, step: int = 1) -> None:
        for _ in range(0, minutes, step):
            freezer.tick(timedelta(minutes=step))
            async_fire_time_changed(hass)
            await hass.async_block_till_done(wait_background_tasks=True)

    trouble = clouds.faults.answer("upload-service", 429, times=None)
    clouds.withings.step_on_scale("alice", 61, when=MORNING + timedelta(hours=24))
    await wait(60)
    assert state_of(hass, garmin_entry, "pending").state == "1"
    assert not told
    await wait(30)
    assert [event.data for event in told] == [
        {"name": "Alice · Garmin Connect", "pending": 1}
    ]
    await wait(120)
    assert len(told) == 1
    trouble.remove()
    await wait(24 * 60, 15)
    assert state_of(hass, garmin_entry, "pending").state == "0"

    once = clouds.faults.answer("upload-service", 429, times=1)
    clouds.withings.step_on_scale("alice", 60, when=MORNING + timedelta(hours=25))
    await wait(150)
    assert state_of(hass, garmin_entry, "pending").state == "0"
    assert once.hits
    assert len(told) == 1


async def test_push_failed_before_the_automation_was_there(
    hass: HomeAssistant,
    clouds: Clouds,
    editor: Editor,
    alice: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """At a start accounts come before automations, which hear of what waits all the same."""
    link(hass, garmin_entry, alice, start=MORNING - timedelta(days=1))
    told = async_capture_events(hass, TOLD)
    clouds.faults.answer("upload-service", 429, times=None)
    await set_up(hass, garmin_entry)
    assert state_of(hass, garmin_entry, "pending").state == "1"
    begun = dt_util.utcnow()
    await editor.save(
        "stuck",
        {
            "trigger": "weighbridge.push_failed",
            "target": {"device_id": device_of(hass, garmin_entry)},
        },
        tell("name", "pending"),
    )
    # To load the account again neither makes it longer, nor is it another failure.
    for _ in range(5):
        for _ in range(35):
            freezer.tick(timedelta(minutes=1))
            async_fire_time_changed(hass)
            await hass.async_block_till_done(wait_background_tasks=True)
        await restart(hass, garmin_entry)
    assert [event.data for event in told] == [
        {"name": "Alice · Garmin Connect", "pending": 1}
    ]
    assert told[0].time_fired - begun <= timedelta(minutes=70)


async def test_goal_reached(
    hass: HomeAssistant, clouds: Clouds, editor: Editor, withings_entry: MockConfigEntry
) -> None:
    """The trend decides, not a light day; a goal that is set anew reaches nothing."""
    now = dt_util.utcnow().replace(microsecond=0)
    clouds.withings.step_on_scale("alice", 62, when=now - timedelta(days=20))
    await set_up(hass, withings_entry)
    goal = entity_id_of(hass, withings_entry, "goal_weight", "number")

    async def want(kilograms: float) -> None:
        await hass.services.async_call(
            "number",
            "set_value",
            {"entity_id": goal, "value": kilograms},
            blocking=True,
        )
        await hass.async_block_till_done()

    async def weigh(kilograms: float, days: float) -> None:
        when = now - timedelta(days=days)
        clouds.withings.step_on_scale("alice", kilograms, when=when)
        await wait_for_poll(hass)

    told = async_capture_events(hass, TOLD)
    await editor.save(
        "goal",
        {
            "trigger": "weighbridge.goal_reached",
            "target": {"device_id": device_of(hass, withings_entry)},
        },
        tell("name", "goal", "weight"),
    )
    await weigh(60, 19)
    await want(61)
    assert not told
    await weigh(60, 18)  # the trend comes from 61.8 to 61.6
    assert not told
    await weigh(59, 10)  # it goes on to 60.1
    assert [event.data for event in told] == [
        {"name": "Alice", "goal": 61, "weight": 59}
    ]
    await weigh(59, 9)
    await want(59.5)
    assert len(told) == 1
    await weigh(59, 0)
    assert len(told) == 2
    await want(60)
    await weigh(62, 0.001)
    assert len(told) == 2
