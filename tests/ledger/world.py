"""Two sources, a ledger and a Garmin, and all that can happen between them.

Every weighing is an hour from the next, so that a twin has one other at the most; a
weighing may be two weigh-ins of one source within a minute.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
import itertools
import json
import random
from typing import Concatenate

from custom_components.weighbridge.ledger import (
    WEIGH_IN_COLUMNS,
    Item,
    Ledger,
    LedgerWriter,
    State,
    Way,
    ledger_from_json,
    links,
    make_weigh_in,
    miss,
    missing,
    outcomes,
    reconcile,
)
from custom_components.weighbridge.model import WeighIn

from .transitions import Watch
from .weighings import DAY, EPOCH, HOUR, AtGarmin, uploaded, weigh_in, weighings

# How an upload ends.
ENDS = (
    "accepted",
    "accepted, shown later",
    "accepted, never shown",
    "answer lost",
    "upload lost",
    "refused",
    "refused alone",
    "killed before",
    "killed after",
)

# What may become of one that is on its way.
MEANWHILE = ("edit", "delete", "delete and show again", "keep", "keep and show again")


class World:
    """A ledger between what it is told and what it brings about."""

    def __init__(self, watch: Watch) -> None:
        """Begin with an empty ledger and an empty Garmin."""
        self.watch = watch
        self.ledger = weighings()
        self.writer = LedgerWriter(WEIGH_IN_COLUMNS)
        self.garmin: list[AtGarmin] = []
        # Accepted, and not shown yet.
        self.hidden: list[AtGarmin] = []
        self.removed: list[AtGarmin] = []
        # The serials of what somebody else has brought to Garmin.
        self.others: set[int] = set()
        self.sources: dict[str, dict[int, WeighIn]] = {"a": {}, "b": {}}
        # The newest version of all that was ever told.
        self.last: dict[int, WeighIn] = {}
        self.foreign: set[int] = set()
        # What is at Garmin as a person or a lost ledger left it.
        self.by_hand: set[int] = set()
        self.unsettled: set[int] = set()
        # What must not be at Garmin, and what may be or not: nobody wants it changed.
        self.deleted: set[int] = set()
        self.kept: set[int] = set()
        self.left_out: set[int] = set()
        self.hours = itertools.count()
        self.serials = itertools.count(1)
        self.now = EPOCH
        # Whether Garmin was read behind the times: a double may be there for a while.
        self.is_doubled = False
        self.save()

    def do[**P, T](
        self,
        event: Callable[Concatenate[Ledger[WeighIn], P], T],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Do something to the ledger, under watch."""
        return self.watch.do(event, self.ledger, *args, **kwargs)

    def save(self) -> None:
        """Write the ledger to the disk."""
        self.disk = self.ledger.snapshot()
        self.stored = self.writer.to_json(self.disk)
        self.check()

    def restart(self) -> None:
        """Lose all that is not on the disk, and nothing that is."""
        stored = json.dumps(self.stored)
        self.ledger = weighings()
        ledger_from_json(self.ledger, json.loads(stored), make_weigh_in)
        assert self.ledger.snapshot() == self.disk

    def add(self, link: str, record: WeighIn) -> None:
        """Have a source know of a weigh-in."""
        self.sources[link][record.second] = record
        self.last[record.second] = record

    def offer(self, record: WeighIn, link: str = "a") -> None:
        """Have a source tell of a weigh-in."""
        own, plain = record.relayed, replace(record, relayed=False)
        self.do(Ledger.offer, plain, link=link, own_twins=own, now=self.now)

    # What happens at the sources.

    def step_on_scale(
        self,
        kg: float = 80.0,
        fat: float | None = None,
        again: int | None = None,
        twin: tuple[int, float] | None = None,
        relayed: int | None = None,
    ) -> int:
        """Weigh once or twice; another source may report it, or the same one again."""
        second = next(self.hours) * HOUR
        muscle = None if fat is None else 60.0
        self.add("a", weigh_in(second, kg, fat, muscle))
        if again is not None:
            self.add("a", weigh_in(second + again, kg, fat))
        elif relayed is not None:
            for later in (0, relayed):
                record = weigh_in(second + later, kg, fat, muscle)
                self.add("a", replace(record, relayed=True))
        elif twin is not None:
            self.add("b", weigh_in(second + twin[0], round(kg + twin[1], 2)))
        return EPOCH + second

    def weigh(
        self,
        *,
        fat: float | None = None,
        twin: int | None = None,
        relayed: int | None = None,
    ) -> int:
        """Weigh, and have the ledger told of it."""
        other = None if twin is None else (twin, 0.0)
        second = self.step_on_scale(fat=fat, twin=other, relayed=relayed)
        for link in self.sources:
            self.poll(link)
        return second

    def poll(self, link: str = "a", dice: int = 0) -> None:
        """Read any part of a source, in any order; all of it with 0."""
        known = list(self.sources[link].values())
        if dice:
            some = random.Random(dice)
            known = some.sample(known, some.randint(0, len(known)))
        for record in known:
            self.offer(record, link)
        self.save()

    def edit(self, second: int, kg: float = 1.0) -> None:
        """Correct a weigh-in in the vendor's app."""
        record = self.sources["a"][second]
        self.add("a", replace(record, weight=round(record.weight + kg, 2)))

    def delete(self, second: int) -> None:
        """Delete a weigh-in at its source, which the link follows."""
        del self.sources["a"][second]
        self.deleted.add(second)
        self.do(Ledger.withdraw, second, self.now)
        self.save()

    def keep(self, second: int) -> None:
        """Delete a weigh-in at its source, and have a person leave it at Garmin."""
        self.sources["a"].pop(second, None)
        self.deleted.discard(second)
        self.kept.add(second)
        self.do(Ledger.keep, second)
        self.save()

    def may_be_kept(self, second: int) -> bool:
        """Tell whether it is clear which version of a weigh-in Garmin has."""
        if (item := self.ledger.item(second)) is None:
            return self.ledger.knows(second)
        return len(item.was) + (item.sent_at is not None) <= 1

    def show_again(self, second: int, kg: float = 77.0) -> None:
        """Have a source show again what it had not shown for a while."""
        self.deleted.discard(second)
        self.kept.discard(second)
        self.add("a", replace(self.last[second], weight=kg))
        self.offer(self.sources["a"][second])
        self.save()

    def single(self) -> list[int]:
        """Return the weigh-ins of the first source that no twin and no one confuses."""
        twins = {second // HOUR for second in self.sources["b"]} | {
            r.second // HOUR for r in self.sources["a"].values() if r.relayed
        }
        return [
            second
            for second in self.sources["a"]
            if not {second // HOUR, second // HOUR + 1, second // HOUR - 1} & twins
            and second
            not in self.foreign | self.unsettled | self.by_hand | self.left_out
        ]

    # What a person does.

    def tell_no_more(self, link: str = "b") -> None:
        """Have a source lose, for a while, what another one has brought."""
        twins = links.twins(self.ledger, link, own=False)
        self.do(links.drop_twins, link, twins)
        self.save()

    def remove_link(self, link: str) -> None:
        """Lose what waits of a link, which is added again; what it brought stays."""
        self.do(links.forget, link)
        self.save()

    def change_link(self, second: int | None, muscle_mass: bool = True) -> None:
        """Have the first link begin after a second, or leave out the muscle mass."""

        def wants(record: WeighIn) -> bool:
            return second is None or record.second > second

        def prepare(record: WeighIn) -> WeighIn:
            return record if muscle_mass else replace(record, muscle_mass=None)

        before = {
            i.record.second
            for i in self.ledger.snapshot().open.values()
            if i.link == "a"
        }
        self.do(links.review, "a", wants, prepare)
        for gone in before:
            if (item := self.ledger.item(gone)) is None or item.link != "a":
                self.sources["a"].pop(gone, None)
                self.foreign.add(gone)
        self.save()

    def try_again(self, second: int) -> None:
        """Have a person say that what is refused is tried once more."""
        self.do(Ledger.release, second)
        self.save()

    def leave_out(self, second: int) -> None:
        """Have a person say that what is refused is left out."""
        self.do(Ledger.leave_out, second)
        self.left_out.add(second)
        self.save()

    def push_by_hand(self, second: int, kg: float) -> None:
        """Push one weigh-in now, whatever became of it before."""
        if second in self.kept | self.left_out:
            self.wait()
        record = weigh_in(second - EPOCH, kg)
        before = self.ledger.snapshot()
        self.do(Ledger.offer, record, link="action", own_twins=True, now=self.now)
        self.do(Ledger.correct, record, "action")
        if self.ledger.state(second) is State.DONE and (
            self.ledger.way(second) not in (Way.PUSHED, Way.FOUND)
            or missing(self.ledger, [second], self.garmin, self.now)
        ):
            self.do(Ledger.reopen, record, "action")
        if self.ledger.snapshot() != before:
            self.sources["a"].setdefault(second, record)
            for those in (self.deleted, self.kept, self.left_out):
                those.discard(second)
            self.by_hand.add(second)
        self.save()

    def lose_at_garmin(self, second: int) -> None:
        """Delete something at Garmin, and have a sync see that it is missing."""
        rest = [at for at in self.garmin if at.second != second]
        if second in missing(self.ledger, [second], rest, self.now):
            self.garmin = rest
            self.foreign.discard(second)
            self.sync()

    def sync(self) -> None:
        """Push once more what Garmin has no more."""
        records = [
            (link, record)
            for link, known in self.sources.items()
            for record in known.values()
        ]
        for link, record in records:
            self.offer(record, link)
        seconds = {record.second for _, record in records}
        lost = missing(self.ledger, seconds, self.garmin, self.now)
        again: dict[int, tuple[WeighIn, str]] = {}
        for link, record in records:
            if record.second in lost:
                primary = self.ledger.primary(record.second)
                if primary == record.second or primary not in again:
                    again[primary] = record, link
        for record, link in again.values():
            self.do(Ledger.reopen, replace(record, relayed=False), link)
        self.save()

    # What becomes of it at Garmin.

    def wait(self, seconds: int = 700) -> None:
        """Let Garmin come to an end with all that it works on."""
        self.now += seconds
        self.garmin.extend(self.hidden)
        self.hidden.clear()

    def set_clock_back(self) -> None:
        """Find that it is a day earlier than it was."""
        self.now -= DAY
        self.do(Ledger.wind, self.now)
        self.save()

    def someone_else_pushes(self, second: int, later: int = 0, kg: float = 0.0) -> None:
        """Have another app bring a weigh-in to Garmin, or something like it.

        One that Garmin has from the other source would be that app's double, not ours.
        """
        record = self.sources["a"][second]
        if not any(is_near(at, record) for at in (*self.garmin, *self.hidden)):
            there = uploaded(record, next(self.serials))
            there = replace(there, second=second + later, weight=record.weight + kg)
            self.garmin.append(there)
            item = self.ledger.item(second)
            # The very values that we may have sent cannot be told from ours.
            if kg or item is None or not item.is_ours:
                self.others.add(there.serial or 0)
            self.foreign.update((second, there.second))

    def compare(
        self, *, lets_go: bool = True, for_good: bool = False, sees: bool = True
    ) -> None:
        """Read Garmin, and remove what must go, if Garmin lets it go."""
        self.do(Ledger.wind, self.now)
        looked = self.ledger.ready(self.now)
        leaving = self.ledger.leaving(self.now)
        self.is_doubled |= not sees
        garmin = list(self.garmin) if sees else []
        unwanted = self.do(reconcile, garmin, self.now)
        self.do(miss, looked, self.now)
        stays: set[int] = set()
        for second, remote in unwanted:
            assert remote.serial not in self.others
            if lets_go:
                self.garmin.remove(remote)
                self.removed.append(remote)
                self.do(outcomes.removed, second, remote)
                continue
            stays.add(second)
            is_leaving = second in self.ledger.withdrawals
            if (
                self.do(outcomes.keep, second, self.now, for_good=for_good)
                and is_leaving
            ):
                self.deleted.discard(second)
                self.kept.add(second)
        shown = {second for second, _ in unwanted}
        self.do(outcomes.withdrawn, leaving - stays, shown, self.now)

    def look_behind_the_times(self) -> None:
        """Read what Garmin held before, without what has come since."""
        stale = [
            at
            for at in self.removed
            if (item := self.ledger.item(at.second)) is None or at.serial in item.gone
        ]
        unwanted = self.do(reconcile, stale, self.now)
        assert [at for _, at in unwanted if at in self.garmin] == []
        self.save()

    def push(
        self,
        end: str = "accepted",
        size: int = 1000,
        meanwhile: str | None = None,
        *,
        only: Collection[int] | None = None,
        lets_go: bool = True,
        for_good: bool = False,
        sees: bool = True,
    ) -> None:
        """Compare, and upload one batch that comes to any end."""
        self.compare(lets_go=lets_go, for_good=for_good, sees=sees)
        ready = self.ledger.ready(self.now) if only is None else only
        batch = [i for i in self.ledger.pending() if i.record.second in ready][:size]
        if end == "refused alone":
            batch = batch[:1]
        self.save()
        if not batch:
            return
        sent = self.do(outcomes.mark_sent, batch, self.now)
        self.save()
        arriving = [uploaded(item.record, next(self.serials)) for item in sent]
        if end in ("accepted", "answer lost", "killed after"):
            self.garmin.extend(arriving)
        elif end == "accepted, shown later":
            self.hidden.extend(arriving)
        on_the_way = [s.record.second for s in sent if s.record.second in self.single()]
        if meanwhile is not None and on_the_way:
            self.meddle(meanwhile, on_the_way[0])
        self.now += 1
        self.end(end, batch, sent)

    def meddle(self, meanwhile: str, second: int) -> None:
        """Change one that is on its way."""
        what, _, back = meanwhile.partition(" and ")
        if what == "edit":
            self.edit(second)
            self.offer(self.sources["a"][second])
            self.save()
        elif what == "delete":
            self.delete(second)
        elif self.may_be_kept(second):
            self.keep(second)
        if back and second not in self.sources["a"]:
            self.show_again(second)

    def end(
        self, end: str, batch: Sequence[Item[WeighIn]], sent: Sequence[Item[WeighIn]]
    ) -> None:
        """Let an upload come to its end."""
        match end.split(maxsplit=1)[0], end.rsplit(maxsplit=1)[-1]:
            case "accepted" | "accepted,", _:
                self.do(outcomes.confirm, sent, self.now)
            case _, "lost":
                self.do(outcomes.lose, sent, self.now)
            case "refused", _:
                self.do(outcomes.unsend, batch)
                if end == "refused alone":
                    self.do(outcomes.fail, batch[0].record)
            case _:
                self.restart()
        self.save()

    def lose_ledger(self, first: str = "a") -> None:
        """Lose the disk, too; the sources are read again from their beginnings.

        What Garmin holds of ours counts as somebody else's from then on: it is not
        replaced when it is edited, nor removed when it is deleted.
        """
        there = (*self.garmin, *self.hidden)
        left = {s for s in self.last if any(abs(at.second - s) <= 60 for at in there)}
        self.unsettled.update(left)
        self.kept.update(self.deleted & left)
        self.deleted -= left
        self.left_out.clear()
        self.ledger = weighings()
        self.ledger.lost_at = self.now
        for link in sorted(self.sources, reverse=first == "b"):
            for record in self.sources[link].values():
                self.offer(record, link)
        self.save()

    # What must hold.

    def check(self) -> None:
        """Garmin never holds two of one second, and only what was pushed can leave.

        What is counted as things change is as many as there are.
        """
        seconds = [there.second for there in (*self.garmin, *self.hidden)]
        assert len(seconds) == len(set(seconds)) or self.is_doubled
        for second in self.ledger.withdrawals:
            settled = self.ledger.settled(second)
            assert settled is not None
            assert settled.way is Way.PUSHED
        for state in (State.PENDING, State.FAILED):
            assert self.ledger.count(state) == len(self.ledger.items(state))


def is_near(there: AtGarmin, record: WeighIn) -> bool:
    """Tell whether something at Garmin is of the same minute as a weigh-in."""
    return abs(there.second - record.second) <= 60
