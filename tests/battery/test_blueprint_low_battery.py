"""The low battery automation, run by Home Assistant from the blueprint itself."""

from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    async_capture_events,
    async_test_home_assistant,
)

from custom_components.weighbridge.battery.texts import EVENT_BATTERY_TEXT_DUE
from custom_components.weighbridge.const import DOMAIN
from homeassistant.const import SERVICE_TURN_OFF, SERVICE_TURN_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.translation import async_load_integrations
from homeassistant.util import dt as dt_util

from ..support.battery_house import House

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def berlin(day: int, hour: int, minute: int = 0) -> datetime:
    """Return a moment of November on the clock of the house."""
    return datetime(2026, 11, day, hour, minute, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.fixture
async def house(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory
) -> AsyncGenerator[House]:
    """Return a house in Berlin, at noon UTC."""
    freezer.move_to(NOON)
    await hass.config.async_set_time_zone("Europe/Berlin")
    house = House(hass, freezer)
    await house.async_open()
    yield house
    await house.async_close()


@pytest.fixture
async def another_hass(
    house: House, hass_config_dir: str
) -> AsyncGenerator[HomeAssistant]:
    """Return the Home Assistant that runs after a restart, with the same files."""
    async with async_test_home_assistant(config_dir=hass_config_dir) as hass:
        await hass.config.async_set_time_zone("Europe/Berlin")
        yield hass
        await house.async_close()
        await hass.async_stop(force=True)


async def test_one_text_for_a_discharge(house: House) -> None:
    """A battery that runs low is texted about once, with the newest values."""
    aria = house.device("Aria")
    aria.fine(55, last_sync=NOON - timedelta(hours=5))
    await house.automate()
    assert house.gateway.take() == []
    aria.low(18, last_sync=NOON - timedelta(minutes=5))
    await house.wait()
    assert house.gateway.take() == [
        "Aria has a low battery (18%). Last sync: 2026-11-20 12:55."
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
        "Aria has a low battery (12%). Last sync: 2026-11-20 13:00."
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


async def test_quiet_hours_over_midnight(house: House) -> None:
    """A text waits for the end of the quiet hours, and is not lost."""
    aria, charge = house.device("Aria"), house.device("Charge")
    aria.fine()
    charge.fine()
    await house.automate(quiet_start="22:00:00", quiet_end="07:00:00")
    await house.wait_until(berlin(20, 21, 58))
    charge.low(19)
    await house.wait()
    assert len(house.gateway.take()) == 1
    await house.wait_until(berlin(20, 22))
    charge.fine()
    aria.low(20)
    await house.wait()
    await house.wait_until(berlin(21, 0, 30))
    aria.low(18)
    await house.load()
    await house.wait_until(berlin(21, 6, 58))
    assert house.gateway.take() == []
    await house.wait_until(berlin(21, 7))
    assert house.gateway.take() == [
        "Aria has a low battery (18%). Last sync: ?.",
        "Charge is charged again (90%).",
    ]
    await house.wait(days=1)
    assert house.gateway.take() == []


async def test_quiet_hours_swallow_what_is_no_longer_true(house: House) -> None:
    """What was low and charged within the quiet hours is not told."""
    aria = house.device("Aria")
    aria.fine()
    await house.automate(quiet_start="13:00:00", quiet_end="15:30:00")
    await house.wait_until(berlin(20, 14))
    aria.low()
    await house.wait()
    aria.fine()
    await house.wait(hours=12)
    assert house.gateway.take() == []


async def test_quiet_hours_with_a_short_relapse(house: House) -> None:
    """Who knows of a low battery learns that it is charged, whatever was between."""
    aria = house.device("Aria")
    aria.low()
    await house.automate(quiet_start="14:00:00", quiet_end="18:00:00")
    assert len(house.gateway.take()) == 1
    await house.wait_until(berlin(20, 15))
    for report in (aria.fine, aria.low, aria.fine):
        report()
        await house.wait()
    await house.wait_until(berlin(20, 18))
    assert house.gateway.take() == ["Aria is charged again (90%)."]


async def test_quiet_hours_with_a_restart_at_their_end(
    house: House, another_hass: HomeAssistant
) -> None:
    """Who restarts when the quiet hours end gets the text all the same."""
    aria = house.device("Aria")
    aria.fine()
    await house.automate(quiet_start="22:00:00", quiet_end="07:00:00")
    await house.wait_until(berlin(21, 2))
    aria.low(15)
    await house.wait_until(berlin(21, 6, 58))
    assert house.gateway.take() == []
    house.freezer.move_to(berlin(21, 7, 2))
    await house.restart_in(another_hass, lambda: aria.low(15))
    assert house.gateway.take() == ["Aria has a low battery (15%). Last sync: ?."]


async def test_repetition(house: House) -> None:
    """A low battery is told again every N hours, not in quiet hours, until charged."""
    aria = house.device("Aria")
    aria.low(15)
    await house.automate(repeat_hours=6, quiet_start="22:00:00", quiet_end="07:00:00")
    told: list[int] = []
    for minutes in range(0, 36 * 60, 10):
        if house.gateway.take():
            told.append(13 + minutes // 60)
        await house.wait_until(berlin(20, 13) + timedelta(minutes=minutes + 10))
    assert told == [13, 19, 31, 37, 43]
    aria.fine()
    await house.wait_until(berlin(22, 7))
    assert house.gateway.take() == ["Aria is charged again (90%)."]


async def test_repetition_over_a_restart(
    house: House, another_hass: HomeAssistant
) -> None:
    """The time to the next text goes on when Home Assistant is off."""
    aria = house.device("Aria")
    aria.low(15)
    await house.automate(repeat_hours=6)
    await house.wait(hours=3)
    await house.restart_in(another_hass, lambda: aria.low(15))
    assert len(house.gateway.take()) == 1
    await house.wait(hours=2, minutes=50)
    assert house.gateway.take() == []
    await house.wait(minutes=15)
    assert len(house.gateway.take()) == 1


async def test_silence(house: House) -> None:
    """A device that does not synchronize is told of once for each silence."""
    aria, body = house.device("Aria"), house.device("Body+")
    aria.fine(last_sync=NOON - timedelta(hours=71))
    body.fine(last_sync=NOON)
    await house.automate()
    await house.wait(minutes=55)
    assert house.gateway.take() == []
    await house.wait(minutes=10)
    silent = (
        "Aria has not synced for 3 days. Is its battery empty? "
        "Last sync: 2026-11-17 14:00."
    )
    assert house.gateway.take() == [silent]
    body.fine(last_sync=NOON + timedelta(hours=1))
    aria.gone()
    await house.wait(hours=1)
    aria.fine(last_sync=NOON - timedelta(hours=71))
    await house.wait(days=2)
    assert house.gateway.take() == []
    synced = dt_util.utcnow()
    aria.fine(last_sync=synced)
    body.fine(last_sync=synced + timedelta(days=2))
    await house.wait(days=2, hours=23)
    assert house.gateway.take() == []
    await house.wait(hours=2)
    assert [text[:31] for text in house.gateway.take()] == [silent[:31]]


async def test_silence_seen_late(house: House, another_hass: HomeAssistant) -> None:
    """A silence that is found at the start, or when the device is read, is told once."""
    aria = house.device("Aria")
    aria.fine(last_sync=NOON)
    await house.automate(stale_days=2)
    await house.restart_in(another_hass)
    await house.wait(days=5)
    assert house.gateway.take() == []
    aria.fine(last_sync=NOON)
    await house.wait()
    assert [text[:31] for text in house.gateway.take()] == [
        "Aria has not synced for 5 days."
    ]
    await house.wait(days=5)
    assert house.gateway.take() == []


async def test_silence_is_not_told_if_unwanted(house: House) -> None:
    """With 0 days, a device may be silent for ever."""
    aria = house.device("Aria")
    aria.fine(last_sync=NOON)
    await house.automate(stale_days=0)
    await house.wait(days=300)
    assert house.gateway.take() == []


async def test_several_devices_at_once(house: House) -> None:
    """Each device gets its text, also if all run low in the same moment."""
    names = [f"Tracker {number}" for number in range(15)]
    for name in names:
        house.device(name).fine()
    await house.automate()
    for name in names:
        house.device(name).low()
    await house.wait()
    assert sorted(house.gateway.take()) == sorted(
        f"{name} has a low battery (15%). Last sync: ?." for name in names
    )
    await house.wait(days=1)
    assert house.gateway.take() == []


async def test_two_people(house: House) -> None:
    """Each automation has its own memory and numbers."""
    aria, charge = house.device("Aria"), house.device("Charge")
    aria.low()
    charge.fine()
    await house.automate("Ann")
    assert len(house.gateway.take()) == 1
    await house.automate("Bob", phone_numbers=["0044 7700 900123"])
    assert len(house.gateway.take()) == 1
    charge.low()
    await house.wait()
    assert len(house.gateway.take()) == 2
    assert house.gateway.targets == [
        "+491712345678",
        "+447700900123",
        "+491712345678",
        "+447700900123",
    ]


async def test_automation_off_and_renamed(house: House) -> None:
    """An automation keeps its memory while it is off, and under another name."""
    aria = house.device("Aria")
    aria.low()
    automation = await house.automate(quiet_end="18:00:00", quiet_start="18:00:00")
    assert len(house.gateway.take()) == 1
    await house.switch(automation, SERVICE_TURN_OFF)
    aria.fine()
    await house.wait()
    aria.low()
    await house.wait(days=1)
    er.async_get(house.hass).async_update_entity(
        automation, new_entity_id="automation.renamed"
    )
    await house.wait()
    await house.switch("automation.renamed", SERVICE_TURN_ON)
    await house.wait(days=1)
    assert house.gateway.take() == []


async def test_automation_switched_on_late(house: House) -> None:
    """What became due while the automation was off is told at the daily look."""
    aria = house.device("Aria")
    aria.fine()
    automation = await house.automate(quiet_end="18:00:00", quiet_start="18:00:00")
    await house.switch(automation, SERVICE_TURN_OFF)
    aria.low()
    await house.wait()
    await house.switch(automation, SERVICE_TURN_ON)
    assert house.gateway.take() == []
    await house.wait_until(berlin(20, 18))
    assert len(house.gateway.take()) == 1


async def test_a_deleted_automation_is_forgotten(house: House) -> None:
    """Nothing is watched for an automation that is gone."""
    events = async_capture_events(house.hass, EVENT_BATTERY_TEXT_DUE)
    house.device("Aria").low()
    await house.automate(repeat_hours=1)
    await house.wait(hours=1)
    assert len(events) == 1
    house.automations.clear()
    await house.load()
    await house.wait(hours=1)
    await house.wait(hours=1)
    assert len(events) == 1
    assert len(house.gateway.take()) == 2


async def test_run_sends_the_introduction(house: House) -> None:
    """Run proves that the number works, and does not count as a warning."""
    aria, body = house.device("Aria"), house.device("Body+")
    aria.fine(85)
    body.fine(None, battery_level="medium")
    automation = await house.automate(quiet_start="00:00:00", quiet_end="23:00:00")
    await house.run(automation)
    introduction = (
        "You will be texted when a battery runs low. Now: Aria: 85%, Body+: Medium."
    )
    assert house.gateway.take() == [introduction]
    aria.low(10)
    await house.run(automation)
    assert house.gateway.take() == [
        "You will be texted when a battery runs low. Now: Aria: 10%, Body+: Medium."
    ]
    await house.wait_until(berlin(20, 23))
    assert house.gateway.take() == ["Aria has a low battery (10%). Last sync: ?."]


async def test_texts_of_ones_own(house: House) -> None:
    """The texts are templates with the values of the device."""
    aria = house.device("Aria")
    aria.low(7, last_sync=NOON - timedelta(hours=26))
    device = dr.async_get(house.hass).async_get_device_by_identifier(
        (DOMAIN, "Aria"), config_entry_id=house.entry.entry_id
    )
    assert device is not None
    dr.async_get(house.hass).async_update_device(device.id, name_by_user="Die Waage")
    automation = await house.automate(
        low_text="{{ name | upper }} {{ level }} {{ last_sync }} {{ days }} {{ levels }}\n",
        charged_text="{{ 1 if level == '100%' else 0 }}",
        introduction_text="Hallo!",
    )
    await house.run(automation)
    aria.fine(100)
    await house.wait()
    assert house.gateway.take() == [
        "DIE WAAGE 7% 2026-11-19 11:00 1 Die Waage: 7%",
        "Hallo!",
        "1",
    ]


async def test_levels_in_the_language_of_the_house(
    hass: HomeAssistant, house: House
) -> None:
    """A word for the level is one that Home Assistant shows."""
    hass.config.language = "de"
    await async_load_integrations(hass, {"binary_sensor"})
    house.device("Body+").low(None)
    await house.automate(low_text="{{ level }}")
    assert house.gateway.take() == ["Niedrig"]
