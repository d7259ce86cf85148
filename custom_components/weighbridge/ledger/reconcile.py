"""What a look at Garmin tells: what is there, what must go, what is missing."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from .entries import Item, Reconciled, Record, Remote, Settled, State, Way
from .ledger import TWIN_SECONDS, Ledger, differ, near_slots


def reconcile[R: Record, M: Remote](
    ledger: Ledger[R], remotes: Iterable[M]
) -> Reconciled[M]:
    """Settle the pending measurements that Garmin holds.

    Every remote measurement answers for one of ours at the most: by its second, or,
    when nobody here has that second, as a twin.
    """
    found: list[int] = []
    unwanted: list[M] = []
    unclaimed: list[M] = []
    groups: defaultdict[int, list[M]] = defaultdict(list)
    for remote in remotes:
        groups[remote.second].append(remote)
    for second, group in groups.items():
        ledger.note_shown(second)
        if (item := ledger.item(second)) is not None:
            if item.state is State.PENDING:
                old = _outdated(item, group)
                unwanted.extend(old)
                if len(old) < len(group):
                    sent = item.sent_at is not None or item.replaces
                    ledger.settle(item, Way.PUSHED if sent else Way.FOUND)
                    found.append(second)
        elif (settled := ledger.settled(second)) is not None:
            if (twin := _pending_twin(ledger, settled, second, group)) is not None:
                ledger.settle(twin, Way.FOUND)
                found.append(twin.record.second)
            unwanted.extend(
                _surplus(settled, group, withdrawn=second in ledger.withdrawals)
            )
        else:
            unclaimed.extend(group)
    found.extend(_find_twins(ledger, unclaimed))
    return Reconciled(found=tuple(found), unwanted=tuple(unwanted))


def missing[R: Record](
    ledger: Ledger[R], seconds: Iterable[int], remotes: Iterable[Remote]
) -> set[int]:
    """Return which measurements Garmin had and does not show any more.

    Somebody may have deleted them there. What was left out, or deleted at its source,
    is not missing; what Garmin has accepted just now may be shown later.
    """
    there = {remote.second for remote in remotes}
    names: defaultdict[int, set[int]] = defaultdict(set)
    for second in ledger.snapshot().settled:
        names[ledger.primary(second)].add(second)
    return {
        second
        for second in seconds
        if ledger.way(second) in (Way.PUSHED, Way.FOUND)
        and not ledger.is_fresh(primary := ledger.primary(second))
        and there.isdisjoint(names[primary])
    }


def _outdated[R: Record, M: Remote](item: Item[R], group: Sequence[M]) -> list[M]:
    """Return the older versions of what is to be replaced."""
    return [
        remote
        for remote in group
        if item.replaces and differ(item.record.facts, remote.facts)
    ]


def _pending_twin[R: Record](
    ledger: Ledger[R], settled: Settled, second: int, group: Iterable[Remote]
) -> Item[R] | None:
    """Return what is pending though Garmin holds it as another source reported it.

    A ledger that is built anew may choose another of two twins to be pushed.
    """
    item = None if settled.twin_of is None else ledger.item(settled.twin_of)
    if item is None or item.state is not State.PENDING or item.replaces:
        return None
    if any(ledger.is_alike(item.record, second, remote.facts) for remote in group):
        return item
    return None


def _surplus[M: Remote](
    settled: Settled, group: Iterable[M], *, withdrawn: bool
) -> list[M]:
    """Return what we brought to Garmin and must go, or came a second time.

    Two Home Assistants that push at the same moment double a weigh-in. Both keep the
    older one.
    """
    if settled.way is not Way.PUSHED:
        return []
    ours = [
        remote
        for remote in group
        if not differ(settled.facts[:1], remote.facts) and remote.serial is not None
    ]
    if withdrawn:
        return ours
    return sorted(ours, key=lambda remote: remote.serial or 0)[1:]


def _find_twins[R: Record](ledger: Ledger[R], remotes: Iterable[Remote]) -> list[int]:
    """Settle what Garmin has from elsewhere, with a little between; return its seconds."""
    slots: defaultdict[int, list[Remote]] = defaultdict(list)
    for remote in remotes:
        slots[remote.second // TWIN_SECONDS].append(remote)
    found: list[int] = []
    for item in ledger.pending() if slots else ():
        second = item.record.second
        near = [
            remote
            for slot in near_slots(second)
            for remote in slots[slot]
            if ledger.is_alike(item.record, remote.second, remote.facts)
        ]
        if near and not item.replaces:
            twin = min(near, key=lambda remote: abs(remote.second - second))
            slots[twin.second // TWIN_SECONDS].remove(twin)
            ledger.settle(item, Way.FOUND)
            ledger.remember_remote(twin, of=second)
            found.append(second)
    return found
