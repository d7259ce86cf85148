"""The memory of battery texts on disk, and the actions for other automations."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component

from ..support.battery_house import House

KEY = "weighbridge.battery_texts"
OWN = "automation.of_my_own"


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[House]:
    """Return a house with a tracker, not yet started."""
    freezer.move_to("2026-11-20 12:00:00+00:00")
    house = House(hass, freezer)
    yield house
    await house.async_close()


async def ask(house: House, **data: Any) -> list[dict[str, Any]]:
    """Ask for the texts of an automation of one's own."""
    answer = await house.hass.services.async_call(
        DOMAIN,
        "get_battery_texts",
        {"automation": OWN, "batteries": [house.device("Aria").battery], **data},
        blocking=True,
        return_response=True,
    )
    assert answer is not None
    texts: Any = answer["texts"]
    assert isinstance(texts, list)
    return texts


async def confirm(house: House, kind: str = "low", **data: Any) -> None:
    """Confirm a text of an automation of one's own."""
    await house.hass.services.async_call(
        DOMAIN,
        "confirm_battery_text",
        {
            "automation": OWN,
            "battery": house.device("Aria").battery,
            "kind": kind,
            **data,
        },
        blocking=True,
    )


async def take_back(house: House, kind: str = "low") -> None:
    """Tell that a text was not sent, which ends a run with an error."""
    with pytest.raises(HomeAssistantError, match="No text was sent"):
        await confirm(house, kind, sent=False)


async def test_what_the_actions_answer(house: House) -> None:
    """A text is due until it is confirmed, and again when that is taken back."""
    await house.async_open()
    house.device("Aria").low(17, last_sync="2026-11-18T11:30:00+00:00")
    text = {
        "kind": "low",
        "battery": "binary_sensor.aria",
        "name": "Aria",
        "level": "17%",
        "last_sync": "18 Nov 2026, 03:30",
        "days": 2,
    }
    assert await ask(house) == [text]
    assert await ask(house) == [text]
    await confirm(house)
    assert await ask(house) == []
    assert await ask(house, automation="automation.of_another") == [text]
    await confirm(house)
    await take_back(house)
    assert await ask(house) == []
    house.device("Aria").fine()
    assert [text["kind"] for text in await ask(house)] == ["charged"]
    await confirm(house, "charged")
    await take_back(house, "charged")
    await take_back(house, "charged")
    assert [text["kind"] for text in await ask(house)] == ["charged"]


async def test_a_confirmation_without_a_question(house: House) -> None:
    """Whoever confirms knows what was sent, also right after a restart."""
    await house.async_open()
    house.device("Aria").low()
    await take_back(house)
    await confirm(house)
    assert await ask(house) == []


async def test_a_battery_that_does_not_exist(house: House) -> None:
    """An entity that was deleted is no reason to fail."""
    await house.async_open()
    house.device("Aria").low()
    er.async_get(house.hass).async_remove("binary_sensor.aria")
    house.hass.states.async_remove("binary_sensor.aria")
    assert await ask(house) == []
    (introduction,) = await ask(house, introduction=True)
    assert introduction["name"] == "binary_sensor.aria"
    assert introduction["level"] == "?"


async def test_a_battery_outside_of_the_registry(house: House) -> None:
    """A binary sensor from elsewhere works as well, by its name."""
    await house.async_open()
    house.hass.states.async_set(
        "binary_sensor.mine", "on", {"friendly_name": "My remote"}
    )
    (text,) = await ask(house, batteries=["binary_sensor.mine"])
    assert (text["name"], text["level"]) == ("My remote", "Low")


async def test_the_memory_is_on_disk(
    house: House, hass_storage: dict[str, Any]
) -> None:
    """What was told is stored before the action ends."""
    await house.async_open()
    house.device("Aria").low()
    await ask(house)
    await confirm(house)
    entry = er.async_get(house.hass).async_get("binary_sensor.aria")
    assert entry is not None
    assert hass_storage[KEY]["data"] == {
        OWN: {
            "asked": "2026-11-20T12:00:00+00:00",
            "batteries": {
                entry.id: {
                    "low_told": "2026-11-20T12:00:00+00:00",
                    "recovered": False,
                    "steady_since": None,
                    "silence_told": None,
                }
            },
        }
    }


async def test_an_automation_that_no_longer_asks_is_forgotten(
    house: House, hass_storage: dict[str, Any]
) -> None:
    """The memory does not grow with automations that are gone."""
    await house.async_open()
    house.device("Aria").low()
    await ask(house, automation="automation.gone")
    for _ in range(91):
        house.freezer.tick(timedelta(days=1))
        await ask(house)
    assert list(hass_storage[KEY]["data"]) == [OWN]


@pytest.mark.parametrize(
    "stored",
    [
        {"version": 9, "data": {}},
        {"version": 1, "data": []},
        {"version": 1, "data": {OWN: {"asked": "yesterday", "batteries": {}}}},
        {"version": 1, "data": {OWN: {"asked": "2026-11-20T12:00:00+00:00"}}},
        {
            "version": 1,
            "data": {
                OWN: {"asked": "2026-11-20T12:00:00+00:00", "batteries": {"a": None}}
            },
        },
    ],
)
async def test_a_damaged_memory(
    house: House,
    hass_storage: dict[str, Any],
    caplog: pytest.LogCaptureFixture,
    stored: dict[str, Any],
) -> None:
    """What cannot be read is started anew, and said."""
    hass_storage[KEY] = stored
    assert await async_setup_component(house.hass, DOMAIN, {})
    assert "a battery that is low will be texted once more" in caplog.text
    house.device("Aria").low()
    assert len(await ask(house)) == 1
    await confirm(house)
    assert await ask(house) == []
