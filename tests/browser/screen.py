"""A page of the browser, and what a person does on it."""

from collections.abc import AsyncGenerator, Awaitable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from html import escape
from pathlib import Path
from tempfile import gettempdir

from playwright.async_api import (
    Browser,
    Error,
    FloatRect,
    Locator,
    Page,
    Route,
    ViewportSize,
    expect,
)

from ..demo.errors import DemoError

TIMEOUT = 20_000.0
"""Milliseconds that a person would wait for anything."""
FAILURE = Path(gettempdir()) / "weighbridge-e2e-failure.png"
"""What the browser showed when something failed."""
LARGEST = 200_000
"""Bytes that a picture may have: people look at them over mobile networks."""

_SETTLING = 900.0  # milliseconds in which whatever slides and fades comes to rest
_MARGIN = 24
_DESK = ViewportSize(width=1100, height=820)
_PHONE = ViewportSize(width=390, height=844)
_MY = "https://my.home-assistant.io/redirect/oauth?"


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """Where somebody sits in front of Home Assistant, and how they like it."""

    language: str
    time_zone: str
    phone: bool = False
    dark: bool = False


DESK = Place(language="en-GB", time_zone="Europe/Berlin")
GERMAN_DESK = Place(language="de-DE", time_zone="Europe/Berlin", dark=True)
NIGHT_PHONE = Place(language="en-GB", time_zone="Europe/Berlin", phone=True, dark=True)
AMERICAN_PHONE = Place(language="en-US", time_zone="America/New_York", phone=True)

# Texts that end in dots because they do not fit, in all shadow roots; what is hidden
# behind a dialog does not count, nor what Home Assistant always shortens: activities.
_CUT_OFF = """
() => {
  const found = [];
  const textOf = (element) => {
    const slots = [...element.querySelectorAll("slot")];
    const nodes = [element, ...slots.flatMap((slot) => slot.assignedNodes())];
    return nodes.map((node) => node.textContent.trim()).join("");
  };
  const isOnTop = (element) => {
    const box = element.getBoundingClientRect();
    const point = [box.x + box.width / 2, box.y + box.height / 2];
    let top = null;
    let inner = document.elementFromPoint(...point);
    while (inner && inner !== top) {
      top = inner;
      inner = top.shadowRoot?.elementFromPoint(...point);
    }
    for (; top; top = top.assignedSlot ?? top.parentNode ?? top.host) {
      if (top === element) return true;
    }
    return false;
  };
  const visit = (root) => {
    for (const element of root.querySelectorAll("*")) {
      if (element.shadowRoot && element.localName !== "ha-logbook") visit(element.shadowRoot);
      if (element.scrollWidth > element.clientWidth
          && getComputedStyle(element).textOverflow === "ellipsis"
          && isOnTop(element)) found.push(textOf(element));
    }
  };
  visit(document);
  return found;
}
"""


class Screen:
    """A browser's page that shows Home Assistant."""

    def __init__(self, page: Page, url: str, pictures: Path) -> None:
        """Show the Home Assistant at an address, and put pictures into a directory."""
        self.page = page
        self._url = url
        self._pictures = pictures
        page.set_default_timeout(TIMEOUT)

    @asynccontextmanager
    async def elsewhere(self, place: Place) -> AsyncGenerator[Screen]:
        """Open the same Home Assistant at another place."""
        if (browser := self.page.context.browser) is None:
            raise DemoError("The browser has gone away")
        async with new_page(browser, place) as page:
            screen = Screen(page, self._url, self._pictures)
            try:
                yield screen
            except AssertionError, DemoError, Error:
                await page.screenshot(path=FAILURE)
                raise

    async def open(self, path: str) -> None:
        """Open a path of Home Assistant."""
        try:
            await self.page.goto(self._url + path)
        except Error as err:
            # The end of a dialog has led elsewhere at the same moment.
            if "ERR_ABORTED" not in err.message:
                raise
            await self.page.goto(self._url + path)

    async def narrow_sidebar(self) -> None:
        """Leave the place to what matters."""
        await self.open("/")
        await self.press("Sidebar toggle")

    async def open_device(self, name: str) -> None:
        """Look for a device in the list of all, and open its page."""
        await self.open("/config/devices/dashboard?domain=weighbridge")
        row = self.page.get_by_role("row").get_by_text(name, exact=True)
        await row.first.click()
        await self.page.wait_for_url("**/config/devices/device/**")

    async def press(self, name: str) -> None:
        """Press the button of a name, the uppermost one if there are several."""
        button = self.page.get_by_role("button", name=name, exact=True)
        await button.last.click()

    async def choose(self, text: str) -> None:
        """Click on a text."""
        await self.page.get_by_text(text, exact=True).last.click()

    async def fill(self, name: str, value: str) -> None:
        """Write into the field of a form."""
        await self.page.locator(f"input[name={name}]").fill(value)

    async def fill_number(self, label: str, value: float) -> None:
        """Write into the field of a number."""
        field = self.page.locator("ha-selector-number").filter(has_text=label)
        await field.locator("input").fill(f"{value:g}")

    async def pick(self, text: str) -> None:
        """Choose from the list of things that is open."""
        box = self.page.locator("ha-picker-combo-box").last
        await box.get_by_text(text, exact=True).first.click()

    async def see(self, text: str) -> None:
        """Wait until a text is there to be read."""
        await expect(self.page.get_by_text(text).last).to_be_visible(timeout=TIMEOUT)

    async def visit_vendor(self, opening: Awaitable[None]) -> None:
        """Do what opens a vendor's window, let it in there, and wait until it closes."""
        async with self.page.expect_popup() as popup:
            await opening
        await self.see("Allow access on the page of the vendor.")
        window = await popup.value
        async with window.expect_event("close"):
            await window.get_by_role("link", name="Link account").click()

    async def settle(self) -> None:
        """Wait until nothing moves."""
        await self.page.wait_for_timeout(_SETTLING)

    async def look(self, what: str) -> None:
        """Wait until nothing moves, and see that all texts have the place they need."""
        await self.settle()
        if cut_off := await self.page.evaluate(_CUT_OFF):
            raise DemoError(f"Cut off on {what}: {', '.join(cut_off)}")

    async def picture(self, name: str, *, of: Locator | None = None) -> None:
        """Take a picture of the page, or of a part of it with some margin."""
        await self.look(name)
        path = self._pictures / f"{name}.png"
        clip = None if of is None else await self._around(of)
        await self.page.screenshot(path=path, clip=clip, animations="disabled")
        if (bytes_ := path.stat().st_size) > LARGEST:
            raise DemoError(f"The picture {name} has {bytes_} bytes: too many")

    async def _around(self, part: Locator) -> FloatRect:
        """Return a part of the page with some margin."""
        box, page = await part.bounding_box(), self.page.viewport_size
        if box is None or page is None:
            raise DemoError("There is nothing to take a picture of")
        left, top = max(box["x"] - _MARGIN, 0), max(box["y"] - _MARGIN, 0)
        return FloatRect(
            x=left,
            y=top,
            width=min(box["x"] + box["width"] + _MARGIN, page["width"]) - left,
            height=min(box["y"] + box["height"] + _MARGIN, page["height"]) - top,
        )

    @property
    def dialog(self) -> Locator:
        """Return the dialog that is open."""
        return self.page.locator("dialog[open]").last


@asynccontextmanager
async def new_page(browser: Browser, place: Place = DESK) -> AsyncGenerator[Page]:
    """Open a window at a place."""
    context = await browser.new_context(
        viewport=_PHONE if place.phone else _DESK,
        is_mobile=place.phone,
        has_touch=place.phone,
        color_scheme="dark" if place.dark else "light",
        locale=place.language,
        timezone_id=place.time_zone,
    )
    try:
        yield await context.new_page()
    finally:
        await context.close()


async def stand_in_for_my(page: Page, url: str) -> None:
    """Answer for My Home Assistant, which leads from the vendor back to one's own."""

    async def answer(route: Route) -> None:
        query = route.request.url.removeprefix(_MY)
        back = escape(f"{url}/auth/external/callback?{query}")
        await route.fulfill(
            content_type="text/html",
            body="<!DOCTYPE html><h1>Link account to Home Assistant?</h1>"
            f'<a href="{back}">Link account</a>',
        )

    await page.context.route(f"{_MY}**", answer)
