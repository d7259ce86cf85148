"""How it looks elsewhere: in German in the dark, in pounds on a phone."""

from datetime import UTC, datetime

from ..clouds import Clouds
from ..demo.api import Api
from ..demo.cast import Weighing
from ..demo.console import step
from ..demo.home import Home
from ..demo.weighing import weigh
from . import scale
from .dashboard import hear
from .repairs import answer, open_question
from .screen import AMERICAN_PHONE, GERMAN_DESK, Screen


async def live_in_germany(screen: Screen, api: Api, path: str) -> None:
    """Look at a device, a form and the dashboard in German, in the dark."""
    await _move(api, language="de")
    async with screen.elsewhere(GERMAN_DESK) as german:
        with step("See a device in German, in the dark"):
            await german.open_device("Alice")
            for text in ("Gewichtstrend", "Zielgewicht", "Letzte Wägung"):
                await german.see(text)
            await german.look("the device in German")
        with step("See a form in German"):
            await german.open("/config/integrations/dashboard/add?domain=weighbridge")
            await german.press("OK")
            await german.see("Was möchtest du hinzufügen?")
            await german.look("the menu in German")
            await german.choose("Wohin die Wägungen gehen")
            await german.see("Bei Garmin Connect anmelden")
            await german.look("the sign-in in German")
        with step("See the dashboard in German"):
            await german.open(path)
            await german.see("Körperzusammensetzung")
            await german.look("the dashboard in German")
            await hear(german, "the dashboard in German")


async def live_in_america(
    screen: Screen, api: Api, clouds: Clouds, alice: Home, path: str
) -> None:
    """Weigh in, look at the dashboard and answer a question on a phone, in pounds."""
    await _move(
        api,
        language="en",
        country="US",
        time_zone="America/New_York",
        unit_system="us_customary",
        update_units=True,
    )
    async with screen.elsewhere(AMERICAN_PHONE) as phone:
        with step("See a weigh-in in pounds, on a phone"):
            await phone.open(path)
            await phone.see("Body composition")
            now = datetime.now(UTC).replace(microsecond=0)
            await weigh(api, clouds, alice, Weighing(weight=67.1, body_fat=26.7), now)
            await phone.see("147.93 lb")
            await phone.look("the dashboard in pounds")
        with step("Answer on a phone whose a weigh-in is"):
            await scale.ask(api)
            await open_question(phone, scale.NAME)
            await phone.see("229.9 lb")
            await phone.look("the question in pounds")
            await answer(phone, "Dave")


async def _move(api: Api, **settings: object) -> None:
    """Change where Home Assistant is at home, and what is said there."""
    await api.call("config/core/update", **settings)
    # As after the restart that Home Assistant asks for.
    for entry in await api.call("config_entries/get", domain="weighbridge"):
        await api.post(f"/api/config/config_entries/entry/{entry['entry_id']}/reload")
