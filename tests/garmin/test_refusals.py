"""Records that Garmin refuses, and days on which it refuses everything."""

from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from ..clouds import Clouds, GarminAccount
from ..support.common import link, state_of, value_of
from ..support.push import NOW, UPLOAD, issue_keys, later, poll, weights

pytestmark = pytest.mark.usefixtures("morning")


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
    clouds.garmin.refuse(weight_above=85.4, at=NOW + timedelta(hours=5), status=status)
    freezer.tick(timedelta(days=1))
    groups = [
        clouds.withings.step_on_scale(
            "alice",
            85.5 if hour == 4 else 80.0 + hour,
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

    clouds.withings.edit("alice", groups[4].grpid, 85.0)
    await poll(hass, withings_entry)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 9
    assert issue_keys(hass) == set()


@pytest.mark.parametrize(
    "refused",
    [{8}, {3, 4, 5, 6}, {0, 8}],
    ids=["the newest, before any was accepted", "more than an outage has", "both ends"],
)
async def test_refused_records_among_others(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    refused: set[int],
) -> None:
    """Wherever they are, each is parked, as the others show that Garmin is well."""
    clouds.garmin.refuse(weight_above=85.4)
    freezer.tick(timedelta(days=1))
    for hour in range(9):
        clouds.withings.step_on_scale(
            "alice",
            85.5 if hour in refused else 80.0 + hour / 10,
            when=NOW + timedelta(hours=hour + 1),
        )
    await poll(hass, withings_entry)
    assert weights(clouds, garmin_user) == [
        80.0 + hour / 10 for hour in range(9) if hour not in refused
    ]
    assert value_of(hass, linked, "pending") == 0
    assert state_of(hass, linked, "status").state == "ok"
    assert issue_keys(hass) == {"refused"}


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
    assert weights(clouds, garmin_user) == [81.0]
    assert value_of(hass, linked, "pending") == 0
    assert issue_keys(hass) == {"refused"}
