"""The automation that texts about low batteries, made from its blueprint."""

from playwright.async_api import Locator, expect

from ..clouds import Clouds
from ..demo.api import Api
from ..demo.console import step
from ..demo.devices import TRACKER, drain_tracker
from ..demo.errors import DemoError
from ..demo.home import Home
from ..demo.texts import NUMBER, wait_for_texts
from .screen import Screen


async def make_automation(screen: Screen, api: Api, clouds: Clouds, bob: Home) -> None:
    """Fill in the blueprint, try the automation, and get a text when it is due."""
    with step("Fill in the blueprint Low battery SMS"):
        await screen.open("/config/blueprint/dashboard")
        await screen.choose("Low battery SMS")
        await _choose_batteries(screen, "Bob Charge 6", "Bob Aria Air")
        await _write(_setting(screen, "Notify action"), "notify.sms")
        numbers = _setting(screen, "Phone numbers")
        await numbers.get_by_role("button", name="Add", exact=True).click()
        await _write(numbers, NUMBER)
        await screen.picture("blueprint")
    with step("Save the automation, choose Run in its menu, get the introduction"):
        await screen.press("Save")
        await screen.see("Traces")
        await screen.press("Menu")
        await screen.page.get_by_role("menuitem", name="Run actions").click()
        await wait_for_texts(clouds, 1)
    with step("Get a text when the battery of the tracker runs low"):
        drain_tracker(clouds)
        battery = bob.source.devices[TRACKER.model]["battery_low"]
        await api.act("homeassistant.update_entity", entity_id=battery)
        await wait_for_texts(clouds, 2)
    texts = [message.message for message in clouds.sms.messages]
    introduction, warning = texts
    if "You will be texted" not in introduction or "low battery (9%)" not in warning:
        raise DemoError(f"There were other texts: {texts}")


def _setting(screen: Screen, name: str) -> Locator:
    """Return a row of the blueprint's settings."""
    rows = screen.page.locator("blueprint-automation-editor ha-settings-row")
    return rows.filter(has=screen.page.get_by_text(name, exact=True))


async def _write(setting: Locator, text: str) -> None:
    """Write into a setting, and wait until the editor has taken it in."""
    field = setting.locator("input")
    await field.click()
    await field.press_sequentially(text)
    await field.blur()
    await expect(field).to_have_value(text)


async def _choose_batteries(screen: Screen, *devices: str) -> None:
    """Choose entities from the list that belongs to them."""
    for device in devices:
        await (
            screen.page.get_by_role("button", name="Add entity")
            .or_(screen.page.get_by_text("Select an entity"))
            .first.click()
        )
        await screen.page.locator("ha-picker-combo-box").get_by_text(device).click()
        # The list that closes takes the focus along.
        await screen.look("the batteries")
