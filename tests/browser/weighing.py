"""Stepping on scales, and looking at what Home Assistant shows."""

from datetime import UTC, datetime

from ..clouds import Clouds
from ..demo.accounts import find_account
from ..demo.api import Api
from ..demo.cast import ALICE, BOB, Weighing
from ..demo.console import step
from ..demo.home import Home
from ..demo.weighing import weigh
from .screen import Screen

_ALICE = Weighing(
    weight=67.35,
    body_fat=26.9,
    muscle_mass=46.77,
    bone_mass=2.46,
    body_water=35.94,
    visceral_fat=5,
    basal_metabolic_rate=1433,
    metabolic_age=34,
    heart_rate=58,
)
_BOB = Weighing(weight=83.85, body_fat=21.3)


async def find_homes(api: Api) -> list[Home]:
    """Return the accounts that were added in the browser."""
    entries = {
        entry["title"]: entry["entry_id"]
        for entry in await api.call("config_entries/get", domain="weighbridge")
    }
    return [
        Home(
            person=person,
            source=await find_account(api, entries[source]),
            garmin=await find_account(api, entries[garmin]),
        )
        for person, source, garmin in (
            (ALICE, "Alice · Withings", "Alice · Garmin Connect"),
            (BOB, "Bob · Fitbit", "Bob · Garmin Connect"),
        )
    ]


async def weigh_in(screen: Screen, api: Api, clouds: Clouds, homes: list[Home]) -> None:
    """Weigh people while the browser shows what Home Assistant has of them."""
    now = datetime.now(UTC).replace(microsecond=0)
    alice, bob = homes
    with step("See a weigh-in on the page of the account's device"):
        await screen.open_device("Alice")
        await weigh(api, clouds, alice, _ALICE, now)
        await screen.see("67.35 kg")
        await screen.picture("withings-device")
    with step("See that it has arrived on the page of the Garmin account"):
        await weigh(api, clouds, bob, _BOB, now)
        await screen.open_device("Alice · Garmin Connect")
        await screen.see("Last push")
        await screen.look("the device of the Garmin account")
    with step("See the battery of a tracker on its page"):
        await screen.open_device("Bob Charge 6")
        await screen.see("85%")
        await screen.picture("tracker-device")
    with step("See all accounts and devices"):
        await screen.open("/config/integrations/integration/weighbridge")
        await screen.see("Bob Charge 6")
        await screen.picture("integration")
