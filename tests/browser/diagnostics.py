"""The file that people attach to an issue."""

import asyncio
import json
from pathlib import Path

from ..clouds import Clouds
from ..demo.cast import ALICE, BOB
from ..demo.console import step
from ..demo.errors import DemoError
from ..demo.evidence import collect_secrets
from .screen import Screen


async def download(screen: Screen, clouds: Clouds) -> None:
    """Download the diagnostics of an account, which tell nobody's secrets."""
    with step("Download the diagnostics of the Garmin account"):
        await screen.open_device("Alice · Garmin Connect")
        async with screen.page.expect_download() as downloading:
            await screen.press("Download diagnostics")
        path = Path(await (await downloading.value).path())
    text = await asyncio.to_thread(path.read_text)
    if not json.loads(text)["data"]:
        raise DemoError("The diagnostics are empty")
    if told := [
        secret.what
        for secret in collect_secrets(clouds, [ALICE, BOB])
        if secret.value in text
    ]:
        raise DemoError(f"The diagnostics tell {', '.join(told)}")
