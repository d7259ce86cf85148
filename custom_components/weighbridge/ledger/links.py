"""Links that change and go, and what they have brought to Garmin."""

from collections.abc import Callable, Iterable
from dataclasses import replace

from .entries import Item, Record, State, Way
from .ledger import REMOTE_LINK, Ledger


def known[R: Record](ledger: Ledger[R]) -> set[str]:
    """Return the links of what is not settled, and of twins."""
    now = ledger.snapshot()
    told = {one.link for one in now.settled.values() if one.twin_of is not None}
    return {item.link for item in now.open.values()} | told - {REMOTE_LINK}


def twins[R: Record](ledger: Ledger[R], link: str, *, own: bool) -> dict[int, int]:
    """Return twins that a link has told of, with the seconds of what they are twins of.

    `own` are those of what is the link's, too, the others of what another one has.
    """
    now = ledger.snapshot()

    def is_own(second: int) -> bool:
        """Tell whether a measurement is the link's."""
        entry = now.open.get(second) or now.settled.get(second)
        return entry is not None and entry.link == link

    return {
        second: settled.twin_of
        for second, settled in now.settled.items()
        if settled.twin_of is not None
        and settled.link == link
        and is_own(settled.twin_of) is own
    }


def drop_twins[R: Record](ledger: Ledger[R], link: str, seconds: Iterable[int]) -> None:
    """Forget that a link has told of what another one has, too: it does so no more."""
    for second in twins(ledger, link, own=False).keys() & set(seconds):
        ledger.drop(second)


def queued[R: Record](ledger: Ledger[R], link: str) -> set[int]:
    """Return what a link wants at Garmin and what has never been sent."""
    return {
        second
        for second, item in ledger.snapshot().open.items()
        if item.link == link and not item.is_ours
    }


def pushed[R: Record](ledger: Ledger[R], link: str) -> set[int]:
    """Return what a link has brought to Garmin for no other link, and shall stay there."""
    now = ledger.snapshot()
    shared = {
        settled.twin_of
        for settled in now.settled.values()
        if settled.twin_of is not None and settled.link not in (link, REMOTE_LINK)
    }
    ours = {s for s, i in now.open.items() if i.link == link and i.is_ours} | {
        second
        for second, settled in now.settled.items()
        if settled.link == link
        and settled.way is Way.PUSHED
        and second not in now.withdrawals
    }
    return ours - shared


def review[R: Record](
    ledger: Ledger[R], link: str, wants: Callable[[R], bool], prepare: Callable[[R], R]
) -> bool:
    """Prepare anew what waits of a link, and let go what it does not want any more.

    What may be at Garmin is not let go. Return whether anything changed.
    """
    changed = False
    unwanted: list[Item[R]] = []
    for item in ledger.snapshot().open.values():
        if item.link != link or item.state is State.DONE:
            continue
        if not item.is_ours and not wants(item.record):
            unwanted.append(item)
        elif (record := prepare(item.record)) != item.record:
            ledger.put(replace(item, record=record))
            changed = True
    _let_go(ledger, unwanted)
    return changed or bool(unwanted)


def rename[R: Record](ledger: Ledger[R], link: str, name: str) -> None:
    """Give all that is of a link to it under another name."""
    now = ledger.snapshot()
    for item in now.open.values():
        if item.link == link:
            ledger.put(replace(item, link=name))
    for second, settled in now.settled.items():
        if settled.link == link:
            ledger.remember(second, replace(settled, link=name))
    ledger.withdrawals.update(now.withdrawals)


def forget[R: Record](ledger: Ledger[R], link: str) -> None:
    """Drop what a removed link still wanted, unless another link wants it too.

    What it has brought to Garmin is remembered, corrections that wait go there.
    """
    drop_twins(ledger, link, twins(ledger, link, own=False))
    theirs = ledger.snapshot().open.values()
    _let_go(ledger, [item for item in theirs if item.link == link])


def _let_go[R: Record](ledger: Ledger[R], items: Iterable[Item[R]]) -> None:
    """Leave to other links what they want too; drop the rest that was never sent."""
    now = ledger.snapshot()
    for item in items:
        if (heir := ledger.heir(item)) is not None:
            ledger.put(replace(item, link=heir))
        elif not item.is_ours:
            ledger.drop(item.record.second)
    for second, settled in now.settled.items():
        if settled.twin_of is not None and ledger.state(settled.twin_of) is None:
            ledger.drop(second)
