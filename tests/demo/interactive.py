"""The demo for a person: a browser to look at, and a scale to step on."""

import asyncio
from datetime import UTC, datetime
from functools import partial
from random import Random

from ..clouds import Clouds
from . import door
from .api import Api, State, connect
from .cast import ALICE, plausible
from .config import STEP_BUTTON
from .console import say, step
from .dashboard import URL_PATH, save_dashboard
from .errors import DemoError
from .home import Home, settle_in
from .keys import pressed_keys
from .stage import raised
from .weighing import describe, holdings, weigh

HELP = """
  {url}

Open it in a browser on this machine: there is nobody to sign in as.
Press w to step on the scale, q to quit; from another terminal, `scripts/demo step` or
`scripts/demo step 70.5` does the same, and so does the button on the dashboard.
The demo then tells Home Assistant to ask Withings at once, which it does at most every ten
seconds; by itself it asks every 15 minutes.

To add accounts yourself, remove these first. Withings' page lets you in as {name};
Garmin Connect wants {email}, {password} and the code {code}.
What the simulated vendors hold: {clouds}/control/state
"""


class Scale:
    """Somebody's scale, with one person on it at a time."""

    def __init__(self, api: Api, clouds: Clouds, home: Home) -> None:
        """Be the scale of a home."""
        self._api = api
        self._clouds = clouds
        self._home = home
        self._lock = asyncio.Lock()
        self._last = datetime.now(UTC)
        self._random = Random()

    async def step(self, weight: float | None = None) -> str:
        """Step on it, with a random weight unless given one in kg; tell what came of it."""
        async with self._lock:
            when = await self._next_second()
            person = self._home.person
            weighing = plausible(person, self._random, weight)
            say(f"{person.name} steps on the scale: {weighing.weight:.2f} kg")
            await weigh(self._api, self._clouds, self._home, weighing, when)
            held = holdings(self._clouds, self._home)
            text = (
                f"Garmin Connect now holds {len(held)} of {person.name}'s weigh-ins, "
                f"the newest:\n  {describe(held[-1])}"
            )
            say(text)
            return text

    async def _next_second(self) -> datetime:
        """Return the second that it is, which nobody was weighed at before."""
        while (now := datetime.now(UTC).replace(microsecond=0)) <= self._last:
            await asyncio.sleep(0.1)
        self._last = now
        return now


async def run_interactive(*, keep: bool) -> None:
    """Show the demo until somebody has seen enough."""
    async with (
        raised([ALICE], keep=keep) as stage,
        connect(stage.home_assistant.url, stage.token) as api,
    ):
        home = await settle_in(api, stage.clouds, ALICE)
        with step("Save the dashboard"):
            await save_dashboard(api, [home])
        scale = Scale(api, stage.clouds, home)
        say(
            HELP.format(
                url=f"{stage.home_assistant.url}/{URL_PATH}",
                name=ALICE.name,
                email=ALICE.email,
                password=ALICE.password,
                code=ALICE.code,
                clouds=stage.clouds.url,
            )
        )
        async with door.opened(scale.step):
            await _play(api, scale)
        say("Ending")


async def _play(api: Api, scale: Scale) -> None:
    """Step on the scale whenever a key or the dashboard says so, until one quits."""
    steps: asyncio.Queue[None] = asyncio.Queue()
    async with asyncio.TaskGroup() as tasks:
        keys = tasks.create_task(_follow_keys(steps))
        closed = tasks.create_task(api.wait_closed())
        others = [
            tasks.create_task(_follow_button(api, steps)),
            tasks.create_task(_step(scale, steps)),
        ]
        await asyncio.wait([keys, closed], return_when=asyncio.FIRST_COMPLETED)
        has_ended = closed.done()
        for task in (keys, closed, *others):
            task.cancel()
    if has_ended:
        raise DemoError("Home Assistant has ended")


async def _follow_keys(steps: asyncio.Queue[None]) -> None:
    """Ask for a step with every w, until a q."""
    with pressed_keys() as keys:
        while (key := (await keys.get()).lower()) != "q":
            if key == "w":
                steps.put_nowait(None)


async def _follow_button(api: Api, steps: asyncio.Queue[None]) -> None:
    """Ask for a step whenever somebody presses the button on the dashboard."""
    while True:
        before = api.states[STEP_BUTTON]
        await api.wait_for("The button", partial(_is_pressed, api, before), None)
        steps.put_nowait(None)


def _is_pressed(api: Api, before: State) -> bool:
    """Tell whether the button was pressed since it was in a certain state."""
    return api.states[STEP_BUTTON].state != before.state


async def _step(scale: Scale, steps: asyncio.Queue[None]) -> None:
    """Step on the scale as asked, and go on if nothing comes of it."""
    while True:
        await steps.get()
        try:
            await scale.step()
        except DemoError as err:
            say(str(err))
