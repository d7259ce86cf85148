"""Repairs for automations that could not send, told when they are loaded."""

from collections.abc import AsyncGenerator
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service

from custom_components.weighbridge.const import DOMAIN
from homeassistant.const import SERVICE_TURN_OFF, SERVICE_TURN_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er, issue_registry as ir

from ..support.battery_house import House


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[House]:
    """Return a house with one tracker, of which there is nothing to tell."""
    freezer.move_to("2026-11-20 12:00:00+00:00")
    house = House(hass, freezer)
    await house.async_open()
    house.device("Aria").fine()
    yield house
    await house.async_close()


def repairs(house: House) -> dict[str, str]:
    """Return what the repairs are about, by their kinds."""
    return {
        str(issue.translation_key): (issue.translation_placeholders or {})["what"]
        for issue in ir.async_get(house.hass).issues.values()
        if issue.domain == DOMAIN and issue.active
    }


async def change(house: House, **inputs: Any) -> None:
    """Change the automation, and save it."""
    house.automations[0]["use_blueprint"]["input"].update(inputs)
    await house.load()


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        (
            {"phone_numbers": ["0171 2345678", "+49 171 2345678", "112"]},
            {"bad_phone_number": "0171 2345678, 112"},
        ),
        (
            {"notify_action": "notify.my phone"},
            {"bad_notify_action": "notify.my phone"},
        ),
        ({"notify_action": "Gateway"}, {"notify_action_missing": "notify.gateway"}),
        (
            {"notify_entities": ["notify.phone"]},
            {"missing_notify_entity": "notify.phone"},
        ),
        # As YAML reads what is written without quotes, or not at all.
        (
            {"phone_numbers": [4915112345678, None]},
            {"bad_phone_number": "4915112345678"},
        ),
        ({"notify_action": 17}, {"notify_action_missing": "notify.17"}),
        ({"notify_action": ["sms", "x"]}, {"bad_notify_action": "sms, x"}),
        ({"notify_entities": [17]}, {"missing_notify_entity": "17"}),
        (
            {"notify_action": "notify.send_message"},
            {"notify_needs_entities": "notify.send_message"},
        ),
        ({"notify_action": " "}, {"no_way_to_send": ""}),
        (
            {"notify_action": "", "phone_numbers": ["112"]},
            {"no_way_to_send": "", "bad_phone_number": "112"},
        ),
    ],
)
async def test_faults_are_told_and_mended(
    house: House, wrong: dict[str, Any], found: dict[str, str]
) -> None:
    """All that is wrong becomes a repair when the automation is saved, until it is right."""
    await house.automate()
    assert repairs(house) == {}
    right = dict(house.automations[0]["use_blueprint"]["input"])
    await change(house, **wrong)
    assert repairs(house) == found
    await change(house, **{key: right.get(key, []) for key in wrong})
    assert repairs(house) == {}


async def test_a_repair_names_the_automation_and_opens_it(house: House) -> None:
    """Who has several automations sees which one is wrong."""
    await house.automate("Ann")
    await house.automate("Bob", phone_numbers=["112"])
    (issue,) = ir.async_get(house.hass).issues.values()
    assert issue.translation_placeholders == {
        "name": "Bob",
        "what": "112",
        "edit": "/config/automation/edit/id of Bob",
    }


async def test_actions_of_ones_own_are_a_way_to_send(house: House) -> None:
    """They may send to numbers by themselves."""
    async_mock_service(house.hass, "test", "mine")
    await house.automate(
        notify_action="",
        extra_actions=[{"action": "test.mine", "data": {"a": "{{ x }}"}}],
    )
    assert repairs(house) == {}


async def test_an_action_that_comes_late(house: House) -> None:
    """An integration that starts at last mends what was missing."""
    await house.automate(notify_action="notify.gateway")
    assert list(repairs(house)) == ["notify_action_missing"]
    house.hass.services.async_register("notify", "gateway", house.gateway.send)
    await house.wait()
    assert repairs(house) == {}


async def test_an_action_that_goes(house: House) -> None:
    """What was there when the automation was saved is missed when it is needed."""
    await house.automate()
    house.hass.services.async_remove("notify", "sms")
    house.device("Aria").low()
    await house.wait()
    assert repairs(house) == {"notify_action_missing": "notify.sms"}


async def test_an_entity_that_is_renamed(house: House) -> None:
    """The repair comes and goes with the name."""
    registry = er.async_get(house.hass)
    phone = registry.async_get_or_create("notify", "test", "1", suggested_object_id="a")
    await house.automate(notify_entities=[phone.entity_id])
    assert repairs(house) == {}
    registry.async_update_entity(phone.entity_id, new_entity_id="notify.b")
    await house.wait()
    assert repairs(house) == {"missing_notify_entity": "notify.a"}
    registry.async_update_entity("notify.b", new_entity_id="notify.a")
    await house.wait()
    assert repairs(house) == {}


async def test_an_automation_that_is_off_or_gone(house: House) -> None:
    """Nobody is asked to mend what is not used."""
    automation = await house.automate(phone_numbers=["112"])
    await house.switch(automation, SERVICE_TURN_OFF)
    await house.wait()
    assert repairs(house) == {}
    await house.switch(automation, SERVICE_TURN_ON)
    await house.wait()
    assert list(repairs(house)) == ["bad_phone_number"]
    house.automations.clear()
    await house.load()
    assert repairs(house) == {}


async def test_an_ignored_repair_stays_ignored(house: House) -> None:
    """To save another automation is no reason to ask again."""
    await house.automate(phone_numbers=["112"])
    registry = ir.async_get(house.hass)
    ((domain, issue_id),) = registry.issues
    registry.async_ignore(domain, issue_id, ignore=True)
    await house.automate("Another")
    issue = registry.async_get_issue(domain, issue_id)
    assert issue is not None
    assert issue.dismissed_version


async def test_automations_whose_ways_only_a_run_can_tell(house: House) -> None:
    """What comes from a template is not judged; the action itself does that."""
    house.automations.append(
        {
            "id": "mine",
            "alias": "Mine",
            "triggers": {"trigger": "event", "event_type": "mine"},
            "actions": {
                "action": "weighbridge.send_text",
                "data": {
                    "message": "Hi",
                    "phone_numbers": ["{{ trigger.event.data.to }}"],
                },
            },
        }
    )
    await house.load()
    assert repairs(house) == {}
