"""The question whose a weigh-in is, run by Home Assistant from the blueprint itself."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_mock_service,
)

from custom_components.weighbridge.const import DOMAIN
from homeassistant.const import STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from ..clouds import Clouds
from ..support.common import set_up, update_entity
from ..support.phones import Phones
from ..support.texting import NOON, Texting

GUEST = {
    "weigh_in": "4815757309",
    "measured_at": "2026-11-20T12:55:00+01:00",
    "weight": 71.84,
    "reason": "ambiguous",
    "candidates": {"01A": "Alice", "01B": "Bob"},
}


@dataclass(slots=True)
class Household:
    """Two phones, and a scale that asks."""

    texting: Texting
    question: str
    entry_id: str
    phones: Phones
    assigned: list[ServiceCall] = field(default_factory=list)

    @property
    def shown(self) -> dict[str, list[dict[str, Any]]]:
        """Return what the phones show."""
        return self.phones.shown

    async def ask(self, **asked: Any) -> None:
        """Have the scale ask."""
        self.texting.hass.states.async_set(
            self.question,
            dt_util.utcnow().isoformat(timespec="milliseconds"),
            {"event_type": "unclear", **GUEST, **asked},
        )
        await self.texting.wait()

    async def press(self, phone: str, title: str, number: int = 0) -> None:
        """Press a button of a notification."""
        self.phones.press(self.phones.button(phone, title, number))
        await self.texting.wait()

    def words(self) -> list[tuple[str, str]]:
        """Return what was said of which weigh-in, and that it was the right source."""
        assert {call.data["config_entry_id"] for call in self.assigned} <= {
            self.entry_id
        }
        return [(call.data["weigh_in"], call.data["person"]) for call in self.assigned]


@pytest.fixture
async def household(hass: HomeAssistant, texting: Texting) -> Household:
    """Return a household with two phones and the automation."""
    entry = MockConfigEntry(domain=DOMAIN)
    entry.add_to_hass(hass)
    question = er.async_get(hass).async_get_or_create(
        "event",
        DOMAIN,
        "question",
        config_entry=entry,
        suggested_object_id="question",
        translation_key="question",
    )
    phones = Phones(hass)
    phones.add("Ann's phone")
    phones.add("Bob")
    household = Household(texting, question.entity_id, entry.entry_id, phones)
    household.assigned = async_mock_service(hass, DOMAIN, "assign_weigh_in")
    hass.states.async_set(household.question, "unknown")
    await texting.use(
        "whose_weigh_in",
        "Whose",
        questions=[household.question],
        phones=phones.ids,
    )
    return household


async def test_all_phones_are_asked(household: Household) -> None:
    """Each phone has a button for each candidate, and two more."""
    await household.ask()
    for name in ("Ann's phone", "Bob"):
        (shown,) = household.shown[name]
        assert (shown["title"], shown["message"]) == (
            "Whose weigh-in?",
            "71.8 kg, 20 Nov 2026, 12:55",
        )
        assert household.phones.titles(name) == [
            "Alice",
            "Bob",
            "Nobody",
            "Somebody else",
        ]
        assert shown["data"]["actions"][-1]["uri"] == "/config/repairs"


@pytest.mark.parametrize(
    ("title", "person"), [("Alice", "01A"), ("Bob", "01B"), ("Nobody", "nobody")]
)
async def test_the_first_answer_wins(
    household: Household, title: str, person: str
) -> None:
    """It is taken, and the question goes away everywhere."""
    await household.ask()
    await household.press("Ann's phone", title)
    assert household.words() == [("4815757309", person)]
    assert household.shown == {"Ann's phone": [], "Bob": []}


async def test_several_questions(household: Household) -> None:
    """Each answer settles its own question."""
    await household.ask(weigh_in="1")
    await household.ask(weigh_in="users/1|x/2", candidates={"01B": "Bob"})
    await household.press("Bob", "Bob", 1)
    assert household.words() == [("users/1|x/2", "01B")]
    assert [len(shown) for shown in household.shown.values()] == [1, 1]
    await household.press("Bob", "Alice")
    assert household.words()[1:] == [("1", "01A")]
    assert household.shown == {"Ann's phone": [], "Bob": []}


async def test_an_answer_days_later(household: Household) -> None:
    """An answer needs nothing that is forgotten at a reload."""
    await household.ask()
    await household.texting.wait(days=3)
    await household.texting.load()
    household.texting.hass.states.async_set(household.question, STATE_UNAVAILABLE)
    await household.texting.wait()
    await household.press("Bob", "Alice")
    assert household.words() == [("4815757309", "01A")]


async def test_settled_elsewhere(hass: HomeAssistant, household: Household) -> None:
    """A question that is no longer open goes away when somebody answers it."""
    await household.ask()
    async_mock_service(
        hass, DOMAIN, "assign_weigh_in", raise_exception=HomeAssistantError("settled")
    )
    await household.press("Bob", "Alice")
    assert household.shown == {"Ann's phone": [], "Bob": []}


async def test_a_phone_that_is_gone(hass: HomeAssistant, household: Household) -> None:
    """The others are asked all the same."""
    hass.services.async_remove("notify", "mobile_app_ann_s_phone")
    dr.async_get(hass).async_remove_device(household.phones.ids[0])
    await household.ask()
    assert len(household.shown["Bob"]) == 1
    await household.press("Bob", "Bob")
    assert household.words() == [("4815757309", "01B")]


async def test_a_phone_whose_app_is_not_there(
    hass: HomeAssistant, household: Household
) -> None:
    """A phone that was renamed, or whose app has not started, stops nobody else's."""
    hass.services.async_remove("notify", "mobile_app_ann_s_phone")
    await household.ask()
    assert len(household.shown["Bob"]) == 1
    await household.press("Bob", "Alice")
    assert household.words() == [("4815757309", "01A")]
    assert household.shown["Bob"] == []


async def test_run_by_hand(hass: HomeAssistant, household: Household) -> None:
    """The introduction shows on each phone that a question will reach it."""
    hass.services.async_remove("notify", "mobile_app_ann_s_phone")
    (automation,) = hass.states.async_entity_ids("automation")
    await hass.services.async_call(
        "automation", "trigger", {"entity_id": automation}, blocking=True
    )
    await household.texting.wait()
    (shown,) = household.shown["Bob"]
    assert (shown["title"], shown["message"]) == (
        "Whose weigh-in?",
        "You will be asked here whose a weigh-in is.",
    )
    assert household.words() == []


async def test_a_reload_asks_nothing_again(household: Household) -> None:
    """What the entity showed before is no news."""
    await household.ask()
    await household.press("Bob", "Bob")
    hass = household.texting.hass
    state = hass.states.get(household.question)
    assert state is not None
    hass.states.async_set(household.question, STATE_UNAVAILABLE)
    await household.texting.wait()
    hass.states.async_set(household.question, state.state, state.attributes)
    await household.texting.wait()
    hass.states.async_remove(household.question)
    hass.states.async_set(household.question, state.state, state.attributes)
    await household.texting.wait()
    assert household.shown == {"Ann's phone": [], "Bob": []}


async def test_other_buttons_are_left_alone(household: Household) -> None:
    """Buttons of other automations mean something else."""
    for action in ("weighbridge", "weighbridge|another|a|b|c", "REPLY"):
        household.texting.hass.bus.async_fire(
            "mobile_app_notification_action", {"action": action}
        )
    household.texting.hass.bus.async_fire("mobile_app_notification_action", {})
    await household.texting.wait()
    assert household.words() == []


@pytest.mark.parametrize(
    ("asked", "titles"),
    [
        ({"reason": "too_light"}, ["Mine", "Nobody", "Somebody else"]),
        ({"reason": "unknown_person"}, ["Nobody", "Somebody else"]),
    ],
)
async def test_without_candidates(
    household: Household, asked: dict[str, Any], titles: list[str]
) -> None:
    """An account asks its owner; a scale to which nobody fits offers all by repairs."""
    await household.ask(candidates={}, **asked)
    assert household.phones.titles("Bob") == titles


async def test_in_the_language_of_the_house(household: Household) -> None:
    """Weight and time are written as people here write them."""
    household.texting.hass.config.language = "de"
    await household.ask(measured_at="2026-11-19T07:05:00+01:00")
    (shown,) = household.shown["Bob"]
    assert shown["message"] == "71,8 kg, 19.11.2026, 07:05"


async def test_a_blood_pressure(household: Household) -> None:
    """Whatever was measured is told."""
    hass = household.texting.hass
    asked = {k: v for k, v in GUEST.items() if k != "weight"}
    hass.states.async_set(
        household.question,
        NOON.isoformat(),
        {"event_type": "unclear", **asked, "systolic": 121, "diastolic": 79},
    )
    await household.texting.wait()
    (shown,) = household.shown["Bob"]
    assert shown["message"] == "121/79 mmHg, 20 Nov 2026, 12:55"


@pytest.mark.parametrize(("title", "pounds"), [("Mine", "55.12"), ("Nobody", "176.37")])
async def test_from_a_scale_to_its_sensor(
    hass: HomeAssistant,
    texting: Texting,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    title: str,
    pounds: str,
) -> None:
    """A word on the phone lets a weigh-in in, or keeps it out; in the units of the house."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    hass.config_entries.async_update_entry(withings_entry, options={"min_weight": 60})
    clouds.withings.step_on_scale("alice", 80.0, when=NOON - timedelta(days=1))
    await set_up(hass, withings_entry)
    question = next(
        entity.entity_id
        for entity in er.async_entries_for_config_entry(
            er.async_get(hass), withings_entry.entry_id
        )
        if entity.translation_key == "question"
    )
    phones = Phones(hass)
    phones.add("Ann")
    household = Household(texting, question, withings_entry.entry_id, phones)
    await texting.use(
        "whose_weigh_in", "Whose", questions=[question], phones=phones.ids
    )
    clouds.withings.step_on_scale("alice", 25.0, when=NOON + timedelta(minutes=1))
    await update_entity(hass, "event.alice_weigh_in")
    await texting.wait()
    (shown,) = household.shown["Ann"]
    assert shown["message"] == "55.1 lb, 20 Nov 2026, 13:01"
    await household.press("Ann", title)
    assert household.shown == {"Ann": []}
    state = hass.states.get("sensor.alice_weight")
    assert state is not None
    assert f"{float(state.state):.2f}" == pounds
