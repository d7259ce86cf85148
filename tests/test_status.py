"""Accounts say what is in the way, and one bad answer takes nothing off the screen."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.const import STATE_UNAVAILABLE, EntityCategory
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.util import dt as dt_util

from .clouds import Clouds, GarminAccount
from .support.common import entity_id_of, link, restart, set_up, state_of, wait_for_poll

UPLOAD = "/garmin/upload-service/upload"
MEASURE = r"/withings/measure\?action=getmeas"


async def push(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Push a weigh-in that Garmin does not take now."""
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call(
            "weighbridge",
            "push_measurement",
            {"config_entry_id": entry.entry_id, "weight": 70},
            blocking=True,
        )


@pytest.fixture
async def weighed(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return the loaded entry of a person who has weighed herself."""
    clouds.withings.step_on_scale("alice", 62.3)
    await set_up(hass, withings_entry)
    return withings_entry


async def test_not_linked(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    withings_entry: MockConfigEntry,
) -> None:
    """An account that nothing comes to says so, until it has a link."""
    await set_up(hass, garmin_entry)
    assert state_of(hass, garmin_entry, "status").state == "not_linked"
    assert state_of(hass, garmin_entry, "next_try").state == "unknown"
    link(hass, garmin_entry, withings_entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert state_of(hass, garmin_entry, "status").state == "ok"


@pytest.mark.parametrize(
    ("code", "status", "wait"),
    [
        (429, "throttled", timedelta(hours=1)),
        (403, "refused", timedelta(hours=6)),
        (412, "consent", timedelta(hours=1)),
        (503, "waiting", timedelta(minutes=10)),
    ],
)
async def test_what_is_in_the_way_at_garmin(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    code: int,
    status: str,
    wait: timedelta,
) -> None:
    """The status says why, the next try when; both go when the way is free."""
    freezer.move_to("2026-11-20T12:00:00+00:00")
    await set_up(hass, garmin_entry)
    fault = clouds.faults.answer(UPLOAD, code, times=None)
    await push(hass, garmin_entry)
    assert state_of(hass, garmin_entry, "status").state == status
    shown = dt_util.parse_datetime(state_of(hass, garmin_entry, "next_try").state)
    assert shown is not None
    assert timedelta() <= shown - dt_util.utcnow() - wait <= timedelta(seconds=2)

    fault.remove()
    freezer.move_to(shown)
    await wait_for_poll(hass, 0.1)
    assert state_of(hass, garmin_entry, "pending").state == "0"
    assert state_of(hass, garmin_entry, "status").state == "not_linked"
    assert state_of(hass, garmin_entry, "next_try").state == "unknown"


async def test_signed_out_of_garmin(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """A sign-in that is over is the reason, whatever else there is."""
    await set_up(hass, garmin_entry)
    clouds.garmin.revoke(garmin_user)
    await push(hass, garmin_entry)
    assert state_of(hass, garmin_entry, "status").state == "signed_out"


async def test_one_bad_answer_is_no_outage(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Values stay through two failures; the third in a row takes them away."""
    assert state_of(hass, weighed, "status").state == "ok"
    fault = clouds.faults.answer(MEASURE, 503, times=None)
    for shown in ("62.3", "62.3", STATE_UNAVAILABLE, STATE_UNAVAILABLE):
        freezer.tick(timedelta(minutes=15))
        await wait_for_poll(hass)
        assert state_of(hass, weighed, "weight").state == shown
        assert state_of(hass, weighed, "status").state == "unavailable"
    fault.remove()
    freezer.tick(timedelta(minutes=15))
    await wait_for_poll(hass)
    assert state_of(hass, weighed, "weight").state == "62.3"
    assert state_of(hass, weighed, "status").state == "ok"


async def test_two_hours_without_an_answer(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Where polls are rare, the time counts."""
    clouds.faults.answer(MEASURE, 503, times=None)
    freezer.tick(timedelta(hours=2, seconds=1))
    await wait_for_poll(hass)
    assert state_of(hass, weighed, "weight").state == STATE_UNAVAILABLE


async def test_a_source_that_is_signed_out(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The status tells of a sign-in that is over at the first poll that meets it."""
    clouds.withings.revoke("alice")
    await wait_for_poll(hass)
    assert state_of(hass, weighed, "status").state == "signed_out"
    assert state_of(hass, weighed, "weight").state == "62.3"
    # Nothing is polled any more, but time goes by.
    freezer.tick(timedelta(hours=2, seconds=1))
    await wait_for_poll(hass, 0)
    assert state_of(hass, weighed, "weight").state == STATE_UNAVAILABLE


async def test_signed_out_at_the_start(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A restart hides neither the reason nor, for two hours, what is known."""
    clouds.withings.revoke("alice")
    await restart(hass, weighed)
    assert state_of(hass, weighed, "status").state == "signed_out"
    assert state_of(hass, weighed, "weight").state == "62.3"
    (flow,) = hass.config_entries.flow.async_progress()
    assert flow["context"]["source"] == "reauth"

    freezer.tick(timedelta(hours=2, seconds=1))
    await wait_for_poll(hass, 0)
    assert state_of(hass, weighed, "status").state == "signed_out"
    assert state_of(hass, weighed, "weight").state == STATE_UNAVAILABLE


async def test_a_vendor_that_is_away_at_the_start(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What is known is shown through a restart, and the vendor is asked soon."""
    fault = clouds.faults.answer(MEASURE, 503, times=None)
    await restart(hass, weighed)
    for seconds in (30, 60, 120, 240):
        assert state_of(hass, weighed, "status").state == "unavailable"
        assert state_of(hass, weighed, "weight").state == "62.3"
        freezer.tick(timedelta(seconds=seconds + 1))
        await wait_for_poll(hass, 0)
    assert fault.hits == 5

    fault.remove()
    clouds.withings.step_on_scale("alice", 62.1)
    freezer.tick(timedelta(seconds=481))
    await wait_for_poll(hass, 0)
    assert state_of(hass, weighed, "status").state == "ok"
    assert state_of(hass, weighed, "weight").state == "62.1"
    freezer.tick(timedelta(minutes=14))
    clouds.log.clear()
    await wait_for_poll(hass, 0)
    assert not clouds.log.requests("withings", path="/measure")


async def test_a_vendor_that_stays_away_after_the_start(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """After two hours what is known is no longer shown as what is."""
    clouds.faults.answer(MEASURE, 503, times=None)
    await restart(hass, weighed)
    freezer.tick(timedelta(hours=2, seconds=1))
    await wait_for_poll(hass, 0)
    assert state_of(hass, weighed, "weight").state == STATE_UNAVAILABLE


async def test_an_event_keeps_its_time(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """Neither an outage nor a reload looks like a weigh-in."""
    await set_up(hass, withings_entry)
    clouds.withings.step_on_scale("alice", 62.3)
    await wait_for_poll(hass)
    fired = state_of(hass, withings_entry, "weigh_in", "event").state
    assert fired not in ("unknown", STATE_UNAVAILABLE)
    clouds.faults.answer(MEASURE, 503, times=4)
    for _ in range(4):
        await wait_for_poll(hass)
        assert state_of(hass, withings_entry, "weigh_in", "event").state == fired
    await restart(hass, withings_entry)
    assert state_of(hass, withings_entry, "weigh_in", "event").state == fired


async def test_the_button_is_a_diagnostic(
    hass: HomeAssistant, garmin_entry: MockConfigEntry
) -> None:
    """Nobody needs it on a day without trouble."""
    await set_up(hass, garmin_entry)
    entity_id = entity_id_of(hass, garmin_entry, "push_now", "button")
    assert entity_id is not None
    entry = er.async_get(hass).async_get(entity_id)
    assert entry is not None
    assert entry.entity_category is EntityCategory.DIAGNOSTIC
