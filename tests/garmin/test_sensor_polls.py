"""When Garmin is asked for sensors, and what of its answers is believed."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.const import STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant

from ..clouds import Clouds, GarminAccount
from ..support.common import (
    entity_id_of,
    restart,
    set_up,
    state_of,
    update_entity,
    value_of,
)
from ..support.straps import SENSORS, STRAP, looks, low, names, pass_time


async def test_off_costs_nothing(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    garmin_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Unless they are wanted, nobody asks for sensors."""
    clouds.garmin.device(garmin_user, STRAP)
    await set_up(hass, garmin_entry)
    clouds.log.clear()
    for _ in range(26):
        await pass_time(hass, freezer, hours=1)
    assert clouds.log.count("garmin") == 0
    assert names(hass, garmin_entry) == set()


async def test_one_request_a_day(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    strap: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Garmin is asked once a day, however often Home Assistant starts."""
    assert looks(clouds) == 1
    clouds.garmin.set_battery(garmin_user, STRAP, level=12, status="LOW")
    await pass_time(hass, freezer, hours=12)
    await restart(hass, strap)
    assert looks(clouds) == 1
    assert value_of(hass, strap, f"{STRAP}_battery") == 93
    await pass_time(hass, freezer, hours=13)
    assert looks(clouds) == 2
    assert value_of(hass, strap, f"{STRAP}_battery") == 12
    assert low(hass, strap) == STATE_ON
    await pass_time(hass, freezer, hours=23)
    assert looks(clouds) == 2
    await pass_time(hass, freezer, hours=2)
    assert looks(clouds) == 3
    assert clouds.log.count("garmin", path="/weight-service") == 0


async def test_update_entity(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    strap: MockConfigEntry,
) -> None:
    """Somebody who wants to know it now is told, in one request for all entities."""
    clouds.garmin.set_battery(garmin_user, STRAP, level=50, status="OK")
    clouds.log.clear()
    await hass.services.async_call(
        "homeassistant",
        "update_entity",
        {
            "entity_id": [
                entity_id_of(hass, strap, f"{STRAP}_{key}")
                for key in ("battery", "battery_level", "last_sync")
            ]
        },
        blocking=True,
    )
    assert value_of(hass, strap, f"{STRAP}_battery") == 50
    assert 1 <= looks(clouds) <= 2


async def test_garmin_is_left_alone(
    hass: HomeAssistant,
    clouds: Clouds,
    strap: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """While Garmin wants to be left alone nobody asks, and what was known stays."""
    clouds.faults.answer(f"/garmin{SENSORS}", 429, headers={"Retry-After": "86000"})
    clouds.log.clear()
    await pass_time(hass, freezer, hours=25)
    assert looks(clouds) == 1
    entity_id = entity_id_of(hass, strap, f"{STRAP}_battery")
    assert entity_id is not None
    await update_entity(hass, entity_id)
    for _ in range(12):
        await pass_time(hass, freezer, hours=1)
    await restart(hass, strap)
    assert looks(clouds) == 1
    assert value_of(hass, strap, f"{STRAP}_battery") == 93
    for _ in range(14):
        await pass_time(hass, freezer, hours=1)
    assert looks(clouds) == 2


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_refused_alone(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    strap: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    status: int,
) -> None:
    """What stands in the way of sensors alone stops no weigh-in."""
    trouble = clouds.faults.answer(f"/garmin{SENSORS}", status, times=None)
    await pass_time(hass, freezer, hours=25)
    assert state_of(hass, strap, f"{STRAP}_battery").state == STATE_UNAVAILABLE
    assert names(hass, strap) == {"HRM 600"}
    await hass.services.async_call(
        DOMAIN,
        "push_measurement",
        {"config_entry_id": strap.entry_id, "weight": 70},
        blocking=True,
    )
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [70]
    trouble.remove()
    await pass_time(hass, freezer, hours=25)
    assert value_of(hass, strap, f"{STRAP}_battery") == 93


async def test_foreign_answer(
    hass: HomeAssistant,
    clouds: Clouds,
    strap: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Something else than a list takes no device away."""
    clouds.faults.answer(f"/garmin{SENSORS}", 200, body={"sensors": []}, times=2)
    for _ in range(2):
        await pass_time(hass, freezer, hours=25)
    assert names(hass, strap) == {"HRM 600"}


async def test_gone_at_two_looks(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    wanted: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A sensor goes when it was missing twice, and may come back."""
    clouds.garmin.device(garmin_user, STRAP)
    clouds.garmin.device(garmin_user, 7, name="Varia", type="BIKE_RADAR")
    await set_up(hass, wanted)
    clouds.garmin.remove_device(garmin_user, STRAP)
    await pass_time(hass, freezer, hours=25)
    assert names(hass, wanted) == {"HRM 600", "Varia"}
    assert value_of(hass, wanted, f"{STRAP}_battery") == 93
    await pass_time(hass, freezer, hours=25)
    assert names(hass, wanted) == {"Varia"}
    clouds.garmin.device(garmin_user, STRAP)
    await pass_time(hass, freezer, hours=25)
    assert names(hass, wanted) == {"HRM 600", "Varia"}


@pytest.mark.parametrize(
    "stored", [{}, {"looked_at": "never", "sensors": []}, {"sensors": [3]}]
)
async def test_unreadable_memory(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    clouds: Clouds,
    garmin_user: GarminAccount,
    wanted: MockConfigEntry,
    stored: dict[str, Any],
) -> None:
    """What was stored and makes no sense is asked for anew."""
    clouds.garmin.device(garmin_user, STRAP)
    key = f"{DOMAIN}.{wanted.entry_id}.sensors"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": stored}
    await set_up(hass, wanted)
    assert names(hass, wanted) == {"HRM 600"}
    await hass.config_entries.async_remove(wanted.entry_id)
    await hass.async_block_till_done()
    assert key not in hass_storage
