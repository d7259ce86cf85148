"""Long work in short steps: Home Assistant gets to its other work in between."""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from itertools import batched
from typing import Final

# So many take a few milliseconds.
STEP: Final = 250


async def async_paced[T](items: Iterable[T]) -> AsyncGenerator[tuple[T, ...]]:
    """Yield items by the step, and let others have their turn after each."""
    for step in batched(items, STEP, strict=False):
        yield step
        await asyncio.sleep(0)
