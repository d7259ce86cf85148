"""What Withings' devices measure besides weight and blood pressure."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from ..clouds import Clouds
from ..support.common import (
    entity_id_of,
    restart,
    set_up,
    state_of,
    value_of,
    wait_for_poll,
)

MORNING = datetime(2026, 11, 19, 6, 30, 12, tzinfo=UTC)

NOON = MORNING + timedelta(hours=6)

# What a scale with electrodes for the hands weighs: each value is there once.
SEGMENTS = {
    "torso": {"fat_free_mass": 40.0, "fat_mass": 12.09, "muscle_mass": 38.23},
    "left_arm": {"fat_free_mass": 4.69, "fat_mass": 1.07, "muscle_mass": 4.42},
    "right_arm": {"fat_free_mass": 4.91, "fat_mass": 0.99, "muscle_mass": 4.63},
    "left_leg": {"fat_free_mass": 13.5, "fat_mass": 2.41, "muscle_mass": 12.77},
    "right_leg": {"fat_free_mass": 14.06, "fat_mass": 2.07, "muscle_mass": 13.3},
}


@pytest.fixture
async def weighed(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return the loaded entry of a person who weighed herself this morning."""
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING, heart_rate=61)
    await set_up(hass, withings_entry)
    return withings_entry


async def test_values_outlive_a_restart(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """After a restart everything is there again, though nothing was read."""
    clouds.withings.blood_pressure("alice", 117, 76, when=MORNING)
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING, extra={155: 34})
    await set_up(hass, withings_entry)
    clouds.withings.people["alice"].groups.clear()
    await restart(hass, withings_entry)
    assert value_of(hass, withings_entry, "systolic") == 117
    assert value_of(hass, withings_entry, "diastolic") == 76
    assert value_of(hass, withings_entry, "vascular_age") == 34


async def test_what_else_a_scale_measures(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    entity_registry: er.EntityRegistry,
) -> None:
    """What people ask for is shown; what few look at can be switched on."""
    clouds.withings.step_on_scale(
        "alice",
        95.85,
        when=MORNING,
        extra={
            91: 6.75,
            155: 41,
            167: 69,
            168: 21.62,
            169: 30.43,
            196: 73,
            229: 71.5,
        },
        segments=SEGMENTS,
    )
    await set_up(hass, withings_entry)
    for key, value, unit in (
        ("pulse_wave_velocity", "6.75", "m/s"),
        ("vascular_age", "41", "y"),
        ("nerve_health_score", "69", None),
        ("nerve_response_score", "73", None),
    ):
        state = state_of(hass, withings_entry, key)
        assert state.state == value
        assert state.attributes.get("unit_of_measurement") == unit

    rare = {"extracellular_water": 21.62, "intracellular_water": 30.43}
    rare |= {
        f"{mass}_{segment}": value
        for segment, masses in SEGMENTS.items()
        for mass, value in masses.items()
    }
    rare["skin_conductance"] = 71.5
    for key in rare:
        entity_id = entity_id_of(hass, withings_entry, key)
        assert entity_id is not None, key
        entry = entity_registry.async_get(entity_id)
        assert entry is not None
        assert entry.disabled_by is er.RegistryEntryDisabler.INTEGRATION
        assert hass.states.get(entity_id) is None
        entity_registry.async_update_entity(entity_id, disabled_by=None)
    await restart(hass, withings_entry)
    assert {key: value_of(hass, withings_entry, key) for key in rare} == rare
    state = state_of(hass, withings_entry, "skin_conductance")
    assert state.attributes["unit_of_measurement"] == "µS"
    state = state_of(hass, withings_entry, "fat_mass_left_arm")
    assert state.attributes["unit_of_measurement"] == "kg"
    assert state.attributes["device_class"] == "weight"


async def test_whole_body_is_not_a_part_of_it(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """The masses of arms and legs do not get into the weigh-in."""
    clouds.withings.step_on_scale(
        "alice",
        95.85,
        when=MORNING,
        fat_mass=18.66,
        fat_free_mass=77.18,
        muscle_mass=73.38,
        segments=SEGMENTS,
    )
    await set_up(hass, withings_entry)
    (weigh_in,) = withings_entry.runtime_data.coordinator.data.weigh_ins
    assert dict(weigh_in.values()) == {
        "weight": 95.85,
        "body_fat": 19.47,
        "fat_mass": 18.66,
        "fat_free_mass": 77.18,
        "muscle_mass": 73.38,
    }


async def test_odd_parts_of_the_body(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A part that nobody knows loses only itself."""
    mass = {"type": 174, "value": 107, "unit": -2}
    clouds.withings.raw_group(
        "alice",
        {
            "attrib": 0,
            "date": int(NOON.timestamp()),
            "measures": [
                {**mass, "position": 99},
                {**mass, "position": None},
                {**mass, "position": []},
                mass,
                {**mass, "position": 3},
                {"type": 1, "value": 61900, "unit": -3},
            ],
        },
    )
    await wait_for_poll(hass)
    await wait_for_poll(hass)
    batch = weighed.runtime_data.coordinator.data
    assert [(r.quantity, r.value) for r in batch.readings] == [
        ("fat_mass_left_arm", 1.07)
    ]
    assert value_of(hass, weighed, "weight") == 61.9
    assert caplog.text.count("unknown part of the body: 99") == 1
    assert caplog.text.count("a measure that cannot be read") == 1


async def test_doubtful_reading(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """The arteries of a guest are not shown as Alice's."""
    clouds.withings.step_on_scale("alice", 82, extra={91: 9.9}, attrib=1)
    await wait_for_poll(hass)
    assert entity_id_of(hass, weighed, "pulse_wave_velocity") is None


async def test_doubt_of_a_second(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """What is stored apart from a doubtful weight is in doubt, too, whatever it says."""
    for attrib, kind, value in ((1, 1, 82000), (8, 91, 9900)):
        clouds.withings.raw_group(
            "alice",
            {
                "attrib": attrib,
                "date": int(NOON.timestamp()),
                "measures": [{"type": kind, "value": value, "unit": -3}],
            },
        )
    await wait_for_poll(hass)
    assert entity_id_of(hass, weighed, "pulse_wave_velocity") is None


async def test_no_fat_makes_no_fat_free_mass(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """A weight by hand comes with zeros for the fat, and with itself for the rest."""
    clouds.withings.measure("alice", {1: 67.0, 5: 67.0, 6: 0, 8: 0}, device="")
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "weight") == 67.0
    for key in ("fat_free_mass", "fat_mass", "body_fat"):
        assert entity_id_of(hass, weighed, key) is None


async def test_value_stays_until_a_newer_one(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """A scale does not measure everything each time."""
    clouds.withings.step_on_scale("alice", 62.1, extra={91: 6.7, 155: 34}, when=NOON)
    await wait_for_poll(hass)
    clouds.withings.step_on_scale(
        "alice", 62.0, extra={155: 33}, when=NOON + timedelta(hours=3)
    )
    clouds.withings.step_on_scale(
        "alice", 62.2, extra={91: 8.8, 155: 50}, when=MORNING - timedelta(days=30)
    )
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "pulse_wave_velocity") == 6.7
    assert value_of(hass, weighed, "vascular_age") == 33


async def test_physicians_units_are_kept(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """Americans see no inches of mercury and no miles per hour of blood."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    clouds.withings.blood_pressure("alice", 128, 83, when=MORNING)
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING, extra={91: 6.75})
    await set_up(hass, withings_entry)
    for key, value, unit in (
        ("systolic", 128, "mmHg"),
        ("diastolic", 83, "mmHg"),
        ("pulse_wave_velocity", 6.75, "m/s"),
    ):
        assert value_of(hass, withings_entry, key) == value
        state = state_of(hass, withings_entry, key)
        assert state.attributes["unit_of_measurement"] == unit
