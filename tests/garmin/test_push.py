"""From a weigh-in at the source to Garmin Connect, with the real client in between."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, GarminAccount
from ..support.common import claim, link, restart, set_up, state_of, value_of
from ..support.push import (
    NOW,
    UPLOAD,
    garmin_requests,
    hours,
    issue_keys,
    later,
    poll,
    weights,
)

pytestmark = pytest.mark.usefixtures("morning")


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
    # After an hour, one look whether Garmin shows what it has accepted.
    clouds.log.clear()
    await hours(hass, freezer, 2)
    assert garmin_requests(clouds) == [("GET", "/weight-service/weight/range")]
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
    for after, seconds, gmt in ((1, 0, True), (2, 90, True), (3, 0, False)):
        when = NOW + timedelta(hours=after)
        clouds.withings.step_on_scale("alice", 80.0 + after, when=when)
        clouds.garmin.add_weigh_in(
            garmin_user,
            80.04 + after,
            when=when + timedelta(seconds=seconds),
            without_gmt=not gmt,
        )
    await hass.config.async_set_time_zone("Europe/Berlin")
    await poll(hass, withings_entry)
    assert garmin_requests(clouds) == [("GET", "/weight-service/weight/range")]
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 3
    assert value_of(hass, linked, "pending") == 0


@pytest.mark.parametrize("zone", ["Pacific/Auckland", "America/Los_Angeles"])
async def test_a_day_of_the_account_is_not_one_of_utc(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    zone: str,
) -> None:
    """What Garmin has is found on whichever day it counts there."""
    garmin_user.timezone = zone
    freezer.tick(timedelta(days=2))
    for day in range(2):
        for hour in (5, 20):
            when = NOW.replace(hour=hour) + timedelta(days=day)
            clouds.withings.step_on_scale("alice", 80.0 + day, when=when)
            clouds.garmin.add_weigh_in(garmin_user, 80.0 + day, when=when)
            await poll(hass, withings_entry)
    assert clouds.log.count("garmin", path=UPLOAD) == 0
    assert value_of(hass, linked, "pending") == 0


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
    assert weights(clouds, garmin_user) == [80.0, 79.0]
    assert clouds.garmin.weigh_ins(garmin_user)[0].measured_at == late


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
    assert weights(clouds, garmin_user) == [80.0]
    assert issue_keys(hass) == set()


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


@pytest.mark.parametrize("status", [200, 201, 202])
async def test_an_upload_that_is_accepted_without_a_word(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    status: int,
) -> None:
    """Garmin need not say more than that it has the file."""
    clouds.garmin.upload_status = status
    clouds.garmin.empty_body = True
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert value_of(hass, linked, "pending") == 0
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


async def test_odd_weigh_ins_at_garmin(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """A weigh-in without weight or time is nobody's twin and stops nobody."""
    clouds.faults.answer(
        "/garmin/weight-service/weight/range",
        200,
        body='{"dailyWeightSummaries": [{"allWeightMetrics": '
        '[{"weight": null}, {"weight": 80000}, {"weight": true, "timestampGMT": 1}]}]}',
    )
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


async def test_a_doubled_blood_pressure_is_single_again(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Another home that pushed at the same moment leaves no second reading."""
    await set_up(hass, garmin_entry)

    async def push(systolic: int) -> None:
        await hass.services.async_call(
            DOMAIN,
            "push_blood_pressure",
            {
                "config_entry_id": garmin_entry.entry_id,
                "systolic": systolic,
                "diastolic": 79,
            },
            blocking=True,
        )

    await push(122)
    (ours,) = clouds.garmin.blood_pressures(garmin_user)
    garmin_user.blood_pressures.append(replace(ours, version=ours.version + 10))
    freezer.tick(timedelta(hours=1))
    await push(130)
    readings = clouds.garmin.blood_pressures(garmin_user)
    assert [reading.systolic for reading in readings] == [122, 130]
    assert readings[0].version == ours.version


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


async def test_removed_with_an_open_question(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    linked: MockConfigEntry,
) -> None:
    """An account that is removed asks nothing more."""
    clouds.withings.step_on_scale("alice", 700.0)
    await poll(hass, withings_entry)
    await claim(hass, withings_entry)
    registry = ir.async_get(hass)
    assert [issue for issue in registry.issues if issue[0] == DOMAIN]
    await hass.config_entries.async_remove(linked.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert not [issue for issue in registry.issues if issue[0] == DOMAIN]
