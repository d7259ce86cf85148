"""A Home Assistant that dies often, and is born quickly."""

import asyncio
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from http import HTTPStatus
import json
import os
import signal
import sys
from typing import IO, override

from ..demo.errors import DemoError
from ..demo.process import GUARD, PROJECT, HomeAssistantProcess, Life

_NURSERY = f"{__package__}.nursery"


class Child:
    """A Home Assistant that the nursery has brought into the world."""

    def __init__(self, nursery: Process, pid: int) -> None:
        """Wait for the nursery to tell of its end."""
        self._pid = pid
        self._end = asyncio.create_task(_read(nursery))

    @property
    def returncode(self) -> int | None:
        """Return the status that it has ended with, None as long as it has not."""
        return self._end.result() if self._end.done() else None

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

    def send_signal(self, signal: int) -> None:
        """Send it a signal, unless it has just ended by itself."""
        with suppress(ProcessLookupError):
            os.kill(self._pid, signal)

    async def wait(self) -> int:
        """Wait until it has ended, and return the status."""
        return await asyncio.shield(self._end)


class Cradle(HomeAssistantProcess):
    """Has the nursery start Home Assistant, one at a time."""

    _door = ("/api/", HTTPStatus.UNAUTHORIZED)
    lives = 0
    """How often it has been started."""
    _nursery: Process | None = None

    async def close(self) -> None:
        """End what is left."""
        if self.is_running:
            await self.kill()
        if self._nursery is not None:
            self._nursery.kill()
            await self._nursery.wait()

    @override
    async def _begin(self, log: IO[bytes], arguments: Sequence[str]) -> Life:
        """Start by forking what has imported all already."""
        self.lives += 1
        if (nursery := self._nursery) is None:
            nursery = self._nursery = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                _NURSERY,
                self._clouds_url,
                str(self._directory),
                log.name,
                cwd=PROJECT,
                env={**os.environ, **GUARD},
                stdin=PIPE,
                stdout=PIPE,
                stderr=log,
                start_new_session=True,
            )
        if nursery.stdin is None:
            raise DemoError("The nursery hears nothing")
        nursery.stdin.write(json.dumps(arguments).encode() + b"\n")
        await nursery.stdin.drain()
        return Child(nursery, await _read(nursery))


async def _read(nursery: Process) -> int:
    """Read what the nursery answers."""
    answer = b"" if nursery.stdout is None else await nursery.stdout.readline()
    if not answer:
        raise DemoError("The nursery has ended")
    return int(answer)
