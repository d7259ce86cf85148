"""How the low battery automation sends, and what it says when it cannot."""

from collections.abc import AsyncGenerator
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_mock_service
from pytest_homeassistant_custom_component.typing import WebSocketGenerator

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError

from ..support.battery_house import House
from ..support.texting import NUMBER, broken

LOW = "Aria has a low battery (15%). Last sync: ?."


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[House]:
    """Return a house with one tracker, whose battery is low."""
    freezer.move_to("2026-11-20 12:00:00+00:00")
    house = House(hass, freezer)
    await house.async_open()
    house.device("Aria").low()
    yield house
    await house.async_close()


class Trace:
    """The newest trace of an automation, as its page shows it."""

    def __init__(self, hass_ws_client: WebSocketGenerator) -> None:
        """Keep the way to the traces."""
        self._client = hass_ws_client

    async def error(self, alias: str = "Texts") -> str:
        """Return the errors of the newest run, those that it went on after too."""
        item = {"domain": "automation", "item_id": f"id of {alias}"}
        client = await self._client()
        await client.send_json_auto_id({"type": "trace/list", **item})
        run = (await client.receive_json())["result"][-1]
        await client.send_json_auto_id(
            {"type": "trace/get", **item, "run_id": run["run_id"]}
        )
        trace = (await client.receive_json())["result"]
        return "\n".join(
            step["error"]
            for steps in trace["trace"].values()
            for step in steps
            if "error" in step
        )


@pytest.fixture
def trace(hass_ws_client: WebSocketGenerator, socket_enabled: None) -> Trace:
    """Return the traces of the automations."""
    return Trace(hass_ws_client)


def logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return what was logged as a warning or worse."""
    return "\n".join(
        record.getMessage() for record in caplog.records if record.levelname != "INFO"
    )


@pytest.mark.parametrize(
    ("numbers", "targets"),
    [
        (["+49 171 2345678"], ["+491712345678"]),
        (
            ["0049 (171) 234-5678", "", "+1 (202) 555-0143"],
            ["+491712345678", "+12025550143"],
        ),
        (["+49 (0)171/234.56.78", "+491712345678"], ["+491712345678"]),
        ([], [None]),
    ],
)
async def test_numbers_are_forgiven_their_looks(
    house: House, numbers: list[str], targets: list[str | None]
) -> None:
    """Numbers go out in international form, each once; without any there is no target."""
    await house.automate(phone_numbers=numbers)
    assert house.gateway.take() == [LOW] * len(targets)
    assert house.gateway.targets == targets


async def test_a_number_that_the_gateway_refuses(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """The other numbers get the text, once."""
    house.gateway.errors["+12025550143"] = HomeAssistantError("Unknown number")
    await house.automate(phone_numbers=["+1 202 555 0143", "+49 171 2345678"])
    await house.wait(days=1)
    assert house.gateway.take() == [LOW]
    assert "Unknown number" in logged(caplog)


@pytest.mark.parametrize(
    "number", ["0171 2345678", "+49", "+49 171 CALLME", "+0 171 2345678", "112"]
)
async def test_bad_number(
    house: House, trace: Trace, caplog: pytest.LogCaptureFixture, number: str
) -> None:
    """A number that is not international is named in trace and log."""
    await house.automate(phone_numbers=[number])
    assert house.gateway.take() == []
    told = f"{number} is not a phone number in international form"
    assert told in await trace.error()
    assert told in logged(caplog)


async def test_a_bad_number_keeps_no_other_from_its_text(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Who is reached has been told; the log has the other number."""
    await house.automate(phone_numbers=["0171 2345678", NUMBER])
    await house.wait(days=1)
    assert house.gateway.take() == [LOW]
    assert house.gateway.targets == ["+491712345678"]
    assert "0171 2345678 is not a phone number" in logged(caplog)


async def test_a_corrected_number_gets_the_text(house: House) -> None:
    """What could not be sent does not count as told."""
    await house.automate(phone_numbers=["0171 2345678"])
    house.automations[0]["use_blueprint"]["input"]["phone_numbers"] = ["+491712345678"]
    await house.load()
    assert house.gateway.take() == [LOW]


async def test_missing_notify_action(
    house: House, trace: Trace, caplog: pytest.LogCaptureFixture
) -> None:
    """A missing action is named in trace and log; the text goes out later."""
    await house.automate(notify_action="notify.Gateway ")
    assert "notify.gateway" in await trace.error()
    assert "There is no action notify.gateway" in logged(caplog)
    house.hass.services.async_register("notify", "gateway", house.gateway.send)
    await house.wait(minutes=50)
    assert house.gateway.take() == []
    await house.wait(minutes=10)
    assert house.gateway.take() == [LOW]
    await house.wait(days=1)
    assert house.gateway.take() == []


async def test_the_domain_of_the_action_may_be_left_out(house: House) -> None:
    """An action without domain is one of notify."""
    await house.automate(notify_action="sms")
    assert house.gateway.take() == [LOW]


@pytest.mark.parametrize("action", ["notify.my phone", "notify.", "Gateway!"])
async def test_bad_notify_action(
    house: House, trace: Trace, caplog: pytest.LogCaptureFixture, action: str
) -> None:
    """What cannot be the name of an action is named."""
    await house.automate(notify_action=action)
    told = f"{action} is not the name of a notify action"
    assert told in await trace.error()
    assert told in logged(caplog)


async def test_numbers_without_action(
    house: House, trace: Trace, caplog: pytest.LogCaptureFixture
) -> None:
    """Numbers alone send nothing, which is said."""
    await house.automate(notify_action="")
    assert "No text was sent" in await trace.error()
    assert "Choose a notify action" in logged(caplog)
    assert "automation.texts" in logged(caplog)


async def test_numbers_for_actions_of_ones_own(house: House) -> None:
    """Own actions may use the numbers without any notify action."""
    calls = async_mock_service(house.hass, "test", "mine")
    await house.automate(
        notify_action="", extra_actions=own_action(to="{{ phone_numbers }}")
    )
    await house.wait(days=1)
    assert [call.data["to"] for call in calls] == [[NUMBER]]


async def test_no_way_to_send(
    house: House, trace: Trace, caplog: pytest.LogCaptureFixture
) -> None:
    """An automation that cannot send anything says so, also at Run."""
    automation = await house.automate(notify_action="", phone_numbers=[])
    assert "No text was sent" in await trace.error()
    assert "No text was sent" in logged(caplog)
    caplog.clear()
    await house.run(automation)
    assert "No text was sent" in logged(caplog)


async def test_broken_gateway(
    house: House, trace: Trace, caplog: pytest.LogCaptureFixture
) -> None:
    """What the gateway refuses is tried again every hour until it takes it."""
    house.gateway.error = broken()
    await house.automate()
    assert "No text was sent" in await trace.error()
    assert "The SMS service is away" in logged(caplog)
    await house.wait(hours=2)
    house.gateway.error = None
    assert house.gateway.take() == []
    await house.wait(hours=1)
    assert house.gateway.take() == [LOW]
    await house.wait(days=1)
    assert house.gateway.take() == []


async def test_charged_and_low_again_while_the_gateway_is_broken(house: House) -> None:
    """The second discharge is told, though the first one's end never was."""
    await house.automate()
    assert house.gateway.take() == [LOW]
    house.gateway.error = broken()
    house.device("Aria").fine()
    await house.wait(hours=3)
    house.device("Aria").low()
    await house.wait(hours=3)
    house.gateway.error = None
    await house.wait(hours=1)
    assert house.gateway.take() == [LOW]


async def test_a_gateway_that_raises_what_home_assistant_does_not_know(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Errors of a vendor's library are told; the text is due again."""
    house.gateway.error = ValueError("21211: invalid 'To' number")
    await house.automate()
    assert "21211: invalid 'To' number" in logged(caplog)
    house.gateway.error = None
    await house.wait(hours=1)
    assert house.gateway.take() == [LOW]


async def test_a_number_that_makes_the_gateway_stumble(house: House) -> None:
    """What a vendor's library raises for one number keeps no other from its text."""
    house.gateway.errors["+12025550143"] = ValueError()
    await house.automate(phone_numbers=["+1 202 555 0143", "+49 171 2345678"])
    await house.wait(days=1)
    assert house.gateway.take() == [LOW]


async def test_a_missing_action_beside_another_way(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """An SMS service that did not start keeps no app from its text."""
    calls = async_mock_service(house.hass, "notify", "send_message")
    house.hass.states.async_set("notify.phone", "unknown")
    await house.automate(
        notify_action="notify.gateway", notify_entities=["notify.phone"]
    )
    await house.wait(days=1)
    assert len(calls) == 1
    assert "There is no action notify.gateway" in logged(caplog)


async def test_notify_entities(house: House) -> None:
    """Notify entities get the text as well."""
    calls = async_mock_service(house.hass, "notify", "send_message")
    for entity_id in ("notify.phone", "notify.mail"):
        house.hass.states.async_set(entity_id, "unknown")
    await house.automate(notify_entities=["notify.phone", "notify.mail"])
    assert house.gateway.take() == [LOW]
    assert [call.data for call in calls] == [
        {"entity_id": ["notify.phone", "notify.mail"], "message": LOW}
    ]


async def test_one_way_is_enough(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """A text that one way took is not repeated because another one is broken."""
    house.gateway.error = broken()
    calls = async_mock_service(house.hass, "notify", "send_message")
    house.hass.states.async_set("notify.phone", "unknown")
    await house.automate(notify_entities=["notify.phone"])
    await house.wait(days=1)
    assert len(calls) == 1
    assert "The SMS service is away" in logged(caplog)


async def test_missing_notify_entity(
    house: House, trace: Trace, caplog: pytest.LogCaptureFixture
) -> None:
    """An entity that is not there is named; Home Assistant itself would be silent."""
    await house.automate(
        notify_action="", phone_numbers=[], notify_entities=["notify.phone"]
    )
    assert "There is no notify entity notify.phone" in await trace.error()
    assert "There is no notify entity notify.phone" in logged(caplog)


async def test_missing_notify_entity_beside_a_gateway(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """Whoever has a new phone gets the SMS all the same."""
    await house.automate(notify_entities=["notify.phone"])
    await house.wait(days=1)
    assert house.gateway.take() == [LOW]
    assert "There is no notify entity notify.phone" in logged(caplog)


async def test_unavailable_notify_entity(
    house: House, trace: Trace, caplog: pytest.LogCaptureFixture
) -> None:
    """A text that cannot reach an entity is kept until it can."""
    calls = async_mock_service(house.hass, "notify", "send_message")
    house.hass.states.async_set("notify.phone", "unavailable")
    await house.automate(
        notify_action="", phone_numbers=[], notify_entities=["notify.phone"]
    )
    assert "notify.phone is unavailable" in await trace.error()
    assert "notify.phone is unavailable" in logged(caplog)
    house.hass.states.async_set("notify.phone", "unknown")
    await house.wait(hours=1)
    assert len(calls) == 1


async def test_unavailable_notify_entity_beside_a_gateway(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    """The gateway does not wait for an entity that is away."""
    calls = async_mock_service(house.hass, "notify", "send_message")
    house.hass.states.async_set("notify.phone", "unavailable")
    await house.automate(notify_entities=["notify.phone"])
    assert house.gateway.take() == [LOW]
    assert not calls
    assert "notify.phone is unavailable" in logged(caplog)


def own_action(**data: Any) -> list[dict[str, Any]]:
    """Return actions of one's own, which use what the blueprint offers."""
    return [{"variables": {"mine": 1}}, {"action": "test.mine", "data": data}]


async def test_actions_of_ones_own(house: House) -> None:
    """Own actions get all that is known about the text, and count as a way to send."""
    calls = async_mock_service(house.hass, "test", "mine")
    automation = await house.automate(
        notify_action="",
        phone_numbers=[],
        extra_actions=own_action(
            about="{{ kind }} {{ name }} {{ level }} {{ last_sync }} {{ mine }}",
            message="{{ message }}",
        ),
    )
    await house.wait(days=1)
    house.device("Aria").fine(80)
    await house.wait()
    await house.run(automation)
    assert [call.data["about"] for call in calls] == [
        "low Aria 15% ? 1",
        "charged Aria 80% ? 1",
        "introduction Aria 80% ? 1",
    ]
    assert calls[0].data["message"] == LOW


async def test_broken_actions_of_ones_own(house: House) -> None:
    """Own actions that fail do not repeat what the gateway took."""
    async_mock_service(house.hass, "test", "mine", raise_exception=broken())
    await house.automate(extra_actions=own_action())
    await house.wait(days=1)
    assert house.gateway.take() == [LOW]


async def test_a_text_is_told_though_own_actions_crash(house: House) -> None:
    """What was sent is remembered at once, whatever comes after."""
    async_mock_service(house.hass, "test", "mine", raise_exception=ValueError("!"))
    await house.automate(extra_actions=own_action())
    await house.wait(days=1)
    assert house.gateway.take() == [LOW]


async def test_own_actions_whose_templates_need_their_own_answers(house: House) -> None:
    """Own actions may use answers that are only there while they run."""
    calls = async_mock_service(house.hass, "test", "mine", response={"a": {"b": "c"}})
    await house.automate(
        notify_action="",
        phone_numbers=[],
        extra_actions=[
            {"action": "test.mine", "response_variable": "answer"},
            {"action": "test.mine", "data": {"value": "{{ answer.a.b }}"}},
        ],
    )
    await house.wait(days=1)
    assert [call.data for call in calls] == [{}, {"value": "c"}]


async def test_a_way_to_send_is_chosen_later(house: House) -> None:
    """What nothing could send is told once something can."""
    await house.automate(notify_action="", phone_numbers=[])
    house.automations[0]["use_blueprint"]["input"]["notify_action"] = "notify.sms"
    await house.load()
    assert house.gateway.take() == [LOW]


async def test_own_actions_step_in_for_a_broken_gateway(house: House) -> None:
    """Own actions that worked are not repeated until the gateway works again."""
    calls = async_mock_service(house.hass, "test", "mine")
    house.gateway.error = broken()
    await house.automate(extra_actions=own_action())
    await house.wait(days=1)
    assert len(calls) == 1
