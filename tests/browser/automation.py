"""An automation of one's own, made in the editor."""

from datetime import UTC, datetime

from ..clouds import Clouds
from ..demo.api import Api
from ..demo.cast import Weighing
from ..demo.console import step
from ..demo.home import Home
from ..demo.weighing import weigh
from .screen import Screen

_MESSAGE = "{{ trigger.name }}: {{ trigger.weight }} {{ trigger.unit }}"
_ACTION = "Persistent Notification: Create persistent notification"


async def tell_of_weigh_ins(
    screen: Screen, api: Api, clouds: Clouds, alice: Home
) -> None:
    """Make an automation that shows each weigh-in as a notification."""
    with step("Choose a trigger of Weighbridge in the editor"):
        await screen.open("/config/automation/edit/new")
        await screen.press("Add trigger")
        await _search(screen, "weighed in")
        await screen.see("Triggers once for each new weigh-in")
        await screen.picture("trigger", of=screen.dialog)
        await screen.page.get_by_text("Weighed in", exact=True).first.click()
        await screen.press("Add target")
        await screen.pick("Devices")
        await screen.look("whose weigh-ins")
        await screen.pick("Alice")
    with step("Choose a notification, and save the automation"):
        await screen.press("Add action")
        await _search(screen, "persistent notification")
        await screen.page.get_by_text(_ACTION, exact=True).first.click()
        message = screen.page.locator("ha-service-control input").first
        await message.fill(_MESSAGE)
        await message.blur()
        await screen.press("Save")
        await screen.dialog.locator("input").first.fill("Tell of weigh-ins")
        await screen.press("Save")
        await screen.see("Traces")
    with step("Get the notification"):
        now = datetime.now(UTC).replace(microsecond=0)
        await weigh(api, clouds, alice, Weighing(weight=67.5, body_fat=26.8), now)
        await screen.choose("Notifications")
        await screen.see("Alice: 67.5 kg")


async def _search(screen: Screen, words: str) -> None:
    """Search what can be added."""
    await screen.dialog.get_by_placeholder("Search").fill(words)
