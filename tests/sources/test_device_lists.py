"""Lists of devices: what of them is believed, and when a device is forgotten."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.const import STATE_UNAVAILABLE, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..clouds import Clouds
from ..support.common import (
    entity_id_of,
    restart,
    set_up,
    state_of,
    value_of,
    wait_for_poll,
)
from ..support.devices import PAIRED, SYNCED, device_of, names
from ..support.vendors import issues, later


async def test_every_page_of_devices(
    hass: HomeAssistant, clouds: Clouds, fitbit_entry: MockConfigEntry
) -> None:
    """More devices than fit on a page are all there."""
    clouds.google.page_limit = 2
    for number in range(7):
        clouds.google.device("bob", f"t{number}", version=f"Charge {number}")
    await set_up(hass, fitbit_entry)
    assert len(names(hass, fitbit_entry)) == 8
    assert clouds.log.count("google", path=PAIRED) == 4


async def test_odd_devices(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """New words and missing fields do no harm, and are told of once."""
    odd: list[dict[str, Any]] = [
        {},
        {"name": "users/me/pairedDevices/"},
        {"name": 7},
        {"name": "users/me/pairedDevices/bare"},
        {
            "name": "users/me/pairedDevices/word",
            "deviceType": "SCALE",
            "batteryStatus": "NORMAL",
            "lastSyncTime": "yesterday",
        },
        {
            "name": "users/me/pairedDevices/level",
            "deviceType": "RING",
            "batteryLevel": 101,
            "deviceVersion": "",
        },
        {
            "name": "users/me/pairedDevices/text",
            "deviceType": "TRACKER",
            "deviceVersion": "Inspire 3",
            "batteryLevel": "85",
            "batteryStatus": "HIGH",
        },
    ]
    for device in odd:
        clouds.google.raw_device("bob", device)
    await set_up(hass, fitbit_entry)
    await wait_for_poll(hass, minutes=61)
    assert names(hass, fitbit_entry) == {
        "Bob",
        "Bob tracker",
        "Bob scale",
        "Bob Inspire 3",
    }
    for device_id in ("bare", "word", "level"):
        assert entity_id_of(hass, fitbit_entry, f"{device_id}_battery") is None
        for key in ("battery_level", "last_sync"):
            state = state_of(hass, fitbit_entry, f"{device_id}_{key}").state
            assert state == STATE_UNKNOWN
    assert value_of(hass, fitbit_entry, "text_battery") == 85
    assert state_of(hass, fitbit_entry, "text_battery_level").state == "high"
    assert caplog.text.count("a device without a name") == 1
    assert caplog.text.count("a device of an unknown type") == 1
    assert caplog.text.count("a device of an unknown type: RING") == 1
    assert caplog.text.count("an unknown battery word: NORMAL") == 1
    assert caplog.text.count("an unknown battery level: 101") == 1


async def test_odd_devices_of_withings(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Whatever is null, empty or a number, a device is the right one, without a word."""
    clouds.withings.device("alice", "m1", type="Sleep Monitor", model="")
    odd: list[dict[str, Any]] = [
        {"type": "Scale", "deviceid": 4711, "model": "Body", "battery": "unknown"},
        {"type": "Scale", "deviceid": None, "hash_deviceid": "h1", "model": None},
        {"type": "Gateway", "deviceid": "g1", "model": "Gateway"},
        {"type": "Babyphone", "deviceid": "b1", "model": None},
        {"type": "Lingo", "deviceid": "l1", "last_session_date": None},
    ]
    for device in odd:
        clouds.withings.raw_device("alice", device)
    await set_up(hass, withings_entry)
    assert names(hass, withings_entry) == {
        "Alice",
        "Alice sleep monitor",
        "Alice Body",
        "Alice scale",
        "Alice Gateway",
        "Alice baby monitor",
        "Alice glucose sensor",
    }
    for device_id in ("4711", "h1"):
        assert state_of(hass, withings_entry, f"{device_id}_battery_level").state == (
            STATE_UNKNOWN
        )
    assert "Withings sent" not in caplog.text


async def test_phones_are_not_shown(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """Of what Withings lists, only what has a battery to mind is a device."""
    clouds.withings.device("alice", "s1")
    clouds.withings.device("alice", "t1", type="Activity Tracker", model="ScanWatch")
    clouds.withings.device("alice", "m1", type="Sleep Monitor", model="Sleep")
    clouds.withings.device(
        "alice", "b1", type="Blood Pressure Monitor", model="BPM Connect"
    )
    clouds.withings.device(
        "alice", "h1", type="Smart Connected Thermometer", model="Thermo"
    )
    clouds.withings.device(
        "alice", "p1", type="Activity Tracker", model="HealthKit", model_id=1055
    )
    clouds.withings.raw_device("alice", {"type": "Scale", "deviceid": "bare"})
    await set_up(hass, withings_entry)
    assert names(hass, withings_entry) == {
        "Alice",
        "Alice Body+",
        "Alice ScanWatch",
        "Alice Sleep",
        "Alice BPM Connect",
        "Alice Thermo",
        "Alice scale",
    }


async def test_devices_are_polled_hourly(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """Batteries are read each hour, weigh-ins more often."""
    clouds.withings.device("alice", "s1", battery="medium")
    await set_up(hass, withings_entry)
    clouds.log.clear()
    clouds.withings.set_battery("alice", "s1", "low")
    await wait_for_poll(hass, minutes=59)
    assert clouds.log.count("withings", action="getmeas") == 1
    assert state_of(hass, withings_entry, "s1_battery_level").state == "medium"
    await wait_for_poll(hass, minutes=61)
    assert state_of(hass, withings_entry, "s1_battery_level").state == "low"
    assert clouds.log.count("withings", action="getdevice") == 1


async def test_devices_come_and_go(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """A new device appears, one that is gone disappears, and may come back."""
    clouds.withings.device("alice", "s1")
    await set_up(hass, withings_entry)
    clouds.withings.device("alice", "t1", type="Activity Tracker", model="ScanWatch")
    await wait_for_poll(hass, minutes=61)
    assert names(hass, withings_entry) == {"Alice", "Alice Body+", "Alice ScanWatch"}
    tracker = device_of(hass, withings_entry, "t1")
    assert tracker is not None
    entity_id = entity_id_of(hass, withings_entry, "t1_battery_level")
    assert entity_id is not None
    er.async_get(hass).async_update_entity(entity_id, new_entity_id="sensor.my_watch")

    clouds.withings.remove_device("alice", "t1")
    await wait_for_poll(hass, minutes=61)
    await wait_for_poll(hass, minutes=61)
    assert names(hass, withings_entry) == {"Alice", "Alice Body+"}
    assert entity_id_of(hass, withings_entry, "t1_battery_level") is None
    assert hass.states.get("sensor.my_watch") is None

    clouds.withings.device("alice", "t1", type="Activity Tracker", model="ScanWatch")
    await wait_for_poll(hass, minutes=61)
    returned = device_of(hass, withings_entry, "t1")
    assert returned is not None
    assert returned.id == tracker.id
    state = hass.states.get("sensor.my_watch")
    assert state is not None
    assert state.state == "high"


async def test_device_went_while_home_assistant_was_down(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """What was unlinked meanwhile is gone at the second look after a restart."""
    clouds.withings.device("alice", "s1")
    await set_up(hass, withings_entry)
    clouds.withings.remove_device("alice", "s1")
    await restart(hass, withings_entry)
    assert names(hass, withings_entry) == {"Alice", "Alice Body+"}
    await wait_for_poll(hass, minutes=61)
    assert names(hass, withings_entry) == {"Alice"}


async def test_devices_cannot_be_read(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """Weigh-ins do not wait for batteries; these come when they can be read."""
    clouds.withings.device("alice", "s1")
    clouds.withings.step_on_scale("alice", 62.3, when=SYNCED)
    trouble = clouds.withings.fail(522, action="getdevice", times=None)
    await set_up(hass, withings_entry)
    assert value_of(hass, withings_entry, "weight") == 62.3
    assert names(hass, withings_entry) == {"Alice"}

    trouble.remove()
    await wait_for_poll(hass, minutes=61)
    assert state_of(hass, withings_entry, "s1_battery_level").state == "high"

    trouble = clouds.withings.fail(522, action="getdevice", times=None)
    for _ in range(3):
        await wait_for_poll(hass, minutes=61)
    level = state_of(hass, withings_entry, "s1_battery_level")
    assert level.state == STATE_UNAVAILABLE
    assert value_of(hass, withings_entry, "weight") == 62.3
    assert names(hass, withings_entry) == {"Alice", "Alice Body+"}

    await restart(hass, withings_entry)
    assert names(hass, withings_entry) == {"Alice", "Alice Body+"}
    level = state_of(hass, withings_entry, "s1_battery_level")
    assert level.state == STATE_UNAVAILABLE
    trouble.remove()
    await wait_for_poll(hass, minutes=61)
    assert state_of(hass, withings_entry, "s1_battery_level").state == "high"


@pytest.mark.parametrize(
    "reason",
    ["CREDENTIALS_MISSING", "RESOURCE_PERMISSION_DENIED", "PERMISSION_DENIED"],
)
async def test_devices_are_refused(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    reason: str,
) -> None:
    """Nobody is asked to sign in for a list that is refused while measures are not."""
    clouds.google.device("bob", "t1")
    clouds.google.step_on_scale("bob", 80.0, when=SYNCED)
    await set_up(hass, fitbit_entry)
    clouds.google.fail(reason, path=PAIRED, times=None)
    for _ in range(4):
        await later(hass, freezer, 61)
    await restart(hass, fitbit_entry)
    assert not hass.config_entries.flow.async_progress()
    assert not issues(hass)
    assert value_of(hass, fitbit_entry, "weight") == 80.0
    assert state_of(hass, fitbit_entry, "t1_battery").state == STATE_UNAVAILABLE
