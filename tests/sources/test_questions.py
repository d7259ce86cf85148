"""Held means held: what waits for a word is nowhere, and a word settles it everywhere."""

from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.const import STATE_UNKNOWN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.storage import Store
from homeassistant.setup import async_setup_component
from homeassistant.util.file import WriteError

from ..clouds import Clouds, GarminAccount, MeasureGroup
from ..support.common import (
    entity_id_of,
    link,
    restart,
    set_up,
    state_of,
    update_source,
    value_of,
)
from ..support.push import hours
from ..support.repairs import Fix, issue

NOW = datetime(2026, 11, 19, 8, 0, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def morning(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Begin on a known morning in Berlin, with repairs."""
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("Europe/Berlin")
    assert await async_setup_component(hass, "repairs", {})


@pytest.fixture
async def alice(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> MockConfigEntry:
    """Return the source of a person with limits, linked to Garmin, who weighed in."""
    hass.config_entries.async_update_entry(
        withings_entry, options={"min_weight": 40.0, "max_weight": 90.0}
    )
    clouds.withings.step_on_scale("alice", 62.0, when=NOW - timedelta(days=1))
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, withings_entry, start=NOW - timedelta(days=60))
    await hass.async_block_till_done(wait_background_tasks=True)
    freezer.tick(timedelta(hours=1))
    return withings_entry


async def poll(
    hass: HomeAssistant, entry: MockConfigEntry, freezer: FrozenDateTimeFactory
) -> None:
    """Let a quarter of an hour pass, and poll."""
    freezer.tick(timedelta(minutes=15))
    await update_source(hass, entry, "weight", "sensor")


async def ask(
    hass: HomeAssistant,
    clouds: Clouds,
    entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    weight: float = 31.0,
    **how: Any,
) -> MeasureGroup:
    """Let a guest step on the scale."""
    group = clouds.withings.step_on_scale("alice", weight, body_fat=12, **how)
    await poll(hass, entry, freezer)
    return group


def told(hass: HomeAssistant, entry: MockConfigEntry, key: str) -> Any:
    """Return the attributes of the last event."""
    return state_of(hass, entry, key, "event").attributes


async def measurements(hass: HomeAssistant, entry: MockConfigEntry) -> list[float]:
    """Return the weights that an action gives."""
    answer = await hass.services.async_call(
        DOMAIN,
        "get_measurements",
        {"config_entry_id": entry.entry_id, "start": "2026-01-01"},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    found: Any = answer["measurements"]
    return [weigh_in["weight"] for weigh_in in found]


async def assign(
    hass: HomeAssistant, entry: MockConfigEntry, weigh_in: object, person: str
) -> None:
    """Say whose a weigh-in is."""
    await hass.services.async_call(
        DOMAIN,
        "assign_weigh_in",
        {
            "config_entry_id": entry.entry_id,
            "weigh_in": str(weigh_in),
            "person": person,
        },
        blocking=True,
    )
    await hass.async_block_till_done(wait_background_tasks=True)


def at_garmin(clouds: Clouds, user: GarminAccount) -> list[float]:
    """Return what Garmin holds."""
    return [weigh_in.weight for weigh_in in clouds.garmin.weigh_ins(user)]


@pytest.mark.parametrize(
    ("weight", "how", "reason"),
    [
        (31.0, {}, "too_light"),
        (120.0, {}, "too_heavy"),
        (62.5, {"attrib": 1}, "ambiguous"),
        (62.5, {"attrib": 4}, "ambiguous"),
    ],
)
async def test_what_waits_is_nowhere(
    hass: HomeAssistant,
    clouds: Clouds,
    alice: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    weight: float,
    how: dict[str, Any],
    reason: str,
) -> None:
    """A guest is in no sensor, no event, no answer and not at Garmin: it is asked."""
    group = await ask(hass, clouds, alice, freezer, weight, **how)
    assert value_of(hass, alice, "weight") == 62.0
    assert entity_id_of(hass, alice, "body_fat") is None
    assert (
        state_of(hass, alice, "last_weigh_in").state
        == (NOW - timedelta(days=1)).isoformat()
    )
    assert state_of(hass, alice, "weigh_in", "event").state == STATE_UNKNOWN
    assert await measurements(hass, alice) == [62.0]
    assert at_garmin(clouds, garmin_user) == [62.0]

    question = told(hass, alice, "question")
    assert question["event_type"] == "unclear"
    assert question["weigh_in"] == str(group.grpid)
    assert question["measured_at"] == "2026-11-19T10:00:30+01:00"
    assert (question["weight"], question["body_fat"]) == (weight, 12)
    assert (question["reason"], question["candidates"]) == (reason, {})
    assert issue(hass, "questions") is not None


async def test_mine(
    hass: HomeAssistant,
    clouds: Clouds,
    alice: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A word lets it in everywhere at its own time, and holds after a restart."""
    group = await ask(hass, clouds, alice, freezer)
    clouds.withings.step_on_scale("alice", 61.0)
    await poll(hass, alice, freezer)
    await assign(hass, alice, group.grpid, "mine")
    assert value_of(hass, alice, "weight") == 61.0
    assert value_of(hass, alice, "body_fat") == 12
    assert told(hass, alice, "weigh_in")["weight"] == 31.0
    assert await measurements(hass, alice) == [62.0, 31.0, 61.0]
    assert at_garmin(clouds, garmin_user) == [62.0, 31.0, 61.0]
    assert issue(hass, "questions") is None

    await restart(hass, alice)
    assert await measurements(hass, alice) == [62.0, 31.0, 61.0]
    assert issue(hass, "questions") is None


async def test_a_word_that_found_no_room(
    hass: HomeAssistant,
    clouds: Clouds,
    alice: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It is on disk when the source is loaded anew, though the next try was to come."""
    group = await ask(hass, clouds, alice, freezer)
    with patch.object(Store, "_async_write_data", side_effect=WriteError("full")):
        await assign(hass, alice, group.grpid, "mine")
    await restart(hass, alice)
    assert 31.0 in await measurements(hass, alice)
    assert issue(hass, "questions") is None


async def test_nobody(
    hass: HomeAssistant,
    clouds: Clouds,
    alice: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What is nobody's is out everywhere, also what counted until then."""
    group = await ask(hass, clouds, alice, freezer)
    await assign(hass, alice, group.grpid, "nobody")
    own = await ask(hass, clouds, alice, freezer, 61.0)
    assert at_garmin(clouds, garmin_user) == [62.0, 61.0]
    await assign(hass, alice, own.grpid, "nobody")
    await restart(hass, alice)
    assert value_of(hass, alice, "weight") == 62.0
    assert await measurements(hass, alice) == [62.0]
    # Garmin is seen to have it before it is taken away.
    await hours(hass, freezer, 1)
    assert at_garmin(clouds, garmin_user) == [62.0]
    assert issue(hass, "questions") is None


@pytest.mark.parametrize(
    ("weigh_in", "person", "key"),
    [("7", "mine", "no_such_weigh_in"), (None, "somebody", "unknown_word")],
)
async def test_words_that_make_no_sense(
    hass: HomeAssistant,
    clouds: Clouds,
    alice: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    weigh_in: str | None,
    person: str,
    key: str,
) -> None:
    """An automation that is mistaken is told of."""
    group = await ask(hass, clouds, alice, freezer)
    with pytest.raises(ServiceValidationError) as caught:
        await assign(hass, alice, weigh_in or group.grpid, person)
    assert caught.value.translation_key == key


@pytest.mark.parametrize("settled", ["deleted", "corrected", "assigned"])
async def test_the_source_settles_it(
    hass: HomeAssistant,
    clouds: Clouds,
    alice: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    settled: str,
) -> None:
    """A question ends by itself when it is settled in the vendor's app."""
    how = {"attrib": 1} if settled == "assigned" else {}
    group = await ask(hass, clouds, alice, freezer, **how)
    await restart(hass, alice)
    assert issue(hass, "questions") is not None
    if settled == "corrected":
        clouds.withings.edit("alice", group.grpid, 61.5)
    else:
        # What is given to somebody else is gone from this account.
        clouds.withings.delete("alice", group.grpid)
    for minutes in (0, 0, 24 * 60, 61):
        freezer.tick(timedelta(minutes=minutes))
        await poll(hass, alice, freezer)
    assert issue(hass, "questions") is None
    expected = [62.0, 61.5] if settled == "corrected" else [62.0]
    assert await measurements(hass, alice) == expected


async def test_repair(
    hass: HomeAssistant,
    clouds: Clouds,
    alice: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    fix: Fix,
) -> None:
    """Each question has a line, and a word of its own; without one nothing changes."""
    for minutes, weight in ((30, 31.0), (15, 32.0), (0, 33.0)):
        when = NOW + timedelta(minutes=75 - minutes)
        clouds.withings.step_on_scale("alice", weight, when=when, body_fat=12)
    await poll(hass, alice, freezer)
    form = await fix.open("questions")
    lines = form["description_placeholders"]
    assert lines["weigh_in_1"] == "19 Nov 2026, 10:15 · 33.0 kg · 12.0 %"
    assert lines["weigh_in_1_reason"] == "Too light"
    assert lines["weigh_in_3"] == "19 Nov 2026, 09:45 · 31.0 kg · 12.0 %"
    answer = await fix.submit()
    assert (answer["type"], answer["reason"]) == ("abort", "later")
    assert await measurements(hass, alice) == [62.0]
    assert issue(hass, "questions") is not None

    await fix.open("questions")
    answer = await fix.submit(
        weigh_in_1="mine", weigh_in_2="nobody", weigh_in_3="later"
    )
    assert answer["reason"] == "later"
    assert await measurements(hass, alice) == [62.0, 33.0]
    assert at_garmin(clouds, garmin_user) == [62.0, 33.0]

    await fix.open("questions")
    answer = await fix.submit(weigh_in_1="nobody")
    assert answer["type"] == "create_entry"
    assert await measurements(hass, alice) == [62.0, 33.0]
    assert issue(hass, "questions") is None


async def test_repair_that_has_become_old(
    hass: HomeAssistant,
    clouds: Clouds,
    alice: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    fix: Fix,
) -> None:
    """A word on what has changed since it was shown is asked for again."""
    group = await ask(hass, clouds, alice, freezer)
    await fix.open("questions")
    clouds.withings.edit("alice", group.grpid, 35.0)
    await poll(hass, alice, freezer)
    form = await fix.submit(weigh_in_1="mine")
    assert form["errors"] == {"base": "changed"}
    assert "35.0 kg" in form["description_placeholders"]["weigh_in_1"]
    assert await measurements(hass, alice) == [62.0]
    await fix.submit(weigh_in_1="mine")
    assert await measurements(hass, alice) == [62.0, 35.0]


async def test_more_than_a_page(
    hass: HomeAssistant,
    clouds: Clouds,
    alice: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    fix: Fix,
) -> None:
    """Who has many questions gets them a page at a time."""
    for minute in range(10):
        clouds.withings.step_on_scale(
            "alice", 31.0, when=NOW - timedelta(minutes=minute)
        )
    await poll(hass, alice, freezer)
    first = await fix.open("questions")
    assert len(first["data_schema"]) == 8
    second = await fix.submit(weigh_in_1="nobody")
    assert len(second["data_schema"]) == 2
    answer = await fix.submit(weigh_in_1="nobody", weigh_in_2="nobody")
    assert answer["reason"] == "later"
    found = issue(hass, "questions")
    assert found is not None
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["count"] == "7"


async def test_limits_that_come_later(
    hass: HomeAssistant,
    clouds: Clouds,
    alice: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Limits ask about the last weeks, here and at Garmin, and end questions."""
    hass.config_entries.async_update_entry(alice, options={"max_weight": 60.0})
    await restart(hass, alice)
    # Garmin is seen to have it before it is taken away.
    await hours(hass, freezer, 1)
    assert at_garmin(clouds, garmin_user) == []
    assert issue(hass, "questions") is not None
    hass.config_entries.async_update_entry(alice, options={})
    await restart(hass, alice)
    assert at_garmin(clouds, garmin_user) == [62.0]
    assert issue(hass, "questions") is None


@pytest.mark.parametrize("asked_with", [{}, {"max_weight": 70.0}])
@pytest.mark.parametrize("then", [{"min_weight": 50.0}, {"max_weight": 90.0}])
async def test_limits_make_nothing_likely(
    hass: HomeAssistant,
    clouds: Clouds,
    alice: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    asked_with: dict[str, float],
    then: dict[str, float],
) -> None:
    """What is far off the trend is asked about by whatever limits it is within."""
    hass.config_entries.async_update_entry(alice, options=asked_with)
    await restart(hass, alice)
    clouds.withings.step_on_scale("alice", 85.0)
    await poll(hass, alice, freezer)
    assert issue(hass, "questions") is not None
    hass.config_entries.async_update_entry(alice, options=then)
    await restart(hass, alice)
    assert value_of(hass, alice, "weight") == 62.0
    assert issue(hass, "questions") is not None


async def test_what_is_asked_for_long_is_no_likelier(
    hass: HomeAssistant,
    clouds: Clouds,
    alice: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A question of weeks ago ends only by a correction that makes it likely."""
    group = clouds.withings.step_on_scale("alice", 85.0)
    await poll(hass, alice, freezer)
    freezer.tick(timedelta(days=40))
    clouds.withings.edit("alice", group.grpid, 85.1)
    await poll(hass, alice, freezer)
    assert value_of(hass, alice, "weight") == 62.0
    assert issue(hass, "questions") is not None
    clouds.withings.edit("alice", group.grpid, 62.5)
    await poll(hass, alice, freezer)
    assert value_of(hass, alice, "weight") == 62.5
    assert issue(hass, "questions") is None


async def test_blood_pressure_of_somebody_else(
    hass: HomeAssistant,
    clouds: Clouds,
    alice: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    fix: Fix,
) -> None:
    """A cuff may be unsure, too."""
    group = clouds.withings.blood_pressure("alice", 128, 83)
    group.attrib = 1
    await poll(hass, alice, freezer)
    assert entity_id_of(hass, alice, "systolic") is None
    assert told(hass, alice, "question")["systolic"] == 128
    form = await fix.open("questions")
    assert "128/83 mmHg" in form["description_placeholders"]["weigh_in_1"]
    await fix.submit(weigh_in_1="mine")
    assert value_of(hass, alice, "systolic") == 128


async def test_without_the_source(
    hass: HomeAssistant,
    clouds: Clouds,
    alice: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    fix: Fix,
) -> None:
    """A source that is off cannot be answered, one that is removed asks no more."""
    await ask(hass, clouds, alice, freezer)
    await hass.config_entries.async_unload(alice.entry_id)
    answer = await fix.open("questions")
    assert answer["reason"] == "source_not_loaded"
    await hass.config_entries.async_remove(alice.entry_id)
    await hass.async_block_till_done()
    assert issue(hass, "questions") is None
