"""How it looks elsewhere: in German in the dark, in pounds on a phone."""

from datetime import UTC, datetime

from ..clouds import Clouds
from ..demo.accounts import want_sensor_batteries
from ..demo.api import Api
from ..demo.cast import Weighing
from ..demo.console import step
from ..demo.home import Home
from ..demo.weighing import weigh
from . import accounts, scale
from .dashboard import hear
from .repairs import answer, open_question
from .screen import AMERICAN_PHONE, GERMAN_DESK, Screen

_NOT_LINKED = "Bob · Garmin Connect bekommt noch keine Wägungen"


async def live_in_germany(
    screen: Screen, api: Api, homes: list[Home], path: str
) -> None:
    """Look at a device, forms, blueprints and the dashboard in German, in the dark."""
    alice, bob = homes
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
        with step("Link an account by its repair, in German, at the second try"):
            await _unlink(api, bob)
            await german.open("/config/repairs")
            await german.choose(_NOT_LINKED)
            await german.see("Verknüpfung mit Bob · Garmin Connect")
            await german.look("the form of a link in German")
            await accounts.choose_account(german, "Alice · Withings")
            await german.press("OK")
            await german.see("Zwei Garmin-Konten für eine Person?")
            await german.look("the question before a second link in German")
            await german.press("Schließen")
            await german.choose(_NOT_LINKED)
            await accounts.choose_account(german, "Bob · Fitbit")
            await german.press("OK")
            await german.see("Die Verknüpfung ist eingerichtet")
            await german.press("Fertigstellen")
        with step("See the battery of a strap in German"):
            await want_sensor_batteries(api, alice.garmin.entry_id)
            await german.open_device("HRM 600")
            await german.see("93")
            await german.look("a strap in German")
        with step("See the blueprints in German"):
            await german.open("/config/blueprint/dashboard")
            for name in (
                "Erinnerung ans Wiegen",
                "Wessen Wägung?",
                "Wochenbericht",
                "SMS bei schwacher Batterie",
            ):
                await german.see(name)
            await german.choose("SMS bei schwacher Batterie")
            await german.see("Benachrichtigungsaktion")
            await german.look("a blueprint in German")
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


async def _unlink(api: Api, home: Home) -> None:
    """Delete the link of a Garmin account."""
    entry = {"entry_id": home.garmin.entry_id}
    for subentry in await api.call("config_entries/subentries/list", **entry):
        await api.call(
            "config_entries/subentries/delete",
            subentry_id=subentry["subentry_id"],
            **entry,
        )


async def _move(api: Api, **settings: object) -> None:
    """Change where Home Assistant is at home, and what is said there."""
    await api.call("config/core/update", **settings)
    # As after the restart that Home Assistant asks for.
    for entry in await api.call("config_entries/get", domain="weighbridge"):
        await api.post(f"/api/config/config_entries/entry/{entry['entry_id']}/reload")
