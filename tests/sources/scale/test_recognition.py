"""Who stood on the scale."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from math import exp

from hypothesis import example, given, strategies as st
import pytest

from custom_components.weighbridge.model import Reason, WeighIn
from custom_components.weighbridge.sources.scale.band import WEIGHT, band
from custom_components.weighbridge.sources.scale.recognition import (
    Candidate,
    Verdict,
    recognise,
)

from .households import Household, Tally, households, live

NOW = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


def weigh_in(weight: float, days: float = 0, body_fat: float | None = None) -> WeighIn:
    """Return a weigh-in of some days ago."""
    at = NOW - timedelta(days=days)
    return WeighIn(measured_at=at, weight=weight, body_fat=body_fat)


def known(name: str, weight: float, body_fat: float | None = None) -> Candidate:
    """Return somebody who has weighed about the same for a month."""
    weigh_ins = [
        weigh_in(weight + (day % 3 - 1) / 5, day, body_fat) for day in range(1, 30)
    ]
    return Candidate(id=name, weigh_ins=weigh_ins)


ALICE = known("alice", 62, 29)
BOB = known("bob", 85, 18)


def test_recognised() -> None:
    """The band of one alone holds it."""
    assert recognise(weigh_in(62.3), [ALICE, BOB]) == Verdict("alice")
    assert recognise(weigh_in(84.8), [ALICE, BOB]) == Verdict("bob")


def test_not_near_enough_to_ask() -> None:
    """Who is known well, and weighs six deviations more, is not asked about."""
    carol = known("carol", 63.6)
    assert 5.5 < deviations(62, carol) < 6
    assert recognise(weigh_in(62), [carol, ALICE]) == Verdict("alice")


def test_near_two() -> None:
    """Who weighs nearly the same is asked, the nearer one first."""
    carol = known("carol", 63)
    assert recognise(weigh_in(62.2), [carol, ALICE, BOB]) == Verdict(
        None, Reason.AMBIGUOUS, ("alice", "carol")
    )


def test_body_fat_tells_people_apart() -> None:
    """The same weight with another fat is somebody else's."""
    dave = known("dave", 62, 15)
    assert recognise(weigh_in(62, body_fat=28.7), [ALICE, dave]) == Verdict("alice")
    assert recognise(weigh_in(62, body_fat=15.2), [ALICE, dave]) == Verdict("dave")
    assert recognise(weigh_in(62), [ALICE, dave]).reason is Reason.AMBIGUOUS
    three = [replace(who, weigh_ins=who.weigh_ins[:3]) for who in (ALICE, dave)]
    assert recognise(weigh_in(62, body_fat=28.7), three) == Verdict("alice")


@pytest.mark.parametrize(
    ("weight", "body_fat", "person"),
    [
        (62, 30.1, "alice"),
        (62, 31.3, None),
        (62.5, 29.9, "alice"),
        (62.7, 30.1, None),
        (66, 29, None),
    ],
)
def test_weight_and_fat_must_fit(
    weight: float, body_fat: float, person: str | None
) -> None:
    """A fat that fits makes up for no weight; what is a bit off in both may be theirs."""
    assert recognise(weigh_in(weight, body_fat=body_fat), [ALICE]).person == person


def test_nobody_knows_the_guest() -> None:
    """What is in nobody's band may be anybody's."""
    assert recognise(weigh_in(73), [ALICE, BOB]) == Verdict(
        None, Reason.UNKNOWN_PERSON, ("alice", "bob")
    )
    assert recognise(weigh_in(77), [ALICE, BOB]) == Verdict(
        None, Reason.UNKNOWN_PERSON, ("bob", "alice")
    )
    assert recognise(weigh_in(63.15), [ALICE, BOB]) == Verdict(
        None, Reason.UNLIKELY, ("alice", "bob")
    )


@pytest.mark.parametrize("answers", [0, 1, 2])
def test_new_people_are_asked_about(answers: int) -> None:
    """Until three answers nobody knows how much somebody varies, or what they weigh."""
    new = Candidate(
        id="new", weigh_ins=[weigh_in(62, day + 1) for day in range(answers)]
    )
    assert recognise(weigh_in(62), [new, BOB]).reason is Reason.UNKNOWN_PERSON
    assert recognise(weigh_in(62), [new]) == Verdict(
        None, Reason.UNKNOWN_PERSON, ("new",)
    )
    # One answer is enough to know who somebody else is.
    far = recognise(weigh_in(85), [new, BOB])
    assert far.person == ("bob" if answers else None)
    close = recognise(weigh_in(66), [new, known("other", 66)])
    assert close.reason is Reason.AMBIGUOUS
    # What is asked about says nothing of itself.
    asked = replace(new, weigh_ins=[*new.weigh_ins, weigh_in(62)])
    assert recognise(weigh_in(62), [asked]).reason is Reason.UNKNOWN_PERSON


def test_three_answers_are_enough() -> None:
    """Then somebody new is known."""
    new = Candidate(id="new", weigh_ins=[weigh_in(62, day + 1) for day in range(3)])
    assert recognise(weigh_in(62.2), [new, BOB]) == Verdict("new")
    assert recognise(weigh_in(85.1), [new, BOB]) == Verdict("bob")


def test_limits() -> None:
    """Limits keep people apart from the first day, and others out."""
    alice = Candidate(id="alice", min_weight=55, max_weight=70)
    bob = Candidate(id="bob", min_weight=75, max_weight=95)
    assert recognise(weigh_in(62), [alice, bob]) == Verdict("alice")
    assert recognise(weigh_in(80), [alice, bob]) == Verdict("bob")
    assert recognise(weigh_in(40), [bob, alice]) == Verdict(
        None, Reason.TOO_LIGHT, ("alice", "bob")
    )
    assert recognise(weigh_in(99), [alice, bob]) == Verdict(
        None, Reason.TOO_HEAVY, ("bob", "alice")
    )
    assert recognise(weigh_in(62), []) == Verdict(None, Reason.UNKNOWN_PERSON)
    assert recognise(weigh_in(72), [alice, bob]).reason is Reason.UNKNOWN_PERSON
    assert recognise(weigh_in(62), [alice, replace(bob, min_weight=None)]).reason
    assert recognise(weigh_in(72), [replace(ALICE, max_weight=70), BOB]).reason
    assert recognise(weigh_in(67), [replace(ALICE, max_weight=70), BOB]).reason


def test_a_band_widens() -> None:
    """After a year away, somebody may weigh more."""
    away = replace(
        ALICE,
        weigh_ins=[
            replace(one, measured_at=one.measured_at - timedelta(days=300))
            for one in ALICE.weigh_ins
        ],
    )
    assert recognise(weigh_in(65), [ALICE, BOB]).person is None
    assert recognise(weigh_in(65), [away, BOB]) == Verdict("alice")


@given(
    st.floats(30, 150),
    st.lists(st.tuples(st.floats(30, 150), st.floats(0, 400)), max_size=12),
    st.permutations(range(3)),
)
def test_no_order_matters(
    weight: float, past: list[tuple[float, float]], order: list[int]
) -> None:
    """Neither that of people nor that of weigh-ins; one who is recognised is alone."""
    third = Candidate(id="third", weigh_ins=[weigh_in(w, d) for w, d in past])
    people = [ALICE, BOB, third]
    verdict = recognise(weigh_in(weight), people)
    again = replace(third, weigh_ins=third.weigh_ins[::-1])
    shuffled = [[ALICE, BOB, again][place] for place in order]
    other = recognise(weigh_in(weight), shuffled)
    assert (other.person, other.reason) == (verdict.person, verdict.reason)
    assert set(other.candidates) == set(verdict.candidates)
    assert (verdict.person is None) is (verdict.reason is not None)


@given(st.floats(0.5, 4), st.floats(60, 68))
@example(0.5, 61.16)
def test_far_likelier_than_anybody_else(apart: float, weight: float) -> None:
    """Who is recognised is at least 10,000 times likelier to weigh that than others."""
    people = [ALICE, known("carol", 62 + apart)]
    person = recognise(weigh_in(weight), people).person
    off = {who.id: deviations(weight, who) for who in people}
    if person is not None:
        own = off.pop(person)
        (other,) = off.values()
        assert exp((other**2 - own**2) / 2) > 10_000


def deviations(weight: float, who: Candidate) -> float:
    """Return how many standard deviations from somebody's band a weight is today."""
    past = sorted((one.second, one.weight) for one in who.weigh_ins)
    level, deviation = band(WEIGHT, past).expect(weigh_in(weight).second)
    return abs(weight - level) / deviation


# The name of a household, and how much of its weigh-ins may be asked about.
MOST_ASKED = {
    "couple, 7 kg apart": 0.02,
    "couple, 2 kg apart": 0.15,
    "couple, 2 kg apart, with fat": 0.04,
    "three, a child grows": 0.02,
    "four, one is away for three months": 0.02,
    "five, with guests and a dog": 0.02,
}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("household", households(), ids=lambda h: h.name)
def test_two_years(household: Household) -> None:
    """Nothing is ever given to the wrong person, and little is asked."""
    tally: Tally = live(household, seed=1)
    assert tally.wrong == 0
    assert tally.visits_asked == tally.visits
    assert tally.share_asked <= MOST_ASKED.get(household.name, 1)
