"""Several automations from the low battery blueprint, off, renamed, and in words of their own."""

from datetime import timedelta

from pytest_homeassistant_custom_component.common import async_capture_events

from custom_components.weighbridge.battery.texts import EVENT_BATTERY_TEXT_DUE
from custom_components.weighbridge.const import DOMAIN
from homeassistant.const import SERVICE_TURN_OFF, SERVICE_TURN_ON
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.translation import async_load_integrations

from ..support.battery_house import House
from ..support.texting import NOON, berlin


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
        "DIE WAAGE 7% 19 Nov 2026, 11:00 1 Die Waage: 7%",
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
