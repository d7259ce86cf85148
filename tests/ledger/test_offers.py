"""What the ledger makes of what it is offered: news, edits, twins."""

from dataclasses import replace

import pytest

from custom_components.weighbridge.ledger import Offer, State, Way, outcomes
from custom_components.weighbridge.ledger.ledger import TWIN_WEIGH_IN
from custom_components.weighbridge.ledger.near import TWIN_SECONDS

from .weighings import (
    DAY,
    EPOCH,
    HOUR,
    AtGarmin,
    accept,
    look,
    push,
    pushed,
    reloaded,
    send,
    uploaded,
    weigh_in,
    weighings,
)


def test_an_offer_waits_and_is_done_once_accepted() -> None:
    """A weigh-in is pending until Garmin has it, and then stays done."""
    ledger = weighings()
    record = weigh_in(0)
    assert ledger.state(record.second) is None
    assert ledger.offer(record, link="a") is Offer.NEW
    assert ledger.state(record.second) is State.PENDING
    accept(ledger, 0)
    for _ in range(2):
        assert ledger.state(record.second) is State.DONE
        assert ledger.way(record.second) is Way.PUSHED
        assert ledger.offer(record, link="a") is Offer.KNOWN
        assert ledger.pending() == []
        assert ledger.count(State.DONE) == 1
        look(ledger, [uploaded(record)])
    assert ledger.item(EPOCH) is None


def test_what_is_due_first() -> None:
    """Whoever waits for Garmin keeps nobody waiting who does not."""
    ledger = weighings()
    for second in (0, 600):
        ledger.offer(weigh_in(second), link="a")
    assert ledger.count(State.PENDING) == 2
    send(ledger, 0)
    assert ledger.due() == 0
    send(ledger, 600, now=EPOCH - 60)
    due = ledger.due()
    assert due is not None
    assert due < EPOCH + HOUR
    send(ledger, 600, now=EPOCH + HOUR)
    assert ledger.due() == due + 60


def test_pending_is_newest_first() -> None:
    """A long history is pushed from today backwards."""
    ledger = weighings()
    for second in (60, 6000, 600):
        ledger.offer(weigh_in(second), link="a")
    assert [item.record.second - EPOCH for item in ledger.pending()] == [6000, 600, 60]


@pytest.mark.parametrize(
    ("seconds", "kg", "is_twin"),
    [
        (TWIN_SECONDS, TWIN_WEIGH_IN[0], True),
        (-TWIN_SECONDS, -TWIN_WEIGH_IN[0], True),
        (TWIN_SECONDS + 1, 0.0, False),
        (0, 0.06, True),
        (1, 0.06, False),
    ],
)
def test_twins_of_two_sources(seconds: int, kg: float, *, is_twin: bool) -> None:
    """Two sources that report the same kg within two minutes report one weighing."""
    ledger = weighings()
    ledger.offer(weigh_in(600, 80.0), link="withings")
    ledger.offer(weigh_in(600 + seconds, round(80.0 + kg, 2)), link="fitbit")
    assert len(ledger.pending()) == (1 if is_twin else 2)
    garmin: list[AtGarmin] = []
    push(ledger, garmin)
    assert len(garmin) == (1 if is_twin else 2)
    other = weigh_in(600 + seconds).second
    assert ledger.state(other) is State.DONE
    assert ledger.way(other) is Way.PUSHED


def test_two_weighings_of_one_source_are_never_twins() -> None:
    """Whoever steps on the scale twice in a minute has two weigh-ins."""
    ledger = weighings()
    assert ledger.offer(weigh_in(0), link="a") is Offer.NEW
    assert ledger.offer(weigh_in(20), link="a") is Offer.NEW
    assert ledger.offer(weigh_in(5), link="b") is Offer.TWIN
    assert ledger.offer(weigh_in(25), link="b") is Offer.TWIN
    assert ledger.offer(weigh_in(40), link="b") is Offer.NEW
    assert len(ledger.pending()) == 3


def test_of_two_alike_the_nearest_is_the_twin() -> None:
    """The other source means the one that it is closest to."""
    ledger = weighings()
    for second in (0, 100):
        ledger.offer(weigh_in(second), link="a")
    ledger.offer(weigh_in(90), link="b")
    assert ledger.primary(EPOCH + 90) == EPOCH + 100
    assert ledger.is_twin(EPOCH + 90)
    assert not ledger.is_twin(EPOCH + 100)
    assert not ledger.is_twin(EPOCH + 50)


@pytest.mark.parametrize("start", range(0, 120, 20))
def test_one_weigh_in_is_no_twin_of_two(start: int) -> None:
    """Whoever weighs again four minutes later, once unseen by the other scale, has two."""
    ledger = weighings()
    assert ledger.offer(weigh_in(start + 115), link="a") is Offer.NEW
    assert ledger.offer(weigh_in(start), link="b") is Offer.TWIN
    assert ledger.offer(weigh_in(start + 230), link="b") is Offer.NEW


def test_own_twins_on_request() -> None:
    """An automation that fires twice pushes once."""
    ledger = weighings()
    assert ledger.offer(weigh_in(0), link="action", own_twins=True) is Offer.NEW
    assert ledger.offer(weigh_in(3), link="action", own_twins=True) is Offer.TWIN
    assert ledger.offer(weigh_in(6), link="action", own_twins=True) is Offer.TWIN
    assert ledger.offer(weigh_in(6), link="action", own_twins=True) is Offer.KNOWN


def test_an_edit_of_ours_replaces_the_old_value() -> None:
    """The old value at Garmin goes, the new one comes, also after a restart."""
    ledger = weighings()
    garmin: list[AtGarmin] = []
    ledger.offer(weigh_in(0, 80.0), link="a")
    push(ledger, garmin)
    push(ledger, garmin, EPOCH + HOUR)
    assert ledger.offer(weigh_in(0, 79.5), link="a") is Offer.CHANGED
    assert ledger.facts(EPOCH) == (79.5, None)
    assert (ledger.count(State.PENDING), ledger.count(State.DONE)) == (1, 0)
    ledger = reloaded(ledger)
    push(ledger, garmin, EPOCH + HOUR)
    assert [at.weight for at in garmin] == [79.5]
    assert ledger.way(EPOCH) is Way.PUSHED


def test_a_late_body_fat_is_an_edit_and_a_missing_one_is_not() -> None:
    """Weight and fat of one weighing may arrive apart."""
    ledger = weighings()
    garmin: list[AtGarmin] = []
    ledger.offer(weigh_in(0, 80.0), link="a")
    push(ledger, garmin)
    push(ledger, garmin, EPOCH + HOUR)
    assert ledger.offer(weigh_in(0, 80.0, 18.4), link="a") is Offer.CHANGED
    push(ledger, garmin, EPOCH + HOUR)
    assert [(at.weight, at.body_fat) for at in garmin] == [(80.0, 18.4)]
    assert ledger.offer(weigh_in(0, 80.0), link="a") is Offer.KNOWN


@pytest.mark.parametrize("is_seen", [True, False])
def test_composition_that_comes_after_the_push(*, is_seen: bool) -> None:
    """What Garmin has is replaced by what is whole, though its facts are the same."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0, 18.4), link="a")
    accept(ledger, 0)
    old = uploaded(weigh_in(0, 80.0, 18.4), serial=4)
    if is_seen:
        look(ledger, [old])
    whole = weigh_in(0, 80.0, 18.4, muscle_mass=60.1)
    assert ledger.offer(whole, link="a") is Offer.CHANGED
    ledger = reloaded(ledger)
    now = EPOCH + HOUR
    assert look(ledger, [old], now) == [old]
    outcomes.removed(ledger, EPOCH, old)
    assert [item.record.muscle_mass for item in ledger.pending()] == [60.1]
    accept(ledger, 0, now=now)
    new = replace(old, serial=5)
    assert look(ledger, [new], now + HOUR) == []
    assert ledger.offer(whole, link="a") is Offer.KNOWN
    assert ledger.offer(weigh_in(0, 80.0, 18.4), link="a") is Offer.KNOWN


def test_a_new_body_mass_index_is_no_reason_to_push_again() -> None:
    """Whoever enters a height later does not have years replaced at Garmin."""
    ledger = weighings()
    pushed(ledger, weigh_in(0))
    assert ledger.offer(replace(weigh_in(0), bmi=24.7), link="a") is Offer.KNOWN


def test_what_others_brought_to_garmin_is_never_replaced() -> None:
    """An edit does not touch a weigh-in that Garmin has from elsewhere."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0), link="a")
    look(ledger, [AtGarmin(EPOCH, 80.0)])
    assert ledger.way(EPOCH) is Way.FOUND
    assert ledger.offer(weigh_in(0, 79.0), link="a") is Offer.KNOWN
    assert ledger.pending() == []


def test_an_edit_of_what_was_never_sent_touches_nothing() -> None:
    """What Garmin has of the old value is somebody else's, and a deletion is no request."""
    ledger = weighings()
    for weight in (80.0, 79.0):
        ledger.offer(weigh_in(0, weight), link="a")
    assert look(ledger.copy(), [AtGarmin(EPOCH, 80.0)]) == []
    ledger.withdraw(EPOCH, EPOCH)
    assert ledger.due() is None
    assert ledger.way(EPOCH) is Way.WITHDRAWN


def test_a_copy_goes_its_own_way() -> None:
    """What is tried out on a copy is not known to the ledger."""
    ledger = weighings()
    pushed(ledger, weigh_in(0))
    ledger.offer(weigh_in(600), link="a")
    before = ledger.snapshot()
    copy = ledger.copy()
    assert copy.snapshot() == before
    assert copy.offer(weigh_in(610), link="b") is Offer.TWIN
    assert copy.offer(weigh_in(1200), link="b") is Offer.NEW
    copy.withdraw(EPOCH, EPOCH)
    assert ledger.snapshot() == before
    assert ledger.facts(EPOCH + 1200) is None


def test_an_edit_of_what_was_accepted_just_now_waits() -> None:
    """The older version that Garmin still works on would come to stand beside it."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0), link="a")
    accept(ledger, 0)
    ledger.offer(weigh_in(0, 81.0), link="a")
    ledger.offer(weigh_in(600, 82.0), link="a")
    ledger = reloaded(ledger)
    assert ledger.ready(EPOCH + 599) == {EPOCH + 600}
    assert look(ledger.copy(), [], EPOCH + 60) == []
    assert ledger.ready(EPOCH + 600) == {EPOCH, EPOCH + 600}
    # It need not wait any longer once the older one is shown.
    shown = uploaded(weigh_in(0, 80.0))
    assert look(ledger, [shown], EPOCH + 60) == [shown]
    assert ledger.ready(EPOCH + 60) == {EPOCH, EPOCH + 600}


def test_an_edit_on_the_way_goes_out_too() -> None:
    """What Garmin has accepted is the old version; the new one replaces it."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0), link="a")
    sent = send(ledger, 0)
    ledger.offer(weigh_in(0, 81.0), link="a")
    garmin = [uploaded(weigh_in(0, 80.0))]
    outcomes.confirm(ledger, sent, EPOCH)
    ledger = reloaded(ledger)
    push(ledger, garmin, EPOCH + 600)
    assert [at.weight for at in garmin] == [81.0]
    assert ledger.pending() == []


def test_what_is_told_later_goes_along() -> None:
    """Composition that comes while a weigh-in waits completes it, and takes nothing."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0, 18.4), link="a")
    late = weigh_in(0, 80.0, muscle_mass=60.1)
    assert ledger.offer(late, link="b") is Offer.KNOWN
    assert ledger.offer(late, link="a") is Offer.CHANGED
    assert ledger.offer(weigh_in(0, 80.0), link="a") is Offer.KNOWN
    (item,) = ledger.pending()
    assert (item.record.body_fat, item.record.muscle_mass) == (18.4, 60.1)
    outcomes.fail(ledger, item.record)
    assert ledger.offer(replace(late, muscle_mass=61.0), link="a") is Offer.CHANGED
    assert ledger.state(EPOCH) is State.PENDING


def test_refused_is_parked_until_it_is_corrected() -> None:
    """A refused weigh-in is not tried again, its corrected version is."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 300.0), link="a")
    assert outcomes.fail(ledger, weigh_in(0, 300.0))
    assert ledger.state(EPOCH) is State.FAILED
    assert ledger.offer(weigh_in(0, 300.0), link="a") is Offer.KNOWN
    assert ledger.due() is None
    assert ledger.offer(weigh_in(0, 80.0), link="a") is Offer.CHANGED
    assert ledger.due() == 0


def test_refused_is_no_bone_of_contention() -> None:
    """Another source that saw it otherwise does not try it again; a person may."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 300.0), link="a")
    outcomes.fail(ledger, weigh_in(0, 300.0))
    assert ledger.offer(weigh_in(0, 299.0), link="b") is Offer.KNOWN
    ledger.correct(weigh_in(0, 300.0), "action")
    assert ledger.state(EPOCH) is State.FAILED
    ledger.correct(weigh_in(0, 80.0), "action")
    assert ledger.offer(weigh_in(0, 300.0), link="a") is Offer.KNOWN
    assert [(i.record.weight, i.link) for i in ledger.pending()] == [(80.0, "action")]
    ledger.correct(weigh_in(900, 80.0), "action")
    assert len(ledger.pending()) == 1


def test_a_persons_word_on_what_was_refused() -> None:
    """What is tried again is believed to be at fault at once; what is left out stays so."""
    ledger = weighings()
    for second in (0, 900):
        ledger.offer(weigh_in(second), link="a")
        outcomes.fail(ledger, weigh_in(second))
    ledger.release(EPOCH)
    ledger.leave_out(EPOCH + 900)
    ledger = reloaded(ledger)
    assert [item.record.second for item in ledger.pending()] == [EPOCH]
    outcomes.lose(ledger, send(ledger, 0), EPOCH)
    assert ledger.pending()[0].strikes == 4
    assert ledger.way(EPOCH + 900) is Way.LEFT_OUT
    assert ledger.offer(weigh_in(900), link="a") is Offer.KNOWN


def test_a_clock_that_was_set_back() -> None:
    """No time lies in the future for longer than until the next look."""
    ledger = weighings()
    for second in (0, 600, 1200):
        ledger.offer(weigh_in(second), link="a")
    ledger.wind(EPOCH + DAY)
    send(ledger, 0, now=EPOCH + DAY)
    accept(ledger, 600, now=EPOCH + DAY)
    ledger.wind(EPOCH + 1000)
    assert ledger.due() == 0
    assert ledger.ready(EPOCH + 1599) == {EPOCH + 1200}
    assert EPOCH in ledger.ready(EPOCH + 1600)
    assert EPOCH + 600 in ledger.ready(EPOCH + 1000 + HOUR)
    assert ledger.overdue(EPOCH + 1000) == 0
    assert ledger.overdue(EPOCH + 1001) == 2


def test_a_clock_that_was_set_back_during_a_removal() -> None:
    """What is to go goes ten minutes later, not at a time that may never come."""
    ledger = weighings()
    pushed(ledger, weigh_in(0))
    ledger.withdraw(EPOCH, EPOCH + DAY)
    outcomes.keep(ledger, EPOCH, EPOCH + DAY, for_good=False)
    ledger.wind(EPOCH)
    assert ledger.leaving(EPOCH + 599) == set()
    assert ledger.leaving(EPOCH + 600) == {EPOCH}


def test_what_waits_is_counted_from_when_it_began_to() -> None:
    """Something that has waited for a day is told of."""
    ledger = weighings()
    ledger.offer(weigh_in(-90 * DAY), link="a")
    ledger.wind(EPOCH)
    ledger = reloaded(ledger)
    ledger.wind(EPOCH + HOUR)
    assert ledger.overdue(EPOCH) == 0
    assert ledger.overdue(EPOCH + 1) == 1
    outcomes.fail(ledger, weigh_in(-90 * DAY))
    assert ledger.overdue(EPOCH + 1) == 0
    ledger.offer(weigh_in(0), link="a", now=EPOCH + DAY)
    ledger.wind(EPOCH + 2 * DAY)
    assert ledger.overdue(EPOCH + DAY + 1) == 1
