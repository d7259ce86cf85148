"""The batteries of straps, power meters and what else Garmin lists."""

from datetime import UTC, datetime, timedelta
import logging
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.weighbridge.const import DOMAIN
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..clouds import Clouds, GarminAccount
from ..support.common import (
    entity_id_of,
    restart,
    set_up,
    state_of,
    update_entity,
    value_of,
)
from ..support.frontend import Frontend

SENSORS = "/device-service/sensors"
CONNECTED = datetime(2026, 9, 17, 14, 5, 35, tzinfo=UTC)
STRAP = 33554456


@pytest.fixture
def entry(hass: HomeAssistant, garmin_entry: MockConfigEntry) -> MockConfigEntry:
    """Return Alice's Garmin account, whose sensors are wanted."""
    hass.config_entries.async_update_entry(
        garmin_entry, options={"sensor_batteries": True}
    )
    return garmin_entry


async def pass_time(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, **delta: float
) -> None:
    """Let time pass, and what is polled come to its end."""
    freezer.tick(timedelta(**delta))
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)


def looks(clouds: Clouds) -> int:
    """Return how often Garmin was asked for sensors since the log was cleared."""
    return clouds.log.count("garmin", path=SENSORS)


def names(hass: HomeAssistant, entry: MockConfigEntry) -> set[str | None]:
    """Return the names of an account's devices, but for its own."""
    return {
        device.name
        for device in dr.async_entries_for_config_entry(
            dr.async_get(hass), entry.entry_id
        )
        if device.entry_type is None
    }


def low(hass: HomeAssistant, entry: MockConfigEntry, serial: int = STRAP) -> str:
    """Return whether a battery is low."""
    return state_of(hass, entry, f"{serial}_battery_low", "binary_sensor").state


async def test_strap(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    entry: MockConfigEntry,
) -> None:
    """A strap that two watches know is one device, with all that batteries have."""
    clouds.garmin.device(
        garmin_user, STRAP, battery_status="NEW", last_connected=CONNECTED
    )
    await set_up(hass, entry)
    registry = dr.async_get(hass)
    strap = registry.async_get_device_by_identifier(
        (DOMAIN, f"{entry.unique_id}_{STRAP}"), entry.entry_id
    )
    account = registry.async_get_device_by_identifier(
        (DOMAIN, str(entry.unique_id)), entry.entry_id
    )
    assert strap is not None
    assert account is not None
    assert (strap.name, strap.manufacturer, strap.sw_version, strap.via_device_id) == (
        "HRM 600",
        "Garmin",
        "5.2",
        account.id,
    )
    assert {
        entity.translation_key
        for entity in er.async_entries_for_device(er.async_get(hass), strap.id)
    } == {"battery", "battery_level", "battery_low", "last_sync"}
    assert value_of(hass, entry, f"{STRAP}_battery") == 93
    assert state_of(hass, entry, f"{STRAP}_battery_level").state == "high"
    assert state_of(hass, entry, f"{STRAP}_last_sync").state == CONNECTED.isoformat()
    assert low(hass, entry) == STATE_OFF


@pytest.mark.parametrize(
    ("level", "word", "shown", "is_low"),
    [
        (93, "NEW", "high", STATE_OFF),
        (93, "GOOD", "high", STATE_OFF),
        (50, "good", "high", STATE_OFF),
        (40, "OK", "medium", STATE_OFF),
        (20, "LOW", "low", STATE_ON),
        (5, "CRITICAL", "empty", STATE_ON),
        # They disagree: the word decides, and the threshold does, too.
        (80, "LOW", "low", STATE_ON),
        (20, "GOOD", "high", STATE_ON),
        (20, "CHARGING", STATE_UNKNOWN, STATE_ON),
        (55, "CHARGING", STATE_UNKNOWN, STATE_OFF),
        (55, "UNKNOWN", STATE_UNKNOWN, STATE_OFF),
        (55, "SPLENDID", STATE_UNKNOWN, STATE_OFF),
        (None, "OK", "medium", STATE_OFF),
        (None, "LOW", "low", STATE_ON),
        (None, "CHARGING", STATE_UNKNOWN, STATE_UNKNOWN),
        (None, "null", STATE_UNKNOWN, STATE_UNKNOWN),
    ],
)
async def test_words(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    entry: MockConfigEntry,
    level: int | None,
    word: str,
    shown: str,
    is_low: str,
) -> None:
    """Each word has its level, and low is what either word or percentage says."""
    clouds.garmin.device(garmin_user, STRAP, battery_level=level, battery_status=word)
    await set_up(hass, entry)
    assert state_of(hass, entry, f"{STRAP}_battery_level").state == shown
    assert low(hass, entry) == is_low
    has_percentage = entity_id_of(hass, entry, f"{STRAP}_battery") is not None
    assert has_percentage == (level is not None)


async def test_odd_sensors(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """New words, missing fields and texts that say "null" harm no other sensor."""
    odd: list[Any] = [
        {
            "deviceName": "AC.A1.12.FB.DF",
            "imageUrl": None,
            "batteryStatus": "LOW",
            "batteryLevel": 20,
            "sensorType": "HEART_RATE",
            "serialNumber": 942,
            "softwareVersion": "null",
            "lastConnected": "2026-02-08T16:29:57.0",
            "manufacturer": None,
            "rechargeableSensorCapable": None,
        },
        # The watch that met it last knows best.
        {
            "deviceName": "AC.A1.12.FB.DF",
            "batteryStatus": "GOOD",
            "batteryLevel": 90,
            "sensorType": "HEART_RATE",
            "serialNumber": 942,
            "lastConnected": "2026-02-07T10:00:00.0",
        },
        # Without a serial number they are told apart by name and type.
        {"serialNumber": 0, "sensorType": "HEART_RATE", "batteryStatus": "OK"},
        {"serialNumber": None, "sensorType": "BIKE_POWER", "deviceName": "null"},
        {"sensorType": "BIKE_POWER", "deviceName": "Vector", "batteryLevel": "null"},
        {"serialNumber": 1, "sensorType": "BIKE_RADAR", "lastConnected": "yesterday"},
        {"serialNumber": 2, "sensorType": "SHIFTING", "batteryLevel": 101},
        {"serialNumber": 3, "sensorType": "TELEPATHY", "batteryStatus": "SPLENDID"},
        {"serialNumber": "0004", "sensorType": "TELEPATHY", "deviceName": " "},
        {},
        "strap",
        None,
    ]
    for sensor in odd:
        clouds.garmin.raw_device(garmin_user, sensor)
    await set_up(hass, entry)
    assert names(hass, entry) == {
        "AC.A1.12.FB.DF",
        "Heart rate strap",
        "Power meter",
        "Vector",
        "Bike radar",
        "Electronic shifting",
        "Sensor of a watch",
    }
    assert value_of(hass, entry, "942_battery") == 20
    assert low(hass, entry, 942) == STATE_ON
    assert state_of(hass, entry, "heart_rate_battery_level").state == "medium"
    assert entity_id_of(hass, entry, "bike_power_vector_battery") is None
    assert state_of(hass, entry, "1_last_sync").state == STATE_UNKNOWN
    assert entity_id_of(hass, entry, "2_battery") is None
    (strap,) = (
        device
        for device in dr.async_entries_for_config_entry(
            dr.async_get(hass), entry.entry_id
        )
        if device.name == "AC.A1.12.FB.DF"
    )
    assert (strap.manufacturer, strap.sw_version) == (None, None)
    caplog.clear()
    entity_id = entity_id_of(hass, entry, "942_battery")
    assert entity_id is not None
    await update_entity(hass, entity_id)
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


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
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Garmin is asked once a day, however often Home Assistant starts."""
    clouds.garmin.device(garmin_user, STRAP)
    await set_up(hass, entry)
    assert looks(clouds) == 1
    clouds.garmin.set_battery(garmin_user, STRAP, level=12, status="LOW")
    await pass_time(hass, freezer, hours=12)
    await restart(hass, entry)
    assert looks(clouds) == 1
    assert value_of(hass, entry, f"{STRAP}_battery") == 93
    await pass_time(hass, freezer, hours=13)
    assert looks(clouds) == 2
    assert value_of(hass, entry, f"{STRAP}_battery") == 12
    assert low(hass, entry) == STATE_ON
    await pass_time(hass, freezer, hours=23)
    assert looks(clouds) == 2
    await pass_time(hass, freezer, hours=2)
    assert looks(clouds) == 3
    assert clouds.log.count("garmin", path="/weight-service") == 0


async def test_update_entity(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    entry: MockConfigEntry,
) -> None:
    """Somebody who wants to know it now is told, in one request for all entities."""
    clouds.garmin.device(garmin_user, STRAP)
    await set_up(hass, entry)
    clouds.garmin.set_battery(garmin_user, STRAP, level=50, status="OK")
    clouds.log.clear()
    await hass.services.async_call(
        "homeassistant",
        "update_entity",
        {
            "entity_id": [
                entity_id_of(hass, entry, f"{STRAP}_{key}")
                for key in ("battery", "battery_level", "last_sync")
            ]
        },
        blocking=True,
    )
    assert value_of(hass, entry, f"{STRAP}_battery") == 50
    assert 1 <= looks(clouds) <= 2


async def test_garmin_is_left_alone(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """While Garmin wants to be left alone nobody asks, and what was known stays."""
    clouds.garmin.device(garmin_user, STRAP)
    await set_up(hass, entry)
    clouds.faults.answer(f"/garmin{SENSORS}", 429, headers={"Retry-After": "86000"})
    clouds.log.clear()
    await pass_time(hass, freezer, hours=25)
    assert looks(clouds) == 1
    entity_id = entity_id_of(hass, entry, f"{STRAP}_battery")
    assert entity_id is not None
    await update_entity(hass, entity_id)
    for _ in range(12):
        await pass_time(hass, freezer, hours=1)
    await restart(hass, entry)
    assert looks(clouds) == 1
    assert value_of(hass, entry, f"{STRAP}_battery") == 93
    for _ in range(14):
        await pass_time(hass, freezer, hours=1)
    assert looks(clouds) == 2


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_refused_alone(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    status: int,
) -> None:
    """What stands in the way of sensors alone stops no weigh-in."""
    clouds.garmin.device(garmin_user, STRAP)
    await set_up(hass, entry)
    trouble = clouds.faults.answer(f"/garmin{SENSORS}", status, times=None)
    await pass_time(hass, freezer, hours=25)
    assert state_of(hass, entry, f"{STRAP}_battery").state == STATE_UNAVAILABLE
    assert names(hass, entry) == {"HRM 600"}
    await hass.services.async_call(
        DOMAIN,
        "push_measurement",
        {"config_entry_id": entry.entry_id, "weight": 70},
        blocking=True,
    )
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [70]
    trouble.remove()
    await pass_time(hass, freezer, hours=25)
    assert value_of(hass, entry, f"{STRAP}_battery") == 93


async def test_foreign_answer(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Something else than a list takes no device away."""
    clouds.garmin.device(garmin_user, STRAP)
    await set_up(hass, entry)
    clouds.faults.answer(f"/garmin{SENSORS}", 200, body={"sensors": []}, times=2)
    for _ in range(2):
        await pass_time(hass, freezer, hours=25)
    assert names(hass, entry) == {"HRM 600"}


async def test_gone_at_two_looks(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A sensor goes when it was missing twice, and may come back."""
    clouds.garmin.device(garmin_user, STRAP)
    clouds.garmin.device(garmin_user, 7, name="Varia", type="BIKE_RADAR")
    await set_up(hass, entry)
    clouds.garmin.remove_device(garmin_user, STRAP)
    await pass_time(hass, freezer, hours=25)
    assert names(hass, entry) == {"HRM 600", "Varia"}
    assert value_of(hass, entry, f"{STRAP}_battery") == 93
    await pass_time(hass, freezer, hours=25)
    assert names(hass, entry) == {"Varia"}
    clouds.garmin.device(garmin_user, STRAP)
    await pass_time(hass, freezer, hours=25)
    assert names(hass, entry) == {"HRM 600", "Varia"}


async def test_option(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    garmin_user: GarminAccount,
    garmin_entry: MockConfigEntry,
) -> None:
    """The settings of the account say whether they are wanted; off, they are gone."""
    clouds.garmin.device(garmin_user, STRAP)
    await set_up(hass, garmin_entry)
    result = await frontend.configure(garmin_entry)
    (field,) = result["data_schema"]
    assert (field["name"], field["default"]) == ("sensor_batteries", False)
    await frontend.submit(sensor_batteries=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert garmin_entry.options == {"sensor_batteries": True}
    assert names(hass, garmin_entry) == {"HRM 600"}
    await frontend.configure(garmin_entry)
    await frontend.submit(sensor_batteries=False)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert names(hass, garmin_entry) == set()


@pytest.mark.parametrize(
    "stored", [{}, {"looked_at": "never", "sensors": []}, {"sensors": [3]}]
)
async def test_unreadable_memory(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    clouds: Clouds,
    garmin_user: GarminAccount,
    entry: MockConfigEntry,
    stored: dict[str, Any],
) -> None:
    """What was stored and makes no sense is asked for anew."""
    clouds.garmin.device(garmin_user, STRAP)
    key = f"{DOMAIN}.{entry.entry_id}.sensors"
    hass_storage[key] = {"version": 1, "minor_version": 1, "key": key, "data": stored}
    await set_up(hass, entry)
    assert names(hass, entry) == {"HRM 600"}
    await hass.config_entries.async_remove(entry.entry_id)
    await hass.async_block_till_done()
    assert key not in hass_storage


async def test_a_couple_with_the_same_strap(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    entry: MockConfigEntry,
) -> None:
    """A power meter that two people have paired is a device of each."""
    other = clouds.garmin.account("bob@example.com", "his password")
    second = MockConfigEntry(
        domain=DOMAIN,
        title="Bob at Garmin",
        unique_id=f"garmin_{other.profile_id}",
        data={"provider": "garmin", "tokens": clouds.garmin.signed_in(other)},
        options={"sensor_batteries": True},
    )
    second.add_to_hass(hass)
    for account in (garmin_user, other):
        clouds.garmin.device(account, 9, name="Rally", type="BIKE_POWER")
    await set_up(hass, entry)
    await set_up(hass, second)
    assert names(hass, entry) == names(hass, second) == {"Rally"}
