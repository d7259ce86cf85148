"""The book: what the source has now, whatever came when."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
import json

import pytest

from custom_components.weighbridge.model import (
    BloodPressure,
    Doubt,
    Height,
    Reading,
    Reason,
)
from custom_components.weighbridge.sources.book import REACH, Book, Measured
from custom_components.weighbridge.sources.rows import book_to_json
from custom_components.weighbridge.sources.shelf import DAY, HOUR, Fate, Word

from ..support.book import NOW, answer, judge, reloaded, weigh_in, weights


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
