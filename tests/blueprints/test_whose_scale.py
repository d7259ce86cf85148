"""From a scale that two share, over their phones, to a person and to Garmin Connect."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..clouds import Clouds, GarminAccount, GarminWeighIn
from ..support.common import link, restart, set_up
from ..support.phones import Phones
from ..support.scale_house import FAT, House
from ..support.texting import Texting

ANN, BOB = "Ann's phone", "Bob's phone"


@dataclass(frozen=True, slots=True)
class Flat:
    """A scale, its two people, a phone for each, and Carol's account at Garmin."""

    house: House
    phones: Phones
    texting: Texting
    clouds: Clouds
    account: GarminAccount

    async def press(self, button: dict[str, Any]) -> None:
        """Press a button of a notification, and let a quarter of an hour pass."""
        self.phones.press(button)
        await self.house.hass.async_block_till_done(wait_background_tasks=True)
        await self.house.later(minutes=15)

    @property
    def at_garmin(self) -> list[GarminWeighIn]:
        """Return what Garmin holds of Carol."""
        return self.clouds.garmin.weigh_ins(self.account)

    def asked_at(self) -> datetime:
        """Return when what was asked about last was measured."""
        return datetime.fromisoformat(self.house.asked[-1]["measured_at"])


@pytest.fixture
async def flat(
    hass: HomeAssistant,
    texting: Texting,
    house: House,
    clouds: Clouds,
    garmin_user: GarminAccount,
    garmin_entry: MockConfigEntry,
) -> Flat:
    """Return a flat whose people the scale does not know yet."""
    await set_up(hass, garmin_entry)
    house.show("unknown", FAT)
    await house.async_move_in({"Carol": {}, "Dave": {}}, body_fat=FAT)
    link(hass, garmin_entry, house.entry, person=house.person("Carol"))
    await hass.async_block_till_done(wait_background_tasks=True)
    phones = Phones(hass)
    phones.add(ANN)
    phones.add(BOB)
    question = er.async_get(hass).async_get_entity_id(
        "event", "weighbridge", f"{house.entry.entry_id}_question"
    )
    await texting.use(
        "whose_weigh_in", "Whose", questions=[question], phones=phones.ids
    )
    return Flat(house, phones, texting, clouds, garmin_user)


async def test_an_answer_on_a_phone(flat: Flat) -> None:
    """The weigh-in is nowhere until then, and goes its way with its own time."""
    house, phones = flat.house, flat.phones
    await house.weigh(62.0, 25.0)
    for phone in (ANN, BOB):
        (shown,) = phones.shown[phone]
        assert shown["message"] == f"62.0 kg, 1 Nov 2026, {flat.asked_at():%H:%M}"
        assert phones.titles(phone) == ["Carol", "Dave", "Nobody", "Somebody else"]
    assert (house.weighed, flat.at_garmin) == ([], [])
    assert house.issues().keys() == {"questions"}
    await house.later(hours=3)
    await flat.press(phones.button(BOB, "Carol"))
    assert phones.shown == {ANN: [], BOB: []}
    assert house.weighed == [("Carol", 62.0)]
    assert house.issues() == {}
    (measured,) = await house.measurements("Carol")
    (held,) = flat.at_garmin
    assert (held.weight, held.body_fat) == (62.0, 25.0)
    assert held.measured_at == flat.asked_at()
    assert datetime.fromisoformat(measured["measured_at"]) == flat.asked_at()
    # The next one is asked about by itself, with buttons of its own.
    await house.weigh(85.0, 18.0)
    assert [len(shown) for shown in phones.shown.values()] == [1, 1]
    await flat.press(phones.button(ANN, "Dave"))
    assert house.weighed == [("Carol", 62.0), ("Dave", 85.0)]
    assert [held.weight for held in flat.at_garmin] == [62.0]


@pytest.mark.parametrize("first", ["Carol", "Nobody"])
async def test_the_first_answer_wins(flat: Flat, first: str) -> None:
    """A phone that still shows the question, as it was away, changes nothing any more."""
    house, phones = flat.house, flat.phones
    await house.weigh(62.0)
    late = phones.button(BOB, "Dave")
    await flat.press(phones.button(ANN, first))
    told = [("Carol", 62.0)] if first == "Carol" else []
    await flat.press(late)
    assert house.weighed == told
    assert [held.weight for held in flat.at_garmin] == [weight for _, weight in told]
    assert await house.measurements("Dave") == []
    # Who wants another word of theirs to count has the action.
    await house.async_answer(house.person("Dave"))
    assert house.weighed == [*told, ("Dave", 62.0)]


async def test_days_and_a_restart_later(hass: HomeAssistant, flat: Flat) -> None:
    """A question survives, is not asked twice, and its answer still counts."""
    house, phones = flat.house, flat.phones
    await house.weigh(62.0)
    at = flat.asked_at()
    await restart(hass, house.entry)
    await flat.texting.load()
    await house.later(days=5)
    assert [len(shown) for shown in phones.shown.values()] == [1, 1]
    assert house.issues().keys() == {"questions"}
    await flat.press(phones.button(ANN, "Carol"))
    assert phones.shown == {ANN: [], BOB: []}
    assert [held.measured_at for held in flat.at_garmin] == [at]
    assert house.weighed == [("Carol", 62.0)]


@pytest.mark.parametrize(
    ("weight", "nearest"), [(40.0, "Carol"), (73.4, "Dave"), (120.0, "Dave")]
)
async def test_outside_all_limits(
    hass: HomeAssistant, texting: Texting, house: House, weight: float, nearest: str
) -> None:
    """It may be anybody's all the same, and an answer lets it in."""
    await house.async_move_in()
    phones = Phones(hass)
    phones.add(ANN)
    await texting.use(
        "whose_weigh_in",
        "Whose",
        questions=["event.bathroom_whose_weigh_in"],
        phones=phones.ids,
    )
    await house.weigh(weight)
    first, second, *others = phones.titles(ANN)
    assert (first, {first, second}) == (nearest, {"Carol", "Dave"})
    assert others == ["Nobody", "Somebody else"]
    phones.press(phones.button(ANN, nearest))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert house.weighed == [(nearest, weight)]


async def test_nobody(flat: Flat) -> None:
    """A guest is nobody's: in no sensor, no event, no answer of an action, no account."""
    house, phones = flat.house, flat.phones
    await house.weigh(104.0, 30.0)
    await flat.press(phones.button(ANN, "Nobody"))
    assert phones.shown == {ANN: [], BOB: []}
    assert (house.weighed, flat.at_garmin) == ([], [])
    for name in ("Carol", "Dave"):
        assert await house.measurements(name) == []
        assert house.value(name, "weight") is None
