"""Long work beside the event loop: in another thread, or in short steps."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncGenerator, Callable, Iterable
from itertools import batched
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from .const import DOMAIN

# So many take a few milliseconds.
STEP: Final = 250


type Turns = defaultdict[str, asyncio.Lock]

_TURNS: Final[HassKey[Turns]] = HassKey(f"{DOMAIN}_turns")


@callback
def async_turn(hass: HomeAssistant, work: str) -> asyncio.Lock:
    """Return what lets one thread at a time do a kind of work for all accounts of a home.

    Many at once, as after a poll of everybody, leave the event loop no turn of its own.
    """
    turns: Turns = hass.data.setdefault(_TURNS, defaultdict(asyncio.Lock))
    return turns[work]


async def async_paced[T](items: Iterable[T]) -> AsyncGenerator[tuple[T, ...]]:
    """Yield items by the step, and let others have their turn after each."""
    for step in batched(items, STEP, strict=False):
        yield step
        await asyncio.sleep(0)


async def async_apart[*Ts, T](items: int, work: Callable[[*Ts], T], *args: *Ts) -> T:
    """Work on so many items, in another thread if they are many.

    For a few, the way there and back would take longer than the work.
    """
    if items <= STEP:
        return work(*args)
    return await asyncio.to_thread(work, *args)
