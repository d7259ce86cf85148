"""The ledger at random: nothing lost, nothing twice, whatever happens in between."""

from dataclasses import replace
import itertools

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from custom_components.weighbridge.ledger import (
    Item,
    Way,
    links,
    miss,
    outcomes,
    reconcile,
)
from custom_components.weighbridge.model import WeighIn

from .weighings import (
    DAY,
    EPOCH,
    HOUR,
    AtGarmin,
    reloaded,
    uploaded,
    weigh_in,
    weighings,
)

OUTCOMES = (
    "accepted",
    "accepted, not shown",
    "answer lost",
    "upload lost",
    "refused",
    "killed before",
    "killed after",
)


class LedgerMachine(RuleBasedStateMachine):
    """Offers, edits, deletions, pushes, lost answers and crashes in any order.

    Every weighing is an hour from the next, so that a twin has one other at the most;
    a weighing may be two weigh-ins of one source within a minute.
    """

    def __init__(self) -> None:
        """Begin with an empty ledger and an empty Garmin."""
        super().__init__()
        self.ledger = weighings()
        self.disk = reloaded(self.ledger)
        self.garmin: list[AtGarmin] = []
        self.hidden: list[AtGarmin] = []
        self.removed: list[AtGarmin] = []
        self.sources: dict[str, dict[int, WeighIn]] = {"a": {}, "b": {}}
        self.foreign: set[int] = set()
        self.unsettled: set[int] = set()
        self.deleted: set[int] = set()
        self.hours = itertools.count()
        self.serials = itertools.count(1)
        self.now = EPOCH

    def save(self) -> None:
        """Write the ledger to the disk."""
        self.disk = reloaded(self.ledger)

    @initialize()
    def start(self) -> None:
        """Have one weighing to begin with."""
        self.sources["a"][EPOCH - 3600] = weigh_in(-3600)

    @rule(
        grams=st.integers(40_000, 150_000),
        again=st.none() | st.integers(1, 59),
        twin=st.none() | st.tuples(st.integers(-59, 59), st.integers(-5, 5)),
        fat=st.none() | st.integers(50, 500),
    )
    def step_on_scale(
        self,
        grams: int,
        again: int | None,
        twin: tuple[int, int] | None,
        fat: int | None,
    ) -> None:
        """Weigh once or twice; the other source may report it, too."""
        second = next(self.hours) * 3600
        weight = round(grams / 1000, 2)
        body_fat = None if fat is None else fat / 10
        record = weigh_in(second, weight, body_fat)
        self.sources["a"][record.second] = record
        if again is not None:
            record = weigh_in(second + again, weight, body_fat)
            self.sources["a"][record.second] = record
        elif twin is not None:
            record = weigh_in(second + twin[0], round(weight + twin[1] / 100, 2))
            self.sources["b"][record.second] = record

    @rule(data=st.data(), link=st.sampled_from(["a", "b"]))
    def poll(self, data: st.DataObject, link: str) -> None:
        """Read any part of a source, in any order, any number of times."""
        known = list(self.sources[link].values())
        for record in data.draw(
            st.lists(st.sampled_from(known)) if known else st.just([])
        ):
            self.ledger.offer(record, link=link)
        self.save()

    @rule(data=st.data(), grams=st.integers(10, 1000))
    def edit(self, data: st.DataObject, grams: int) -> None:
        """Correct a weigh-in in the vendor's app, where no twin confuses matters."""
        if single := self.single():
            self.correct(data.draw(st.sampled_from(single)), grams)

    @rule(data=st.data())
    def delete(self, data: st.DataObject) -> None:
        """Delete a weigh-in at its source, which the link follows."""
        if single := self.single():
            second = data.draw(st.sampled_from(single))
            if self.ledger.state(second) is not None:
                del self.sources["a"][second]
                self.deleted.add(second)
                self.ledger.withdraw(second, self.now)
                self.save()

    @rule(data=st.data())
    def bring_back(self, data: st.DataObject) -> None:
        """Have a source show again what it had not shown for a while."""
        if self.deleted:
            second = data.draw(st.sampled_from(sorted(self.deleted)))
            self.deleted.discard(second)
            record = weigh_in(second - EPOCH, 77.0)
            self.sources["a"][second] = record
            self.ledger.offer(record, link="a")
            self.save()

    @rule()
    def remove_link_and_add_it_again(self) -> None:
        """Lose what waits of the second link; what it brought stays known."""
        links.forget(self.ledger, "b")
        self.save()

    def single(self) -> list[int]:
        """Return the weigh-ins of the first source that nobody else reports."""
        twins = {second // 3600 for second in self.sources["b"]}
        return [
            second
            for second in self.sources["a"]
            if not {second // 3600, second // 3600 + 1, second // 3600 - 1} & twins
            and second not in self.foreign | self.unsettled
        ]

    def correct(self, second: int, grams: int) -> WeighIn:
        """Correct a weigh-in, and return it."""
        record = self.sources["a"][second]
        record = replace(record, weight=round(record.weight + grams / 100, 2))
        self.sources["a"][second] = record
        return record

    @rule(wait=st.sampled_from([700, HOUR, DAY]))
    def wait(self, wait: int = 700) -> None:
        """Let Garmin come to an end with all that it works on."""
        self.now += wait
        self.garmin.extend(self.hidden)
        self.hidden.clear()

    @rule()
    def look_behind_the_times(self) -> None:
        """Read what Garmin held before, without what has come since."""
        if self.removed:
            now = {at.second for at in (*self.garmin, *self.hidden)}
            stale = [at for at in self.removed if at.second in now]
            assert [
                at
                for _, at in reconcile(self.ledger, stale, self.now).unwanted
                if at in self.garmin
            ] == []
            self.save()

    @rule(
        outcome=st.sampled_from(OUTCOMES),
        size=st.integers(1, 4),
        edited=st.none() | st.integers(10, 1000),
    )
    def push_batch(self, outcome: str, size: int, edited: int | None) -> None:
        """Push one batch, to any end; one of it may be edited while it is on its way."""
        self.compare()
        batch = [
            item
            for item in self.ledger.pending()
            if item.record.second in self.ledger.ready(self.now)
        ][:size]
        sent = outcomes.mark_sent(self.ledger, batch, self.now)
        self.save()
        arriving = [uploaded(item.record, next(self.serials)) for item in sent]
        if outcome in ("accepted", "answer lost", "killed after"):
            self.garmin.extend(arriving)
        elif outcome == "accepted, not shown":
            self.hidden.extend(arriving)
        on_the_way = [i.record.second for i in sent if i.record.second in self.single()]
        if edited is not None and on_the_way:
            self.ledger.offer(self.correct(on_the_way[0], edited), link="a")
            self.save()
        self.end(outcome, batch, sent)

    def end(
        self, outcome: str, batch: list[Item[WeighIn]], sent: list[Item[WeighIn]]
    ) -> None:
        """Let an upload come to its end."""
        match outcome:
            case "accepted" | "accepted, not shown":
                outcomes.confirm(self.ledger, sent, self.now)
            case "answer lost" | "upload lost":
                outcomes.lose(self.ledger, sent, self.now)
            case "refused":
                outcomes.unsend(self.ledger, batch)
            case _:
                self.ledger = reloaded(self.disk)
        self.save()

    def compare(self) -> None:
        """Read Garmin, and remove what must go."""
        looked = self.ledger.ready(self.now)
        leaving = self.ledger.leaving(self.now)
        unwanted = reconcile(self.ledger, list(self.garmin), self.now).unwanted
        miss(self.ledger, looked, self.now)
        for second, remote in unwanted:
            self.garmin.remove(remote)
            self.removed.append(remote)
            outcomes.removed(self.ledger, second, remote)
        shown = {second for second, _ in unwanted}
        outcomes.withdrawn(self.ledger, leaving, shown, self.now)

    @rule()
    def restart(self) -> None:
        """Lose all that is not on the disk."""
        self.ledger = reloaded(self.disk)

    @rule(data=st.data())
    def lose_ledger(self, data: st.DataObject) -> None:
        """Lose the disk, too; the sources are read again from their beginnings.

        What Garmin holds of ours counts as somebody else's from then on: it is not
        replaced when it is edited, nor removed when it is deleted.
        """
        self.wait()
        self.unsettled.update(self.sources["a"], self.deleted)
        self.foreign.update(self.deleted)
        self.deleted.clear()
        self.ledger = weighings()
        for link in data.draw(st.permutations(["a", "b"])):
            for record in self.sources[link].values():
                self.ledger.offer(record, link=link)
        self.save()

    @precondition(lambda self: self.ledger.pending())
    @rule(data=st.data())
    def someone_else_pushes(self, data: st.DataObject) -> None:
        """Another app brings a weigh-in to Garmin before us, to the second.

        One that Garmin has from the other source would be that app's double, not ours.
        """
        item = data.draw(st.sampled_from(self.ledger.pending()))
        record = item.record
        if (
            all(
                abs(there.second - record.second) > 60
                for there in (*self.garmin, *self.hidden)
            )
            and record == self.sources["a"].get(record.second)
            and not item.is_ours
        ):
            self.garmin.append(uploaded(record, next(self.serials)))
            self.foreign.add(record.second)

    @invariant()
    def never_twice(self) -> None:
        """Garmin never holds two weigh-ins of one second."""
        seconds = [there.second for there in (*self.garmin, *self.hidden)]
        assert len(seconds) == len(set(seconds))

    def teardown(self) -> None:
        """At the end, with all read and the network good, everything is there once."""
        for link, known in self.sources.items():
            for record in known.values():
                self.ledger.offer(record, link=link)
        for _ in range(4):
            self.wait(DAY)
            self.push_batch("accepted", 1000, None)
        assert self.ledger.pending() == []
        assert self.ledger.due() is None
        there = {at.second: at for at in self.garmin}
        assert len(there) == len(self.garmin)
        for second, record in self.sources["a"].items():
            near = [
                other
                for other in self.sources["b"]
                if abs(other - second) < 60 and other != second
            ]
            if near:
                assert (second in there) + (near[0] in there) == 1
            elif (twin := self.sources["b"].get(second)) is not None:
                assert there[second].weight in (record.weight, twin.weight)
            elif second in self.unsettled:
                assert second in there
            elif self.ledger.way(second) is not Way.FOUND:
                assert there[second].weight == record.weight
                assert there[second].body_fat == record.body_fat
        for second in self.deleted:
            assert second not in there
        gone = self.foreign & there.keys() - self.sources["a"].keys()
        assert len(self.garmin) - len(gone) == len(self.sources["a"])


LedgerMachine.TestCase.settings = settings(
    max_examples=400, stateful_step_count=40, deadline=None
)
TestLedgerMachine = LedgerMachine.TestCase
