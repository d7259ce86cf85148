"""Blood pressures, and what else Withings' devices measure: what becomes of them."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.model import BloodPressure, Doubt
from homeassistant.const import STATE_UNKNOWN
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


async def test_blood_pressure(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """A cuff gives two pressures and a pulse, and the links get it whole."""
    uploaded = MORNING + timedelta(days=2)
    group = clouds.withings.blood_pressure(
        "alice", 128, 83, heart_rate=64, when=MORNING, uploaded=uploaded
    )
    await set_up(hass, withings_entry)
    for key, value in (("systolic", "128"), ("diastolic", "83")):
        state = state_of(hass, withings_entry, key)
        assert state.state == value
        assert state.attributes["unit_of_measurement"] == "mmHg"
        assert state.attributes["device_class"] == "pressure"
        assert state.attributes["state_class"] == "measurement"
    assert state_of(hass, withings_entry, "heart_rate").state == "64"

    coordinator = withings_entry.runtime_data.coordinator
    reading = BloodPressure(
        key=str(group.grpid),
        measured_at=MORNING,
        systolic=128,
        diastolic=83,
        heart_rate=64,
    )
    assert coordinator.data.blood_pressures == (reading,)
    period = await coordinator.async_get_period(MORNING, NOON)
    assert period.blood_pressures == (reading,)


async def test_blood_pressure_is_no_weigh_in(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """Who measures the blood pressure did not step on the scale."""
    clouds.withings.blood_pressure("alice", 128, 83, heart_rate=64)
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "systolic") == 128
    assert state_of(hass, weighed, "weigh_in", "event").state == STATE_UNKNOWN
    assert state_of(hass, weighed, "last_weigh_in").state == MORNING.isoformat()


async def test_sensors_appear_with_the_cuff(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """Nobody has sensors for a cuff that she does not have; a new one brings them."""
    assert entity_id_of(hass, weighed, "systolic") is None
    assert entity_id_of(hass, weighed, "diastolic") is None
    clouds.withings.blood_pressure("alice", 117, 76)
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "systolic") == 117
    assert value_of(hass, weighed, "diastolic") == 76
    assert value_of(hass, weighed, "heart_rate") == 61


async def test_newest_pulse_is_shown(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """A pulse is a pulse, whether the scale has taken it or the cuff."""
    clouds.withings.blood_pressure("alice", 117, 76, heart_rate=64, when=NOON)
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "heart_rate") == 64
    clouds.withings.step_on_scale(
        "alice", 62.1, heart_rate=66, when=NOON + timedelta(minutes=1)
    )
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "heart_rate") == 66
    clouds.withings.blood_pressure(
        "alice", 121, 78, heart_rate=90, when=MORNING - timedelta(days=1)
    )
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "heart_rate") == 66
    assert value_of(hass, weighed, "systolic") == 117


async def test_pulse_without_a_weight(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """A pulse that Withings stores by itself counts, too."""
    clouds.withings.measure("alice", {11: 58})
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "heart_rate") == 58
    assert state_of(hass, weighed, "weigh_in", "event").state == STATE_UNKNOWN


async def test_cuff_and_scale_in_one_second(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """The pulse of the cuff is not taken for that of the scale."""
    clouds.withings.step_on_scale("alice", 62.1, when=NOON, heart_rate=66)
    clouds.withings.blood_pressure("alice", 117, 76, heart_rate=72, when=NOON)
    await wait_for_poll(hass)
    batch = weighed.runtime_data.coordinator.data
    (weigh_in,) = (w for w in batch.weigh_ins if w.measured_at == NOON)
    assert weigh_in.heart_rate == 66
    (reading,) = batch.blood_pressures
    assert reading.heart_rate == 72


@pytest.mark.parametrize(
    ("attrib", "doubt"), [(1, Doubt.AMBIGUOUS), (4, Doubt.INITIAL)]
)
async def test_doubtful_blood_pressure(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    attrib: int,
    doubt: Doubt,
) -> None:
    """A blood pressure that may be somebody else's is not shown."""
    clouds.withings.blood_pressure("alice", 151, 96, heart_rate=88, attrib=attrib)
    await wait_for_poll(hass)
    assert entity_id_of(hass, weighed, "systolic") is None
    assert value_of(hass, weighed, "heart_rate") == 61
    batch = weighed.runtime_data.coordinator.data
    assert [reading.doubt for reading in batch.blood_pressures] == [doubt]


@pytest.mark.parametrize("attrib", [0, 2, 5, 7, 15, 17])
async def test_certain_blood_pressure(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    attrib: int,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The automatic and the guided modes of cuffs are known."""
    clouds.withings.blood_pressure("alice", 117, 76, attrib=attrib)
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "systolic") == 117
    assert "attribution" not in caplog.text


async def test_half_a_blood_pressure(
    hass: HomeAssistant,
    clouds: Clouds,
    weighed: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """One pressure without the other is left out, and nothing else with it."""
    now = datetime.now(UTC)
    clouds.withings.measure("alice", {10: 190, 11: 99}, when=now)
    clouds.withings.measure("alice", {9: 60}, when=now)
    clouds.withings.blood_pressure("alice", 190, 0, when=now - timedelta(minutes=1))
    clouds.withings.blood_pressure("alice", 117, 76, when=now - timedelta(minutes=2))
    clouds.withings.step_on_scale("alice", 61.9, when=now - timedelta(minutes=3))
    await wait_for_poll(hass)
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "systolic") == 117
    assert value_of(hass, weighed, "diastolic") == 76
    assert value_of(hass, weighed, "heart_rate") == 61
    assert value_of(hass, weighed, "weight") == 61.9
    assert caplog.text.count("half of a blood pressure") == 1


async def test_blood_pressure_in_hundredths(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """Cuffs send hundredths of a mmHg; what people know are whole numbers."""
    clouds.withings.raw_group(
        "alice",
        {
            "grpid": 1,
            "attrib": 17,
            "date": int(NOON.timestamp()),
            "measures": [
                {"type": 9, "value": 7650, "unit": -2},
                {"type": 10, "value": 11749, "unit": -2},
                {"type": 11, "value": 8200, "unit": -2},
            ],
        },
    )
    await wait_for_poll(hass)
    (reading,) = weighed.runtime_data.coordinator.data.blood_pressures
    assert reading.facts == (117, 76, 82)
    assert state_of(hass, weighed, "diastolic").state == "76"


async def test_corrected_blood_pressure(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """Of two in one second, that which Withings changed last is right."""
    earlier = datetime.now(UTC) - timedelta(hours=1)
    clouds.withings.blood_pressure("alice", 117, 76, when=NOON)
    clouds.withings.blood_pressure("alice", 171, 67, when=NOON, uploaded=earlier)
    await wait_for_poll(hass)
    batch = weighed.runtime_data.coordinator.data
    assert [reading.systolic for reading in batch.blood_pressures] == [117]
    assert value_of(hass, weighed, "systolic") == 117
    assert value_of(hass, weighed, "diastolic") == 76


async def test_clock_of_the_cuff_is_ahead(
    hass: HomeAssistant, clouds: Clouds, weighed: MockConfigEntry
) -> None:
    """A blood pressure of next year does not freeze the sensors until then."""
    clouds.withings.blood_pressure("alice", 117, 76)
    clouds.withings.blood_pressure(
        "alice", 140, 90, when=datetime.now(UTC) + timedelta(days=300)
    )
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "systolic") == 117


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
