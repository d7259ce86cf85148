"""All that a user does, in the order of the README."""

from ..clouds import Clouds
from ..demo.api import Api
from . import accounts, dashboard, diagnostics, looks, repairs, texts, weighing
from .screen import Screen


async def take_tour(screen: Screen, clouds: Clouds, api: Api) -> None:
    """Do all of it."""
    await screen.narrow_sidebar()
    await accounts.add_withings(screen)
    await accounts.add_fitbit(screen)
    await accounts.add_garmin(screen)
    await accounts.add_second_garmin(screen)
    homes = await weighing.find_homes(api)
    alice, bob = homes
    await weighing.weigh_in(screen, api, clouds, homes)
    await texts.make_automation(screen, api, clouds, bob)
    await weighing.see_dashboard(screen, api, homes)
    await looks.look_on_a_phone(screen)
    path = await dashboard.add_dashboard(screen)
    await dashboard.see_people(screen, path)
    await dashboard.answer_question(screen, api, clouds, alice, path)
    await repairs.leave_out(screen, api, clouds, alice)
    await diagnostics.download(screen, clouds)
