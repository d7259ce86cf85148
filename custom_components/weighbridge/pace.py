"""Long work beside the event loop: in another thread, or in short steps.

After a poll of everybody, all accounts of a home have something to do in the same
moment. They take turns, or the event loop would have none of its own.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable
from itertools import batched
from typing import Final
from weakref import WeakKeyDictionary

from homeassistant.core import callback

# So many take a few milliseconds.
STEP: Final = 250

type Turns = defaultdict[str, asyncio.Lock]

# By the event loop that waits at them: a home has one, and tests have many.
_TURNS: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, Turns]] = WeakKeyDictionary()


@callback
def async_turn(work: str) -> asyncio.Lock:
    """Return what lets one account of a home at a time do a kind of work."""
    turns = _TURNS.setdefault(asyncio.get_running_loop(), defaultdict(asyncio.Lock))
    return turns[work]


async def async_paced[T](items: Iterable[T]) -> AsyncGenerator[tuple[T, ...]]:
    """Yield items by the step, and let others have their turn before each."""
    for step in batched(items, STEP, strict=False):
        async with async_turn("step"):
            await asyncio.sleep(0)
        yield step


async def async_apart[*Ts, T](items: int, work: Callable[[*Ts], T], *args: *Ts) -> T:
    """Work on so many items, in another thread if they are many.

    For a few, the way there and back would take longer than the work.
    """
    if items <= STEP:
        return work(*args)
    async with async_turn("thread"):
        return await asyncio.to_thread(work, *args)
