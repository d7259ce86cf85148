"""All that a user does, in the order of the README."""

from ..clouds import Clouds
from ..demo.api import Api
from . import (
    accounts,
    automation,
    dashboard,
    diagnostics,
    looks,
    repairs,
    scale,
    texts,
    weighing,
)
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
    await scale.add_scale(screen, api)
    await automation.tell_of_weigh_ins(screen, api, clouds, alice)
    await texts.make_automation(screen, api, clouds, bob)
    path = await dashboard.add_dashboard(screen)
    await dashboard.see_people(screen, path)
    await dashboard.answer_question(screen, api, clouds, alice, path)
    await repairs.leave_out(screen, api, clouds, alice)
    await diagnostics.download(screen, clouds)
    await looks.live_in_germany(screen, api, homes, path)
    await looks.live_in_america(screen, api, clouds, alice, path)
