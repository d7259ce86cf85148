"""The actions that read and compare: sync and get_measurements."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError

from ..clouds import Clouds, GarminAccount
from ..support.actions import NOW, READ, UPLOAD, call
from ..support.common import link, set_up, update_source, value_of


async def test_sync_with_and_without_a_dry_run(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """The counts tell what is where; a dry run changes nothing."""
    clouds.garmin.add_weigh_in(garmin_user, 83.0, when=NOW - timedelta(days=3))
    clouds.garmin.refuse(weight_above=84.9)
    clouds.log.clear()
    answer = await call(hass, "sync", linked, start="2026-10-22", dry_run=True)
    would_push = answer.pop("would_push")
    assert answer == {
        "found": 10,
        "already_there": 1,
        "pushed": 0,
        "held": 2,
        "left_out": 0,
        "failed": 0,
    }
    assert [(w["measured_at"], w["weight"]) for w in would_push] == [
        (f"2026-10-{24 + 8 - day}T02:30:00-04:00", 80.0 + day)
        for day in (8, 7, 6, 5, 4, 2, 1)
    ]
    assert clouds.log.count("garmin", path=UPLOAD) == 0
    assert value_of(hass, linked, "pending") == 0

    assert await call(hass, "sync", linked, start="2026-10-22") == {
        "found": 10,
        "already_there": 1,
        "pushed": 3,
        "held": 2,
        "left_out": 0,
        "failed": 4,
    }
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 4
    assert await call(hass, "sync", linked, start="2026-10-22") == {
        "found": 10,
        "already_there": 4,
        "pushed": 0,
        "held": 2,
        "left_out": 0,
        "failed": 4,
    }
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 4


async def test_a_dry_run_of_what_no_file_can_hold(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """What cannot be sent is not promised."""
    clouds.withings.step_on_scale("alice", 80.0, when=datetime(1985, 6, 1, tzinfo=UTC))
    period = {"start": "1980-01-01", "end": "1990-12-31"}
    answer = await call(hass, "sync", linked, **period, dry_run=True)
    assert (answer["found"], answer["failed"], answer["would_push"]) == (1, 1, [])
    answer = await call(hass, "sync", linked, **period)
    assert (answer["found"], answer["failed"], answer["pushed"]) == (1, 1, 0)


async def test_sync_brings_back_what_was_deleted_at_garmin(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What Garmin has lost is missing there, whoever has removed it."""
    answer = await call(hass, "sync", linked, start="2026-10-25")
    assert (answer["found"], answer["pushed"]) == (7, 7)
    freezer.tick(timedelta(hours=1))
    for weigh_in in clouds.garmin.weigh_ins(garmin_user)[2:4]:
        clouds.garmin.remove_weigh_in(garmin_user, weigh_in.sample_pk)
    clouds.log.clear()
    answer = await call(hass, "sync", linked, start="2026-10-25", dry_run=True)
    assert [w["weight"] for w in answer["would_push"]] == [85.0, 84.0]
    assert clouds.log.count("garmin") == 1
    for pushed in (2, 0):
        answer = await call(hass, "sync", linked, start="2026-10-25")
        assert answer == {
            "found": 7,
            "already_there": 7 - pushed,
            "pushed": pushed,
            "held": 0,
            "left_out": 0,
            "failed": 0,
        }
        assert len(clouds.garmin.weigh_ins(garmin_user)) == 7


async def test_sync_that_garmin_throttles(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What could be read but not pushed is queued, and the message says until when."""
    clouds.faults.answer(UPLOAD, 429, retry_after=7200)
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "sync", linked, start="2026-10-25")
    assert caught.value.translation_key == "queued_throttled"
    assert value_of(hass, linked, "pending") == 7
    freezer.tick(timedelta(hours=3))
    answer = await call(hass, "sync", linked, start="2026-10-25")
    # The next try may have come before.
    assert answer["already_there"] + answer["pushed"] == 7
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 7
    assert value_of(hass, linked, "pending") == 0


async def test_sync_of_years_that_garmin_tells_of_in_parts(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What Garmin has lost is found in each part, and nothing else seems to be."""
    for day in (300, 320, 330):
        clouds.withings.step_on_scale("alice", 80.0, when=NOW - timedelta(days=day))
    await update_source(hass, withings_entry, "weigh_in", "event")
    await call(hass, "sync", linked, start="2025-01-01")
    freezer.tick(timedelta(hours=1))
    held = clouds.garmin.weigh_ins(garmin_user)
    lost = [held[1], held[-1]]
    for weigh_in in lost:
        clouds.garmin.remove_weigh_in(garmin_user, weigh_in.sample_pk)
    clouds.faults.answer(f"{READ}/2025", 504)
    answer = await call(hass, "sync", linked, start="2025-01-01", dry_run=True)
    assert [w["weight"] for w in answer["would_push"]] == [w.weight for w in lost]


async def test_sync_of_twins_that_garmin_has_lost(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    fitbit_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What two sources report comes back once, as it was."""
    await set_up(hass, fitbit_entry)
    link(hass, linked, fitbit_entry)
    when = NOW - timedelta(days=1)
    clouds.google.step_on_scale("bob", 81.03, when=when + timedelta(seconds=40))
    await call(hass, "sync", linked, start="2026-10-31")
    freezer.tick(timedelta(hours=1))
    (weigh_in,) = clouds.garmin.weigh_ins(garmin_user)
    clouds.garmin.remove_weigh_in(garmin_user, weigh_in.sample_pk)
    answer = await call(hass, "sync", linked, start="2026-10-31")
    assert (answer["found"], answer["already_there"], answer["pushed"]) == (2, 1, 1)
    (again,) = clouds.garmin.weigh_ins(garmin_user)
    assert (again.measured_at, again.weight) == (when, 81.0)


async def test_sync_of_some_days(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """Both days count, as the home's calendar has them; without days, the link's."""
    clouds.withings.step_on_scale(
        "alice", 78.0, when=datetime(2026, 10, 30, 3, 59, 59, tzinfo=UTC)
    )
    clouds.withings.step_on_scale(
        "alice", 79.0, when=datetime(2026, 10, 30, 4, 0, 0, tzinfo=UTC)
    )
    answer = await call(hass, "sync", linked)
    assert answer["found"] == 0
    answer = await call(hass, "sync", linked, start="2026-10-29", end="2026-10-29")
    assert (answer["found"], answer["pushed"]) == (2, 2)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [83.0, 78.0]


async def test_sync_in_bad_weather(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
) -> None:
    """Trouble on either side is an error with a reason, and nothing is lost."""
    clouds.faults.answer(READ, 503, times=2)
    for dry_run in (True, False):
        with pytest.raises(HomeAssistantError) as caught:
            await call(hass, "sync", linked, start="2026-10-22", dry_run=dry_run)
        assert caught.value.translation_key == (
            "not_compared" if dry_run else "queued_unavailable"
        )
    assert value_of(hass, linked, "pending") == 8
    # The pause goes on, but not for whoever asks by hand.
    answer = await call(hass, "sync", linked, start="2026-10-22", dry_run=True)
    assert len(answer["would_push"]) == 8
    clouds.faults.answer(r"/withings/measure", 503)
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "sync", linked, start="2026-10-22")
    assert caught.value.translation_key == "source_down"
    await hass.config_entries.async_unload(withings_entry.entry_id)
    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, "sync", linked)
    assert caught.value.translation_key == "source_not_loaded"


async def test_get_measurements(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """Any period can be read, with the offset of each time."""
    clouds.withings.step_on_scale(
        "alice",
        80.05,
        when=datetime(2019, 7, 1, 6, 0, 1, tzinfo=UTC),
        body_fat=18.4,
    )
    clouds.withings.step_on_scale("alice", 79.0, when=NOW - timedelta(hours=1))
    await set_up(hass, withings_entry)
    answer = await call(
        hass, "get_measurements", withings_entry, start="2019-07-01", end="2019-07-01"
    )
    assert answer == {
        "measurements": [
            {
                "measured_at": "2019-07-01T02:00:01-04:00",
                "weight": 80.05,
                "body_fat": 18.4,
                "fat_mass": 14.729,
                "fat_free_mass": 65.321,
            }
        ]
    }
    answer = await call(
        hass, "get_measurements", withings_entry, start="2026-11-01 00:00:00"
    )
    assert [m["weight"] for m in answer["measurements"]] == [79.0]
