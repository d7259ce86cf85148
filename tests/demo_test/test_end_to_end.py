"""The demo as a person starts it: a real Home Assistant, all the way to Garmin."""

import asyncio
from asyncio.subprocess import PIPE, STDOUT, Process, create_subprocess_exec
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, suppress
import os
from pathlib import Path
import pty
import re
import select
import signal

from aiohttp import ClientSession
import pytest
from yarl import URL

pytestmark = [pytest.mark.e2e, pytest.mark.usefixtures("socket_enabled")]

DEMO = Path(__file__).parents[2] / "scripts" / "demo"
TIMEOUT = 110  # seconds, for a machine that has more to do


class Terminal:
    """A terminal in which the demo runs."""

    def __init__(self, screen: int, process: Process) -> None:
        """Read from and type into the screen of a process."""
        self.process = process
        self._screen = screen
        self._text = ""

    async def wait_for(self, pattern: str) -> str:
        """Read until a pattern has appeared, and return what it matched."""
        try:
            async with asyncio.timeout(TIMEOUT):
                while (found := re.search(pattern, self._text)) is None:
                    assert self.process.returncode is None, self._text
                    if select.select([self._screen], [], [], 0)[0]:
                        self._text += os.read(self._screen, 4096).decode()
                    else:
                        await asyncio.sleep(0.05)
        except TimeoutError:
            pytest.fail(f"{pattern} did not appear in:\n{self._text}")
        return found[0]

    def press(self, key: str) -> None:
        """Press a key."""
        os.write(self._screen, key.encode())


@asynccontextmanager
async def running_demo(directory: Path) -> AsyncGenerator[Terminal]:
    """Run the demo in a terminal, with its files somewhere below a directory."""
    screen, inside = pty.openpty()
    process = await create_subprocess_exec(
        DEMO, stdin=inside, stdout=inside, stderr=inside, env=_environment(directory)
    )
    os.close(inside)
    try:
        yield Terminal(screen, process)
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        os.close(screen)


async def run_demo(directory: Path, *arguments: str) -> tuple[int | None, str]:
    """Run the demo, and return its status and all that it wrote."""
    process = await create_subprocess_exec(
        DEMO, *arguments, stdout=PIPE, stderr=STDOUT, env=_environment(directory)
    )
    try:
        async with asyncio.timeout(TIMEOUT):
            output, _ = await process.communicate()
    except TimeoutError:
        process.terminate()
        output, _ = await process.communicate()
    return process.returncode, output.decode()


async def left_of(directory: Path) -> list[str]:
    """Return the files in a directory, and the processes that work below it."""
    process = await create_subprocess_exec("ps", "-A", "-o", "args", stdout=PIPE)
    processes, _ = await process.communicate()
    return _names(directory) + [
        line for line in processes.decode().splitlines() if str(directory) in line
    ]


def _names(directory: Path) -> list[str]:
    """Return what is in a directory."""
    return [path.name for path in directory.iterdir()]


def _log(directory: Path) -> str:
    """Return what the Home Assistant below a directory has written so far."""
    return "".join(path.read_text() for path in directory.glob("*/console.log"))


def _environment(directory: Path) -> dict[str, str]:
    """Return an environment in which temporary files are put into a directory."""
    return {**os.environ, "TMPDIR": str(directory)}


async def test_weigh_in_arrives_once(tmp_path: Path) -> None:
    """Weigh-ins reach Garmin Connect through a real Home Assistant, texts a phone."""
    status, output = await run_demo(tmp_path, "--once")
    assert status == 0, output
    assert "68.07 kg, 26.37 % fat" in output
    assert "83.15 kg, 19.47 % fat" in output
    assert "64.09 kg, 27.10 % fat, BMI 23.5" in output
    assert "121/79 mmHg, pulse 63" in output
    assert output.count("Bob Charge 6 has a low battery (9%)") == 1
    assert "FAILED" not in output
    assert not await left_of(tmp_path)


async def test_person_steps_on_the_scale(tmp_path: Path) -> None:
    """Keys and a command do all that people do at home; a key ends everything."""
    async with running_demo(tmp_path) as terminal:
        address = await terminal.wait_for(r"http://127\.0\.0\.1:\d+/\S+")
        await terminal.wait_for("Press w")
        async with ClientSession() as browser:
            async with browser.get(address) as response:
                page = await response.text()
            assert "<home-assistant>" in page
            script = re.search(r"/weighbridge/weighbridge\.js\?v=[0-9.]+", page)
            assert script is not None
            async with browser.get(response.url.join(URL(script[0]))) as response:
                assert "ll-strategy-dashboard-" in await response.text()
        terminal.press("w")
        await terminal.wait_for("now holds 1 of Alice's weigh-ins")
        terminal.press("f")
        await terminal.wait_for("now holds 1 of Bob's weigh-ins")
        terminal.press("p")
        await terminal.wait_for("now holds 1 of Alice's blood pressures")
        terminal.press("c")
        await terminal.wait_for(r"now holds 1 of Carol's weigh-ins, .* of \d+\.\d lb")
        terminal.press("b")
        await terminal.wait_for(r"SMS to \+491712345678: .* has a low battery \(9%\)")
        terminal.press("b")
        await terminal.wait_for(r"SMS to \+491712345678: .* is charged again \(85%\)")
        status, output = await run_demo(tmp_path, "step", "70.5")
        assert status == 0, output
        assert "now holds 2 of Alice's weigh-ins" in output
        assert " 70.50 kg, " in output
        terminal.press("q")
        await terminal.wait_for("Ending")
        assert await terminal.process.wait() == 0
    assert not await left_of(tmp_path)


async def test_interrupted_at_the_start(tmp_path: Path) -> None:
    """Ctrl-C leaves nothing behind, not even a Home Assistant that has only begun."""
    async with running_demo(tmp_path) as terminal:
        async with asyncio.timeout(TIMEOUT):
            while "homeassistant" not in _log(tmp_path):
                await asyncio.sleep(0.1)
        terminal.process.send_signal(signal.SIGINT)
        await terminal.wait_for("Interrupted")
        assert await terminal.process.wait() == 130
    assert not await left_of(tmp_path)
