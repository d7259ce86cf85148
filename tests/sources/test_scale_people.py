"""Who stood on a scale of Home Assistant, and what becomes of it."""

from datetime import datetime

import pytest

from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr

from ..support.common import restart
from ..support.repairs import Fix
from ..support.scale_house import FAT, MORNING, House


async def test_two_people_with_limits(hass: HomeAssistant, house: House) -> None:
    """Each has a device of their own, and nobody is asked about the other."""
    await house.async_move_in(body_fat=FAT)
    await house.weigh(62.0, 25.0)
    await house.weigh(85.0, 18.0)
    assert house.value("Carol", "weight") == 62.0
    assert house.value("Carol", "body_fat") == 25.0
    assert house.value("Dave", "weight") == 85.0
    assert house.weighed == [("Carol", 62.0), ("Dave", 85.0)]
    assert house.asked == []
    devices = dr.async_entries_for_config_entry(
        dr.async_get(hass), house.entry.entry_id
    )
    assert {device.name for device in devices} == {"Bathroom", "Carol", "Dave"}
    last = datetime.fromisoformat(house.scale_state("last_weigh_in"))
    assert (last - MORNING).total_seconds() == pytest.approx(21 * 60 + 10, abs=1)


@pytest.fixture
async def family(house: House) -> House:
    """Return a house with a scale that cannot tell two of its three people apart."""
    adult = {"min_weight": 50, "max_weight": 110}
    child = {"min_weight": 20, "max_weight": 40}
    await house.async_move_in({"Carol": adult, "Dave": adult, "Eve": child})
    return house


async def test_somebody_is_removed_while_a_question_is_answered(
    hass: HomeAssistant, family: House, fix: Fix
) -> None:
    """A word for who is gone is asked for again."""
    house = family
    await house.weigh(73.0)
    form = await fix.open("questions")
    eve = house.person("Eve")
    assert eve in str(form["data_schema"])
    hass.config_entries.async_remove_subentry(house.entry, eve)
    await hass.async_block_till_done(wait_background_tasks=True)
    form = await fix.submit(weigh_in_1=eve)
    assert form["errors"] == {"base": "changed"}
    assert eve not in str(form["data_schema"])
    form = await fix.submit(weigh_in_1=house.person("Carol"))
    assert form["type"] == "create_entry"


async def test_new_people(hass: HomeAssistant, house: House) -> None:
    """They are asked about until three answers, and recognised from then on."""
    await house.async_move_in({"Carol": {}, "Dave": {}}, body_fat=FAT)
    for day, (carol, dave) in enumerate([(62.0, 85.0), (62.3, 84.6), (61.9, 85.2)]):
        for name, weight in (("Carol", carol), ("Dave", dave)):
            await house.weigh(weight, hours=12)
            assert house.asked[-1]["weight"] == weight
            assert house.value(name, "weight") != weight
            assert set(house.asked[-1]["candidates"].values()) == {"Carol", "Dave"}
            await house.async_answer(house.person(name))
            assert house.value(name, "weight") == weight
            assert house.weighed[-1] == (name, weight)
        assert len(house.asked) == 2 * (day + 1)
    await house.weigh(62.4, hours=12)
    await house.weigh(84.9, hours=12)
    assert house.weighed[-2:] == [("Carol", 62.4), ("Dave", 84.9)]
    # A guest is nobody's, everywhere.
    await house.weigh(73.0, hours=12)
    assert house.asked[-1]["reason"] == "unknown_person"
    await house.async_answer("nobody")
    assert len(house.asked) == 7
    assert len(house.weighed) == 8
    await restart(hass, house.entry)
    assert len(house.asked) == 7
    assert house.value("Carol", "weight") == 62.4


async def test_other_limits_settle_what_is_open(
    hass: HomeAssistant, house: House
) -> None:
    """What was outside everybody's limits is somebody's by those of today."""
    await house.async_move_in()
    await house.weigh(62.0)
    await house.weigh(73.0)
    await house.weigh(30.0)
    assert [asked["weight"] for asked in house.asked] == [73.0, 30.0]
    carol = house.entry.subentries[house.person("Carol")]
    hass.config_entries.async_update_subentry(
        house.entry, carol, data={"min_weight": 50, "max_weight": 73.5}
    )
    await hass.async_block_till_done(wait_background_tasks=True)
    assert house.weighed == [("Carol", 62.0), ("Carol", 73.0)]
    assert house.value("Carol", "weight") == 73.0
    assert house.issues()["questions"]["count"] == "1"
    await house.async_add("Eve", min_weight=20, max_weight=40)
    assert house.weighed[-1] == ("Eve", 30.0)
    assert house.issues() == {}
    await restart(hass, house.entry)
    assert house.value("Eve", "weight") == 30.0
    assert len(house.weighed) == 3


async def test_an_answer_that_is_taken_back_and_given_again(
    hass: HomeAssistant, house: House
) -> None:
    """It is one weigh-in, and told once of each whose it was."""
    await house.async_move_in()
    await house.weigh(73.0)
    for whose in ("Carol", "nobody", "Carol", "Dave", "Carol"):
        person = whose if whose == "nobody" else house.person(whose)
        await house.async_answer(person, house.asked[0])
        if whose != "nobody":
            assert house.value(whose, "weight") == 73.0
    await restart(hass, house.entry)
    assert house.weighed == [("Carol", 73.0), ("Dave", 73.0)]


async def test_a_question_outlives_many_guests(house: House) -> None:
    """Two hundred answers of *nobody* do not put an open question aside."""
    await house.async_move_in()
    await house.weigh(73.0)
    asked = house.asked[0]
    for guest in range(200):
        await house.weigh(10 + guest / 50)
        await house.async_answer("nobody")
    assert house.issues()["questions"]["count"] == "1"
    await house.async_answer(house.person("Carol"), asked)
    assert house.value("Carol", "weight") == 73.0


async def test_who_has_moved_out_leaves_nothing_to_the_other(
    hass: HomeAssistant, family: House
) -> None:
    """Whose of two a weigh-in was is still asked when one of them is removed."""
    house = family
    await house.weigh(73.0)
    assert house.asked[-1]["reason"] == "ambiguous"
    hass.config_entries.async_remove_subentry(house.entry, house.person("Carol"))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert house.weighed == []
    assert house.issues()["questions"]["count"] == "1"


@pytest.fixture
async def strangers(house: House) -> House:
    """Return a house with a scale that knows nothing of its two people."""
    await house.async_move_in({"Carol": {}, "Dave": {}})
    return house


async def test_what_is_open_is_asked_anew(strangers: House, fix: Fix) -> None:
    """Whose an open weigh-in may be follows from what was said since."""
    house = strangers

    async def choices() -> list[str]:
        """Return whose the last weigh-in may be, the likeliest first."""
        form = await fix.open("questions")
        options = form["data_schema"][0]["selector"]["select"]["options"]
        return [option["label"] for option in options[:2]]

    for number in range(3):
        await house.weigh(62.0 + number / 10, hours=12)
        await house.weigh(87.0 + number / 10, hours=12)
    await house.weigh(82.0, hours=12)
    assert await choices() == ["Carol", "Dave"]
    for place, asked in enumerate(house.asked[:-1]):
        await house.async_answer(house.person(("Carol", "Dave")[place % 2]), asked)
    assert house.issues()["questions"]["count"] == "1"
    assert await choices() == ["Dave", "Carol"]
