"""What must be pushed and what has been: a state machine without I/O.

A measurement is known by its kind and its epoch second. It is offered, waits as
`pending` until Garmin is known to hold it, and is then settled for good. Offering it
again changes nothing, so whoever reads a source may read too much, never too little.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace

from .entries import (
    Cursor,
    Facts,
    Item,
    Offer,
    Record,
    Remote,
    Settled,
    Snapshot,
    State,
    Way,
)

# Two sources that report the same so close together report the same measurement.
TWIN_SECONDS = 120

# How far the facts of twins may be apart, as many of them as must agree.
TWIN_WEIGH_IN = (0.05,)
TWIN_BLOOD_PRESSURE = (0.0, 0.0)

# The link of what came to Garmin without us.
REMOTE_LINK = "garmin"

# Half of the last digit that Garmin and the vendors keep.
_SAME = 0.0051


class Ledger[R: Record]:
    """The memory of one kind of measurement in one Garmin account."""

    def __init__(self, tolerance: tuple[float, ...]) -> None:
        """Begin with nothing known; `tolerance` is how far the facts of twins differ."""
        self._tolerance = tolerance
        self._open: dict[int, Item[R]] = {}
        self._settled: dict[int, Settled] = {}
        # Known seconds by their TWIN_SECONDS wide slot, to find twins at constant cost.
        self._slots: defaultdict[int, set[int]] = defaultdict(set)
        self.cursors: dict[str, Cursor] = {}
        # What we pushed and its source has deleted since.
        self.withdrawals: set[int] = set()
        # When Garmin accepted what it may not show yet.
        self._accepted: dict[int, int] = {}

    def offer(
        self,
        record: R,
        *,
        link: str,
        own_twins: bool = False,
    ) -> Offer:
        """Take a measurement from a link; what is known already is left as it is.

        `own_twins` lets measurements of the same link be twins of each other.
        """
        second = record.second
        if (item := self._open.get(second)) is not None:
            return self._offer_open(item, record, link)
        if (settled := self._settled.get(second)) is not None:
            return self._offer_settled(settled, record, link)
        if (twin := self._twin(record, link, own_twins)) is not None:
            return self._offer_twin(twin, record, link)
        self._add(record, link)
        return Offer.NEW

    def cursor(self, link: str, start: int) -> int:
        """Return from where a link that reaches back to `start` has to read on."""
        cursor = self.cursors.get(link)
        return start if cursor is None or start < cursor.start else cursor.until

    def advance(self, link: str, start: int, until: int) -> bool:
        """Note how far a link has read; tell whether it is its first time."""
        cursor = self.cursors.get(link)
        new = cursor is None or start < cursor.start
        if cursor is not None:
            until = max(until, cursor.until)
        self.cursors[link] = Cursor(start, until)
        return new

    def state(self, second: int) -> State | None:
        """Return the state of a measurement, None for one never offered."""
        primary = self.primary(second)
        if (item := self._open.get(primary)) is not None:
            return item.state
        return State.DONE if primary in self._settled else None

    def way(self, second: int) -> Way | None:
        """Return how a measurement was settled, a twin as its other was."""
        settled = self._settled.get(self.primary(second))
        return None if settled is None else settled.way

    def primary(self, second: int) -> int:
        """Return the second by which Garmin knows a measurement, a twin's other's."""
        settled = self._settled.get(second)
        if settled is None or settled.twin_of is None:
            return second
        return self.primary(settled.twin_of)

    def is_twin(self, second: int) -> bool:
        """Tell whether a measurement is the same as one of another source."""
        settled = self._settled.get(second)
        return settled is not None and settled.twin_of is not None

    def item(self, second: int) -> Item[R] | None:
        """Return a measurement that is not settled."""
        return self._open.get(second)

    def settled(self, second: int) -> Settled | None:
        """Return what is remembered of a measurement that is settled."""
        return self._settled.get(second)

    def items(self, state: State) -> list[Item[R]]:
        """Return the measurements in an unsettled state, the newest first."""
        return [self._open[second] for second in self.seconds(state)]

    @property
    def size(self) -> int:
        """Return how many measurements are known."""
        return len(self._open) + len(self._settled)

    def seconds(self, state: State) -> list[int]:
        """Return the seconds of the measurements in an unsettled state, newest first."""
        return sorted(
            (second for second, item in self._open.items() if item.state is state),
            reverse=True,
        )

    def pending(self) -> list[Item[R]]:
        """Return what must be pushed, the newest first."""
        return self.items(State.PENDING)

    def note_shown(self, second: int) -> None:
        """Note that Garmin shows what it has accepted."""
        self._accepted.pop(second, None)

    def is_fresh(self, second: int) -> bool:
        """Tell whether Garmin has accepted a measurement and may not show it yet."""
        return second in self._accepted

    def unshown(self) -> set[int]:
        """Return what must be changed at Garmin but is not shown there yet.

        Only what is seen can be removed, and the older version would come to stand
        beside the newer one.
        """
        return {
            second
            for second in self._accepted
            if second in self.withdrawals or self.state(second) is State.PENDING
        }

    def cap(self, now: int) -> None:
        """Take no time for one to come, as after a clock was set back."""
        for second, item in self._open.items():
            if item.sent_at is not None and item.sent_at > now:
                self._open[second] = replace(item, sent_at=now)
        self._accepted = {s: min(at, now) for s, at in self._accepted.items()}

    def expire(self, before: int) -> None:
        """Take what Garmin accepted earlier, and does not show, for gone."""
        self._accepted = {s: at for s, at in self._accepted.items() if at >= before}

    def has_work(self) -> bool:
        """Tell whether anything must be changed at Garmin."""
        return bool(self.withdrawals) or any(
            item.state is State.PENDING for item in self._open.values()
        )

    def count(self, state: State) -> int:
        """Return how many measurements are in a state."""
        if state is State.DONE:
            return sum(settled.twin_of is None for settled in self._settled.values())
        return sum(item.state is state for item in self._open.values())

    def withdraw(self, second: int) -> None:
        """Wish a measurement that we pushed away from Garmin."""
        self.withdrawals.add(second)

    def withdrawn(self, seconds: Iterable[int]) -> None:
        """Note that Garmin no longer holds what was wished away, as far as it shows."""
        for second in self.withdrawals.intersection(seconds) - self._accepted.keys():
            self.withdrawals.discard(second)
            self._settled[second] = replace(self._settled[second], way=Way.WITHDRAWN)

    def pushed(self, link: str, start: int, end: int) -> set[int]:
        """Return what a link alone has brought to Garmin in a period."""
        shared = {
            settled.twin_of
            for settled in self._settled.values()
            if settled.twin_of is not None and settled.link != REMOTE_LINK
        }
        return {
            second
            for second, settled in self._settled.items()
            if settled.link == link
            and settled.way is Way.PUSHED
            and start <= second < end
            and second not in shared
        }

    def mark_sent(self, seconds: Iterable[int], now: int) -> None:
        """Note that measurements are about to be uploaded, the outcome unknown."""
        for second in seconds:
            if (item := self._open.get(second)) is not None:
                self._open[second] = replace(item, sent_at=now)

    def mark_unsent(self, seconds: Iterable[int]) -> None:
        """Note that an upload certainly did not take place."""
        for second in seconds:
            if (item := self._open.get(second)) is not None:
                self._open[second] = replace(item, sent_at=None)

    def last_sent_at(self) -> int | None:
        """Return when the newest upload of unknown outcome took place."""
        return max(
            (item.sent_at for item in self.pending() if item.sent_at is not None),
            default=None,
        )

    def current(self, seconds: Iterable[int]) -> list[R]:
        """Return the newest versions of those measurements that may go up now."""
        return [
            item.record
            for second in seconds
            if (item := self._open.get(second)) is not None
            and item.state is State.PENDING
            and second not in self._accepted
        ]

    def confirm(self, records: Iterable[R], now: int) -> None:
        """Settle what Garmin has accepted from us; what was edited since stays open."""
        for record in records:
            item = self._open.get(record.second)
            if item is None:
                # Its link was removed while it was on its way.
                continue
            self._accepted[record.second] = now
            if differ(item.record.facts, record.facts):
                self._open[record.second] = replace(item, sent_at=None, replaces=True)
            else:
                self.settle(item, Way.PUSHED)

    def settle(self, item: Item[R], way: Way) -> None:
        """Close a measurement for good."""
        record = item.record
        self._open.pop(record.second)
        self._settled[record.second] = Settled(
            facts=record.facts, link=item.link, way=way
        )

    def remember_remote(self, remote: Remote, *, of: int) -> None:
        """Keep a weigh-in at Garmin from answering for a second one later."""
        self._settled[remote.second] = Settled(
            facts=remote.facts,
            link=REMOTE_LINK,
            way=Way.TWIN,
            twin_of=of,
        )
        self._index(remote.second)

    def is_alike(self, record: R, second: int, facts: Facts) -> bool:
        """Tell whether a measurement elsewhere is the same as a record."""
        return abs(record.second - second) <= TWIN_SECONDS and all(
            one is not None and other is not None and abs(one - other) <= apart + 1e-9
            for one, other, apart in zip(
                record.facts, facts, self._tolerance, strict=False
            )
        )

    def fail(self, record: R) -> None:
        """Park a measurement that Garmin itself refuses, unless it was edited since."""
        item = self._open.get(record.second)
        if item is not None and not differ(item.record.facts, record.facts):
            self._open[record.second] = replace(item, state=State.FAILED, sent_at=None)

    def correct(self, record: R) -> None:
        """Try what Garmin refuses with other values, which a person gives."""
        item = self._open.get(record.second)
        if (
            item is not None
            and item.state is State.FAILED
            and differ(record.facts, item.record.facts)
        ):
            self._open[record.second] = replace(
                item, record=record, state=State.PENDING
            )

    def reopen(self, record: R, link: str) -> None:
        """Push what is settled once more, as Garmin does not have it."""
        if (settled := self._settled.pop(record.second, None)) is not None:
            self._accepted.pop(record.second, None)
            link = link if settled.twin_of is not None else settled.link
            self._open[record.second] = Item(record=record, link=link)

    def release(self, second: int) -> None:
        """Push a failed measurement after all."""
        if second in self._open:
            self._open[second] = replace(self._open[second], state=State.PENDING)

    def leave_out(self, second: int) -> None:
        """Never push a failed measurement."""
        if second in self._open:
            self.settle(self._open[second], Way.LEFT_OUT)

    def review(self, link: str, prepare: Callable[[R], R]) -> None:
        """Prepare anew what waits of a link, as after a change of it."""
        for second, item in self._open.items():
            if item.link == link and item.state is State.PENDING:
                self._open[second] = replace(item, record=prepare(item.record))

    def forget_link(self, link: str) -> None:
        """Drop what a removed link still wanted, unless another link wants it too."""
        self.cursors.pop(link, None)
        heirs = {
            settled.twin_of: settled.link
            for settled in self._settled.values()
            if settled.twin_of is not None and settled.link != link
        }
        for second, item in list(self._open.items()):
            if item.link != link:
                continue
            if (heir := heirs.get(second)) is not None:
                self._open[second] = replace(item, link=heir)
            else:
                del self._open[second]
        for second, settled in list(self._settled.items()):
            if settled.twin_of is not None and self.state(settled.twin_of) is None:
                del self._settled[second]
        self._slots.clear()
        for second in (*self._open, *self._settled):
            self._index(second)

    def snapshot(self) -> Snapshot[R]:
        """Return all that is known now, to be read in any thread at any time."""
        return Snapshot(
            open=tuple(self._open.values()),
            settled=self._settled.copy(),
            cursors=self.cursors.copy(),
            withdrawals=frozenset(self.withdrawals),
            accepted=tuple(self._accepted.items()),
        )

    def copy(self) -> Ledger[R]:
        """Return a ledger that knows the same and goes its own way."""
        other = Ledger[R](self._tolerance)
        other.restore(
            self._open.values(), self._settled.items(), self._accepted.items()
        )
        other.cursors.update(self.cursors)
        other.withdrawals.update(self.withdrawals)
        return other

    def restore(
        self,
        items: Iterable[Item[R]],
        settled: Iterable[tuple[int, Settled]],
        accepted: Iterable[tuple[int, int]],
    ) -> None:
        """Take up what was known before."""
        self._accepted.update(accepted)
        for item in items:
            self._open[item.record.second] = item
            self._index(item.record.second)
        for second, memory in settled:
            self._settled[second] = memory
            self._index(second)

    def _offer_open(self, item: Item[R], record: R, link: str) -> Offer:
        """Offer a measurement again that is not settled."""
        second = record.second
        edited = differ(record.facts, item.record.facts)
        if item.link != link:
            return Offer.KNOWN
        if not edited:
            return self._complete(item, record)
        self._open[second] = replace(
            item,
            record=record,
            state=State.PENDING,
            # What was sent and never answered for may be the old version.
            replaces=item.replaces or item.sent_at is not None,
        )
        return Offer.CHANGED

    def _complete(self, item: Item[R], record: R) -> Offer:
        """Take what a scale has told of a measurement since it was offered first."""
        whole = item.record.completed(record)
        if dict(whole.values()) == dict(item.record.values()):
            return Offer.KNOWN
        state = State.PENDING if item.state is State.FAILED else item.state
        self._open[record.second] = replace(item, record=whole, state=state)
        return Offer.CHANGED

    def _offer_settled(self, settled: Settled, record: R, link: str) -> Offer:
        """Offer a measurement again that is settled: an edit of ours goes out anew."""
        self.withdrawals.discard(record.second)
        if settled.way is Way.WITHDRAWN and settled.link == link:
            # The source has it again, so Garmin shall.
            del self._settled[record.second]
            self._add(record, link)
            return Offer.CHANGED
        if (
            settled.way is not Way.PUSHED
            or settled.link != link
            or not differ(record.facts, settled.facts)
        ):
            return Offer.KNOWN
        del self._settled[record.second]
        self._open[record.second] = Item(record=record, link=link, replaces=True)
        return Offer.CHANGED

    def _offer_twin(self, twin: int, record: R, link: str) -> Offer:
        """Remember a measurement as the same as a known one."""
        self._settled[record.second] = Settled(
            facts=record.facts, link=link, way=Way.TWIN, twin_of=twin
        )
        self._index(record.second)
        return Offer.TWIN

    def _twin(self, record: R, link: str, own_twins: bool) -> int | None:
        """Return the nearest measurement of another link that is the same weighing."""
        taken = {
            settled.twin_of
            for slot in near_slots(record.second, reach=2)
            for second in self._slots.get(slot, ())
            if (settled := self._settled.get(second)) is not None
            and settled.link == link
        }
        near = [
            second
            for slot in near_slots(record.second)
            for second in self._slots.get(slot, ())
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
        if settled.twin_of is not None:
            return None
        return settled.link, settled.facts

    def _add(self, record: R, link: str) -> None:
        """Open a new measurement."""
        self._open[record.second] = Item(record=record, link=link)
        self._index(record.second)

    def _index(self, second: int) -> None:
        self._slots[second // TWIN_SECONDS].add(second)


def near_slots(second: int, reach: int = 1) -> range:
    """Return the slots in which something near to a second may be."""
    slot = second // TWIN_SECONDS
    return range(slot - reach, slot + reach + 1)


def differ(facts: Facts, known: Facts) -> bool:
    """Tell whether facts were edited; one that is missing now is no edit."""
    return any(
        new is not None and (old is None or abs(new - old) >= _SAME)
        for new, old in zip(facts, known, strict=False)
    )
