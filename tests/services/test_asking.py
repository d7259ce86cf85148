"""What actions take and what they refuse: data, units, periods and accounts."""

import asyncio
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import probatio
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, ServiceValidationError
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from ..clouds import Clouds, GarminAccount
from ..support.actions import NOW, READ, UPLOAD, call
from ..support.common import set_up, value_of


async def test_actions_are_there_without_any_account(hass: HomeAssistant) -> None:
    """An automation that names an account which is not loaded gets a clear answer."""
    assert await async_setup_component(hass, DOMAIN, {})
    assert set(hass.services.async_services_for_domain(DOMAIN)) >= {
        "get_measurements",
        "push_measurement",
        "sync",
    }
    entry = MockConfigEntry(domain=DOMAIN, data={"provider": "garmin"})
    entry.add_to_hass(hass)
    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, "push_measurement", entry, weight=80)
    assert caught.value.translation_key == "service_config_entry_not_loaded"


@pytest.mark.parametrize(
    ("data", "key"),
    [
        ({"weight": 84, "muscle_mass": 120}, "parts_over_whole"),
        ({"weight": 84, "muscle_mass": 82, "bone_mass": 3}, "parts_over_whole"),
        ({"weight": 700}, "implausible_weight"),
        ({"weight": 0}, "implausible_weight"),
        ({"weight": 80, "measured_at": "2026-11-01T06:40:00Z"}, "measured_in_future"),
        ({"weight": 80, "measured_at": "1970-01-01T00:00:00Z"}, "measured_too_early"),
        (
            {"weight": 80, "measured_at": "0001-01-01T00:00:00+01:00"},
            "measured_too_early",
        ),
        (
            {"weight": 80, "measured_at": "9999-12-31T23:00:00-05:00"},
            "measured_in_future",
        ),
    ],
)
async def test_measurements_that_cannot_be(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    data: dict[str, Any],
    key: str,
) -> None:
    """A slip of the hand is told of, and costs no request."""
    await set_up(hass, garmin_entry)
    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, "push_measurement", garmin_entry, **data)
    assert caught.value.translation_key == key
    assert clouds.log.count("garmin") == 0
    assert value_of(hass, garmin_entry, "pending") == 0


async def test_pressures_that_are_mixed_up(
    hass: HomeAssistant, clouds: Clouds, garmin_entry: MockConfigEntry
) -> None:
    """A diastolic pressure over the systolic one is a slip of the hand, too."""
    await set_up(hass, garmin_entry)
    with pytest.raises(ServiceValidationError) as caught:
        await call(
            hass, "push_blood_pressure", garmin_entry, systolic=80, diastolic=120
        )
    assert caught.value.translation_key == "pressures_reversed"
    assert clouds.log.count("garmin") == 0


@pytest.mark.parametrize("action", ["sync", "get_measurements"])
async def test_a_period_that_ends_before_it_begins(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    action: str,
) -> None:
    """Every action with a period says so; a single day is one."""
    entry = linked if action == "sync" else withings_entry
    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, action, entry, start="2026-10-30", end="2026-10-29")
    assert caught.value.translation_key == "period_reversed"
    assert await call(hass, action, entry, start="2026-10-29", end="2026-10-29")


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York"])
@pytest.mark.parametrize("action", ["sync", "get_measurements"])
async def test_a_period_as_long_as_a_calendar(
    hass: HomeAssistant,
    linked: MockConfigEntry,
    withings_entry: MockConfigEntry,
    action: str,
    zone: str,
) -> None:
    """The first and the last day that there are mean that all is wanted."""
    await hass.config.async_set_time_zone(zone)
    entry = linked if action == "sync" else withings_entry
    dry = {"dry_run": True} if action == "sync" else {}
    all_of_it = await call(hass, action, entry, start="1900-01-01", **dry)
    assert all_of_it == await call(
        hass, action, entry, start="0001-01-01", end="9999-12-31", **dry
    )


async def test_unit_of_the_home(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """A weight without a unit is in pounds where Home Assistant is."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    await set_up(hass, garmin_entry)
    await call(hass, "push_measurement", garmin_entry, weight=176.5)
    (weigh_in,) = clouds.garmin.weigh_ins(garmin_user)
    assert weigh_in.weight == 80.06


@pytest.mark.parametrize(
    "data",
    [
        {"weight": -1},
        {"weight": "heavy"},
        {"weight": 80, "unit": "oz"},
        {"weight": 80, "body_fat": 101},
        {"weight": 80, "mood": "good"},
        {},
    ],
)
async def test_data_that_makes_no_sense(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    data: dict[str, Any],
) -> None:
    """The schema turns away what is no measurement at all."""
    await set_up(hass, garmin_entry)
    with pytest.raises(probatio.Invalid):
        await call(hass, "push_measurement", garmin_entry, **data)


@pytest.mark.parametrize("action", ["push_measurement", "sync"])
async def test_an_account_that_is_unloaded_meanwhile(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    action: str,
) -> None:
    """The action says so, and nothing goes up any more."""
    data = {"weight": 80} if action == "push_measurement" else {"start": "2026-10-22"}
    slow = clouds.faults.delay(READ, 1, processed=True)
    task = asyncio.create_task(call(hass, action, linked, **data))
    while not slow.hits:
        await asyncio.sleep(0)
    unload = asyncio.create_task(hass.config_entries.async_unload(linked.entry_id))
    for _ in range(50):
        await asyncio.sleep(0)
    freezer.tick(timedelta(seconds=2))
    with pytest.raises(HomeAssistantError) as caught:
        await task
    assert caught.value.translation_key == "account_unloaded"
    assert await unload
    assert clouds.garmin.weigh_ins(garmin_user) == []


@pytest.mark.parametrize("path", [READ, UPLOAD])
async def test_a_script_that_is_stopped_meanwhile(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    path: str,
) -> None:
    """What it has begun comes to its end, and is not sent a second time."""
    data = {"config_entry_id": linked.entry_id, "weight": 80, "unit": "kg"}
    sequence = [{"action": "weighbridge.push_measurement", "data": data}]
    scripts = {"script": {"weigh": {"sequence": sequence}}}
    assert await async_setup_component(hass, "script", scripts)
    target = {"entity_id": "script.weigh"}
    slow = clouds.faults.delay(path, 1, processed=True)
    await hass.services.async_call("script", "turn_on", target)
    while not slow.hits:
        await asyncio.sleep(0)
    await hass.services.async_call("script", "turn_off", target)
    while hass.states.is_state("script.weigh", "on"):
        await asyncio.sleep(0)
    assert value_of(hass, linked, "pending") == 1
    freezer.tick(timedelta(seconds=2))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [each.weight for each in clouds.garmin.weigh_ins(garmin_user)] == [80]
    assert value_of(hass, linked, "pending") == 0
    assert clouds.log.count("garmin", path=UPLOAD) == 1


async def test_the_wrong_kind_of_entry(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
) -> None:
    """Whoever mixes up source and destination is told which is which."""
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    for action, data in (("push_measurement", {"weight": 80}), ("sync", {})):
        with pytest.raises(ServiceValidationError) as caught:
            await call(hass, action, withings_entry, **data)
        assert caught.value.translation_key == "not_a_garmin_account"
        assert "Choose one of these: Alice · Garmin Connect" in str(caught.value)
    with pytest.raises(ServiceValidationError) as caught:
        await call(hass, "get_measurements", garmin_entry, start="2026-10-01")
    assert caught.value.translation_key == "not_a_source"
    assert "Choose one of these sources: Alice · Withings" in str(caught.value)
    assert dt_util.utcnow() == NOW
