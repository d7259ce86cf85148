"""Bringing Garmin up to date on demand, or telling what that would do."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ..ledger import Ledger, State, Way, missing, reconcile
from ..model import WeighIn
from .account import GarminAccount
from .link import Link


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
    account: GarminAccount, offers: Sequence[tuple[Link, WeighIn]], *, dry_run: bool
) -> SyncResult:
    """Bring an account up to date with weigh-ins of its links.

    What Garmin has lost since it was pushed goes up again. Raise HomeAssistantError
    when Garmin cannot be asked, or when some must wait for later.
    """
    seconds = {weigh_in.second for _, weigh_in in offers}
    if not seconds:
        return SyncResult()
    scratch = account.memory.weigh_ins.copy()
    for link, weigh_in in offers:
        link.offer(scratch, weigh_in)
    if not dry_run:
        await account.async_offer_all(offers)
    remotes = await account.async_look_up(seconds, queues=not dry_run)
    lost = missing(account.memory.weigh_ins, seconds, remotes)
    # What is done before the push was there already; the ledger itself tells the rest.
    known = {second for second in seconds - lost if scratch.state(second) is State.DONE}
    ledger = scratch if dry_run else account.memory.weigh_ins
    _reopen(ledger, offers, lost)
    if dry_run:
        reconcile(ledger, remotes)
    else:
        await account.async_push_all()
    states = [ledger.state(second) for second in seconds]
    if not dry_run and State.PENDING in states:
        raise account.stuck()
    done = {
        second
        for second in seconds
        if ledger.state(second) is State.DONE
        and ledger.way(second) not in (Way.LEFT_OUT, Way.WITHDRAWN)
    }
    pushed = sum(
        ledger.way(second) is Way.PUSHED and not ledger.is_twin(second)
        for second in done - known
    )
    return SyncResult(
        found=len(seconds),
        already_there=len(done) - pushed,
        pushed=pushed,
        left_out=sum(
            ledger.way(second) in (Way.LEFT_OUT, Way.WITHDRAWN) for second in seconds
        ),
        failed=states.count(State.FAILED),
        would_push=tuple(
            item.record
            for item in reversed(ledger.pending())
            if item.record.second in seconds
        ),
    )


def _reopen(
    ledger: Ledger[WeighIn],
    offers: Sequence[tuple[Link, WeighIn]],
    lost: Collection[int],
) -> None:
    """Push once more what Garmin has lost, of twins the one that it had."""
    again: dict[int, tuple[Link, WeighIn]] = {}
    for link, weigh_in in offers:
        second = weigh_in.second
        if second in lost:
            primary = ledger.primary(second)
            if primary == second or primary not in again:
                again[primary] = link, weigh_in
    for link, weigh_in in again.values():
        ledger.reopen(link.prepare(weigh_in), link.link_id)
