"""People who step on a scale at once, one after the other: nobody's weigh-in is lost."""

from collections.abc import Mapping

import pytest

from homeassistant.core import HomeAssistant

from ..support.common import restart
from ..support.scale_house import ANYBODY, FAT, House


async def swap(house: House, first: float, second: float) -> None:
    """Let a scale that never shows that it is empty weigh two within 8 s."""
    await house.later(hours=12)
    house.show(first)
    await house.later(seconds=7)
    house.show(second)
    await house.later(seconds=6)
    await house.later(seconds=61)


async def test_both_are_known(hass: HomeAssistant, house: House) -> None:
    """Who is recognised as another keeps the weigh-in."""
    await house.async_move_in()
    await swap(house, 62.0, 85.0)
    await swap(house, 84.5, 61.5)
    await restart(hass, house.entry)
    assert house.weighed == [
        ("Carol", 62.0),
        ("Dave", 85.0),
        ("Dave", 84.5),
        ("Carol", 61.5),
    ]
    assert house.asked == []


async def test_both_are_known_and_their_fat_comes_late(house: House) -> None:
    """What waits for its fat is not lost either, and gets nobody else's."""
    await house.async_move_in(body_fat=FAT)
    await house.weigh(62.0, 25.0)
    await house.weigh(85.0, 18.0)
    await swap(house, 62.3, 85.2)
    await house.later(hours=12)
    house.show(62.1)
    await house.later(seconds=3)
    house.show(25.2, FAT)
    await house.later(seconds=4)
    house.show(85.3)
    await house.later(seconds=3)
    house.show(18.2, FAT)
    await house.later(seconds=61)
    carol, dave = [await house.measurements(name) for name in ("Carol", "Dave")]
    assert [(one["weight"], one.get("body_fat")) for one in carol] == [
        (62.0, 25.0),
        (62.3, None),
        (62.1, 25.2),
    ]
    assert [(one["weight"], one.get("body_fat")) for one in dave] == [
        (85.0, 18.0),
        (85.2, None),
        (85.3, 18.2),
    ]


@pytest.mark.parametrize(
    ("people", "first", "second", "asked"),
    [
        # Nobody is known yet.
        ({"Carol": {}, "Dave": {}}, 62.0, 85.0, [62.0, 85.0]),
        # A guest, and then somebody who is known.
        (
            {
                "Carol": {"min_weight": 50, "max_weight": 66},
                "Dave": {"min_weight": 74, "max_weight": 110},
            },
            70.0,
            85.0,
            [70.0],
        ),
        # The other way round.
        (
            {
                "Carol": {"min_weight": 50, "max_weight": 66},
                "Dave": {"min_weight": 74, "max_weight": 110},
            },
            85.0,
            70.0,
            [70.0],
        ),
    ],
)
async def test_in_doubt_both_are_asked_about(
    house: House,
    people: Mapping[str, Mapping[str, float]],
    first: float,
    second: float,
    asked: list[float],
) -> None:
    """Only a person can tell whether the first weight was on the way."""
    await house.async_move_in(people)
    await swap(house, first, second)
    assert [question["weight"] for question in house.asked] == asked
    known = {weight for weight in (first, second) if weight not in asked}
    assert {weight for _, weight in house.weighed} == known


async def test_the_same_person(house: House) -> None:
    """A weight at rest on the way to one's own counts once."""
    await house.async_move_in()
    await swap(house, 83.0, 85.0)
    assert house.value("Dave", "weight") == 85.0
    assert [one["weight"] for one in await house.measurements("Dave")] == [85.0]


async def test_the_only_person(house: House) -> None:
    """Nobody else is there to ask about."""
    await house.async_move_in({"Carol": ANYBODY})
    await swap(house, 40.0, 62.0)
    assert [one["weight"] for one in await house.measurements("Carol")] == [62.0]
    assert house.asked == []


@pytest.mark.parametrize("fat", [None, FAT], ids=["told", "waiting for fat"])
async def test_a_return_takes_nothing_from_another(
    house: House, fat: str | None
) -> None:
    """What was between two equal weights was no mistake if somebody else was weighed."""
    if fat is None:
        await house.async_move_in()
    else:
        await house.async_move_in(body_fat=fat)
        await house.weigh(84.0, 18.0)
    await house.later(hours=12)
    house.show(85.0)
    await house.later(minutes=2)
    house.show(62.0)
    await house.later(seconds=10)
    house.show(85.0)
    await house.later(seconds=6)
    await house.later(seconds=61)
    assert house.value("Carol", "weight") == 62.0
    assert ("Carol", 62.0) in house.weighed
    assert house.asked == []


async def test_a_return_takes_back_a_mistake(house: House) -> None:
    """A weight of the same person that was removed in the app of the scale is gone."""
    await house.async_move_in()
    house.show(85.0)
    await house.later(minutes=2)
    house.show(99.9)
    await house.later(minutes=2)
    house.show(85.0)
    await house.later(minutes=2)
    assert [one["weight"] for one in await house.measurements("Dave")] == [85.0]
