"""What must be pushed and what has been: a state machine without I/O.

A measurement is known by its kind and its epoch second. It is offered, waits as
`pending` until Garmin has accepted it, is `done` then, and settled once Garmin shows it.
Offering it again changes nothing, so whoever reads a source may read too much, never
too little.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from itertools import chain

from .entries import (
    Facts,
    Item,
    Offer,
    Record,
    Remote,
    Removal,
    Settled,
    Snapshot,
    State,
    Way,
    differ,
)
from .near import TWIN_SECONDS, Seconds
from .patience import SUSPECT, due, removal_due

# How far the facts of twins may be apart, as many of them as must agree.
TWIN_WEIGH_IN = (0.05,)
TWIN_BLOOD_PRESSURE = (0.0, 0.0)

# The link of what came to Garmin without us.
REMOTE_LINK = "garmin"


class Ledger[R: Record]:
    """The memory of one kind of measurement in one Garmin account."""

    def __init__(self, tolerance: tuple[float, ...]) -> None:
        """Begin with nothing known; `tolerance` is how far the facts of twins differ."""
        self._tolerance = tolerance
        self._open: dict[int, Item[R]] = {}
        self._states: Counter[State] = Counter()
        self._settled: dict[int, Settled] = {}
        self._seconds = Seconds()
        # What we pushed and its source has deleted since.
        self.withdrawals: dict[int, Removal] = {}
        # When a ledger was lost: Garmin may be at work on what nobody here knows of.
        self.lost_at: int | None = None

    def offer(
        self, record: R, *, link: str, own_twins: bool = False, now: int | None = None
    ) -> Offer:
        """Take a measurement from a link; what is known already is left as it is.

        `own_twins` lets measurements of the same link be twins of each other. Something
        new waits since `now`, else since the next look.
        """
        second = record.second
        if (item := self._open.get(second)) is not None:
            return self._offer_open(item, record, link)
        if (settled := self._settled.get(second)) is not None:
            return self._offer_settled(settled, record, link, now)
        if (twin := self._twin(record, link, own_twins)) is not None:
            self.remember(
                second,
                Settled(facts=record.facts, link=link, way=Way.TWIN, twin_of=twin),
            )
            return Offer.TWIN
        self.put(Item(record=record, link=link, since=now, sent_at=self.lost_at))
        return Offer.NEW

    def state(self, second: int) -> State | None:
        """Return the state of a measurement, None for one never offered."""
        primary = self.primary(second)
        if (item := self._open.get(primary)) is not None:
            return item.state
        return State.DONE if primary in self._settled else None

    def way(self, second: int) -> Way | None:
        """Return how a measurement was done, a twin as its other was."""
        primary = self.primary(second)
        if (item := self._open.get(primary)) is not None:
            return Way.PUSHED if item.state is State.DONE else None
        settled = self._settled.get(primary)
        return None if settled is None else settled.way

    def facts(self, second: int) -> Facts | None:
        """Return what is known of a measurement, of a twin what its other was."""
        primary = self.primary(second)
        if (item := self._open.get(primary)) is not None:
            return item.record.facts
        settled = self._settled.get(primary)
        return None if settled is None else settled.facts

    def primary(self, second: int) -> int:
        """Return the second under which a measurement is pushed, if it is a twin."""
        settled = self._settled.get(second)
        if settled is None or settled.twin_of is None:
            return second
        return self.primary(settled.twin_of)

    def is_twin(self, second: int) -> bool:
        """Tell whether a measurement is the same as one of another source."""
        settled = self._settled.get(second)
        return settled is not None and settled.twin_of is not None

    def knows(self, second: int) -> bool:
        """Tell whether a measurement was ever offered, or found at Garmin."""
        return second in self._open or second in self._settled

    def item(self, second: int) -> Item[R] | None:
        """Return a measurement that is not settled."""
        return self._open.get(second)

    def settled(self, second: int) -> Settled | None:
        """Return what is remembered of a measurement that is settled."""
        return self._settled.get(second)

    def items(self, state: State) -> list[Item[R]]:
        """Return the measurements in a state that are not settled, the newest first."""
        return [
            self._open[second]
            for second in sorted(self._open, reverse=True)
            if self._open[second].state is state
        ]

    @property
    def size(self) -> int:
        """Return how many measurements are known."""
        return len(self._open) + len(self._settled)

    def pending(self) -> list[Item[R]]:
        """Return what must be pushed, the newest first."""
        return self.items(State.PENDING)

    def due(self) -> int | None:
        """Return when there is something to do at Garmin next, None for never."""
        first: int | None = None
        for at in chain(
            (due(i) for i in self._open.values() if i.state is not State.FAILED),
            map(removal_due, self.withdrawals.values()),
        ):
            if first is None or at < first:
                first = at
            if first == 0:
                # Thousands may wait, and nothing is due before what waits for nothing.
                break
        return first

    def ready(self, now: int) -> set[int]:
        """Return the measurements that Garmin is to be asked about now."""
        return {
            second
            for second, item in self._open.items()
            if item.state is not State.FAILED and due(item) <= now
        }

    def leaving(self, now: int) -> set[int]:
        """Return what may be removed from Garmin now."""
        return {s for s, gone in self.withdrawals.items() if removal_due(gone) <= now}

    def wind(self, now: int) -> None:
        """Note the time: when things began to wait, and that none is still to come."""
        for second, item in self._open.items():
            if (item.sent_at or 0) > now or (item.since or now + 1) > now:
                sent_at = None if item.sent_at is None else min(item.sent_at, now)
                since = min(item.since or now, now)
                self._open[second] = replace(item, sent_at=sent_at, since=since)
        for second, removal in self.withdrawals.items():
            if (removal.at or 0) > now:
                self.withdrawals[second] = removal._replace(at=now)

    def count(self, state: State) -> int:
        """Return how many measurements are in a state."""
        known = self._states[state]
        if state is State.DONE:
            known += sum(one.twin_of is None for one in self._settled.values())
        return known

    def overdue(self, before: int) -> int:
        """Return how many have been waiting since before a time."""
        return sum(
            item.state is State.PENDING and (item.since or before) < before
            for item in self._open.values()
        )

    def withdraw(self, second: int, now: int) -> None:
        """Wish a measurement away, from here and, if we pushed it, from Garmin.

        What was never sent is left to another link that wants it, too.
        """
        if (item := self._open.get(second)) is not None:
            if not item.is_ours and (heir := self.heir(item)) is not None:
                self.put(replace(item, link=heir))
                return
            self.settle(item, Way.PUSHED if item.is_ours else Way.WITHDRAWN)
            if item.is_ours:
                # Garmin may not show yet what it was given last.
                self.withdrawals[second] = Removal(
                    at=item.sent_at and now, was=item.was
                )
        elif (one := self._settled.get(second)) is not None and one.way is Way.PUSHED:
            self.withdrawals.setdefault(second, Removal())

    def heir(self, item: Item[R]) -> str | None:
        """Return another link that wants a measurement, as it has a twin of it."""
        second = item.record.second
        near = self._seconds.near(second)
        twins = (self._settled[s] for s in near if s in self._settled)
        links = (twin.link for twin in twins if twin.twin_of == second)
        others = (link for link in links if link not in (item.link, REMOTE_LINK))
        return next(others, None)

    def keep(self, second: int) -> None:
        """Leave at Garmin what its source has deleted, for good."""
        if (item := self._open.get(second)) is not None:
            # Of an edit that waits, Garmin has rather the version before.
            self.settle(item, Way.KEPT, item.was[-1] if item.was else None)
        elif (one := self._settled.get(second)) is not None and one.way is Way.PUSHED:
            self.remember(second, replace(one, way=Way.KEPT))

    def is_ours(self, second: int, link: str) -> bool:
        """Tell whether a link has brought a measurement to Garmin, or tried to."""
        if (item := self._open.get(second)) is not None:
            return item.link == link and item.is_ours
        settled = self._settled.get(second)
        return (
            settled is not None
            and settled.link == link
            and settled.way in (Way.PUSHED, Way.WITHDRAWN, Way.KEPT)
        )

    def put(self, item: Item[R]) -> None:
        """Keep a measurement as one that is not settled."""
        second = item.record.second
        self._close(second)
        self._settled.pop(second, None)
        self.withdrawals.pop(second, None)
        self._open[second] = item
        self._states[item.state] += 1
        self._seconds.add(second)

    def settle(self, item: Item[R], way: Way, facts: Facts | None = None) -> None:
        """Close a measurement; `facts` are those that Garmin shows, if others."""
        self.remember(
            item.record.second,
            Settled(
                facts=facts or item.record.facts,
                link=item.link,
                way=way,
                extent=item.record.extent,
                attempts=item.attempts,
            ),
        )

    def remember(self, second: int, settled: Settled) -> None:
        """Keep a measurement as one that needs no more work."""
        self._close(second)
        self.withdrawals.pop(second, None)
        self._settled[second] = settled
        self._seconds.add(second)

    def drop(self, second: int) -> None:
        """Forget a measurement."""
        self._close(second)
        self._settled.pop(second, None)
        self._seconds.drop(second)

    def _close(self, second: int) -> None:
        """Keep a measurement no longer as one that is not settled."""
        if (item := self._open.pop(second, None)) is not None:
            self._states[item.state] -= 1

    def remember_remote(self, remote: Remote, second: int, *, of: int) -> None:
        """Keep a weigh-in at Garmin from answering for a second one later."""
        self.remember(
            second,
            Settled(facts=remote.facts, link=REMOTE_LINK, way=Way.TWIN, twin_of=of),
        )

    def is_alike(self, record: R, second: int, facts: Facts) -> bool:
        """Tell whether a measurement elsewhere is the same as a record."""
        return abs(record.second - second) <= TWIN_SECONDS and all(
            one is not None and other is not None and abs(one - other) <= apart + 1e-9
            for one, other, apart in zip(
                record.facts, facts, self._tolerance, strict=False
            )
        )

    def correct(self, record: R, link: str) -> None:
        """Try what Garmin refuses with other values, which a person gives.

        From then on it is of another link: its source would undo that.
        """
        item = self._open.get(record.second)
        if (
            item is not None
            and item.state is State.FAILED
            and differ(record.facts, item.record.facts)
        ):
            self._edit(replace(item, link=link), record)

    def reopen(self, record: R, link: str) -> None:
        """Push what is done once more, as Garmin does not have it."""
        second = record.second
        if (item := self._open.get(second)) is not None:
            if item.state is State.DONE:
                self.put(replace(item, state=State.PENDING, sent_at=None))
        elif (settled := self._settled.get(second)) is not None:
            link = link if settled.twin_of is not None else settled.link
            self.put(Item(record=record, link=link, attempts=settled.attempts))

    def release(self, second: int) -> None:
        """Try once more what Garmin has refused; a new refusal is believed at once."""
        if (item := self._open.get(second)) is not None:
            self.put(
                replace(
                    item, state=State.PENDING, strikes=SUSPECT, looks=0, sent_at=None
                )
            )

    def leave_out(self, second: int) -> None:
        """Never push what Garmin has refused."""
        if (item := self._open.get(second)) is not None:
            self.settle(item, Way.LEFT_OUT)

    def snapshot(self) -> Snapshot[R]:
        """Return all that is known now, to be read in any thread at any time."""
        return Snapshot(
            open=self._open.copy(),
            settled=self._settled.copy(),
            withdrawals=self.withdrawals.copy(),
        )

    def copy(self) -> Ledger[R]:
        """Return a ledger that knows the same and goes its own way."""
        other = Ledger[R](self._tolerance)
        other._open = self._open.copy()
        other._states = self._states.copy()
        other._settled = self._settled.copy()
        other._seconds = self._seconds.copy()
        other.withdrawals.update(self.withdrawals)
        return other

    def restore(
        self, items: Iterable[Item[R]], settled: Iterable[tuple[int, Settled]]
    ) -> None:
        """Take up what was known before."""
        for second, memory in settled:
            self.remember(second, memory)
        for item in items:
            self.put(item)

    def _offer_open(self, item: Item[R], record: R, link: str) -> Offer:
        """Offer a measurement again that is not settled."""
        if item.link != link:
            return Offer.KNOWN
        # What Garmin has is completed by an edit.
        is_more = item.state is State.DONE and record.extent > item.record.extent
        if is_more or differ(record.facts, item.record.facts):
            self._edit(item, record)
            return Offer.CHANGED
        if item.state is State.DONE:
            return Offer.KNOWN
        whole = item.record.completed(record)
        if dict(whole.values()) == dict(item.record.values()) or item.sent_at:
            return Offer.KNOWN
        self.put(replace(item, record=whole, state=State.PENDING))
        return Offer.CHANGED

    def _offer_settled(
        self, settled: Settled, record: R, link: str, now: int | None = None
    ) -> Offer:
        """Offer a measurement again that is settled: an edit of ours goes out anew."""
        second = record.second
        # What its source has no more is anybody's who has it.
        if settled.link != link and not self._is_given_up(second):
            return Offer.KNOWN
        removal = self.withdrawals.get(second)
        was = () if removal is None else removal.was
        if settled.way in (Way.PUSHED, Way.KEPT):
            is_edit = differ(record.facts, settled.facts)
            if is_edit or (removal is None and record.extent > settled.extent):
                was = (settled.facts, *was)
            elif removal is None and settled.way is Way.PUSHED:
                return Offer.KNOWN
        elif settled.way is not Way.WITHDRAWN:
            return Offer.KNOWN
        # Garmin shall have it, and may not: it was taken away, or has never arrived, or
        # was sent so short a time ago that it is not shown yet.
        sent_at = now if settled.way is Way.KEPT and settled.attempts else None
        self.put(
            Item(
                record=record,
                link=link,
                sent_at=sent_at if removal is None else removal.at,
                attempts=settled.attempts,
                was=was,
            )
        )
        return Offer.CHANGED

    def _edit(self, item: Item[R], record: R) -> None:
        """Take a newer version; what was sent of the older one may be at Garmin."""
        was = (*item.was, item.record.facts) if item.attempts else item.was
        self.put(
            replace(
                item, record=record, state=State.PENDING, was=was, strikes=0, looks=0
            )
        )

    def _twin(self, record: R, link: str, own_twins: bool) -> int | None:
        """Return the nearest measurement of another link that is the same weighing."""
        taken = {
            settled.twin_of
            for second in self._seconds.near(record.second, reach=2)
            if (settled := self._settled.get(second)) is not None
            and settled.link == link
        }
        near = [
            second
            for second in self._seconds.near(record.second)
            if (own_twins or second not in taken)
            and (known := self._primary(second)) is not None
            and (own_twins or known[0] != link)
            and self.is_alike(record, second, known[1])
        ]
        return min(near, key=lambda second: abs(second - record.second), default=None)

    def _primary(self, second: int) -> tuple[str, Facts] | None:
        """Return the link and the facts of a measurement that is nobody's twin."""
        if (item := self._open.get(second)) is not None:
            return item.link, item.record.facts
        settled = self._settled[second]
        if settled.twin_of is not None or self._is_given_up(second):
            return None
        return settled.link, settled.facts

    def _is_given_up(self, second: int) -> bool:
        """Tell whether the source of what is settled has it no more."""
        return second in self.withdrawals or self._settled[second].way is Way.WITHDRAWN
