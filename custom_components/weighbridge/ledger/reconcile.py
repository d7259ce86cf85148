"""What a look at Garmin tells: what is there, what must go, what is missing."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from .entries import Item, Record, Remote, Removal, Settled, State, Way, differ, same
from .ledger import Ledger
from .near import TWIN_SECONDS, near_slots
from .patience import LOOKS, NEVER_SHOWN, RESENT, SETTLING_SECONDS, due


def reconcile[R: Record, M: Remote](
    ledger: Ledger[R], remotes: Iterable[M], now: int
) -> list[tuple[int, M]]:
    """Settle the measurements that Garmin holds; return what must go from there.

    Every remote measurement answers for one of ours at the most: by its second, or,
    when nobody here has that second, as a twin. What must go comes with the second of
    the measurement that it is a version of.
    """
    unwanted: list[tuple[int, M]] = []
    unclaimed: list[M] = []
    groups: defaultdict[int, list[M]] = defaultdict(list)
    for remote in sorted(remotes, key=lambda remote: len(remote.seconds)):
        # A wall clock without a zone may be either of two, when clocks are set back.
        second = next(
            (
                second
                for second in remote.seconds
                if ledger.knows(second)
                and (second not in groups or len(remote.seconds) == 1)
            ),
            None,
        )
        (unclaimed if second is None else groups[second]).append(remote)
    for second, group in groups.items():
        if (item := ledger.item(second)) is not None:
            unwanted.extend((second, old) for old in _compare(ledger, item, group, now))
        elif (settled := ledger.settled(second)) is not None:
            if settled.twin_of is not None and ledger.item(settled.twin_of) is not None:
                # A ledger that is built anew may choose the other of two twins.
                unclaimed.extend(group)
            removal = ledger.withdrawals.get(second)
            unwanted.extend(
                (second, extra) for extra in _surplus(settled, group, removal)
            )
    _find_twins(ledger, unclaimed)
    return unwanted


def miss[R: Record](ledger: Ledger[R], seconds: Iterable[int], now: int) -> None:
    """Take note of what Garmin has accepted and did not show at this look.

    It is looked for after an hour and after a day, and sent once more.
    """
    for second in seconds:
        item = ledger.item(second)
        if item is None or item.state is not State.DONE or due(item) > now:
            continue
        item = _looked(item, now)
        if item.looks == RESENT:
            item = replace(item, state=State.PENDING, sent_at=None)
        elif item.looks >= NEVER_SHOWN:
            item = replace(item, state=State.FAILED)
        ledger.put(item)


def missing[R: Record](
    ledger: Ledger[R], seconds: Iterable[int], remotes: Iterable[Remote], now: int
) -> set[int]:
    """Return which measurements Garmin had and does not show any more.

    Somebody may have deleted them there. What was left out, or deleted at its source,
    is not missing; what Garmin has accepted just now may be shown later.
    """
    there = {second for remote in remotes for second in remote.seconds}
    names: defaultdict[int, set[int]] = defaultdict(set)
    for second in ledger.snapshot().settled:
        names[ledger.primary(second)].add(second)
    return {
        second
        for second in seconds
        if ledger.way(second) in (Way.PUSHED, Way.FOUND)
        and not is_fresh(ledger, second, now)
        and there.isdisjoint({*names[primary := ledger.primary(second)], primary})
    }


def is_fresh[R: Record](ledger: Ledger[R], second: int, now: int) -> bool:
    """Tell whether Garmin has accepted a measurement and may not show it yet."""
    item = ledger.item(ledger.primary(second))
    return (
        item is not None
        and item.sent_at is not None
        and now < item.sent_at + SETTLING_SECONDS
    )


def _compare[R: Record, M: Remote](
    ledger: Ledger[R], item: Item[R], group: Sequence[M], now: int
) -> list[M]:
    """Take what Garmin shows of a measurement to heart; return what must go."""
    shown = [
        remote
        for remote in group
        if remote.serial is None or remote.serial not in item.gone
    ]
    if len(shown) < len(group) and now < (item.since or now) + LOOKS[1]:
        # What we have removed is shown: nothing here is to be relied on.
        ledger.put(replace(item, sent_at=now))
        return []
    old = [r for r in shown if any(same(version, r.facts) for version in item.was)]
    rest = [remote for remote in shown if remote not in old]
    current = _by_age(r for r in rest if not differ(item.record.facts, r.facts))
    if current:
        if not item.is_ours:
            ledger.settle(item, Way.FOUND)
        elif item.state is not State.DONE and not _is_certain(item):
            ledger.put(replace(item, state=State.DONE, sent_at=now, looks=0))
        elif old and item.looks < NEVER_SHOWN:
            # It is looked at again whether the other one has gone.
            ledger.put(replace(item, sent_at=now, looks=item.looks + RESENT))
        elif item.was and not old and item.looks % 2 == 0 and due(item) <= now:
            # The version before has never been shown: answers can be partial for hours.
            ledger.put(_looked(item, now))
        elif _is_certain(item) or due(item) <= now:
            ledger.settle(item, Way.PUSHED)
        doubles = [r for r in current[1:] if same(item.record.facts, r.facts)]
        return [*old, *(doubles if item.is_ours else ())]
    if item.state is State.FAILED:
        return []
    if old:
        if item.state is State.PENDING:
            ledger.put(replace(item, sent_at=None))
        return old
    if rest and due(item) <= now:
        # Whoever brought that here had a reason.
        ledger.settle(item, Way.FOUND, rest[0].facts)
    return []


def _looked[R: Record](item: Item[R], now: int) -> Item[R]:
    """Return a measurement that has been looked for once more, the next time later."""
    sent_at = max(item.sent_at or now, now - LOOKS[0])
    return replace(item, looks=item.looks + 1, sent_at=sent_at)


def _is_certain[R: Record](item: Item[R]) -> bool:
    """Tell whether no other version can come to light beside what Garmin shows."""
    return item.attempts <= 1 and not item.was and not item.gone


def _surplus[M: Remote](
    settled: Settled, group: Iterable[M], removal: Removal | None
) -> list[M]:
    """Return what we brought to Garmin and must go, or came a second time.

    Two Home Assistants that push at the same moment double a weigh-in. Both keep the
    older one.
    """
    if settled.way not in (Way.PUSHED, Way.WITHDRAWN):
        return []
    versions = (settled.facts, *(() if removal is None else removal.was))
    ours = [
        remote
        for remote in group
        if remote.serial is not None
        and any(same(version, remote.facts) for version in versions)
    ]
    if removal is not None or settled.way is Way.WITHDRAWN:
        return ours
    return _by_age(ours)[1:]


def _by_age[M: Remote](remotes: Iterable[M]) -> list[M]:
    """Return what Garmin holds, the oldest first."""
    return sorted(remotes, key=lambda remote: remote.serial or 0)


def _find_twins[R: Record](ledger: Ledger[R], remotes: Collection[Remote]) -> None:
    """Settle what Garmin has from elsewhere, with a little between."""
    slots: defaultdict[int, list[tuple[int, Remote]]] = defaultdict(list)
    for remote in remotes:
        for second in remote.seconds:
            slots[second // TWIN_SECONDS].append((second, remote))
    taken: list[Remote] = []
    for item in ledger.pending() if slots else ():
        second = item.record.second
        near = [
            (there, remote)
            for slot in near_slots(second)
            for there, remote in slots[slot]
            if remote not in taken and ledger.is_alike(item.record, there, remote.facts)
        ]
        if near and not item.was:
            there, twin = min(near, key=lambda pair: abs(pair[0] - second))
            taken.append(twin)
            ledger.settle(item, Way.FOUND)
            if there != second:
                ledger.remember_remote(twin, there, of=second)
