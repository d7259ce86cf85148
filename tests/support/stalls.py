"""How long each call holds the event loop, with vendors that do not count."""

import asyncio
from asyncio import Handle
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager, contextmanager
import gc
from threading import Thread, get_ident
from time import thread_time

import pytest

from ..clouds import Clouds, pointed

# What the event loop calls, once for each call it makes.
NAME = "_run"


@asynccontextmanager
async def clouds_apart() -> AsyncGenerator[Clouds]:
    """Run the vendors in a thread of their own."""
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever)
    thread.start()
    clouds = Clouds()
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(clouds.start(), loop))
    with pointed(clouds.url):
        yield clouds
    await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(clouds.stop(), loop))
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@contextmanager
def watched(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[float]]:
    """Note how long each call holds the loop, not counting what other threads do."""
    calls: list[float] = []
    here = get_ident()
    run = getattr(Handle, NAME)

    def timed(handle: Handle) -> None:
        start = thread_time()
        run(handle)
        if get_ident() == here:
            calls.append(thread_time() - start)

    # What the tests have made is no garbage that a call would have to look through.
    gc.collect()
    gc.freeze()
    with monkeypatch.context() as patch:
        patch.setattr(Handle, NAME, timed)
        yield calls
    gc.unfreeze()
