"""Blood pressures of Withings' cuffs: what becomes of them."""

from datetime import UTC, datetime, timedelta

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.model import BloodPressure, Doubt
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant

from ..clouds import Clouds
from ..support.common import entity_id_of, set_up, state_of, value_of, wait_for_poll

MORNING = datetime(2026, 11, 19, 6, 30, 12, tzinfo=UTC)

NOON = MORNING + timedelta(hours=6)


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
