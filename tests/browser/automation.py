"""An automation of one's own, made in the editor."""

from datetime import UTC, datetime

from playwright.async_api import expect

from ..clouds import Clouds
from ..demo.api import Api
from ..demo.cast import Weighing
from ..demo.console import step
from ..demo.home import Home
from ..demo.weighing import weigh
from .screen import TIMEOUT, Screen

_MESSAGE = "{{ trigger.name }}: {{ trigger.weight_text }}"
_ACTION = "Persistent Notification: Create persistent notification"
_AUTOMATION = "automation.tell_of_weigh_ins"
_LOAD_TIMEOUT = 10


async def tell_of_weigh_ins(
    screen: Screen, api: Api, clouds: Clouds, alice: Home
) -> None:
    """Make an automation that shows each weigh-in as a notification."""
    with step("Choose a trigger of Weighbridge in the editor"):
        await screen.open("/config/automation/edit/new")
        await screen.press("Add trigger")
        await _search(screen, "weighed in")
        await screen.see("Triggers once for each new weigh-in")
        await screen.picture("trigger")
        await screen.page.get_by_text("Weighed in", exact=True).first.click()
        await screen.press("Add target")
        await screen.pick("Devices")
        await screen.look("whose weigh-ins")
        await screen.pick("Alice")
    with step("Choose a notification, and save the automation"):
        await screen.press("Add action")
        await _search(screen, "persistent notification")
        await screen.page.get_by_text(_ACTION, exact=True).first.click()
        await screen.see("Message body of the notification.")
        await screen.settle()
        await screen.page.locator("ha-service-control input").first.fill(_MESSAGE)
        # What is a template gets an editor of its own.
        editor = screen.page.locator("ha-service-control ha-code-editor")
        await expect(editor).to_be_visible(timeout=TIMEOUT)
        await screen.settle()
        await screen.press("Save")
        name = screen.page.locator("ha-dialog input, dialog input").last
        await name.fill("Tell of weigh-ins")
        await screen.press("Save")
        await api.wait_for(
            _AUTOMATION, lambda: _AUTOMATION in api.states, _LOAD_TIMEOUT
        )
    with step("Get the notification"):
        now = datetime.now(UTC).replace(microsecond=0)
        await weigh(api, clouds, alice, Weighing(weight=67.5, body_fat=26.8), now)
        await screen.page.locator("#sidebar-notifications").click()
        await screen.see("Alice: 67.5 kg")


async def _search(screen: Screen, words: str) -> None:
    """Search what can be added."""
    await screen.page.get_by_placeholder("Search").last.fill(words)
