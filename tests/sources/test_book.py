"""The book: what the source has now, whatever came when."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json

from hypothesis import given, settings, strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
import pytest

from custom_components.weighbridge.model import (
    EVER,
    Batch,
    BloodPressure,
    Doubt,
    Height,
    Reading,
    Reason,
    WeighIn,
)
from custom_components.weighbridge.sources.book import REACH, Book, Measured
from custom_components.weighbridge.sources.rows import book_from_json, book_to_json
from custom_components.weighbridge.sources.shelf import DAY, HOUR, Fate, Word

NOW = 1_795_000_000
# Of one person; what is lighter is a guest.
LIGHTEST = 40.0


def weigh_in(key: str, second: int, weight: float = 62.0, **more: object) -> WeighIn:
    """Return a weigh-in of a source."""
    values: dict[str, object] = {"weight": weight, **more}
    return WeighIn(key=key, measured_at=datetime.fromtimestamp(second, UTC), **values)  # type: ignore[arg-type]


def judge(_book: Book, record: Measured) -> Reason | None:
    """Hold what the vendor doubts, and what is too light."""
    if record.doubt is not None:
        return Reason.AMBIGUOUS
    if isinstance(record, WeighIn) and record.weight < LIGHTEST:
        return Reason.TOO_LIGHT
    return None


def answer(
    *weigh_ins: WeighIn, window: tuple[int, int] | None = EVER, **more: object
) -> Batch:
    """Return an answer of a source."""
    values: dict[str, object] = {"weigh_ins": weigh_ins, **more}
    return Batch(since=0, until=NOW, window=window, **values)  # type: ignore[arg-type]


def reloaded(book: Book) -> Book:
    """Return a book as the disk gives it back."""
    return book_from_json(json.loads(json.dumps(book_to_json(book))))


def weights(book: Book) -> list[float]:
    """Return what counts."""
    return [weigh_in.weight for weigh_in in book.weigh_ins.present]


def test_missing_is_gone_at_the_second_look() -> None:
    """What an answer lacks is gone an hour later at the earliest."""
    book = Book()
    first, second = weigh_in("a", NOW - DAY), weigh_in("b", NOW - HOUR, 63)
    book.apply(answer(first, second), NOW, judge)
    for later, left in ((0, 2), (HOUR - 1, 2), (HOUR, 1)):
        book.apply(answer(first), NOW + later, judge)
        assert len(weights(book)) == left
    assert book.weigh_ins.fate(second.second) is Fate.DELETED
    assert book.weigh_ins.fate(first.second) is Fate.PRESENT


def test_missing_once_is_not_gone() -> None:
    """What comes back begins anew."""
    book = Book()
    first, second = weigh_in("a", NOW - DAY), weigh_in("b", NOW - HOUR)
    for later, found in ((0, (first, second)), (9, (first,)), (HOUR, (first, second))):
        book.apply(answer(*found), NOW + later, judge)
    book.apply(answer(first), NOW + 2 * HOUR, judge)
    assert len(weights(book)) == 2


def test_an_answer_that_lost_most_is_not_believed() -> None:
    """A vendor's bad day empties nothing, unless it stays like that for a day."""
    book = Book()
    everything = [weigh_in(str(day), NOW - day * DAY) for day in range(1, 9)]
    book.apply(answer(*everything), NOW, judge)
    for hour in range(24):
        book.apply(answer(*everything[:2]), NOW + hour * HOUR, judge)
        assert len(weights(book)) == 8
    book.apply(answer(*everything[:2]), NOW + DAY, judge)
    assert len(weights(book)) == 2


def test_only_the_window_counts() -> None:
    """What lies outside of what was asked for is not missing."""
    book = Book()
    book.apply(answer(weigh_in("old", NOW - 40 * DAY)), NOW, judge)
    for later in (0, HOUR, 2 * HOUR):
        batch = answer(window=(NOW - REACH, NOW + DAY))
        assert not book.apply(batch, NOW + later, judge).is_new
    book.apply(answer(window=None), NOW + DAY, judge)
    assert weights(book) == [62]


def test_corrected_time() -> None:
    """A key that comes with another time has moved; no event fires for it."""
    book = Book()
    before, after = weigh_in("a", NOW - DAY), weigh_in("a", NOW - HOUR)
    assert book.apply(answer(before), NOW, judge).arrived == [before]
    news = book.apply(answer(after, window=None), NOW, judge)
    assert news.arrived == []
    assert news.seconds == {before.second, after.second}
    assert book.weigh_ins.fate(before.second) is Fate.MOVED
    assert book.weigh_ins.fate(after.second) is Fate.PRESENT


def test_two_change_places() -> None:
    """Two whose times were mixed up are put right at once."""
    book = Book()
    book.apply(answer(weigh_in("a", NOW, 60), weigh_in("b", NOW + 9, 70)), NOW, judge)
    book.apply(answer(weigh_in("a", NOW + 9, 60), weigh_in("b", NOW, 70)), NOW, judge)
    assert weights(book) == [70, 60]
    assert book.weigh_ins.fates == {}


def test_another_key_at_the_same_second() -> None:
    """A source that changes its mind about a name says nothing new."""
    book = Book()
    book.apply(answer(weigh_in("a", NOW, 30)), NOW, judge)
    book.answer("a", Word.MINE)
    assert book.apply(answer(weigh_in("b", NOW, 30)), NOW, judge).arrived == []
    assert weights(book) == [30]


def test_a_part_of_an_answer_takes_nothing_away() -> None:
    """A change may lack what was known; a whole answer lacks it because it is gone."""
    book = Book()
    book.apply(answer(weigh_in("a", NOW, 60, body_fat=20.0)), NOW, judge)
    book.apply(answer(weigh_in("a", NOW, 61), window=None), NOW, judge)
    assert book.weigh_ins.present[0].body_fat == 20
    book.apply(answer(weigh_in("a", NOW, 61)), NOW, judge)
    assert book.weigh_ins.present[0].body_fat is None


@pytest.mark.parametrize(
    ("word", "left"), [(Word.MINE, [31.0, 62.0]), (Word.NOBODY, [62.0])]
)
def test_a_word_on_a_question(word: Word, left: list[float]) -> None:
    """What is held counts nowhere; a word lets it in, or keeps it out, for good."""
    book = Book()
    guest, own = weigh_in("guest", NOW - HOUR, 31), weigh_in("own", NOW)
    news = book.apply(answer(guest, own), NOW, judge)
    assert news.arrived == [own]
    assert [question.record for question in news.asked] == [guest]
    assert book.weigh_ins.fate(guest.second) is Fate.HELD
    assert weights(book) == [62]

    said = book.answer("guest", word)
    assert said is not None
    assert said.arrived == ([guest] if word is Word.MINE else [])
    for later in (1, HOUR):
        book = reloaded(book)
        assert not book.apply(answer(guest, own), NOW + later, judge).is_new
        assert weights(book) == left
        assert book.questions == ()


def test_a_correction_ends_a_question() -> None:
    """A weight that is put right at the source needs no word; nor does what is gone."""
    book = Book()
    book.apply(answer(weigh_in("a", NOW, 31), weigh_in("b", NOW + 1, 30)), NOW, judge)
    assert [question.reason for question in book.questions] == [Reason.TOO_LIGHT] * 2
    corrected = weigh_in("a", NOW, 61)
    news = book.apply(answer(corrected, weigh_in("b", NOW + 1, 30)), NOW, judge)
    assert news.arrived == [corrected]
    for later in (0, HOUR):
        book.apply(answer(corrected), NOW + later, judge)
    assert not book.questions


def test_nobody_holds_for_what_was_shown() -> None:
    """Who corrects what nobody wanted asks anew."""
    book = Book()
    book.apply(answer(weigh_in("a", NOW, 31)), NOW, judge)
    book.answer("a", Word.NOBODY)
    book.apply(answer(weigh_in("a", NOW, 31, body_fat=20.0)), NOW, judge)
    assert book.questions == ()
    book.apply(answer(weigh_in("a", NOW, 32)), NOW, judge)
    assert len(book.questions) == 1


def test_what_became_doubtful_is_held() -> None:
    """A weigh-in that its source doubts later counts no longer."""
    book = Book()
    known = weigh_in("a", NOW)
    book.apply(answer(known), NOW, judge)
    book.apply(answer(replace(known, doubt=Doubt.AMBIGUOUS)), NOW, judge)
    assert weights(book) == []
    assert book.weigh_ins.fate(NOW) is Fate.HELD
    assert book.apply(answer(known), NOW, judge).arrived == []
    assert weights(book) == [62]


def test_history_is_no_news() -> None:
    """What was there before the account, or was gone for a while, is not new."""
    book = Book()
    doubtful = weigh_in("a", NOW - DAY, doubt=Doubt.AMBIGUOUS)
    old = weigh_in("b", NOW - 2 * DAY)
    news = book.apply(answer(doubtful, old), NOW, judge, is_history=True)
    assert news.arrived == []
    certain = replace(doubtful, doubt=None)
    assert book.apply(answer(certain, old), NOW, judge).arrived == []
    for later in (0, HOUR):
        book.apply(answer(certain), NOW + later, judge)
    assert book.apply(answer(certain, old), NOW + 2 * HOUR, judge).arrived == []
    assert len(weights(book)) == 2


def test_limits_are_looked_at_anew() -> None:
    """Other limits ask about the last weeks, and end questions; history stays."""
    book = Book()
    days = (1, 40)
    book.apply(answer(*(weigh_in(str(d), NOW - d * DAY, 50) for d in days)), NOW, judge)

    def stricter(_book: Book, _record: Measured) -> Reason:
        return Reason.TOO_LIGHT

    book.review(stricter, NOW - REACH)
    assert [question.record.key for question in book.questions] == ["1"]
    assert len(weights(book)) == 1
    book.review(judge, NOW - REACH)
    assert book.questions == ()


def test_newest_values() -> None:
    """Each quantity has the newest value that counts, but none of a wrong clock."""
    book = Book()
    moment = datetime.fromtimestamp(NOW, UTC)

    def reading(key: str, at: datetime, value: float) -> Reading:
        return Reading(key=key, measured_at=at, quantity="vascular_age", value=value)

    batch = answer(
        weigh_in("a", NOW - DAY, 62, body_fat=25.0),
        weigh_in("b", NOW, 30, body_fat=10.0),
        weigh_in("c", NOW + 9 * DAY, 61),
        readings=(
            reading("a", moment - timedelta(days=1), 40),
            reading("b", moment, 20),
        ),
        blood_pressures=(
            BloodPressure(key="p", measured_at=moment, systolic=120, diastolic=80),
        ),
    )
    book.apply(batch, NOW, judge)
    newest = {name: value for name, (value, _) in book.newest(NOW + DAY).items()}
    assert newest == {
        "weight": 62,
        "body_fat": 25,
        "vascular_age": 40,
        "systolic": 120,
        "diastolic": 80,
    }
    book.answer("b", Word.MINE)
    assert book.newest(NOW + DAY)["vascular_age"] == (20, NOW)


def test_heights() -> None:
    """The first height reaches back for ever; a later one holds from its time on."""
    book = Book()
    assert book.height(NOW) is None
    moment = datetime.fromtimestamp(NOW, UTC)
    heights = (Height(moment, 1.6, "a"), Height(moment + timedelta(days=9), 1.65, "b"))
    book.apply(answer(heights=heights), NOW, judge)
    found = [book.height(NOW + day * DAY) for day in (-900, 0, 8, 9)]
    assert found == [1.6, 1.6, 1.6, 1.65]


def test_ten_years_on_disk() -> None:
    """A weigh-in with all that a common scale tells takes less than 90 bytes."""
    book = Book()
    book.apply(
        answer(
            *(
                weigh_in(
                    str(4_815_757_309 + day),
                    NOW - day * DAY,
                    72.35 + day % 9 / 10,
                    body_fat=24.15,
                    fat_mass=17.436,
                    fat_free_mass=54.91,
                    muscle_mass=52.13,
                    bone_mass=2.81,
                    body_water=55.12,
                )
                for day in range(3650)
            )
        ),
        NOW,
        judge,
        is_history=True,
    )
    text = json.dumps(book_to_json(book), separators=(",", ":"))
    assert len(text) / 3650 < 80
    assert reloaded(book) == book or reloaded(book).weigh_ins.present == (
        book.weigh_ins.present
    )


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
