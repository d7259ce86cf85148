"""When the low battery automation sends a text, run from the blueprint itself."""

from datetime import timedelta

from homeassistant.core import HomeAssistant

from ..support.battery_house import House
from ..support.texting import NOON


async def test_one_text_for_a_discharge(house: House) -> None:
    """A battery that runs low is texted about once, with the newest values."""
    aria = house.device("Aria")
    aria.fine(55, last_sync=NOON - timedelta(hours=5))
    await house.automate()
    assert house.gateway.take() == []
    aria.low(18, last_sync=NOON - timedelta(minutes=5))
    await house.wait()
    assert house.gateway.take() == [
        "Aria has a low battery (18%). Last sync: 20 Nov 2026, 12:55."
    ]
    assert house.gateway.targets == ["+491712345678"]
    aria.low(17)
    await house.wait(hours=30)
    assert house.gateway.take() == []


async def test_charged_and_low_again(house: House) -> None:
    """Charging is told after a text, and arms the next one."""
    aria = house.device("Aria")
    aria.fine(21)
    await house.automate()
    aria.fine(95)
    await house.wait()
    assert house.gateway.take() == []
    aria.low(20)
    await house.wait()
    assert house.gateway.take() == ["Aria has a low battery (20%). Last sync: ?."]
    aria.fine(95)
    await house.wait()
    assert house.gateway.take() == ["Aria is charged again (95%)."]
    aria.low(19)
    await house.wait()
    assert house.gateway.take() == ["Aria has a low battery (19%). Last sync: ?."]


async def test_charged_is_not_told_if_unwanted(house: House) -> None:
    """Without the text about charging, the next discharge is still told."""
    aria = house.device("Aria")
    aria.low()
    await house.automate(tell_charged=False)
    assert len(house.gateway.take()) == 1
    aria.fine()
    await house.wait()
    assert house.gateway.take() == []
    aria.low()
    await house.wait()
    assert len(house.gateway.take()) == 1


async def test_flapping_percentage(house: House) -> None:
    """A level that swings around the threshold is one discharge."""
    aria = house.device("Aria")
    aria.fine(22)
    await house.automate()
    for _ in range(5):
        aria.low(20)
        await house.wait(hours=1)
        aria.fine(24)
        await house.wait(days=2)
    assert house.gateway.take() == ["Aria has a low battery (20%). Last sync: ?."]
    aria.fine(25)
    await house.wait()
    assert house.gateway.take() == ["Aria is charged again (25%)."]


async def test_flapping_words(house: House) -> None:
    """A scale without percentages is charged when it says so, or when it lasts a day."""
    body = house.device("Body+")
    body.low(None, battery_level="low")
    await house.automate()
    assert house.gateway.take() == ["Body+ has a low battery (Low). Last sync: ?."]
    for _ in range(3):
        body.fine(None, battery_level="medium")
        await house.wait(hours=12)
        body.low(None, battery_level="low")
        await house.wait(hours=12)
    assert house.gateway.take() == []
    body.fine(None, battery_level="medium")
    await house.wait(hours=23)
    assert house.gateway.take() == []
    await house.wait(hours=1)
    assert house.gateway.take() == ["Body+ is charged again (Medium)."]
    body.low(None, battery_level="empty")
    await house.wait()
    body.fine(None, battery_level="high")
    await house.wait()
    assert house.gateway.take() == [
        "Body+ has a low battery (Empty). Last sync: ?.",
        "Body+ is charged again (High).",
    ]


async def test_only_low_is_known(house: House) -> None:
    """A device that tells nothing but whether it is low gets a word for it."""
    body = house.device("Body+")
    body.low(None)
    await house.automate()
    body.fine(None)
    await house.wait()
    assert house.gateway.take() == [
        "Body+ has a low battery (Low). Last sync: ?.",
        "Body+ is charged again (Normal).",
    ]


async def test_gaps_and_synchronizations_are_no_news(house: House) -> None:
    """Reloads, gaps and new synchronizations do not repeat a text."""
    aria = house.device("Aria")
    aria.low(15, last_sync=NOON)
    await house.automate()
    assert len(house.gateway.take()) == 1
    for hour in range(4):
        aria.gone()
        await house.wait(hours=1)
        aria.low(15 - hour, last_sync=NOON + timedelta(hours=hour))
        await house.wait()
        aria.show(battery_low="unknown")
        await house.wait()
        aria.low(15 - hour)
        await house.load()
    assert house.gateway.take() == []


async def test_a_reload_brings_the_entities_one_by_one(house: House) -> None:
    """The level in the text is the new one, though its entity comes back later."""
    aria = house.device("Aria")
    aria.fine(90)
    await house.automate()
    aria.gone()
    await house.wait()
    aria.show(battery_low="on", battery_level="unknown")
    await house.hass.async_block_till_done()
    assert house.gateway.take() == []
    aria.show(battery=12, last_sync=NOON)
    await house.wait()
    assert house.gateway.take() == [
        "Aria has a low battery (12%). Last sync: 20 Nov 2026, 13:00."
    ]


async def test_an_entity_that_never_comes_back(house: House) -> None:
    """A text does not wait for ever for the level, or for the last synchronization."""
    aria = house.device("Aria")
    aria.fine(90)
    await house.automate()
    aria.gone()
    aria.show(battery_low="on")
    await house.wait()
    assert house.gateway.take() == ["Aria has a low battery (Low). Last sync: ?."]


async def test_a_new_automation_tells_what_is_low_already(house: House) -> None:
    """Who makes the automation too late is told at once."""
    house.device("Aria").low(8)
    await house.automate()
    assert house.gateway.take() == ["Aria has a low battery (8%). Last sync: ?."]


async def test_restart_with_the_battery_still_low(
    house: House, another_hass: HomeAssistant
) -> None:
    """A restart does not repeat a text, and charging is still told afterwards."""
    aria = house.device("Aria")
    aria.low(15)
    await house.automate()
    assert len(house.gateway.take()) == 1
    await house.restart_in(another_hass, lambda: aria.low(14))
    await house.wait(days=1)
    assert house.gateway.take() == []
    aria.fine(100)
    await house.wait()
    assert house.gateway.take() == ["Aria is charged again (100%)."]


async def test_low_while_home_assistant_was_off(
    house: House, another_hass: HomeAssistant
) -> None:
    """A level that fell meanwhile is told after the start, once."""
    aria = house.device("Aria")
    aria.fine(30)
    await house.automate()
    await house.restart_in(another_hass, lambda: aria.low(11))
    assert house.gateway.take() == ["Aria has a low battery (11%). Last sync: ?."]
    await house.wait(days=1)
    assert house.gateway.take() == []


async def test_charged_while_home_assistant_was_off(
    house: House, another_hass: HomeAssistant
) -> None:
    """Charging is told also if Home Assistant did not see it, however late it reads it."""
    aria = house.device("Aria")
    aria.low(15)
    await house.automate()
    assert len(house.gateway.take()) == 1
    await house.restart_in(another_hass)
    await house.wait(minutes=10)
    assert house.gateway.take() == []
    aria.fine(100)
    await house.wait()
    assert house.gateway.take() == ["Aria is charged again (100%)."]
