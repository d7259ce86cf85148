"""What comes of sending and removing: each end that a request to Garmin can have."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from .entries import Item, Record, Remote, State, Way, differ, same
from .ledger import Ledger
from .patience import ALONE, LAST_REMOVAL, PARKED, SUSPECT


def mark_sent[R: Record](
    ledger: Ledger[R], items: Iterable[Item[R]], now: int
) -> list[Item[R]]:
    """Note that measurements are about to be uploaded; return them so marked."""
    sent = [replace(i, sent_at=now, attempts=i.attempts + 1) for i in items]
    for item in sent:
        ledger.put(item)
    return sent


def unsend[R: Record](ledger: Ledger[R], items: Iterable[Item[R]]) -> None:
    """Note that measurements, as they were before, have certainly not arrived."""
    for item in items:
        if (known := ledger.item(item.record.second)) is not None:
            ledger.put(replace(known, sent_at=item.sent_at, attempts=item.attempts))


def confirm[R: Record](ledger: Ledger[R], sent: Collection[Item[R]], now: int) -> None:
    """Note what Garmin has accepted; what was edited since waits until it is shown."""
    for item in sent:
        second, record = item.record.second, item.record
        known = ledger.item(second)
        if known is None:
            # It was withdrawn on its way, or a person has said that it stays.
            if (removal := ledger.withdrawals.get(second)) is not None:
                ledger.withdrawals[second] = removal._replace(at=now)
            continue
        is_edited = (
            differ(known.record.facts, record.facts)
            or known.record.extent > record.extent
        )
        state = known.state if is_edited else State.DONE
        ledger.put(replace(known, state=state, sent_at=now, strikes=0))
    for other in ledger.snapshot().open.values():
        if other.state is State.PENDING and other.strikes == ALONE:
            ledger.put(replace(other, strikes=SUSPECT))


def lose[R: Record](ledger: Ledger[R], sent: Iterable[Item[R]], now: int) -> None:
    """Note that nobody knows what became of an upload.

    Who was alone when it happened, while others went up, is parked after three times.
    """
    for item in sent:
        if (known := ledger.item(item.record.second)) is not None:
            strikes = known.strikes + (known.strikes != ALONE)
            state = State.FAILED if strikes >= PARKED else known.state
            ledger.put(replace(known, sent_at=now, strikes=strikes, state=state))


def fail[R: Record](ledger: Ledger[R], record: R) -> bool:
    """Park a measurement that Garmin itself refuses, unless it was edited since."""
    item = ledger.item(record.second)
    if item is None or differ(item.record.facts, record.facts):
        return False
    ledger.put(replace(item, state=State.FAILED))
    return True


def removed[R: Record](ledger: Ledger[R], second: int, remote: Remote) -> None:
    """Note that a version which we sent is no longer at Garmin.

    What was sent more than once may be there once more, and come to light later: that
    cannot be told from what comes in its place, if only more was measured.
    """
    if (item := ledger.item(second)) is not None:
        was = item.was
        if item.attempts <= 1 or same(item.record.facts, remote.facts):
            was = tuple(facts for facts in was if not same(facts, remote.facts))
        gone = item.gone if remote.serial is None else (*item.gone, remote.serial)
        ledger.put(replace(item, was=was, gone=gone))


def keep[R: Record](
    ledger: Ledger[R], second: int, now: int, *, for_good: bool
) -> bool:
    """Note that Garmin has not let something go; tell whether it is given up.

    An edit is parked then, with the old version at Garmin; what its source has deleted
    stays.
    """
    if (item := ledger.item(second)) is not None:
        if item.state is not State.PENDING:
            return False
        strikes = item.strikes + 1
        gives_up = for_good or strikes >= LAST_REMOVAL
        state = State.FAILED if gives_up else State.PENDING
        ledger.put(replace(item, state=state, strikes=strikes, sent_at=now))
        return gives_up
    if (removal := ledger.withdrawals.get(second)) is None:
        return False
    ledger.withdrawals[second] = removal._replace(strikes=removal.strikes + 1, at=now)
    if not for_good and removal.strikes + 1 < LAST_REMOVAL:
        return False
    if (settled := ledger.settled(second)) is not None:
        # Of an edit that waited, Garmin has rather the version before.
        facts = removal.was[-1] if removal.was else settled.facts
        ledger.remember(second, replace(settled, way=Way.KEPT, facts=facts))
    return True


def withdrawn[R: Record](
    ledger: Ledger[R], seconds: Iterable[int], shown: Collection[int], now: int
) -> None:
    """Note what was wished away and is gone; what was not shown is looked at twice."""
    for second in seconds:
        settled, removal = ledger.settled(second), ledger.withdrawals.get(second)
        if settled is None or removal is None:
            continue
        if second in shown or removal.at is not None:
            ledger.remember(second, replace(settled, way=Way.WITHDRAWN))
        else:
            ledger.withdrawals[second] = removal._replace(at=now)
