"""The demo for a person: a browser to look at, a scale to step on, a battery to drain."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from ..clouds import SmsMessage
from . import bluetooth, door
from .api import Api, State, connect
from .cast import ALICE, BOB, CAROL, DAVE
from .config import BATTERY_BUTTON, CUFF_BUTTON, GUEST_BUTTON, STEP_BUTTONS
from .console import say, step
from .dashboard import URL_PATH, save_dashboard
from .errors import DemoError
from .home import settle_in
from .keys import pressed_keys
from .phones import Notification, Phone, add_phones, ask_on
from .scale import BluetoothScale, Cuff, Scale, Tracker
from .stage import raised
from .texts import add_automation, follow_texts

HELP = """
  {url}

Open it in a browser on this machine: there is nobody to sign in as.
Press w when Alice steps on her Withings scale, f when Bob steps on his Fitbit scale,
c or d when Carol or Dave steps on the Bluetooth scale that they share, which Home Assistant
knows without Weighbridge, g when a guest does, whom Weighbridge asks about (on Carol's page,
on both phones, and under Repairs), p when Alice measures her blood pressure, b when the battery of Bob's tracker runs low or
is charged, q to quit. The buttons on the dashboard do the same. From another terminal,
`scripts/demo step` or `scripts/demo step 70.5` lets Alice step on her scale.
Withings tells Home Assistant at once. The demo has Google asked at once; by itself Home
Assistant asks every 15 minutes, and every hour for batteries.

To add accounts yourself, remove these first. The pages of Withings and Google let you in
as {alice.name} and {bob.name}; Garmin Connect wants {alice.email}, {alice.password} and the
code {alice.code}, {bob.email}, {bob.password} and no code, or {carol.email},
{carol.password} and no code.
What the simulated vendors hold: {clouds}/control/state
"""

type Deed = Callable[[], Awaitable[object]]


async def run_interactive(*, keep: bool) -> None:
    """Show the demo until somebody has seen enough."""
    async with (
        raised(
            [ALICE, BOB, CAROL], keep=keep, configuration=bluetooth.CONFIGURATION
        ) as stage,
        connect(stage.home_assistant.url, stage.token) as api,
    ):
        clouds = stage.clouds
        homes = await settle_in(api, clouds, [ALICE, BOB])
        alice, bob = homes
        carol = await bluetooth.move_in(api, CAROL, DAVE)
        with step("Have Carol's and Dave's phones asked whose a weigh-in is"):
            phones = await add_phones(api, [CAROL, DAVE])
            for phone in phones:
                await phone.connect(api, _show_notification)
            await ask_on(api, bluetooth.QUESTION, phones)
        with step("Make the automation that texts about Bob's batteries"):
            devices = bob.source.devices.values()
            await add_automation(api, [entities["battery_low"] for entities in devices])
        with step("Save the dashboard"):
            await save_dashboard(api, homes, carol)
        say(
            HELP.format(
                url=f"{stage.home_assistant.url}/{URL_PATH}",
                alice=ALICE,
                bob=BOB,
                carol=CAROL,
                clouds=clouds.url,
            )
        )
        scales = {home.person.name: Scale(api, clouds, home) for home in homes}
        shared = BluetoothScale(api, clouds, carol)
        keys: dict[str, Deed] = {
            "w": scales[ALICE.name].step,
            "f": scales[BOB.name].step,
            "c": shared.step,
            "d": shared.step_partner,
            "g": shared.step_guest,
            "p": Cuff(api, clouds, alice).use,
            "b": Tracker(api, clouds, bob).drain_or_charge,
        }
        buttons = {
            STEP_BUTTONS[ALICE.name]: keys["w"],
            STEP_BUTTONS[BOB.name]: keys["f"],
            STEP_BUTTONS[CAROL.name]: keys["c"],
            STEP_BUTTONS[DAVE.name]: keys["d"],
            GUEST_BUTTON: keys["g"],
            CUFF_BUTTON: keys["p"],
            BATTERY_BUTTON: keys["b"],
        }
        async with door.opened(scales[ALICE.name].step):
            texts = asyncio.create_task(follow_texts(clouds, _show_text))
            try:
                await _play(api, keys, buttons)
            finally:
                texts.cancel()
        say("Ending")


async def _play(
    api: Api, keys: Mapping[str, Deed], buttons: Mapping[str, Deed]
) -> None:
    """Do what keys and the dashboard ask for, until somebody quits."""
    deeds: asyncio.Queue[Deed] = asyncio.Queue()
    async with asyncio.TaskGroup() as tasks:
        quits = tasks.create_task(_follow_keys(keys, deeds))
        closed = tasks.create_task(api.wait_closed())
        others = [
            tasks.create_task(_do(deeds)),
            *(
                tasks.create_task(_follow_button(api, button, deed, deeds))
                for button, deed in buttons.items()
            ),
        ]
        await asyncio.wait([quits, closed], return_when=asyncio.FIRST_COMPLETED)
        has_ended = closed.done()
        for task in (quits, closed, *others):
            task.cancel()
    if has_ended:
        raise DemoError("Home Assistant has ended")


async def _follow_keys(keys: Mapping[str, Deed], deeds: asyncio.Queue[Deed]) -> None:
    """Ask for what each key stands for, until a q."""
    with pressed_keys() as pressed:
        while (key := (await pressed.get()).lower()) != "q":
            if key in keys:
                deeds.put_nowait(keys[key])


async def _follow_button(
    api: Api, button: str, deed: Deed, deeds: asyncio.Queue[Deed]
) -> None:
    """Ask for something whenever somebody presses a button on the dashboard."""
    while True:
        before = api.states[button]
        await api.wait_for(
            "The button", partial(_is_pressed, api, button, before), None
        )
        deeds.put_nowait(deed)


def _is_pressed(api: Api, button: str, before: State) -> bool:
    """Tell whether a button was pressed since it was in a certain state."""
    return api.states[button].state != before.state


async def _do(deeds: asyncio.Queue[Deed]) -> None:
    """Do what is asked for, and go on if nothing comes of it."""
    while True:
        deed = await deeds.get()
        try:
            await deed()
        except DemoError as err:
            say(str(err))


def _show_text(message: SmsMessage) -> None:
    """Write a text."""
    say(f"SMS to {message.to}: {message.message}")


def _show_notification(phone: Phone, shown: Notification) -> None:
    """Write a notification and its buttons."""
    buttons = "  ".join(f"[{button['title']}]" for button in shown["data"]["actions"])
    say(f"{phone.name}: {shown['title']} {shown['message']}  {buttons}")
