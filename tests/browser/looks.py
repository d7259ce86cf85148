"""How it looks elsewhere: on a phone, in the dark."""

from ..demo.console import step
from ..demo.dashboard import URL_PATH
from ..demo.errors import DemoError
from .screen import Screen, new_page


async def look_on_a_phone(screen: Screen) -> None:
    """Look at pages and dialogs on a phone, whose owner prefers the dark."""
    if (browser := screen.page.context.browser) is None:
        raise DemoError("The browser has gone away")
    with step("Look at it on a phone, in the dark"):
        async with new_page(browser, phone=True) as page:
            phone = screen.on(page)
            await phone.open(f"/{URL_PATH}/alice")
            await phone.see("Body composition")
            await phone.picture("phone")
            await phone.open("/config/integrations/integration/weighbridge")
            await phone.see("Bob Charge 6")
            await phone.look("the integration")
            await phone.open("/config/integrations/dashboard/add?domain=weighbridge")
            await phone.press("OK")
            await phone.see("What do you want to add?")
            await phone.look("the menu")
            await phone.choose("Where weigh-ins go to")
            await phone.see("The password is used once")
            await phone.look("the sign-in")
