"""Blood pressure on its way to Garmin, which merges nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import probatio
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, GarminAccount
from ..metadata.package import english
from ..support.common import link, restart, set_up, update_entity, value_of
from ..support.repairs import issue

NOW = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
PRESSURE = "/garmin/bloodpressure-service/bloodpressure"


@pytest.fixture(autouse=True)
async def morning(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Begin on a known morning in New York."""
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("America/New_York")


async def push(
    hass: HomeAssistant, entry: MockConfigEntry, systolic: int, **data: Any
) -> str:
    """Push a reading by the action and return the result."""
    answer = await hass.services.async_call(
        DOMAIN,
        "push_blood_pressure",
        {
            "config_entry_id": entry.entry_id,
            "systolic": systolic,
            "diastolic": 79,
            **data,
        },
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    return str(answer["result"])


async def later(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, wait: timedelta
) -> None:
    """Let time pass, and what it starts come to its end."""
    freezer.tick(wait)
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_the_action(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A reading arrives once, in local time as in GMT, with or without a pulse."""
    await set_up(hass, garmin_entry)
    measured = {"measured_at": "2026-11-01 00:15:30", "heart_rate": 61}
    assert await push(hass, garmin_entry, 122, **measured) == "pushed"
    assert clouds.log.count("garmin") == 2
    assert await push(hass, garmin_entry, 122, **measured) == "already_there"
    assert await push(hass, garmin_entry, 123) == "pushed"
    freezer.tick(timedelta(seconds=30))
    assert await push(hass, garmin_entry, 123) == "already_there"
    first, second = clouds.garmin.blood_pressures(garmin_user)
    assert first.measured_at == datetime(2026, 11, 1, 4, 15, 30, tzinfo=UTC)
    assert first.measured_local == datetime(2026, 11, 1, 0, 15, 30)  # noqa: DTZ001  # a wall clock
    assert (first.systolic, first.diastolic, first.pulse) == (122, 79, 61)
    assert (second.systolic, second.pulse, second.measured_at) == (123, None, NOW)
    assert value_of(hass, garmin_entry, "pending") == 0


@pytest.mark.parametrize(
    "data",
    [{"systolic": 300}, {"diastolic": 20}, {"heart_rate": 10}, {"systolic": "x"}],
)
async def test_values_that_cannot_be(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    data: dict[str, Any],
) -> None:
    """What Garmin would refuse is refused at once."""
    await set_up(hass, garmin_entry)
    with pytest.raises(probatio.Invalid):
        await push(hass, garmin_entry, **{"systolic": 122, **data})
    assert clouds.log.count("garmin") == 0


@pytest.mark.parametrize("processed", [False, True])
async def test_a_lost_answer_never_doubles(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    *,
    processed: bool,
) -> None:
    """Carried out or not: Garmin is read before anything is sent again."""
    await set_up(hass, garmin_entry)
    clouds.faults.reset(PRESSURE, method="POST", processed=processed)
    with pytest.raises(HomeAssistantError) as caught:
        await push(hass, garmin_entry, 122)
    assert caught.value.translation_key == "queued_ambiguous"
    assert value_of(hass, garmin_entry, "pending") == 1
    await restart(hass, garmin_entry)
    await later(hass, freezer, timedelta(minutes=11))
    assert len(clouds.garmin.blood_pressures(garmin_user)) == 1
    assert value_of(hass, garmin_entry, "pending") == 0


async def test_a_refused_reading_stops_nobody_else(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """A reading that Garmin refuses is an error; others and weigh-ins go on."""
    await set_up(hass, garmin_entry)
    clouds.faults.answer(PRESSURE, 400, method="POST")
    with pytest.raises(HomeAssistantError) as caught:
        await push(hass, garmin_entry, 122)
    # It might as well refuse all of them today.
    assert caught.value.translation_key == "queued_rejected"
    await hass.services.async_call(
        DOMAIN,
        "push_measurement",
        {"config_entry_id": garmin_entry.entry_id, "weight": 80},
        blocking=True,
    )
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


async def test_foreign_answers(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """A page instead of a list means later; odd readings in the list mean nothing."""
    await set_up(hass, garmin_entry)
    clouds.faults.answer(f"{PRESSURE}/range", 200, body="[1]")
    with pytest.raises(HomeAssistantError) as caught:
        await push(hass, garmin_entry, 122)
    assert caught.value.translation_key == "queued_unavailable"
    clouds.faults.answer(
        f"{PRESSURE}/range",
        200,
        body='{"measurementSummaries": [{}, {"measurements": [{"systolic": 1}]}]}',
    )
    assert await push(hass, garmin_entry, 122) == "pushed"
    assert len(clouds.garmin.blood_pressures(garmin_user)) == 1


@pytest.mark.parametrize("blood_pressure", [True, False])
async def test_a_link_pushes_blood_pressure_if_it_says_so(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    *,
    blood_pressure: bool,
) -> None:
    """From the cuff to Garmin, once, and apart from the weigh-ins."""
    clouds.withings.blood_pressure("alice", 118, 75, when=NOW - timedelta(days=3))
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, withings_entry, blood_pressure=blood_pressure)
    await hass.async_block_till_done(wait_background_tasks=True)
    freezer.tick(timedelta(hours=1))
    when = NOW + timedelta(minutes=5, seconds=7)
    clouds.withings.blood_pressure("alice", 122, 79, heart_rate=61, when=when)
    clouds.withings.step_on_scale("alice", 80.0, when=when)
    await update_entity(hass, "event.alice_weigh_in")
    readings = clouds.garmin.blood_pressures(garmin_user)
    expected = [(when, 122, 79, 61)] if blood_pressure else []
    assert [
        (r.measured_at, r.systolic, r.diastolic, r.pulse) for r in readings
    ] == expected
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1
    await restart(hass, garmin_entry)
    await restart(hass, withings_entry)
    assert len(clouds.garmin.blood_pressures(garmin_user)) == len(expected)


async def test_a_reading_that_is_not_sent(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What was entered by mistake never reaches Garmin, and the repair tells the range."""
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, withings_entry, blood_pressure=True)
    await hass.async_block_till_done(wait_background_tasks=True)
    freezer.tick(timedelta(hours=1))
    for minutes, diastolic in ((5, 1), (9, 79)):
        when = NOW + timedelta(minutes=minutes)
        clouds.withings.blood_pressure("alice", 161, diastolic, when=when)
    await update_entity(hass, "event.alice_weigh_in")
    readings = clouds.garmin.blood_pressures(garmin_user)
    assert [reading.diastolic for reading in readings] == [79]
    assert clouds.log.count("garmin", path=PRESSURE, method="POST") == 1
    assert issue(hass, "refused") is not None
    init = english()["issues"]["refused"]["fix_flow"]["step"]["init"]
    assert "Weighbridge did not send it" in init["description"]
    assert "70/40 and 260/150 mmHg" in init["description"]
