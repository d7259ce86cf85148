"""A Home Assistant in a process of its own."""

import asyncio
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Sequence
from http import HTTPStatus
import os
from pathlib import Path
import signal
import socket
import sys
from typing import IO, Protocol

from aiohttp import ClientError, ClientSession

from .errors import DemoError

PROJECT = Path(__file__).parents[2]
LOG = "console.log"
START_TIMEOUT = 90
STOP_TIMEOUT = 30

# Garmin's client honours these, and nothing listens there: the real Garmin is out of
# reach. Home Assistant's own requests to the vendors honour nothing but go to the
# simulated ones by their address.
_NOWHERE = "http://127.0.0.1:9"
GUARD = {
    "https_proxy": _NOWHERE,
    "HTTPS_PROXY": _NOWHERE,
    "all_proxy": _NOWHERE,
    "ALL_PROXY": _NOWHERE,
    "no_proxy": "127.0.0.1,localhost",
    "NO_PROXY": "127.0.0.1,localhost",
}


class Life(Protocol):
    """A process from its start to its end."""

    @property
    def returncode(self) -> int | None:
        """Return the status that it has ended with, None as long as it has not."""

    def kill(self) -> None:
        """End it at once."""

    def send_signal(self, signal: int) -> None:
        """Send it a signal."""

    async def wait(self) -> int:
        """Wait until it has ended, and return the status."""


class HomeAssistantProcess:
    """Starts and stops Home Assistant."""

    _door = ("/manifest.json", HTTPStatus.OK)
    """What is answered, and how, as soon as somebody may come."""

    def __init__(
        self,
        directory: Path,
        port: int,
        clouds_url: str,
        *,
        launcher: str = f"{__package__}.launch",
    ) -> None:
        """Use a configuration directory, whose web server is at `port`.

        `launcher` is the module that runs Home Assistant; it is called as
        `tests.demo.launch` is.
        """
        self.url = f"http://127.0.0.1:{port}"
        self._launcher = launcher
        self._directory = directory
        self._clouds_url = clouds_url
        self._process: Life | None = None

    @property
    def log(self) -> Path:
        """Return the file that Home Assistant's output goes to."""
        return self._directory / LOG

    def read_log(self) -> str:
        """Return all that Home Assistant wrote, of all its starts."""
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self, lines: int) -> str:
        """Return the end of the log."""
        return "\n".join(self.read_log().splitlines()[-lines:])

    @property
    def is_running(self) -> bool:
        """Tell whether the process has been started and has not ended."""
        return self._process is not None and self._process.returncode is None

    async def start(self) -> None:
        """Start, and return when the web server answers."""
        await self.spawn()
        await self.wait_until_open()

    async def wait_until_open(self) -> None:
        """Return when the web server of what was started answers."""
        try:
            async with asyncio.timeout(START_TIMEOUT), ClientSession() as session:
                while not await self._answers(session):
                    await asyncio.sleep(0.1)
        except TimeoutError:
            raise DemoError(
                f"Home Assistant did not answer within {START_TIMEOUT} s"
            ) from None

    async def spawn(self, *arguments: str) -> None:
        """Start, and return at once; the arguments are further ones of the launcher."""
        with await asyncio.to_thread(self._open_log) as log:
            self._process = await self._begin(log, arguments)

    async def _begin(self, log: IO[bytes], arguments: Sequence[str]) -> Life:
        """Start a process that writes into a log."""
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            self._launcher,
            self._clouds_url,
            str(self._directory),
            *arguments,
            cwd=PROJECT,
            env={**os.environ, **GUARD},
            stdin=PIPE,
            stdout=log,
            stderr=STDOUT,
            # Ctrl-C is for the demo, which then ends this process in good order.
            start_new_session=True,
        )

    async def kill(self) -> int:
        """End the process in the midst of what it does; return how it ended."""
        process = self._process
        if process is None:
            raise DemoError("Home Assistant was not started")
        self._process = None
        if process.returncode is None:
            process.kill()
        return await process.wait()

    async def stop(self) -> None:
        """Stop in good order, or by force if that takes too long."""
        process = self._process
        if process is None:
            return
        self._process = None
        if process.returncode is None:
            process.send_signal(signal.SIGTERM)
            try:
                async with asyncio.timeout(STOP_TIMEOUT):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
                raise DemoError(
                    f"Home Assistant did not stop within {STOP_TIMEOUT} s"
                ) from None
        # The signal itself ends a process that has not come to listen to it.
        if process.returncode not in (0, -signal.SIGTERM):
            raise DemoError(f"Home Assistant ended with status {process.returncode}")

    async def _answers(self, session: ClientSession) -> bool:
        """Tell whether the web server answers."""
        if not self.is_running:
            raise DemoError("Home Assistant ended while it was starting")
        path, status = self._door
        try:
            async with session.get(f"{self.url}{path}") as response:
                return response.status == status
        except ClientError:
            return False

    def _open_log(self) -> IO[bytes]:
        """Open the log to append to it."""
        return self.log.open("ab")


def free_port() -> int:
    """Return a port of the loopback interface that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
