"""How long Garmin is left alone after it has said no."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from ..clouds import Clouds, GarminAccount
from ..support.common import restart, value_of
from ..support.push import NOW, READ, REFRESH, UPLOAD, issue_keys, later, poll, weights

pytestmark = pytest.mark.usefixtures("morning")


@pytest.mark.parametrize(
    ("path", "fault", "wait"),
    [
        (REFRESH, {"status": 403}, timedelta(hours=6)),
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
    assert weights(clouds, garmin_user) == [80.0]
    assert value_of(hass, linked, "pending") == 0
    assert issue_keys(hass) == set()


async def test_another_weight_at_the_second_of_one_that_waits(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
) -> None:
    """What is not queued is not called queued."""
    clouds.faults.answer(READ, 503)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    for weight, key in ((79.0, "another_there"), (80.0, "queued_unavailable")):
        clouds.faults.answer(READ, 503)
        with pytest.raises(HomeAssistantError) as error:
            await hass.services.async_call(
                DOMAIN,
                "push_measurement",
                {
                    "config_entry_id": linked.entry_id,
                    "weight": weight,
                    "unit": "kg",
                    "measured_at": NOW.isoformat(),
                },
                blocking=True,
                return_response=True,
            )
        assert error.value.translation_key == key


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
    # As at a restart of Home Assistant, which the pause outlives.
    (issue_id,) = [i for d, i in ir.async_get(hass).issues if d == DOMAIN]
    ir.async_delete_issue(hass, DOMAIN, issue_id)
    await restart(hass, linked)
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


async def test_a_clock_that_was_set_back(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A pause does not last for months because the clock was wrong once."""
    clouds.faults.answer(READ, 500)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    freezer.move_to(NOW - timedelta(days=300))
    await restart(hass, linked)
    assert value_of(hass, linked, "pending") == 1
    await later(hass, freezer, timedelta(days=1, minutes=1))
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


async def test_a_dry_run_that_cannot_ask_garmin(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """Without a sign-in nobody can tell what would be pushed."""
    clouds.withings.step_on_scale("alice", 80.0, when=NOW - timedelta(days=1))
    clouds.garmin.revoke(garmin_user)
    for _ in range(2):
        with pytest.raises(HomeAssistantError) as caught:
            await hass.services.async_call(
                DOMAIN,
                "sync",
                {
                    "config_entry_id": linked.entry_id,
                    "start": "2026-10-30",
                    "dry_run": True,
                },
                blocking=True,
                return_response=True,
            )
        assert caught.value.translation_key == "not_compared"
    assert value_of(hass, linked, "pending") == 0


async def test_a_pause_is_kept_by_what_keeps_the_tokens_alive(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Nothing at all is asked while Garmin wants to be left alone."""
    await later(hass, freezer, timedelta(days=4, hours=20))
    clouds.faults.answer(READ, 429, retry_after=86400)
    clouds.withings.step_on_scale("alice", 80.0)
    await poll(hass, withings_entry)
    # What a clock that was wrong has noted of the last contact is worth nothing.
    linked.runtime_data.memory.last_contact = None
    clouds.log.clear()
    await later(hass, freezer, timedelta(hours=7))
    assert clouds.log.count("garmin") == 0
