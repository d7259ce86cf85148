"""Bringing Garmin up to date on demand, or telling what that would do."""

from collections.abc import Sequence
from dataclasses import dataclass

from .ledger_entries import State, Way
from .links import Link
from .model import WeighIn
from .push import GarminAccount


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncResult:
    """What a sync found and did, as counts, and what a dry run would push."""

    found: int
    already_there: int
    pushed: int
    held: int
    failed: int
    would_push: tuple[WeighIn, ...]


async def async_sync(
    account: GarminAccount, offers: Sequence[tuple[Link, WeighIn]], *, dry_run: bool
) -> SyncResult:
    """Bring an account up to date with weigh-ins of its links.

    Raise HomeAssistantError when some of them must wait for later.
    """
    # What is done before the push was there already; the ledger itself tells the rest.
    before = account.memory.weigh_ins.copy()
    for link, weigh_in in offers:
        link.offer(before, weigh_in)
    seconds = {weigh_in.second for _, weigh_in in offers}
    known = {second for second in seconds if before.state(second) is State.DONE}
    if dry_run:
        ledger = before
        await account.async_compare(ledger)
    else:
        ledger = account.memory.weigh_ins
        await account.async_offer_all(offers)
    states = [ledger.state(second) for second in seconds]
    if not dry_run and State.PENDING in states:
        raise account.stuck()
    pushed = sum(
        second not in known
        and ledger.way(second) is Way.PUSHED
        and not ledger.is_twin(second)
        for second in seconds
    )
    return SyncResult(
        found=len(seconds),
        already_there=states.count(State.DONE) - pushed,
        pushed=pushed,
        held=states.count(State.HELD),
        failed=states.count(State.FAILED),
        would_push=tuple(
            item.record
            for item in reversed(ledger.pending())
            if item.record.second in seconds
        ),
    )
