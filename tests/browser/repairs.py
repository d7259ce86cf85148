"""What only a person can put right: a weigh-in that waits for a word."""

from datetime import UTC, datetime

from ..clouds import Clouds
from ..demo.api import Api
from ..demo.cast import Weighing
from ..demo.console import step
from ..demo.devices import step_on_scale
from ..demo.errors import DemoError
from ..demo.home import Home
from ..demo.weighing import holdings
from .screen import Screen

_CHILD = Weighing(weight=22.4, body_fat=15.2)


async def leave_out(screen: Screen, api: Api, clouds: Clouds, alice: Home) -> None:
    """Let a child step on Alice's scale, and say that it was not her."""
    before = holdings(clouds, alice)
    with step("Be asked about a weigh-in that is too light"):
        now = datetime.now(UTC).replace(microsecond=0)
        step_on_scale(clouds, alice.person, _CHILD, now)
        await api.act("homeassistant.update_entity", entity_id=alice.entity("weight"))
        await open_question(screen, "Alice · Withings")
        await screen.see("22.4 kg")
        await screen.see("Too light")
        await screen.picture("repair", of=screen.dialog)
    with step("Leave it out"):
        await answer(screen, "Nobody's")
        await screen.see("There are currently no repairs pending")
    if holdings(clouds, alice) != before:
        raise DemoError("The weigh-in has gone to Garmin Connect")


async def open_question(screen: Screen, account: str) -> None:
    """Open the repair of what an account asks."""
    await screen.open("/config/repairs")
    await screen.see(f"Whose is it? {account} (1)")
    await screen.look("the repairs")
    await screen.choose(f"Whose is it? {account} (1)")
    await screen.see("Whose are these?")


async def answer(screen: Screen, word: str) -> None:
    """Choose an answer to the only question, and finish."""
    await screen.choose("Ask later")
    await screen.look("the answers")
    await screen.choose(word)
    await screen.press("Submit")
    await screen.see("Your word is noted.")
    await screen.look("the end of the repair")
    await screen.press("Finish")
