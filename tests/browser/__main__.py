"""Runs the browser: see scripts/e2e."""

import argparse
import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
import sys

from playwright.async_api import Browser, Error, Page, async_playwright

from ..demo import bluetooth
from ..demo.api import connect
from ..demo.cast import ALICE, BOB
from ..demo.console import say
from ..demo.errors import DemoError
from ..demo.process import PROJECT
from ..demo.stage import raised
from .screen import FAILURE, Screen, new_page, stand_in_for_my
from .tour import take_tour

PICTURES = PROJECT / "docs" / "images"
CHROMIUM = Path(sys.prefix) / "bin" / "chromium"

# As almost everywhere, vendors lead back to one's own house over My Home Assistant.
_CONFIGURATION = f"my:\n{bluetooth.CONFIGURATION}"
# Nothing listens at that proxy: what is not of this machine is out of reach.
_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=127.0.0.1",
]


def main() -> int:
    """Read the command line and run."""
    parser = argparse.ArgumentParser(
        prog="scripts/e2e",
        description="Does in a browser all that a user does, and takes pictures of it.",
    )
    parser.add_argument(
        "--pictures", type=Path, default=PICTURES, help="the directory for pictures"
    )
    parser.add_argument(
        "--keep", action="store_true", help="leave Home Assistant's files behind"
    )
    arguments = parser.parse_args()
    try:
        asyncio.run(_run(arguments.pictures, keep=arguments.keep))
    except (AssertionError, DemoError, Error) as err:
        say(f"\nThe browser failed: {err}")
        return 1
    say("\nAll is well")
    return 0


async def _run(pictures: Path, *, keep: bool) -> None:
    """Raise the stage, and show it to the browser."""
    await asyncio.to_thread(pictures.mkdir, parents=True, exist_ok=True)
    await asyncio.to_thread(FAILURE.unlink, missing_ok=True)
    async with (
        raised([ALICE, BOB], keep=keep, configuration=_CONFIGURATION) as stage,
        connect(stage.home_assistant.url, stage.token) as api,
        async_playwright() as playwright,
    ):
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=_ARGUMENTS
        )
        async with _shown(browser) as page:
            url = stage.home_assistant.url
            await stand_in_for_my(page, url)
            screen = Screen(page, url, pictures)
            await take_tour(screen, stage.clouds, api)


@asynccontextmanager
async def _shown(browser: Browser) -> AsyncGenerator[Page]:
    """Open a window, and keep a picture of what it showed when something failed."""
    async with new_page(browser) as page:
        try:
            yield page
        except AssertionError, DemoError, Error:
            if not FAILURE.exists():
                await page.screenshot(path=FAILURE)
            say(f"What the browser showed: {FAILURE}")
            raise


if __name__ == "__main__":
    sys.exit(main())
