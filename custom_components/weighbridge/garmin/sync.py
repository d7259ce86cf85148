"""Bringing Garmin up to date on demand, or telling what that would do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from homeassistant.util import dt as dt_util

from ..clients.garmin import GarminWeighIn
from ..ledger import Ledger, State, Way, missing, outcomes, reconcile
from ..model import Kind, WeighIn
from ..pace import async_apart, async_paced
from .account import GarminAccount
from .fit import can_encode
from .link import Link

type Offers = Sequence[tuple[Link, WeighIn]]


@dataclass(frozen=True, slots=True, kw_only=True)
class SyncResult:
    """What a sync found and did, as counts, and what a dry run would push."""

    found: int = 0
    already_there: int = 0
    pushed: int = 0
    left_out: int = 0
    failed: int = 0
    would_push: tuple[WeighIn, ...] = ()


async def async_sync(
    account: GarminAccount, offers: Offers, *, dry_run: bool
) -> SyncResult:
    """Bring an account up to date with weigh-ins of its links.

    What Garmin has lost since it was pushed goes up again. Raise HomeAssistantError
    when Garmin cannot be asked, or when some must wait for later.
    """
    if not offers:
        return SyncResult()
    return await account.async_carry_out(
        _async_bring_up_to_date(account, offers, dry_run=dry_run)
    )


async def _async_bring_up_to_date(
    account: GarminAccount, offers: Offers, *, dry_run: bool
) -> SyncResult:
    """Offer, compare and push, or pretend to; raise when that cannot be done now."""
    ledger = account.memory.weigh_ins
    scratch = ledger.copy()
    seconds = await async_apart(len(offers), _offer, scratch, offers)
    if not dry_run:
        async for step in async_paced(offers):
            _offer(ledger, step)
        await account.gate.async_save()
    remotes = await account.lanes[Kind.WEIGH_IN].async_ask(seconds)
    if remotes is None:
        is_queued = not dry_run and _is_waiting(ledger, seconds)
        raise account.gate.stuck(is_queued=is_queued)
    now = int(dt_util.utcnow().timestamp())
    lost, again, known = await async_apart(
        len(remotes) + len(seconds), _compare, scratch, offers, remotes, now
    )
    if dry_run:
        ledger = scratch
    async for some in async_paced(again):
        for link, weigh_in in some:
            ledger.reopen(link.prepare(weigh_in), link.key)
    if dry_run:
        await async_apart(len(remotes) + len(seconds), _pretend, scratch, remotes, now)
    else:
        await account.async_keep(by_hand=True)
        if await async_apart(len(seconds), _is_waiting, ledger, seconds):
            raise account.gate.stuck()
    return await async_apart(len(seconds), _count, ledger, seconds, known - lost)


def _is_waiting(ledger: Ledger[WeighIn], seconds: set[int]) -> bool:
    """Tell whether any weigh-in is still to be pushed."""
    return any(ledger.state(second) is State.PENDING for second in seconds)


def _count(ledger: Ledger[WeighIn], seconds: set[int], known: set[int]) -> SyncResult:
    """Count what became of weigh-ins; what was `known` was not pushed now."""
    states = [ledger.state(second) for second in seconds]
    left_out = sum(
        ledger.way(second) in (Way.LEFT_OUT, Way.WITHDRAWN) for second in seconds
    )
    pushed = sum(
        ledger.way(second) is Way.PUSHED and not ledger.is_twin(second)
        for second in seconds - known
    )
    return SyncResult(
        found=len(seconds),
        already_there=states.count(State.DONE) - left_out - pushed,
        pushed=pushed,
        left_out=left_out,
        failed=states.count(State.FAILED),
        would_push=tuple(
            item.record
            for item in map(ledger.item, sorted(seconds))
            if item is not None and item.state is State.PENDING
        ),
    )


def _offer(ledger: Ledger[WeighIn], offers: Offers) -> set[int]:
    """Offer weigh-ins, each in the name of its link; return their seconds."""
    for link, weigh_in in offers:
        link.offer(ledger, weigh_in)
    return {weigh_in.second for _, weigh_in in offers}


def _compare(
    ledger: Ledger[WeighIn], offers: Offers, remotes: Sequence[GarminWeighIn], now: int
) -> tuple[set[int], Offers, set[int]]:
    """Return what Garmin has lost, of that what goes up again, and what is done."""
    seconds = {weigh_in.second for _, weigh_in in offers}
    lost = missing(ledger, seconds, remotes, now)
    done = {second for second in seconds if ledger.state(second) is State.DONE}
    return lost, _again(ledger, offers, lost), done


def _pretend(
    ledger: Ledger[WeighIn], remotes: Sequence[GarminWeighIn], now: int
) -> None:
    """Do what a push would do, but for the requests."""
    for item in ledger.pending():
        if not can_encode(item.record):
            outcomes.fail(ledger, item.record)
    reconcile(ledger, remotes, now)


def _again(
    ledger: Ledger[WeighIn], offers: Offers, lost: Collection[int]
) -> list[tuple[Link, WeighIn]]:
    """Return what goes up once more as Garmin has lost it, of twins what it had."""
    again: dict[int, tuple[Link, WeighIn]] = {}
    for link, weigh_in in offers:
        second = weigh_in.second
        if second in lost:
            primary = ledger.primary(second)
            if primary == second or primary not in again:
                again[primary] = link, weigh_in
    return list(again.values())
