"""The book against a source that may do anything, and through the disk."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from custom_components.weighbridge.model import Batch, Doubt, WeighIn
from custom_components.weighbridge.sources.book import REACH, Book
from custom_components.weighbridge.sources.shelf import DAY, Fate, Word

from ..support.book import NOW, answer, judge, reloaded, weigh_in

MEASURED = st.builds(
    weigh_in,
    key=st.text("abc;,\n", max_size=3),
    second=st.integers(NOW - 9, NOW + 9),
    weight=st.sampled_from((31.0, 62.0, 62.25)),
    body_fat=st.none() | st.just(24.5),
    doubt=st.sampled_from((None, *Doubt)),
)


@given(st.lists(MEASURED), st.sampled_from(Word))
def test_the_disk_gives_back_what_it_got(found: list[WeighIn], word: Word) -> None:
    """A book is the same after a restart, answers and questions included."""
    book = Book()
    book.apply(answer(*{w.second: w for w in found}.values()), NOW, judge)
    if book.questions:
        book.answer(book.questions[0].record.key, word)
    again = reloaded(book)
    assert again.weigh_ins.present == book.weigh_ins.present
    assert again.questions == book.questions
    assert again.weigh_ins.standings == book.weigh_ins.standings


class Source(RuleBasedStateMachine):
    """A person and their vendor: whatever happens, the book follows."""

    @initialize()
    def begin(self) -> None:
        """Begin with nothing."""
        self.now = NOW
        self.book = Book()
        self.truth: dict[str, WeighIn] = {}
        self.keys = 0
        self.changed: set[str] = set()
        self.seconds: set[int] = set()
        self.told: list[str] = []

    def free(self, second: int) -> bool:
        """Tell whether nothing was measured at a second."""
        return all(w.second != second for w in self.truth.values())

    def change(self, pick: int, how: Callable[[WeighIn], WeighIn]) -> None:
        """Change something at the vendor."""
        if self.truth:
            key = sorted(self.truth)[pick % len(self.truth)]
            self.truth[key] = how(self.truth[key])
            self.changed.add(key)

    @rule(days=st.integers(0, 25), weight=st.sampled_from((31.0, 62.0, 63.0)))
    def weigh(self, days: int, weight: float) -> None:
        """Weigh in, maybe with a scale that was offline."""
        if self.free(second := self.now - days * DAY):
            self.keys += 1
            key = f"{self.keys:03}"
            self.truth[key] = weigh_in(key, second, weight)
            self.seconds.add(second)
            self.changed.add(key)

    @rule(pick=st.integers(0, 99), weight=st.sampled_from((31.0, 62.0, 63.0)))
    def correct(self, pick: int, weight: float) -> None:
        """Correct a weight."""
        self.change(pick, lambda known: replace(known, weight=weight))

    @rule(pick=st.integers(0, 99), days=st.integers(0, 25))
    def redate(self, pick: int, days: int) -> None:
        """Correct a time."""
        if self.free(second := self.now - days * DAY - 7):
            self.seconds.add(second)
            when = datetime.fromtimestamp(second, UTC)
            self.change(pick, lambda known: replace(known, measured_at=when))

    @rule(pick=st.integers(0, 99), doubt=st.sampled_from((None, Doubt.AMBIGUOUS)))
    def doubt(self, pick: int, doubt: Doubt | None) -> None:
        """Doubt whose it is, or doubt no longer."""
        self.change(pick, lambda known: replace(known, doubt=doubt))

    @rule(pick=st.integers(0, 99))
    def delete(self, pick: int) -> None:
        """Delete it, or give it to somebody else."""
        if self.truth:
            del self.truth[sorted(self.truth)[pick % len(self.truth)]]

    @rule(minutes=st.integers(1, 90))
    def poll(self, minutes: int) -> None:
        """Hear of changes, as Withings tells of them."""
        self.now += minutes * 60
        found = [self.truth[key] for key in self.changed if key in self.truth]
        self.hear(answer(*found, window=None))

    @rule(minutes=st.integers(1, 90))
    def look(self, minutes: int) -> None:
        """Compare the last weeks, as Google's polls do."""
        self.now += minutes * 60
        window = (self.now - REACH, self.now + DAY)
        found = [w for w in self.truth.values() if window[0] <= w.second < window[1]]
        self.hear(answer(*found, window=window))

    def hear(self, batch: Batch) -> None:
        """Take an answer in."""
        self.book = self.book.copy()
        news = self.book.apply(batch, self.now, judge)
        self.told += [weigh_in.key for weigh_in in news.arrived]
        self.changed.clear()

    @rule()
    def restart(self) -> None:
        """Lose all but what is on disk."""
        self.book = reloaded(self.book)

    @invariant()
    def nothing_is_told_twice(self) -> None:
        """No weigh-in fires two events."""
        assert len(self.told) == len(set(self.told))

    @invariant()
    def one_place_each(self) -> None:
        """What counts and what waits are different things, each at its own second."""
        shelf = self.book.weigh_ins
        assert all(
            shelf.at(record.second) is record for record in shelf.records.values()
        )
        held = {question.record.key for question in self.book.questions}
        assert held.isdisjoint(weigh_in.key for weigh_in in shelf.present)

    def teardown(self) -> None:
        """Come to rest: the book says what the source says, and what became of it all."""
        for _ in range(2):
            self.now += DAY
            self.hear(answer(*self.truth.values()))
        ours = [w for w in self.truth.values() if judge(self.book, w) is None]
        assert list(self.book.weigh_ins.present) == sorted(
            ours, key=lambda weigh_in: weigh_in.second
        )
        assert {question.record.key for question in self.book.questions} == {
            weigh_in.key for weigh_in in self.truth.values() if weigh_in not in ours
        }
        there = {weigh_in.second: weigh_in for weigh_in in self.truth.values()}
        for second in self.seconds:
            fate = self.book.weigh_ins.fate(second)
            if second in there:
                known = Fate.PRESENT if there[second] in ours else Fate.HELD
                assert fate is known
            else:
                assert fate in (None, Fate.MOVED, Fate.DELETED)


TestSource = Source.TestCase

TestSource.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
