"""What must be pushed and what has been: a state machine without I/O.

A measurement is known by its kind and its epoch second. It is offered, waits as
`pending` until Garmin is known to hold it, and is then settled for good. Offering it
again changes nothing, so whoever reads a source may read too much, never too little.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import NamedTuple, Protocol

from .model import WeighIn

# Two sources that report the same kg so close together report the same weighing.
TWIN_SECONDS = 120
TWIN_KG = 0.05

# The link of what came to Garmin without us.
REMOTE_LINK = "garmin"

# Half of the last digit that Garmin and the vendors keep.
_SAME = 0.0051


class State(StrEnum):
    """Where a measurement is on its way to Garmin."""

    PENDING = "pending"
    DONE = "done"
    HELD = "held"
    FAILED = "failed"


class Hold(StrEnum):
    """Why a measurement waits for a person's word."""

    TOO_LIGHT = "too_light"
    TOO_HEAVY = "too_heavy"
    AMBIGUOUS = "ambiguous"
    INITIAL = "initial"


class Way(StrEnum):
    """How a measurement came to be settled."""

    PUSHED = "pushed"
    FOUND = "found"
    TWIN = "twin"
    LEFT_OUT = "left_out"
    WITHDRAWN = "withdrawn"


class Offer(StrEnum):
    """What the ledger makes of an offered measurement."""

    NEW = "new"
    KNOWN = "known"
    TWIN = "twin"
    CHANGED = "changed"


class Remote(Protocol):
    """A weigh-in that Garmin holds, in kg and %."""

    @property
    def second(self) -> int:
        """Return the epoch second of the measurement."""

    @property
    def weight(self) -> float:
        """Return the weight in kg."""

    @property
    def body_fat(self) -> float | None:
        """Return the body fat in %."""

    @property
    def sample_pk(self) -> int | None:
        """Return Garmin's key, the older the smaller; None for one that has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """A measurement that is not settled.

    `sent_at` is the epoch second of an upload whose outcome is unknown. `replaces`
    tells that Garmin holds an older version of it, which we pushed.
    """

    record: WeighIn
    link: str
    state: State = State.PENDING
    hold: Hold | None = None
    sent_at: int | None = None
    replaces: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """What is remembered of a measurement that needs no more work."""

    weight: float
    body_fat: float | None
    link: str
    way: Way
    # The second of the measurement that a twin is the same as.
    twin_of: int | None = None


class Cursor(NamedTuple):
    """How far a link has read its source: all that came from `start` to `until`.

    Both are epoch seconds of the source's clock.
    """

    start: int
    until: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciled[R: Remote]:
    """What a look at Garmin settled, and what has no business there any more."""

    found: tuple[int, ...]
    unwanted: tuple[R, ...]


class Ledger:
    """The memory of one Garmin account."""

    def __init__(self) -> None:
        """Begin with nothing known."""
        self._open: dict[int, Item] = {}
        self._settled: dict[int, Settled] = {}
        # Known seconds by their TWIN_SECONDS wide slot, to find twins at constant cost.
        self._slots: defaultdict[int, set[int]] = defaultdict(set)
        self.cursors: dict[str, Cursor] = {}
        # What we pushed and its source has deleted since.
        self.withdrawals: set[int] = set()

    def offer(
        self,
        record: WeighIn,
        *,
        link: str,
        hold: Hold | None = None,
        own_twins: bool = False,
    ) -> Offer:
        """Take a measurement from a link; what is known already is left as it is.

        `own_twins` lets measurements of the same link be twins of each other.
        """
        second = record.second
        if (item := self._open.get(second)) is not None:
            return self._offer_open(item, record, link, hold)
        if (settled := self._settled.get(second)) is not None:
            return self._offer_settled(settled, record, link)
        if (twin := self._twin(record, link, own_twins)) is not None:
            return self._offer_twin(twin, record, link, hold)
        self._add(record, link, hold)
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
        if (item := self._open.get(second)) is not None:
            return item.state
        settled = self._settled.get(second)
        if settled is not None and settled.twin_of is not None:
            return self.state(settled.twin_of)
        return None if settled is None else State.DONE

    def way(self, second: int) -> Way | None:
        """Return how a measurement was settled, a twin as its other was."""
        settled = self._settled.get(second)
        if settled is not None and settled.twin_of is not None:
            return self.way(settled.twin_of)
        return None if settled is None else settled.way

    def is_twin(self, second: int) -> bool:
        """Tell whether a measurement is the same as one of another source."""
        settled = self._settled.get(second)
        return settled is not None and settled.twin_of is not None

    def items(self, state: State) -> list[Item]:
        """Return the measurements in an unsettled state, the newest first."""
        return sorted(
            (item for item in self._open.values() if item.state is state),
            key=lambda item: item.record.second,
            reverse=True,
        )

    def pending(self) -> list[Item]:
        """Return what must be pushed, the newest first."""
        return self.items(State.PENDING)

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

    def reconcile[R: Remote](self, remotes: Iterable[R]) -> Reconciled[R]:
        """Settle the pending measurements that Garmin holds.

        Every remote weigh-in answers for one measurement at the most: by its second,
        or, when nobody here has that second, as a twin.
        """
        found: list[int] = []
        unwanted: list[R] = []
        unclaimed: list[R] = []
        groups: defaultdict[int, list[R]] = defaultdict(list)
        for remote in remotes:
            groups[remote.second].append(remote)
        for second, group in groups.items():
            item = self._open.get(second)
            if item is None and second not in self._settled:
                unclaimed.extend(group)
            elif item is None:
                unwanted.extend(self._surplus(second, group))
            elif item.state is State.PENDING:
                old = [
                    remote
                    for remote in group
                    if item.replaces and not _holds(remote, item.record)
                ]
                unwanted.extend(old)
                if len(old) < len(group):
                    sent = item.sent_at is not None or item.replaces
                    self._settle(item, Way.PUSHED if sent else Way.FOUND)
                    found.append(second)
        slots: defaultdict[int, list[R]] = defaultdict(list)
        for remote in unclaimed:
            slots[remote.second // TWIN_SECONDS].append(remote)
        for item in self.pending():
            near = [
                remote
                for slot in _near_slots(item.record.second)
                for remote in slots[slot]
                if _is_twin(item.record, remote.second, remote.weight)
            ]
            if near and not item.replaces:
                other = min(near, key=lambda r: abs(r.second - item.record.second))
                slots[other.second // TWIN_SECONDS].remove(other)
                self._settle(item, Way.FOUND)
                self._remember_remote(other, of=item.record.second)
                found.append(item.record.second)
        return Reconciled(found=tuple(found), unwanted=tuple(unwanted))

    def _surplus[R: Remote](self, second: int, group: list[R]) -> list[R]:
        """Return what we brought to Garmin and must go, or came a second time.

        Two Home Assistants that push at the same moment double a weigh-in. Both keep
        the older one.
        """
        settled = self._settled[second]
        if settled.way is not Way.PUSHED:
            return []
        ours = [
            remote
            for remote in group
            if abs(remote.weight - settled.weight) < _SAME
            and remote.sample_pk is not None
        ]
        if second in self.withdrawals:
            return ours
        return sorted(ours, key=lambda remote: remote.sample_pk or 0)[1:]

    def withdraw(self, second: int) -> None:
        """Wish a measurement that we pushed away from Garmin."""
        self.withdrawals.add(second)

    def withdrawn(self, seconds: Iterable[int]) -> None:
        """Note that Garmin no longer holds what was wished away."""
        for second in seconds:
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
            self._open[second] = replace(self._open[second], sent_at=now)

    def mark_unsent(self, seconds: Iterable[int]) -> None:
        """Note that an upload certainly did not take place."""
        for second in seconds:
            self._open[second] = replace(self._open[second], sent_at=None)

    def last_sent_at(self) -> int | None:
        """Return when the newest upload of unknown outcome took place."""
        return max(
            (item.sent_at for item in self.pending() if item.sent_at is not None),
            default=None,
        )

    def confirm(self, seconds: Iterable[int]) -> None:
        """Settle measurements that Garmin has accepted from us."""
        for second in seconds:
            self._settle(self._open[second], Way.PUSHED)

    def fail(self, second: int) -> None:
        """Park a measurement that Garmin itself refuses."""
        self._open[second] = replace(
            self._open[second], state=State.FAILED, sent_at=None
        )

    def release(self, second: int) -> None:
        """Push a held or failed measurement after all."""
        if second in self._open:
            self._open[second] = replace(
                self._open[second], state=State.PENDING, hold=None
            )

    def leave_out(self, second: int) -> None:
        """Never push a held or failed measurement."""
        if second in self._open:
            self._settle(self._open[second], Way.LEFT_OUT)

    def review(self, link: str, judge: Callable[[WeighIn], Hold | None]) -> None:
        """Judge a link's waiting measurements anew, as after a change of its range."""
        for second, item in self._open.items():
            if item.link == link and item.state in (State.PENDING, State.HELD):
                hold = judge(item.record)
                state = State.PENDING if hold is None else State.HELD
                self._open[second] = replace(item, state=state, hold=hold)

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

    def known(self) -> Iterable[tuple[int, Settled]]:
        """Return all settled measurements by their second."""
        return self._settled.items()

    def unsettled(self) -> Iterable[Item]:
        """Return all measurements that are not settled."""
        return self._open.values()

    def restore(
        self, items: Iterable[Item], settled: Iterable[tuple[int, Settled]]
    ) -> None:
        """Take up what was known before."""
        for item in items:
            self._open[item.record.second] = item
            self._index(item.record.second)
        for second, memory in settled:
            self._settled[second] = memory
            self._index(second)

    def _offer_open(
        self, item: Item, record: WeighIn, link: str, hold: Hold | None
    ) -> Offer:
        """Offer a measurement again that is not settled."""
        second = record.second
        if item.hold is not None and hold is None and item.link != link:
            # Another source has no doubt about it.
            self._open[second] = Item(record=record, link=link)
            return Offer.CHANGED
        if item.link != link or not _differs(
            record, item.record.weight, item.record.body_fat
        ):
            return Offer.KNOWN
        self._open[second] = replace(
            item,
            record=record,
            state=State.PENDING if hold is None else State.HELD,
            hold=hold,
            # What was sent and never answered for may be the old version.
            replaces=item.replaces or item.sent_at is not None,
        )
        return Offer.CHANGED

    def _offer_settled(self, settled: Settled, record: WeighIn, link: str) -> Offer:
        """Offer a measurement again that is settled: an edit of ours goes out anew."""
        self.withdrawals.discard(record.second)
        if (
            settled.way is not Way.PUSHED
            or settled.link != link
            or not _differs(record, settled.weight, settled.body_fat)
        ):
            return Offer.KNOWN
        del self._settled[record.second]
        self._open[record.second] = Item(record=record, link=link, replaces=True)
        return Offer.CHANGED

    def _offer_twin(
        self, twin: int, record: WeighIn, link: str, hold: Hold | None
    ) -> Offer:
        """Remember a measurement as the same as a known one."""
        item = self._open.get(twin)
        if item is not None and item.hold is not None and hold is None:
            # The other source was in doubt, this one is not: it takes the lead.
            del self._open[twin]
            self._add(record, link, None)
            self._remember_twin(item.record, item.link, of=record.second)
            return Offer.CHANGED
        self._remember_twin(record, link, of=twin)
        self._index(record.second)
        return Offer.TWIN

    def _remember_remote(self, remote: Remote, *, of: int) -> None:
        """Keep a weigh-in at Garmin from answering for a second one later."""
        self._settled[remote.second] = Settled(
            weight=remote.weight,
            body_fat=remote.body_fat,
            link=REMOTE_LINK,
            way=Way.TWIN,
            twin_of=of,
        )
        self._index(remote.second)

    def _remember_twin(self, record: WeighIn, link: str, *, of: int) -> None:
        self._settled[record.second] = Settled(
            weight=record.weight,
            body_fat=record.body_fat,
            link=link,
            way=Way.TWIN,
            twin_of=of,
        )

    def _twin(self, record: WeighIn, link: str, own_twins: bool) -> int | None:
        """Return the nearest measurement of another link that is the same weighing."""
        taken = {
            settled.twin_of
            for slot in _near_slots(record.second, reach=2)
            for second in self._slots.get(slot, ())
            if (settled := self._settled.get(second)) is not None
            and settled.link == link
        }
        near = [
            second
            for slot in _near_slots(record.second)
            for second in self._slots.get(slot, ())
            if (own_twins or second not in taken)
            and (known := self._primary(second)) is not None
            and (own_twins or known[0] != link)
            and _is_twin(record, second, known[1])
        ]
        return min(near, key=lambda second: abs(second - record.second), default=None)

    def _primary(self, second: int) -> tuple[str, float] | None:
        """Return the link and weight of a measurement that is nobody's twin."""
        if (item := self._open.get(second)) is not None:
            return item.link, item.record.weight
        settled = self._settled[second]
        if settled.twin_of is not None:
            return None
        return settled.link, settled.weight

    def _add(self, record: WeighIn, link: str, hold: Hold | None) -> None:
        """Open a new measurement."""
        state = State.PENDING if hold is None else State.HELD
        self._open[record.second] = Item(
            record=record, link=link, state=state, hold=hold
        )
        self._index(record.second)

    def _settle(self, item: Item, way: Way) -> None:
        """Close a measurement for good."""
        record = item.record
        self._open.pop(record.second)
        self._settled[record.second] = Settled(
            weight=record.weight, body_fat=record.body_fat, link=item.link, way=way
        )

    def _index(self, second: int) -> None:
        self._slots[second // TWIN_SECONDS].add(second)


def _near_slots(second: int, reach: int = 1) -> range:
    slot = second // TWIN_SECONDS
    return range(slot - reach, slot + reach + 1)


def _is_twin(record: WeighIn, second: int, weight: float) -> bool:
    """Tell whether a weigh-in elsewhere is the same weighing as a record."""
    return (
        abs(record.second - second) <= TWIN_SECONDS
        and abs(record.weight - weight) <= TWIN_KG + 1e-9
    )


def _differs(record: WeighIn, weight: float, body_fat: float | None) -> bool:
    """Tell whether a record was edited; a fat that is missing now is no edit."""
    return abs(record.weight - weight) >= _SAME or (
        record.body_fat is not None
        and (body_fat is None or abs(record.body_fat - body_fat) >= _SAME)
    )


def _holds(remote: Remote, record: WeighIn) -> bool:
    """Tell whether Garmin holds the current version of a record."""
    return not _differs(record, remote.weight, remote.body_fat)
