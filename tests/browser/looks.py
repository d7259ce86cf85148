"""How it looks elsewhere: on a phone, and in the dark."""

from playwright.async_api import Browser

from ..demo.console import step
from ..demo.dashboard import URL_PATH
from .screen import Screen, new_page


async def on_a_phone(browser: Browser, screen: Screen) -> None:
    """Look at pages on a phone, whose owner prefers the dark."""
    with step("Look at it on a phone, in the dark"):
        async with new_page(browser, phone=True) as page:
            phone = screen.on(page)
            for name, path, text in (
                ("phone-dashboard", f"/{URL_PATH}/alice", "Body composition"),
                (
                    "phone-integration",
                    "/config/integrations/integration/weighbridge",
                    "Bob Charge 6",
                ),
            ):
                await phone.open(path)
                await phone.see(text)
                await phone.picture(name)
            await phone.open("/config/integrations/dashboard/add?domain=weighbridge")
            await phone.press("OK")
            await phone.see("What do you want to add?")
            await phone.picture("phone-add-account")
