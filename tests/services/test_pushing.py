"""Measurements that are pushed by an action, as automations call it."""

from datetime import UTC, datetime, timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.ledger.entries import State
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..clouds import Clouds, GarminAccount
from ..support.actions import NOW, READ, call
from ..support.common import set_up, value_of
from ..support.push import hours
from ..support.repairs import Fix


@pytest.mark.parametrize(
    ("unit", "weight", "bone", "kilograms", "bone_kilograms"),
    [
        ({}, 80.05, 3.21, 80.05, 3.21),
        ({"unit": "kg"}, "80.05", "3.21", 80.05, 3.21),
        ({"unit": "lb"}, 176.5, 7.1, 80.06, 3.22),
        ({"unit": "st"}, 12.6, 0.5, 80.01, 3.18),
    ],
)
async def test_push_measurement(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    unit: dict[str, str],
    weight: float | str,
    bone: float | str,
    kilograms: float,
    bone_kilograms: float,
) -> None:
    """A weight in any unit arrives in kg, with all that goes with it, once."""
    await set_up(hass, garmin_entry)
    data = {
        "weight": weight,
        "bone_mass": bone,
        "measured_at": "2026-11-01 00:15:30",
        "body_fat": 18.4,
        "body_water": 55,
        "visceral_fat": 6,
        "basal_metabolic_rate": 1766,
        "metabolic_age": 39,
        "bmi": 24.7,
        **unit,
    }
    assert await call(hass, "push_measurement", garmin_entry, **data) == {
        "result": "pushed"
    }
    (arrived,) = clouds.garmin.weigh_ins(garmin_user)
    assert arrived.weight == kilograms
    assert arrived.bone_mass == bone_kilograms
    # Midnight was still daylight saving time in New York.
    assert arrived.measured_at == datetime(2026, 11, 1, 4, 15, 30, tzinfo=UTC)
    assert arrived.body_fat == 18.4
    assert arrived.body_water == 55
    assert arrived.visceral_fat == 6
    assert arrived.basal_metabolic_rate == 1766
    assert arrived.metabolic_age == 39
    assert arrived.bmi == 24.7
    assert clouds.log.count("garmin") == 2

    assert await call(hass, "push_measurement", garmin_entry, **data) == {
        "result": "already_there"
    }
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


async def test_an_automation_that_fires_twice(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The same weight a moment later is the same weigh-in; a later one is not."""
    await set_up(hass, garmin_entry)
    results = []
    for seconds in (0, 5, 60, 600):
        freezer.tick(timedelta(seconds=seconds))
        answer = await call(hass, "push_measurement", garmin_entry, weight=80)
        results.append(answer["result"])
    assert results == ["pushed", "already_there", "already_there", "pushed"]
    assert [w.measured_at for w in clouds.garmin.weigh_ins(garmin_user)] == [
        NOW,
        NOW + timedelta(seconds=665),
    ]


async def test_what_garmin_has_already(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """A weigh-in that reached Garmin another way is not pushed again."""
    await set_up(hass, garmin_entry)
    clouds.garmin.add_weigh_in(garmin_user, 80.03, when=NOW - timedelta(seconds=40))
    assert await call(hass, "push_measurement", garmin_entry, weight=80) == {
        "result": "already_there"
    }
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


async def test_push_measurement_in_bad_weather(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The caller learns that it is queued and until when; a second try is at once."""
    await set_up(hass, garmin_entry)
    clouds.faults.answer(READ, 503)
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "push_measurement", garmin_entry, weight=80)
    assert caught.value.translation_key == "queued_unavailable"
    assert caught.value.translation_placeholders == {"time": "1 Nov 2026, 01:32"}
    assert value_of(hass, garmin_entry, "pending") == 1
    assert await call(hass, "push_measurement", garmin_entry, weight=80) == {
        "result": "pushed"
    }
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1

    # A ban is not challenged, not even by hand.
    freezer.tick(timedelta(hours=1))
    clouds.faults.answer(READ, 429)
    for _ in range(2):
        with pytest.raises(HomeAssistantError) as caught:
            await call(hass, "push_measurement", garmin_entry, weight=81)
        assert caught.value.translation_key == "queued_throttled"
    with pytest.raises(HomeAssistantError) as caught:
        await hass.services.async_call(
            "button",
            "press",
            {"entity_id": "button.alice_garmin_connect_push_now"},
            blocking=True,
        )
    assert caught.value.translation_key == "queued_throttled"
    assert clouds.log.count("garmin", path=READ) == 3


async def test_push_measurement_that_garmin_refuses(
    hass: HomeAssistant, clouds: Clouds, garmin_entry: MockConfigEntry
) -> None:
    """A refused weigh-in is an error of the action, not a silent loss."""
    await set_up(hass, garmin_entry)
    clouds.garmin.refuse(weight_above=150.0)
    data = {"weight": 151, "measured_at": (NOW - timedelta(hours=1)).isoformat()}
    # Garmin might as well refuse everything today.
    answer: dict[str, Any] = {}
    for key in ("queued_rejected", "refused"):
        with pytest.raises(HomeAssistantError) as caught:
            await call(hass, "push_measurement", garmin_entry, **data)
        assert caught.value.translation_key == key
        answer = await call(hass, "push_measurement", garmin_entry, weight=80)
    assert answer == {"result": "already_there"}


@pytest.mark.parametrize("who", ["ours", "somebody's"])
async def test_push_measurement_at_a_second_that_has_another(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    who: str,
) -> None:
    """It is not there, and what is there stays."""
    when = NOW - timedelta(days=1)
    if who == "ours":
        await call(hass, "sync", linked, start="2026-10-31")
    else:
        clouds.garmin.add_weigh_in(garmin_user, 81.0, when=when)
    for _ in range(2):
        with pytest.raises(HomeAssistantError) as caught:
            await call(hass, "push_measurement", linked, weight=79, measured_at=when)
        assert caught.value.translation_key == "another_there"
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [81.0]
    assert value_of(hass, linked, "pending") == 0


async def test_push_measurement_at_a_second_where_another_waits(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """It is not said to be queued, nor pushed, and what waits goes up as it is."""
    fault = clouds.faults.answer(READ, 503, times=None)
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "sync", linked, start="2026-10-31")
    assert caught.value.translation_key == "queued_unavailable"
    assert value_of(hass, linked, "pending") == 1
    for _ in range(2):
        with pytest.raises(HomeAssistantError) as caught:
            await call(
                hass,
                "push_measurement",
                linked,
                weight=79,
                measured_at=NOW - timedelta(days=1),
            )
        assert caught.value.translation_key == "another_there"
        # What waits is pushed by the second call, which asked for another.
        fault.remove()
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [81.0]


async def test_push_measurement_signed_out(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """While Garmin waits for a sign-in, the action is there and queues."""
    await set_up(hass, garmin_entry)
    clouds.garmin.revoke(garmin_user)
    for _ in range(2):
        with pytest.raises(HomeAssistantError) as caught:
            await call(hass, "push_measurement", garmin_entry, weight=80)
        assert caught.value.translation_key == "queued_signed_out"
    assert value_of(hass, garmin_entry, "pending") == 1


async def test_push_measurement_once_more(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    fix: Fix,
) -> None:
    """What was left out, or is gone at Garmin, goes up when somebody asks for it."""
    ledger = linked.runtime_data.memory.weigh_ins
    clouds.garmin.refuse(weight_above=87.9)
    answer = await call(hass, "sync", linked, start="2026-10-24", end="2026-10-25")
    assert (answer["found"], answer["failed"]) == (2, 1)
    (refused,) = ledger.items(State.FAILED)
    await fix.open("refused")
    await fix.submit(next_step_id="leave_out")
    clouds.garmin.accept_all()
    answer = await call(hass, "sync", linked, start="2026-10-24", end="2026-10-24")
    assert (answer["left_out"], answer["already_there"], answer["pushed"]) == (1, 0, 0)
    measurement = {
        "weight": refused.record.weight,
        "measured_at": refused.record.measured_at.isoformat(),
    }
    clouds.garmin.remove_weigh_in(
        garmin_user, clouds.garmin.weigh_ins(garmin_user)[0].sample_pk
    )
    results = []
    for removes in (False, False, True, False):
        if removes:
            (weigh_in,) = clouds.garmin.weigh_ins(garmin_user)
            clouds.garmin.remove_weigh_in(garmin_user, weigh_in.sample_pk)
        answer = await call(hass, "push_measurement", linked, **measurement)
        results.append(answer["result"])
        freezer.tick(timedelta(hours=1))
    assert results == ["pushed", "already_there", "pushed", "already_there"]
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 1


async def test_push_measurement_corrects_what_has_just_gone_up(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Garmin may be at work on the first one yet, which no answer was lost of."""
    await set_up(hass, garmin_entry)
    when = (NOW - timedelta(days=1)).isoformat()
    await call(hass, "push_measurement", garmin_entry, weight=81, measured_at=when)
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "push_measurement", garmin_entry, weight=80, measured_at=when)
    assert caught.value.translation_key == "queued_ambiguous"
    assert str(caught.value).startswith("Garmin may still be at work on what it was")
    await hours(hass, freezer, 1)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [80.0]


async def test_push_measurement_corrects_what_was_refused(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A weigh-in of a link that Garmin refuses can be corrected by an action.

    The source, which still says what was refused, does not undo that.
    """
    clouds.garmin.refuse(weight_above=80.5, at=NOW - timedelta(days=1))
    answer = await call(hass, "sync", linked, start="2026-10-30")
    assert (answer["pushed"], answer["failed"]) == (1, 1)
    when = (NOW - timedelta(days=1)).isoformat()
    with pytest.raises(HomeAssistantError) as caught:
        await call(hass, "push_measurement", linked, weight=81, measured_at=when)
    assert caught.value.translation_key == "refused"
    answer = await call(hass, "push_measurement", linked, weight=80, measured_at=when)
    assert answer == {"result": "pushed"}
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [82.0, 80.0]
    await hours(hass, freezer, 2)
    answer = await call(hass, "sync", linked, start="2026-10-30")
    assert (answer["already_there"], answer["failed"]) == (2, 0)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [82.0, 80.0]
