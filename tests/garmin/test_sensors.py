"""The batteries of straps, power meters and what else Garmin lists."""

from datetime import UTC, datetime
import logging
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er

from ..clouds import Clouds, GarminAccount
from ..support.common import entity_id_of, set_up, state_of, update_entity, value_of
from ..support.frontend import Frontend
from ..support.straps import STRAP, low, names

CONNECTED = datetime(2026, 9, 17, 14, 5, 35, tzinfo=UTC)


async def test_strap(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    wanted: MockConfigEntry,
) -> None:
    """A strap that two watches know is one device, with all that batteries have."""
    clouds.garmin.device(
        garmin_user, STRAP, battery_status="NEW", last_connected=CONNECTED
    )
    await set_up(hass, wanted)
    registry = dr.async_get(hass)
    strap = registry.async_get_device_by_identifier(
        (DOMAIN, f"{wanted.unique_id}_{STRAP}"), wanted.entry_id
    )
    account = registry.async_get_device_by_identifier(
        (DOMAIN, str(wanted.unique_id)), wanted.entry_id
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
    assert value_of(hass, wanted, f"{STRAP}_battery") == 93
    assert state_of(hass, wanted, f"{STRAP}_battery_level").state == "high"
    assert state_of(hass, wanted, f"{STRAP}_last_sync").state == CONNECTED.isoformat()
    assert low(hass, wanted) == STATE_OFF


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
    wanted: MockConfigEntry,
    level: int | None,
    word: str,
    shown: str,
    is_low: str,
) -> None:
    """Each word has its level, and low is what either word or percentage says."""
    clouds.garmin.device(garmin_user, STRAP, battery_level=level, battery_status=word)
    await set_up(hass, wanted)
    assert state_of(hass, wanted, f"{STRAP}_battery_level").state == shown
    assert low(hass, wanted) == is_low
    has_percentage = entity_id_of(hass, wanted, f"{STRAP}_battery") is not None
    assert has_percentage == (level is not None)


async def test_odd_sensors(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    wanted: MockConfigEntry,
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
    await set_up(hass, wanted)
    assert names(hass, wanted) == {
        "AC.A1.12.FB.DF",
        "Heart rate strap",
        "Power meter",
        "Vector",
        "Bike radar",
        "Electronic shifting",
        "Sensor of a watch",
    }
    assert value_of(hass, wanted, "942_battery") == 20
    assert low(hass, wanted, 942) == STATE_ON
    assert state_of(hass, wanted, "heart_rate_battery_level").state == "medium"
    assert entity_id_of(hass, wanted, "bike_power_vector_battery") is None
    assert state_of(hass, wanted, "1_last_sync").state == STATE_UNKNOWN
    assert entity_id_of(hass, wanted, "2_battery") is None
    (strap,) = (
        device
        for device in dr.async_entries_for_config_entry(
            dr.async_get(hass), wanted.entry_id
        )
        if device.name == "AC.A1.12.FB.DF"
    )
    assert (strap.manufacturer, strap.sw_version) == (None, None)
    caplog.clear()
    entity_id = entity_id_of(hass, wanted, "942_battery")
    assert entity_id is not None
    await update_entity(hass, entity_id)
    assert not [r for r in caplog.records if r.levelno >= logging.WARNING]


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


async def test_a_couple_with_the_same_strap(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_user: GarminAccount,
    wanted: MockConfigEntry,
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
    await set_up(hass, wanted)
    await set_up(hass, second)
    assert names(hass, wanted) == names(hass, second) == {"Rally"}
