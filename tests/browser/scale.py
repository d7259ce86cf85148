"""A scale that Home Assistant knows already, and the people who stand on it."""

from ..demo import bluetooth
from ..demo.api import Api
from ..demo.cast import CAROL, DAVE, Person, Weighing
from ..demo.console import step
from .accounts import add_integration
from .screen import Screen

NAME = "Bathroom scale"
_TIMEOUT = 30


async def add_scale(screen: Screen, api: Api) -> None:
    """Add a scale and two people, the second on the page of the integration."""
    with step("Choose the sensors of a scale"):
        await add_integration(screen)
        await screen.choose("Any scale whose sensors Home Assistant has")
        await screen.see("Name of the scale")
        await screen.fill("name", NAME)
        for sensor in ("Bluetooth scale weight", "Bluetooth scale body fat"):
            await screen.page.get_by_text("Select an entity").first.click()
            await screen.pick(sensor)
            # The list that closes takes the focus along.
            await screen.look("the sensors of the scale")
        await screen.picture("scale", of=screen.dialog)
        await screen.press("Submit")
    with step("Say who stands on it"):
        await screen.see(f"Who stands on {NAME}?")
        await _describe(screen, CAROL)
        await screen.look("the first person")
        await screen.press("Submit")
        await screen.see("The scale is set up.")
        await screen.look("the end of the scale")
        await screen.press("Skip and finish")
    with step("Add another person"):
        await screen.open("/config/integrations/integration/weighbridge")
        await screen.press("Add person")
        await screen.see(f"Who else stands on {NAME}?")
        await _describe(screen, DAVE)
        await screen.look("the second person")
        await screen.press("Submit")
        await screen.see("The person is added.")
        await screen.press("Finish")
    with step("See who is recognised"):
        await bluetooth.step_on_unasked(api, Weighing(weight=61.4, body_fat=29.1))
        await api.wait_for(
            "Carol's weigh-in",
            lambda: "sensor.carol_weight" in api.states,
            _TIMEOUT,
        )
        await screen.open_device("Carol")
        # The scale weighs in pounds, Home Assistant in kilograms.
        await screen.see("61.42 kg")
        await screen.look("the device of a person")


async def ask(api: Api) -> None:
    """Let somebody step on the scale whom nobody knows, and wait for the question."""
    question = "event.bathroom_scale_whose_weigh_in"
    before = api.states[question].state
    await bluetooth.step_on_unasked(api, Weighing(weight=104.3, body_fat=24.0))
    await api.wait_for(
        "The question whose the weigh-in is",
        lambda: api.states[question].state != before,
        _TIMEOUT,
    )


async def _describe(screen: Screen, person: Person) -> None:
    """Fill in who a person is."""
    await screen.fill("name", person.name)
    await screen.fill_number("Lightest", round(person.weight) - bluetooth.MARGIN)
    await screen.fill_number("Heaviest", round(person.weight) + bluetooth.MARGIN)
    await screen.fill_number("Height", round(100 * person.height))
