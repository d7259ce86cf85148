"""The dashboard of Weighbridge, added by clicks, seen and heard."""

from datetime import UTC, datetime
from importlib.resources import files

from playwright.async_api import expect

from ..clouds import Clouds
from ..demo.api import Api
from ..demo.console import step
from ..demo.errors import DemoError
from ..demo.home import Home
from .screen import NIGHT_PHONE, TIMEOUT, Screen

_AXE = files("axe_playwright_python") / "axe.min.js"
# By the rules of WCAG 2.1, as far as a machine can tell; Home Assistant's own frame is not ours to judge.
_RUN = """
async () => {
  const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"];
  const { passes, violations } = await axe.run(document, { runOnly: rules });
  const ours = (results) => results.flatMap(({ id, help, nodes }) =>
    nodes.map((node) => `${id}: ${help} (${node.target.flat().join(" ")})`).filter((line) => line.includes("hui-")));
  return { passes: ours(passes).length, violations: ours(violations) };
}
"""


async def add_dashboard(screen: Screen) -> str:
    """Add the dashboard as everybody does; return its path."""
    with step("Add the dashboard from Community dashboards"):
        await screen.open("/config/lovelace/dashboards")
        await screen.press("Add dashboard")
        await screen.see("Community dashboards")
        await screen.look("the kinds of dashboards")
        card = screen.page.get_by_role("button", name="Weighbridge", exact=True)
        await card.click()
        title = screen.page.get_by_role("textbox", name="Title")
        await title.fill("Our weights")
        await title.blur()
        await screen.press("Create")
        row = screen.page.get_by_text("Our weights", exact=True)
        await expect(row.last).to_be_visible(timeout=TIMEOUT)
        # The end of a dialog goes back in the browser's history, from wherever it is then.
        await screen.page.wait_for_function("!history.state?.dialog")
    return "/our-weights"


async def see_people(screen: Screen, path: str) -> None:
    """Look at the page of each person, on a desk and on a phone in the dark."""
    with step("See the page of each person, as eyes and screen readers do"):
        await screen.open(path)
        for name in ("Dave", "Carol", "Bob", "Alice"):
            await screen.page.get_by_role("tab", name=name, exact=True).click()
            await screen.see("No weigh-in yet." if name == "Dave" else "Weight trend")
            await screen.look(f"the page of {name}")
            await hear(screen, f"the page of {name}")
        await screen.picture("dashboard")
        async with screen.elsewhere(NIGHT_PHONE) as phone:
            await phone.open(path)
            await phone.see("Body composition")
            await hear(phone, "the page on a phone")
            await phone.picture("phone")


async def answer_question(
    screen: Screen, api: Api, clouds: Clouds, alice: Home, path: str
) -> None:
    """See on the dashboard whose a weigh-in may be, and say that it is nobody's."""
    with step("Answer on the dashboard that a weigh-in is nobody's"):
        await screen.open(path)
        await screen.page.get_by_role("tab", name="Alice", exact=True).click()
        clouds.withings.step_on_scale(
            alice.person.name, 66.6, when=datetime.now(UTC), attrib=1
        )
        await api.act("homeassistant.update_entity", entity_id=alice.entity("weight"))
        await screen.see("Whose weigh-in is this? 66.6 kg")
        await screen.look("the question")
        await hear(screen, "the question")
        await screen.press("Nobody's")
        await expect(screen.page.get_by_text("Whose weigh-in is this?")).to_have_count(
            0
        )


async def hear(screen: Screen, what: str) -> None:
    """See that nothing is in the way of who cannot see, or not well."""
    await screen.page.evaluate(_AXE.read_text())
    heard = await screen.page.evaluate(_RUN)
    if not heard["passes"]:
        raise DemoError(f"Nothing to be heard on {what}")
    if heard["violations"]:
        raise DemoError(f"Not for everybody on {what}: {heard['violations']}")
