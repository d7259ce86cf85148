"""From a weigh-in at the source to Garmin Connect, with the real client in between."""

import asyncio
from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.weighbridge.const import DOMAIN
from homeassistant.config_entries import SOURCE_REAUTH
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, GarminAccount
from ..support.common import (
    entity_id_of,
    link,
    restart,
    set_up,
    state_of,
    update_source,
    value_of,
)

pytestmark = pytest.mark.usefixtures("recorder_free")

NOW = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
UPLOAD = "/garmin/upload-service/upload"
READ = "/garmin/weight-service/weight/range"
REFRESH = "/garmin/di-oauth2-service/oauth/token"


@pytest.fixture
def recorder_free(freezer: FrozenDateTimeFactory) -> None:
    """Begin on the morning of a known day."""
    freezer.move_to(NOW)


@pytest.fixture
async def linked(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
) -> MockConfigEntry:
    """Return Alice's Garmin entry, set up and linked to her Withings scale."""
    clouds.withings.step_on_scale("alice", 81.0, when=NOW - timedelta(days=30))
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, withings_entry)
    await hass.async_block_till_done(wait_background_tasks=True)
    clouds.log.clear()
    return garmin_entry


async def poll(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Poll the source now and let the push come to its end."""
    # Let the breath pass that a source takes between two wishes.
    async_fire_time_changed(hass, dt_util.utcnow() + timedelta(seconds=2))
    await hass.async_block_till_done(wait_background_tasks=True)
    await update_source(hass, entry, "weight", "sensor")


async def later(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, wait: timedelta
) -> None:
    """Let time pass, and what it starts come to its end."""
    freezer.tick(wait)
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)


def garmin_requests(clouds: Clouds) -> list[tuple[str, str]]:
    """Return what Garmin was asked, in order."""
    return [
        (request.method, request.path.removeprefix("/garmin").split("/20")[0])
        for request in clouds.log.requests("garmin")
    ]


def issue_keys(hass: HomeAssistant) -> set[str | None]:
    """Return the kinds of the repair issues that are open."""
    return {
        issue.translation_key
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN
    }


async def test_a_weigh_in_costs_a_read_and_an_upload(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Every value and the second arrive, and what is older than the link does not."""
    freezer.tick(timedelta(hours=1))
    measured_at = dt_util.utcnow() - timedelta(seconds=37)
    clouds.withings.height("alice", 1.8, when=NOW - timedelta(days=300))
    clouds.withings.step_on_scale(
        "alice",
        80.05,
        when=measured_at,
        body_fat=18.4,
        body_water=44.03,
        muscle_mass=62.07,
        bone_mass=3.29,
        visceral_fat=6.0,
        basal_metabolic_rate=1766.0,
        metabolic_age=39.0,
    )
    await poll(hass, withings_entry)

    assert garmin_requests(clouds) == [
        ("GET", "/weight-service/weight/range"),
        ("POST", "/upload-service/upload"),
    ]
    (arrived,) = clouds.garmin.weigh_ins(garmin_user)
    assert arrived.measured_at == measured_at.replace(microsecond=0)
    assert arrived.weight == 80.05
    assert arrived.body_fat == 18.4
    assert arrived.body_water == 55.0
    assert arrived.muscle_mass == 62.07
    assert arrived.bone_mass == 3.29
    assert arrived.visceral_fat == 6
    assert arrived.basal_metabolic_rate == 1766
    assert arrived.metabolic_age == 39
    assert arrived.bmi == 24.7
    assert value_of(hass, linked, "pending") == 0
    assert state_of(hass, linked, "last_push").state == dt_util.utcnow().isoformat()


async def test_nothing_new_costs_nothing(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An idle day, a restart and a push by hand make no request to Garmin."""
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1
    clouds.log.clear()
    for _ in range(24):
        await later(hass, freezer, timedelta(hours=1))
    await restart(hass, linked)
    await restart(hass, withings_entry)
    await hass.services.async_call(
        "button",
        "press",
        {"entity_id": "button.alice_garmin_connect_push_now"},
        blocking=True,
    )
    assert garmin_requests(clouds) == []
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


async def test_many_go_up_in_files_of_a_hundred(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A scale that comes back after a long time costs one read and few uploads."""
    freezer.tick(timedelta(hours=23))
    for minute in range(230):
        clouds.withings.step_on_scale(
            "alice", 80 + minute / 100, when=NOW + timedelta(minutes=5 * minute + 1)
        )
    await poll(hass, withings_entry)
    methods = [method for method, _ in garmin_requests(clouds)]
    assert methods == ["GET", "POST", "POST", "POST"]
    assert [upload.records for upload in garmin_user.uploads] == [100, 100, 30]
    arrived = clouds.garmin.weigh_ins(garmin_user)
    assert [w.weight for w in arrived] == [round(80 + h / 100, 2) for h in range(230)]


async def test_what_garmin_has_is_not_pushed(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A weigh-in that came to Garmin another way is recognised, near or exact."""
    freezer.tick(timedelta(hours=5))
    for hours, seconds, gmt in ((1, 0, True), (2, 90, True), (3, 0, False)):
        when = NOW + timedelta(hours=hours)
        clouds.withings.step_on_scale("alice", 80.0 + hours, when=when)
        clouds.garmin.add_weigh_in(
            garmin_user,
            80.04 + hours,
            when=when + timedelta(seconds=seconds),
            without_gmt=not gmt,
        )
    await hass.config.async_set_time_zone("Europe/Berlin")
    await poll(hass, withings_entry)
    assert garmin_requests(clouds) == [("GET", "/weight-service/weight/range")]
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 3
    assert value_of(hass, linked, "pending") == 0


async def poll_unknown(hass: HomeAssistant, entry: MockConfigEntry) -> None:
    """Poll a source that has no sensor yet."""
    await update_source(hass, entry, "weigh_in", "event")


async def test_a_weigh_in_while_garmin_was_not_loaded(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What the source brought meanwhile is caught up, however long ago."""
    await hass.config_entries.async_unload(linked.entry_id)
    for _ in range(12):
        freezer.tick(timedelta(days=2))
        clouds.withings.step_on_scale("alice", 80.0)
        await poll(hass, withings_entry)
    await restart(hass, withings_entry)
    await set_up(hass, linked)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 12


async def test_a_late_upload_of_an_old_weigh_in(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A scale that was offline for weeks loses nothing."""
    for _ in range(7):
        await later(hass, freezer, timedelta(days=4))
    clouds.withings.step_on_scale("alice", 79.0)
    await poll(hass, withings_entry)
    late = NOW + timedelta(hours=2)
    clouds.withings.step_on_scale("alice", 80.0, when=late, uploaded=dt_util.utcnow())
    await poll(hass, withings_entry)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [80.0, 79.0]
    assert clouds.garmin.weigh_ins(garmin_user)[0].measured_at == late


async def test_an_edit_replaces_what_was_pushed(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A corrected weigh-in is corrected at Garmin, too."""
    group = clouds.withings.step_on_scale("alice", 88.0)
    await poll(hass, withings_entry)
    freezer.tick(timedelta(hours=1))
    clouds.withings.edit("alice", group.grpid, 80.0)
    await poll(hass, withings_entry)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [80.0]


@pytest.mark.parametrize("request_path", [READ, UPLOAD])
async def test_an_edit_of_what_is_on_the_way(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    request_path: str,
) -> None:
    """A weigh-in that is corrected in the midst of its push arrives corrected."""
    group = clouds.withings.step_on_scale("alice", 88.0)
    slow = clouds.faults.delay(request_path, 1, processed=True)
    coordinator = withings_entry.runtime_data.coordinator
    await coordinator.async_refresh()
    while not slow.hits:
        await asyncio.sleep(0)
    clouds.withings.edit("alice", group.grpid, 80.0)
    await coordinator.async_refresh()
    freezer.tick(timedelta(seconds=2))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [80.0]
    assert value_of(hass, linked, "pending") == 0


@pytest.mark.parametrize("processing", [40, 400])
async def test_an_edit_of_what_garmin_does_not_show_yet(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    processing: int,
) -> None:
    """The fat that a scale tells some seconds late replaces what is on its way.

    All else goes up meanwhile.
    """
    clouds.garmin.processing_delay = processing
    group = clouds.withings.step_on_scale("alice", 88.0)
    await poll(hass, withings_entry)
    freezer.tick(timedelta(seconds=5))
    clouds.withings.edit("alice", group.grpid, 80.0)
    clouds.withings.step_on_scale("alice", 79.0)
    await poll(hass, withings_entry)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [88.0, 79.0]
    assert value_of(hass, linked, "pending") == 1
    with pytest.raises(HomeAssistantError) as caught:
        await hass.services.async_call(
            "button",
            "press",
            {"entity_id": entity_id_of(hass, linked, "push_now", "button")},
            blocking=True,
        )
    assert caught.value.translation_key == "queued_unshown"
    clouds.log.clear()
    await restart(hass, linked)
    for _ in range(processing // 60 + 2):
        await later(hass, freezer, timedelta(seconds=62))
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [80.0, 79.0]
    assert value_of(hass, linked, "pending") == 0
    assert clouds.log.count("garmin", path=READ) <= processing // 60 + 3


async def test_an_edit_of_what_was_deleted_at_garmin(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What is not shown after ten minutes will not be shown any more."""
    group = clouds.withings.step_on_scale("alice", 88.0)
    await poll(hass, withings_entry)
    (pushed,) = clouds.garmin.weigh_ins(garmin_user)
    clouds.garmin.remove_weigh_in(garmin_user, pushed.sample_pk)
    clouds.withings.edit("alice", group.grpid, 80.0)
    await poll(hass, withings_entry)
    assert clouds.garmin.weigh_ins(garmin_user) == []
    for _ in range(10):
        await later(hass, freezer, timedelta(seconds=62))
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [80.0]


async def test_rotated_tokens_are_saved_before_the_next_request(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A refresh token that was used is dead: the new one survives a failed read."""
    assert "tokens" not in linked.data
    for day in range(1, 4):
        freezer.tick(timedelta(days=2))
        clouds.withings.step_on_scale("alice", 80.0 + day)
        clouds.faults.answer(READ, 503)
        await poll(hass, withings_entry)
        assert clouds.log.count("garmin", path=REFRESH) == day
        await restart(hass, linked)
    await later(hass, freezer, timedelta(hours=1))
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 3


async def test_tokens_stay_alive_through_a_holiday(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Two months without a weigh-in, and the next one arrives without a sign-in."""
    for _ in range(60):
        await later(hass, freezer, timedelta(days=1))
    # A refresh and the cheapest of all requests, every five days.
    assert clouds.log.count("garmin") == 2 * 12
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


@pytest.mark.parametrize("status", [400, 401])
async def test_a_refused_refresh_asks_to_sign_in_and_keeps_queueing(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    status: int,
) -> None:
    """Nothing is lost while Garmin waits for a person, and no secret is logged."""
    freezer.tick(timedelta(days=2))
    clouds.faults.answer(REFRESH, status, body='{"error": "the refused token"}')
    for minutes in (2, 1):
        clouds.withings.step_on_scale(
            "alice", 80.0, when=dt_util.utcnow() - timedelta(minutes=minutes)
        )
    await poll(hass, withings_entry)
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert [flow["context"]["source"] for flow in flows] == [SOURCE_REAUTH]
    assert value_of(hass, linked, "pending") == 2
    requests = clouds.log.count("garmin")
    await later(hass, freezer, timedelta(days=1))
    assert clouds.log.count("garmin") == requests
    assert "the refused token" not in caplog.text

    hass.config_entries.async_update_entry(
        linked,
        data={**linked.data, "tokens": clouds.garmin.signed_in(garmin_user)},
    )
    await restart(hass, linked)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 2


async def test_tokens_refused_after_a_good_refresh(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
) -> None:
    """A read that is refused with fresh tokens asks to sign in."""
    clouds.faults.answer(READ, 401, times=None)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert clouds.log.count("garmin", path=REFRESH) == 1
    flows = hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    assert [flow["context"]["source"] for flow in flows] == [SOURCE_REAUTH]
    assert value_of(hass, linked, "pending") == 1


async def test_a_token_refused_early_is_refreshed_in_passing(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """A token that dies before its time costs a refresh, not a sign-in."""
    clouds.garmin.expire_access(garmin_user)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1
    assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN)


@pytest.mark.parametrize(
    ("path", "fault", "wait"),
    [
        (REFRESH, {"status": 429}, timedelta(hours=1)),
        (REFRESH, {"status": 503}, timedelta(minutes=2)),
        (REFRESH, {"status": 200, "body": "<html>"}, timedelta(minutes=2)),
        (READ, {"status": 429}, timedelta(hours=1)),
        (READ, {"status": 429, "retry_after": 7200}, timedelta(hours=2)),
        (READ, {"status": 500}, timedelta(minutes=2)),
        (READ, {"status": 200, "body": "<html>"}, timedelta(minutes=2)),
        (READ, {"status": 200, "body": "[1]"}, timedelta(minutes=2)),
        (READ, {"status": 403}, timedelta(hours=6)),
        (UPLOAD, {"status": 429, "retry_after": 600}, timedelta(minutes=10)),
        (UPLOAD, {"status": 403}, timedelta(hours=6)),
        (UPLOAD, {"status": 404}, timedelta(minutes=2)),
        (UPLOAD, {"status": 412}, timedelta(hours=1)),
        (UPLOAD, {"status": 500}, timedelta(minutes=10)),
        (UPLOAD, {"status": 504}, timedelta(minutes=10)),
        (UPLOAD, {"status": 200, "body": "<html>"}, timedelta(minutes=10)),
        (UPLOAD, {"status": 200, "body": "[1]"}, timedelta(minutes=10)),
    ],
)
async def test_garmin_is_left_alone_for_a_while(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    path: str,
    fault: dict[str, int | str],
    wait: timedelta,
) -> None:
    """Trouble means a pause of its kind, across a restart, and never a sign-in."""
    if path == REFRESH:
        freezer.tick(timedelta(days=2))
    clouds.faults.answer(path, **fault)  # type: ignore[arg-type]  # spelled above
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    requests = clouds.log.count("garmin")
    await later(hass, freezer, wait - timedelta(seconds=10))
    await restart(hass, linked)
    await poll(hass, withings_entry)
    assert clouds.log.count("garmin") == requests
    assert value_of(hass, linked, "pending") == 1
    assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN)

    await later(hass, freezer, timedelta(seconds=20))
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [80.0]
    assert value_of(hass, linked, "pending") == 0
    assert issue_keys(hass) == set()


async def test_refresh_without_a_network(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A refresh that is cut off is tried again later, without a sign-in."""
    freezer.tick(timedelta(days=2))
    clouds.faults.reset(REFRESH)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert value_of(hass, linked, "pending") == 1
    assert not hass.config_entries.flow.async_progress_by_handler(DOMAIN)
    await later(hass, freezer, timedelta(minutes=3))
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


async def test_throttling_doubles_up_to_a_day(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Garmin is asked ever less often while it says no."""
    fault = clouds.faults.answer(READ, 429, times=None)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    hits = [fault.hits]
    for hours in (1, 2, 4, 8, 16, 24, 24):
        await later(hass, freezer, timedelta(hours=hours, minutes=-1))
        assert fault.hits == hits[-1]
        await later(hass, freezer, timedelta(minutes=2))
        hits.append(fault.hits)
    assert hits == [1, 2, 3, 4, 5, 6, 7, 8]


@pytest.mark.parametrize("processed", [False, True])
@pytest.mark.parametrize("kind", ["reset", "answer", "foreign", "truncate"])
async def test_a_lost_answer_never_doubles(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    kind: str,
    *,
    processed: bool,
) -> None:
    """Carried out or not: Garmin is read before anything is sent again."""
    match kind:
        case "reset":
            clouds.faults.reset(UPLOAD, processed=processed)
        case "answer":
            clouds.faults.answer(UPLOAD, 502, processed=processed)
        case "foreign":
            clouds.faults.foreign(UPLOAD, processed=processed)
        case "truncate":
            clouds.faults.truncate(UPLOAD)
            processed = True
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert value_of(hass, linked, "pending") == 1
    await restart(hass, linked)
    await later(hass, freezer, timedelta(minutes=9))
    assert clouds.log.count("garmin", path=UPLOAD) == 1
    await later(hass, freezer, timedelta(minutes=2))
    assert clouds.log.count("garmin", path=UPLOAD) == (1 if processed else 2)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1
    assert value_of(hass, linked, "pending") == 0


async def test_an_upload_that_shows_late(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Garmin may take minutes to show what it took, and its answer may be lost."""
    clouds.garmin.processing_delay = 300.0
    clouds.faults.reset(UPLOAD, processed=True)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    for _ in range(30):
        await later(hass, freezer, timedelta(minutes=1))
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1
    assert clouds.log.count("garmin", path=UPLOAD) == 1


@pytest.mark.parametrize("status", [200, 400, 415])
async def test_one_refused_record_stops_nobody_else(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    status: int,
) -> None:
    """The refused weigh-in is found, told of and parked; all others arrive."""
    clouds.garmin.refuse(weight_above=150.0, status=status)
    freezer.tick(timedelta(days=1))
    groups = [
        clouds.withings.step_on_scale(
            "alice",
            151.0 if hour == 5 else 80.0 + hour,
            when=NOW + timedelta(hours=hour + 1),
        )
        for hour in range(9)
    ]
    await poll(hass, withings_entry)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 8
    assert value_of(hass, linked, "pending") == 0
    assert issue_keys(hass) == {"refused"}
    uploads = clouds.log.count("garmin", path=UPLOAD)
    await later(hass, freezer, timedelta(days=1))
    assert clouds.log.count("garmin", path=UPLOAD) == uploads

    clouds.withings.edit("alice", groups[5].grpid, 85.0)
    await poll(hass, withings_entry)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 9
    assert issue_keys(hass) == set()


async def test_a_weigh_in_before_the_format(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """A weigh-in that FIT cannot date is parked; those beside it go up."""
    for subentry in list(linked.subentries):
        hass.config_entries.async_remove_subentry(linked, subentry)
    await hass.async_block_till_done(wait_background_tasks=True)
    old = datetime(1985, 5, 1, tzinfo=UTC)
    clouds.withings.step_on_scale("alice", 60.0, when=old)
    link(hass, linked, withings_entry, start=datetime.fromtimestamp(0, UTC))
    await poll(hass, withings_entry)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [81.0]
    assert value_of(hass, linked, "pending") == 0
    assert issue_keys(hass) == {"refused"}


@pytest.mark.parametrize("status", [400, 405, 409])
async def test_what_garmin_does_not_let_go_holds_up_nothing(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    status: int,
) -> None:
    """An old version that stays is told of, and the newer one not put beside it."""
    group = clouds.withings.step_on_scale("alice", 88.0)
    await poll(hass, withings_entry)
    freezer.tick(timedelta(hours=1))
    fault = clouds.faults.answer("/byversion/", status, method="DELETE", times=None)
    clouds.withings.edit("alice", group.grpid, 80.0)
    clouds.withings.step_on_scale("alice", 79.0)
    await poll(hass, withings_entry)
    assert fault.hits == 1
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [88.0, 79.0]
    assert issue_keys(hass) == {"refused"}
    assert value_of(hass, linked, "pending") == 0


@pytest.mark.parametrize("status", [404, 410])
async def test_what_garmin_has_let_go_already(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    status: int,
) -> None:
    """An old version that somebody removes at the same moment is in nobody's way."""
    group = clouds.withings.step_on_scale("alice", 88.0)
    await poll(hass, withings_entry)
    freezer.tick(timedelta(hours=1))
    clouds.faults.answer("/byversion/", status, method="DELETE", processed=True)
    clouds.withings.edit("alice", group.grpid, 80.0)
    await poll(hass, withings_entry)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [80.0]
    assert issue_keys(hass) == set()


async def test_a_version_without_a_key_stays_alone(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What Garmin tells no key of cannot be replaced, and is not doubled."""
    group = clouds.withings.step_on_scale("alice", 88.0)
    await poll(hass, withings_entry)
    freezer.tick(timedelta(hours=1))
    second = int(group.measured_at.timestamp())
    clouds.faults.answer(
        READ,
        200,
        body='{"dailyWeightSummaries": [{"allWeightMetrics": '
        f'[{{"weight": 88000, "timestampGMT": {second * 1000}}}]}}]}}',
    )
    clouds.withings.edit("alice", group.grpid, 80.0)
    await poll(hass, withings_entry)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [88.0]
    assert clouds.log.count("garmin", method="DELETE") == 0
    assert issue_keys(hass) == {"refused"}


async def test_a_doubt_that_ends_at_the_vendor(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A weigh-in that is assigned in the vendor's app goes up, and is not asked about."""
    group = clouds.withings.step_on_scale("alice", 80.0, attrib=1)
    await poll(hass, withings_entry)
    assert clouds.garmin.weigh_ins(garmin_user) == []
    assert value_of(hass, linked, "pending") == 0
    freezer.tick(timedelta(minutes=5))
    group.attrib = 7
    group.modified = dt_util.utcnow()
    await poll(hass, withings_entry)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [80.0]
    assert issue_keys(hass) == set()


async def test_a_weight_beyond_the_format(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """A weight that no FIT record can hold is told of without asking Garmin."""
    clouds.withings.step_on_scale("alice", 700.0)
    await poll(hass, withings_entry)
    assert clouds.log.count("garmin", path=UPLOAD) == 0
    assert issue_keys(hass) == {"refused"}
    assert clouds.garmin.weigh_ins(garmin_user) == []


async def test_consent_is_a_repair_issue_until_it_is_given(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """A person who has switched on Device Upload presses the button and is done."""
    garmin_user.device_upload = False
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert issue_keys(hass) == {"consent"}
    garmin_user.device_upload = True
    await hass.services.async_call(
        "button",
        "press",
        {"entity_id": "button.alice_garmin_connect_push_now"},
        blocking=True,
    )
    assert issue_keys(hass) == set()
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


async def test_forbidden_is_a_repair_issue_at_the_third_time(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A gatekeeper in a bad mood is nobody's business; a lasting one is."""
    clouds.faults.answer(READ, 403, times=3)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    await later(hass, freezer, timedelta(hours=6, minutes=1))
    assert issue_keys(hass) == set()
    await later(hass, freezer, timedelta(hours=6, minutes=1))
    assert issue_keys(hass) == {"forbidden"}
    await later(hass, freezer, timedelta(hours=6, minutes=1))
    assert issue_keys(hass) == set()
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


async def test_an_identical_file_refused_counts_as_there(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Garmin says that it has this very file: no second copy, no endless retry."""
    clouds.garmin.refuse_identical = True
    clouds.garmin.processing_delay = 3 * 86400.0
    clouds.faults.reset(UPLOAD, processed=True)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    for _ in range(6):
        await later(hass, freezer, timedelta(minutes=11))
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1
    assert value_of(hass, linked, "pending") == 0


async def test_a_clock_that_was_set_back(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A pause does not last for years because the clock was wrong once."""
    clouds.faults.answer(READ, 500)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    freezer.move_to(NOW - timedelta(days=2000))
    await restart(hass, linked)
    assert value_of(hass, linked, "pending") == 1
    await later(hass, freezer, timedelta(days=1, minutes=1))
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


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


async def test_history_all_goes_up_newest_first(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """A link that reaches back takes all there is, from today backwards."""
    for day in range(250):
        clouds.withings.step_on_scale("alice", 80.0, when=NOW - timedelta(days=day + 1))
    await set_up(hass, withings_entry)
    await restart(hass, withings_entry)
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, withings_entry, history="all", start=None)
    hass.config_entries.async_remove_subentry(
        garmin_entry, next(iter(garmin_entry.subentries))
    )
    link(
        hass,
        garmin_entry,
        withings_entry,
        history="all",
        start=datetime(1970, 1, 1, tzinfo=UTC),
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 250
    assert [upload.records for upload in garmin_user.uploads] == [100, 100, 50]


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
    await poll_unknown(hass, withings_entry)
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
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [60.0, *left]
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
    await poll_unknown(hass, withings_entry)
    clouds.withings.delete("alice", group.grpid)
    for _ in range(12):
        await later(hass, freezer, timedelta(hours=2))
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


async def test_two_homes_on_one_account(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A weigh-in that another home pushed at the same moment is single again soon."""
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    (ours,) = clouds.garmin.weigh_ins(garmin_user)
    clouds.garmin.add_weigh_in(garmin_user, 80.0, when=ours.measured_at)
    freezer.tick(timedelta(days=1))
    clouds.withings.step_on_scale("alice", 79.0)
    await poll(hass, withings_entry)
    kept = clouds.garmin.weigh_ins(garmin_user)
    assert [w.weight for w in kept] == [80.0, 79.0]
    assert kept[0].sample_pk == ours.sample_pk


@pytest.mark.parametrize(
    "fault", ["/garmin/weight-service/weight/2", "/garmin/upload-service/upload"]
)
async def test_an_edit_on_a_bad_day(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    fault: str,
) -> None:
    """Cut off at any point, a correction ends with the new value, once."""
    group = clouds.withings.step_on_scale("alice", 88.0)
    await poll(hass, withings_entry)
    freezer.tick(timedelta(hours=1))
    clouds.withings.edit("alice", group.grpid, 80.0)
    clouds.faults.reset(fault, processed=True)
    await poll(hass, withings_entry)
    assert value_of(hass, linked, "pending") == 1
    await restart(hass, linked)
    await later(hass, freezer, timedelta(minutes=11))
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [80.0]
    assert value_of(hass, linked, "pending") == 0


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


async def test_removal_leaves_nothing_behind(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    hass_storage: dict[str, dict[str, object]],
) -> None:
    """Tokens and ledger go with the account."""
    assert f"{DOMAIN}.{linked.entry_id}.tokens" in hass_storage
    await hass.config_entries.async_remove(linked.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not [key for key in hass_storage if linked.entry_id in key]
