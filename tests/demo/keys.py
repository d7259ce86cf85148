"""Single keys from the terminal."""

import asyncio
from collections.abc import Generator
from contextlib import contextmanager
import os
import sys
import termios
import tty


@contextmanager
def pressed_keys() -> Generator[asyncio.Queue[str]]:
    """Return a queue of the keys that are pressed; without a terminal it stays empty."""
    keys: asyncio.Queue[str] = asyncio.Queue()
    if not sys.stdin.isatty():
        yield keys
        return
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    loop = asyncio.get_running_loop()

    def read() -> None:
        """Take the keys that wait; a closed terminal is the key to quit."""
        for key in os.read(terminal, 64).decode(errors="replace") or "q":
            keys.put_nowait(key)

    tty.setcbreak(terminal)
    loop.add_reader(terminal, read)
    try:
        yield keys
    finally:
        loop.remove_reader(terminal)
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
