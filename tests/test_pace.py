"""Long work of all accounts at once: the event loop keeps its turn."""

import asyncio
from collections import Counter
from threading import Lock
from time import sleep

from custom_components.weighbridge.pace import STEP, async_apart, async_paced

ACCOUNTS = 10


async def test_one_thread_at_a_time() -> None:
    """Threads that work at once would keep the loop from its own."""
    is_working = Lock()

    def work(account: int) -> int:
        assert is_working.acquire(blocking=False), "two at once"
        sleep(0.002)
        is_working.release()
        return account

    done = await asyncio.gather(
        *(async_apart(STEP + 1, work, account) for account in range(ACCOUNTS))
    )
    assert done == list(range(ACCOUNTS))


async def test_one_step_at_a_time() -> None:
    """Between two steps, whoever they are of, the loop does something else."""
    turns: Counter[int] = Counter()
    turn = 0

    async def walk(items: int) -> int:
        seen = 0
        async for step in async_paced(range(items)):
            turns[turn] += 1
            seen += len(step)
        return seen

    async def count_turns() -> None:
        nonlocal turn
        while True:
            turn += 1
            await asyncio.sleep(0)

    counting = asyncio.create_task(count_turns())
    many = 2 * STEP + 1
    assert await asyncio.gather(*(walk(many) for _ in range(ACCOUNTS))) == (
        [many] * ACCOUNTS
    )
    counting.cancel()
    assert turns.total() == 3 * ACCOUNTS
    assert set(turns.values()) == {1}


async def test_who_gives_up_keeps_nobody_waiting() -> None:
    """A walk that ends early, and one that is cancelled, leave the turn to others."""
    async for _ in async_paced(range(3 * STEP)):
        break
    cancelled = [asyncio.create_task(anext(async_paced([1]))) for _ in range(2)]
    await asyncio.sleep(0)
    for task in cancelled:
        task.cancel()
    async with asyncio.timeout(1):
        assert [step async for step in async_paced([1, 2])] == [(1, 2)]
