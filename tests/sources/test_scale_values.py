"""What the sensors of a scale show, as people get to see it."""

from datetime import timedelta
from typing import Any

import pytest

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from ..support.common import restart
from ..support.scale import Scale
from ..support.scale_house import ANYBODY, FAT, UNITS, WATER, WEIGHT, House


async def set_up_all(hass: HomeAssistant, house: House, **settings: Any) -> Scale:
    """Add a scale of an integration, with all its sensors, by their registry ids."""
    scale = Scale(hass, dict(UNITS))
    await scale.async_set_up()
    scale.show(weight=90.0, body_fat=30.0)
    entries = er.async_get(hass).entities
    sensors = {quantity: entries[f"sensor.scale_{quantity}"].id for quantity in UNITS}
    await house.async_move_in({"Carol": {**ANYBODY, **settings}}, **sensors)
    return scale


async def test_all_that_a_scale_measures(hass: HomeAssistant, house: House) -> None:
    """Every value arrives with the second of the weight, and no older ones do."""
    scale = await set_up_all(hass, house)
    await house.later(hours=1, microseconds=123)
    scale.show(body_fat=18.4)
    await house.later(seconds=2)
    scale.show(weight=80.05)
    await house.later(seconds=2)
    scale.show(
        body_water=55.0,
        muscle_mass=62.07,
        bone_mass=3.29,
        visceral_fat=6,
        basal_metabolic_rate=1766,
        metabolic_age=39,
        bmi=24.7,
        heart_rate=61,
    )
    await house.later(seconds=4)
    (measured,) = await house.measurements("Carol")
    assert measured == {
        "measured_at": "2026-11-01T00:30:02-07:00",
        "weight": 80.05,
        "body_fat": 18.4,
        "body_water": 55.0,
        "muscle_mass": 62.07,
        "bone_mass": 3.29,
        "visceral_fat": 6,
        "basal_metabolic_rate": 1766,
        "metabolic_age": 39,
        "bmi": 24.7,
        "heart_rate": 61,
    }
    assert house.value("Carol", "weight") == 80.05
    assert house.value("Carol", "body_fat") == 18.4
    assert house.weighed == [("Carol", 80.05)]
    # The next time the scale is known to measure all that, and is waited for.
    await house.later(hours=1)
    scale.show(weight=79.5)
    await house.later(seconds=6)
    assert house.weighed == [("Carol", 80.05)]
    scale.show(body_fat=18.2)
    await house.later(seconds=61)
    assert house.weighed == [("Carol", 80.05), ("Carol", 79.5)]
    assert house.value("Carol", "body_fat") == 18.2


@pytest.mark.parametrize(
    ("value", "unit", "weight"),
    [
        (80.05, "kg", 80.05),
        (176.4, "lb", 80.01),
        (176.4, "lbs", 80.01),
        (12.6, "st", 80.01),
        (12.6, "stone", 80.01),
        (80050, "g", 80.05),
        (2822.0, "oz", 80.0),
        ("1.8e2", "LB", 81.65),
        ("80,5", "kg", 80.5),
        ("80.5 kg", "lb", 80.5),
    ],
)
async def test_units_of_the_weight(
    hass: HomeAssistant, house: House, value: float | str, unit: str, weight: float
) -> None:
    """The unit is the sensor's, or the text's, wherever Home Assistant is."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    house.show("unknown", unit=unit)
    await house.async_move_in({"Carol": ANYBODY})
    house.show(value, unit=unit)
    await house.later(seconds=6)
    assert house.weighed == [("Carol", weight)]


async def test_units_of_the_composition(hass: HomeAssistant, house: House) -> None:
    """Parts of the body come as masses or shares, energy in either unit."""
    sensors = {name: f"sensor.{name}" for name in UNITS if name != "weight"}
    await house.async_move_in({"Carol": {**ANYBODY, "height": 1.8}}, **sensors)
    house.show(176.37, unit="lb")
    house.show(35.27, "sensor.body_fat", unit="lb")
    house.show(44, "sensor.body_water", unit="kg")
    house.show(75, "sensor.muscle_mass", unit="%")
    house.show(3200, "sensor.bone_mass", unit="g")
    house.show(7391, "sensor.basal_metabolic_rate", unit="kJ/d")
    house.show(41, "sensor.metabolic_age", unit="years")
    house.show(7, "sensor.visceral_fat", unit="level")
    await house.later(seconds=6)
    (measured,) = await house.measurements("Carol")
    assert measured == measured | {
        "weight": 80.0,
        "body_fat": 20.0,
        "body_water": 55.0,
        "muscle_mass": 60.0,
        "bone_mass": 3.2,
        "basal_metabolic_rate": 1766,
        "metabolic_age": 41,
        "visceral_fat": 7,
        "bmi": 24.69,
    }


async def test_a_display_unit_that_the_user_chose(
    hass: HomeAssistant, house: House
) -> None:
    """To choose another unit is no weighing, and the next one arrives in kilograms."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    scale = await set_up_all(hass, house)
    scale.show(weight=80.05)
    await house.later(seconds=6)
    for unit, shown in (("lb", "176.48"), ("st", "12.61"), ("kg", "80.05")):
        er.async_get(hass).async_update_entity_options(
            WEIGHT, "sensor", {"unit_of_measurement": unit}
        )
        await house.later(hours=3)
        state = hass.states.get(WEIGHT)
        assert state is not None
        assert float(state.state) == pytest.approx(float(shown), abs=0.006)
    assert house.weighed == [("Carol", 80.05)]
    er.async_get(hass).async_update_entity_options(
        WEIGHT, "sensor", {"unit_of_measurement": "lb"}
    )
    await house.later(hours=3)
    scale.show(weight=79.25)
    await house.later(seconds=6)
    assert house.weighed == [("Carol", 80.05), ("Carol", 79.25)]


@pytest.mark.parametrize(
    ("value", "unit"), [("81", ""), ("81", "m"), ("81", "%"), ("81:30", "m")]
)
async def test_a_weight_that_cannot_be_read(
    hass: HomeAssistant,
    house: House,
    caplog: pytest.LogCaptureFixture,
    value: str,
    unit: str,
) -> None:
    """Nobody guesses; the user is told until it can be read."""
    await house.async_move_in({"Carol": ANYBODY})
    for weight in ("80", value):
        house.show(weight, unit=unit if weight == value else "")
        await house.later(hours=3)
    assert house.weighed == []
    assert house.issues() == {
        "scale_sensors_unreadable": {"account": "Bathroom", "sensors": WEIGHT}
    }
    assert caplog.text.count("is left out of weigh-ins") == 1
    # To give it a unit is no weighing yet.
    house.show(81.0)
    await house.later(hours=3)
    assert house.issues() == {}
    assert house.weighed == []
    house.show(82.0)
    await house.later(seconds=6)
    assert house.weighed == [("Carol", 82.0)]


async def test_a_composition_that_cannot_be_read(
    hass: HomeAssistant, house: House
) -> None:
    """It is left out alone, and what no body has as well."""
    await house.async_move_in(
        {"Carol": ANYBODY}, body_fat=FAT, body_water=WATER, bone_mass="sensor.bone"
    )
    house.show(80.0)
    house.show(21.5, FAT, unit="")
    house.show(101, WATER)
    house.show(81, "sensor.bone")
    await house.later(seconds=6)
    (measured,) = await house.measurements("Carol")
    assert measured.keys() == {"measured_at", "weight"}
    assert house.issues()["scale_sensors_unreadable"]["sensors"] == FAT
    await hass.config_entries.async_remove(house.entry.entry_id)
    assert house.issues() == {}


async def test_what_is_no_weight(hass: HomeAssistant, house: House) -> None:
    """An empty scale and words are no weighings, nor is what comes back after them."""
    house.show(80.0)
    await house.async_move_in({"Carol": ANYBODY})
    for value in ("unknown", "unavailable", "step on", "nan", "inf", "", "0", "-0.2"):
        house.show(value)
        await house.later(minutes=20)
        house.show(80.0)
        await house.later(minutes=20)
    hass.states.async_remove(WEIGHT)
    await house.later(hours=3)
    house.show(80.0)
    await house.later(hours=3)
    assert house.weighed == []
    assert house.issues() == {}
    house.show(80.1)
    await house.later(seconds=6)
    assert house.weighed == [("Carol", 80.1)]


@pytest.mark.parametrize("between", ["nothing", "force", "unknown", "zero", "asleep"])
async def test_equal_weights_in_a_row(
    hass: HomeAssistant, house: House, between: str
) -> None:
    """Who keeps the weight is weighed every day, however the sensor tells."""
    house.show(75.0)
    await house.async_move_in({"Carol": ANYBODY}, body_fat=FAT)
    for day in range(3):
        await house.later(days=1)
        if between in ("unknown", "zero"):
            house.show("unknown" if between == "unknown" else 0)
        house.show(80.0, force=between == "force")
        house.show(21.5, FAT)
        await house.later(seconds=61)
        await house.later(seconds=61)
        assert len(house.weighed) == day + 1
        if between == "asleep":
            house.show("unavailable")
            house.show("unavailable", FAT)
    assert house.value("Carol", "body_fat") == 21.5
    measured = await house.measurements("Carol")
    assert [one["body_fat"] for one in measured] == [21.5, 21.5, 21.5]


async def test_an_attribute_is_no_report(hass: HomeAssistant, house: House) -> None:
    """A signal that gets weaker, or a profile that is computed anew, weighs nobody."""
    house.show(80.0, rssi=-70)
    await house.async_move_in({"Carol": ANYBODY})
    for hour in range(1, 5):
        await house.later(hours=8)
        house.show(80.0, rssi=-70 - hour)
        await house.later(seconds=61)
    assert house.weighed == []


@pytest.mark.parametrize("hours", [1, 6, 24])
async def test_a_sensor_that_is_polled(
    hass: HomeAssistant, house: House, hours: int
) -> None:
    """A poll that brings nothing new is no weighing, nor is old fat part of one."""
    scale = Scale(
        hass, {"weight": "kg", "body_fat": "%", "bone_mass": "kg"}, "cloud_polling"
    )
    await scale.async_set_up()
    scale.show(weight=80.0, body_fat=21.5, bone_mass=3.2)
    await house.async_move_in(
        {"Carol": ANYBODY}, body_fat=FAT, bone_mass="sensor.scale_bone_mass"
    )
    for _ in range(3):
        await house.later(hours=hours)
        scale.repeat()
    await house.later(hours=hours)
    assert house.weighed == []
    scale.show(weight=79.0)
    scale.repeat()
    await house.later(seconds=61)
    await house.later(hours=hours)
    scale.show(weight=78.0, body_fat=21.0)
    scale.repeat()
    await house.later(seconds=61)
    measured = await house.measurements("Carol")
    assert [(m["weight"], m.get("body_fat"), m.get("bone_mass")) for m in measured] == [
        (79.0, None, None),
        (78.0, 21.0, 3.2),
    ]


async def test_a_weight_that_is_entered_by_hand(
    hass: HomeAssistant, house: House
) -> None:
    """A helper on a dashboard is a scale, too."""
    config = {"weight": {"min": 0, "max": 200, "unit_of_measurement": "kg"}}
    assert await async_setup_component(hass, "input_number", {"input_number": config})
    await house.async_move_in({"Carol": ANYBODY}, weight="input_number.weight")
    for weight in (79, 79.5, 80):
        await hass.services.async_call(
            "input_number",
            "set_value",
            {"entity_id": "input_number.weight", "value": weight},
            blocking=True,
        )
        await house.later(seconds=2)
    await house.later(seconds=6)
    assert house.weighed == [("Carol", 80.0)]


async def test_a_time_of_measurement(hass: HomeAssistant, house: House) -> None:
    """A sensor that tells when it was measured brings what was missed, once."""
    time = "sensor.scale_time"
    house.show(25.0, FAT)
    await house.later(minutes=30)
    await house.async_move_in({"Carol": ANYBODY}, measured_at=time, body_fat=FAT)
    house.show(80.0)
    house.show("2026-11-01T06:59:00+00:00", time)
    await house.later(seconds=3)
    # That was before the scale was added.
    assert house.weighed == []
    await house.later(days=1)
    house.show(79.0)
    house.show("2026-11-02T06:00:00+00:00", time)
    await house.later(seconds=3)
    assert house.weighed == [("Carol", 79.0)]
    assert await hass.config_entries.async_unload(house.entry.entry_id)
    await house.later(days=1)
    house.show(78.5)
    house.show("2026-11-03T05:00:00+00:00", time)
    await house.later(hours=5)
    await restart_without_unload(hass, house)
    await house.later(seconds=61)
    assert house.weighed == [("Carol", 79.0), ("Carol", 78.5)]
    measured = await house.measurements("Carol")
    assert measured[-1]["measured_at"] == "2026-11-02T21:00:00-08:00"
    await restart(hass, house.entry)
    await house.later(seconds=61)
    assert len(house.weighed) == 2


async def test_what_was_measured_offline_comes_later(
    hass: HomeAssistant, house: House
) -> None:
    """A scale that tells the newest first was not used last on the day before."""
    time = "sensor.scale_time"
    await house.async_move_in({"Carol": ANYBODY}, measured_at=time)
    await house.later(days=2)
    times = ("2026-11-03T06:00:00+00:00", "2026-11-02T06:00:00+00:00")
    for weight, measured_at in zip((79.0, 79.4), times, strict=True):
        house.show(weight)
        house.show(measured_at, time)
        await house.later(seconds=3)
    assert house.weighed == [("Carol", 79.0), ("Carol", 79.4)]
    assert house.value("Carol", "weight") == 79.0
    assert house.scale_state("last_weigh_in") == times[0]


async def test_days_of_another_time_zone(hass: HomeAssistant, house: House) -> None:
    """The trend follows at once, not only with the next weigh-in."""
    await house.async_move_in({"Carol": ANYBODY})
    await house.weigh(80.0)
    await house.weigh(78.0, hours=3)
    # Before midnight, and after it.
    assert house.value("Carol", "weight_trend") == 79.8
    await hass.config.async_update(time_zone="Asia/Tokyo")
    await hass.async_block_till_done(wait_background_tasks=True)
    # Both on one afternoon.
    assert house.value("Carol", "weight_trend") == 80.0


async def test_a_clock_that_is_ahead(hass: HomeAssistant, house: House) -> None:
    """Who weighs by a clock of the future is told why nothing comes, until it is set."""
    time = "sensor.scale_time"
    await house.async_move_in({"Carol": ANYBODY}, measured_at=time)
    for day in (2, 3):
        await house.later(days=1)
        house.show(80.0 + day / 10)
        house.show(f"2026-11-0{day}T07:29:00+00:00", time)
        await house.later(seconds=3)
    ahead = {
        "scale_clock_ahead": {"account": "Bathroom", "sensors": "Time of measurement"}
    }
    assert house.weighed == []
    assert house.issues() == ahead
    await house.later(hours=2)
    await restart(hass, house.entry)
    assert house.issues() == ahead
    house.show("2026-11-03T07:29:00+00:00", time, force=True)
    await house.later(hours=20)
    assert house.issues() == ahead
    now = dt_util.utcnow()
    house.show(80.4)
    house.show((now + timedelta(minutes=4)).isoformat(), time)
    await house.later(seconds=3)
    assert house.weighed == [("Carol", 80.4)]
    assert house.issues() == {}
    house.show((now + timedelta(minutes=6)).isoformat(), time)
    await house.later(seconds=3)
    assert house.issues() == ahead
    data = {key: value for key, value in house.entry.data.items() if value != time}
    hass.config_entries.async_update_entry(house.entry, data=data)
    await restart(hass, house.entry)
    assert house.issues() == {}


async def restart_without_unload(hass: HomeAssistant, house: House) -> None:
    """Set up again what was unloaded."""
    assert await hass.config_entries.async_setup(house.entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
