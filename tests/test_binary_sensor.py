"""When a battery is low, and that Home Assistant's own triggers hear of it."""

from collections.abc import Callable

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from homeassistant.const import ATTR_DEVICE_CLASS, STATE_OFF, STATE_ON, STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from .clouds import Clouds
from .support.common import entity_id_of, set_up, state_of, wait_for_poll
from .support.frontend import Frontend


def low(hass: HomeAssistant, entry: MockConfigEntry, device_id: str = "t1") -> str:
    """Return whether a battery is low."""
    return state_of(hass, entry, f"{device_id}_battery_low", "binary_sensor").state


@pytest.mark.parametrize(
    ("level", "status", "state"),
    [
        (85, "High", STATE_OFF),
        (21, "Medium", STATE_OFF),
        (20, "Medium", STATE_ON),
        (5, "Low", STATE_ON),
        (5, None, STATE_ON),
        (85, None, STATE_OFF),
        (30, "Low", STATE_OFF),
        (0, "Empty", STATE_ON),
        (None, "Low", STATE_ON),
        (None, "Empty", STATE_ON),
        (None, "Medium", STATE_OFF),
        (None, "High", STATE_OFF),
        (None, "NORMAL", STATE_UNKNOWN),
        (None, None, STATE_UNKNOWN),
    ],
)
async def test_fitbit(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    level: int | None,
    status: str | None,
    state: str,
) -> None:
    """A percentage decides; without one the word does, for 0 % is left out."""
    clouds.google.device("bob", "t1", battery_level=level, battery_status=status)
    await set_up(hass, fitbit_entry)
    assert low(hass, fitbit_entry) == state
    shown = state_of(hass, fitbit_entry, "t1_battery_low", "binary_sensor")
    assert shown.attributes[ATTR_DEVICE_CLASS] == "battery"
    assert shown.name == "Bob Charge 6 Battery low"


async def test_one_battery_on_view(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """Home Assistant's page of batteries shows each device once, what is hidden not."""
    clouds.google.device("bob", "t1", battery_level=50, battery_status="Medium")
    clouds.google.device("bob", "t2", battery_level=None, battery_status="Medium")
    await set_up(hass, fitbit_entry)
    on_view = {
        entity.unique_id.removeprefix(f"{fitbit_entry.unique_id}_")
        for entity in entity_registry.entities.values()
        if entity.original_device_class == "battery" and not entity.hidden
    }
    assert on_view == {"t1_battery", "t2_battery_low"}
    assert low(hass, fitbit_entry) == STATE_OFF


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("high", STATE_OFF),
        ("medium", STATE_OFF),
        ("low", STATE_ON),
        ("unknown", STATE_UNKNOWN),
    ],
)
async def test_withings(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    word: str,
    state: str,
) -> None:
    """Withings' word decides."""
    clouds.withings.device("alice", "t1", battery=word)
    await set_up(hass, withings_entry)
    assert low(hass, withings_entry) == state


async def test_threshold(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    frontend: Frontend,
) -> None:
    """The settings of the account say from which percentage on a battery is low."""
    clouds.google.device("bob", "t1", battery_level=35, battery_status="Medium")
    clouds.google.device("bob", "t2", battery_level=None, battery_status="Medium")
    await set_up(hass, fitbit_entry)
    assert low(hass, fitbit_entry) == STATE_OFF
    await frontend.configure(fitbit_entry)
    await frontend.submit(low_battery_threshold=35)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert low(hass, fitbit_entry) == STATE_ON
    assert low(hass, fitbit_entry, "t2") == STATE_OFF


def drain_fitbit(clouds: Clouds, level: int, word: str) -> None:
    """Set the battery of a tracker."""
    clouds.google.set_battery("bob", "t1", level=level, status=word)


def drain_withings(clouds: Clouds, _level: int, word: str) -> None:
    """Set the battery of a scale."""
    clouds.withings.set_battery("alice", "t1", word.lower())


@pytest.mark.parametrize(
    ("vendor", "drain"), [("fitbit", drain_fitbit), ("withings", drain_withings)]
)
async def test_triggers_of_home_assistant(
    hass: HomeAssistant,
    clouds: Clouds,
    fitbit_entry: MockConfigEntry,
    withings_entry: MockConfigEntry,
    vendor: str,
    drain: Callable[[Clouds, int, str], None],
) -> None:
    """An automation on `battery` hears when one runs low and when it was charged."""
    entry = fitbit_entry if vendor == "fitbit" else withings_entry
    clouds.google.device("bob", "t1", battery_level=55, battery_status="Medium")
    clouds.withings.device("alice", "t1", battery="medium")
    await set_up(hass, entry)
    calls = async_mock_service(hass, "test", "tell")
    low_id = entity_id_of(hass, entry, "t1_battery_low", "binary_sensor")
    percent_id = entity_id_of(hass, entry, "t1_battery")
    triggers = [
        {"trigger": "battery.became_low", "target": {"entity_id": low_id}, "id": "low"},
        {
            "trigger": "battery.no_longer_low",
            "target": {"entity_id": low_id},
            "id": "charged",
        },
    ]
    if percent_id is not None:
        triggers.append(
            {
                "trigger": "battery.level_crossed_threshold",
                "target": {"entity_id": percent_id},
                "options": {
                    "threshold": {
                        "type": "below",
                        "value": {"number": 20, "unit_of_measurement": "%"},
                    }
                },
                "id": "below",
            }
        )
    assert await async_setup_component(
        hass,
        "automation",
        {
            "automation": {
                "triggers": triggers,
                "actions": {
                    "action": "test.tell",
                    "data": {"what": "{{ trigger.id }}"},
                },
            }
        },
    )
    await hass.async_block_till_done()
    drain(clouds, 12, "Low")
    await wait_for_poll(hass, minutes=61)
    await wait_for_poll(hass, minutes=61)
    drain(clouds, 90, "High")
    await wait_for_poll(hass, minutes=61)
    told = [call.data["what"] for call in calls]
    assert told.count("low") == 1
    assert told.count("charged") == 1
    assert told.count("below") == (percent_id is not None)
    assert told.index("low") < told.index("charged")
