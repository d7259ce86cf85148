"""What a look at Garmin tells the ledger."""

import pytest

from custom_components.weighbridge.ledger import (
    Offer,
    State,
    Way,
    miss,
    missing,
    outcomes,
)

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


def test_garmin_answers_for_one_weigh_in_only() -> None:
    """One weigh-in at Garmin does not hide the second of two alike."""
    ledger = weighings()
    for second in (0, 60):
        ledger.offer(weigh_in(second), link="a")
    look(ledger, [AtGarmin(EPOCH + 30, 80.02)])
    assert len(ledger.pending()) == 1
    ledger = reloaded(ledger)
    look(ledger, [AtGarmin(EPOCH + 30, 80.02)])
    assert len(ledger.pending()) == 1


def test_what_garmin_has_of_ours_is_no_twin_of_a_new_one() -> None:
    """The first of two alike is done; the second must go up all the same."""
    ledger = weighings()
    pushed(ledger, weigh_in(0))
    ledger.offer(weigh_in(60), link="a")
    look(ledger, [AtGarmin(EPOCH, 80.0)])
    assert [item.record.second for item in ledger.pending()] == [EPOCH + 60]


@pytest.mark.parametrize("link", ["a", "b"])
def test_a_wall_clock_that_is_there_twice(link: str) -> None:
    """When clocks are set back, a time without a zone may be either of two."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link=link)
    ledger.offer(weigh_in(HOUR + 40), link=link)
    look(
        ledger,
        [
            AtGarmin(EPOCH + HOUR, 80.0, other=EPOCH),
            AtGarmin(EPOCH, 80.02, other=EPOCH + HOUR),
        ],
    )
    assert ledger.pending() == []
    assert ledger.way(EPOCH + HOUR + 40) is Way.FOUND


@pytest.mark.parametrize("other", [HOUR, -HOUR])
def test_a_wall_clock_that_may_be_another_is_recognised(other: int) -> None:
    """What we have sent is seen, whichever of its two times Garmin names first."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    accept(ledger, 0)
    there = AtGarmin(EPOCH + other, 80.0, other=EPOCH)
    assert look(ledger, [there]) == []
    assert ledger.due() is None


def test_each_of_two_is_taken_for_the_nearest() -> None:
    """Nobody takes for himself what another needs more."""
    ledger = weighings()
    for second in (0, -110):
        ledger.offer(weigh_in(second), link="a")
    there = [AtGarmin(EPOCH + second, 80.0) for second in (-100, 20)]
    assert look(ledger, there) == []
    assert ledger.pending() == []
    assert ledger.primary(EPOCH + 20) == EPOCH


def test_two_alike_of_others_stay() -> None:
    """What came to Garmin twice without us is nobody's business."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    assert look(ledger, [AtGarmin(EPOCH, 80.0, serial=key) for key in (4, 9)]) == []
    assert ledger.way(EPOCH) is Way.FOUND


def test_only_what_was_accepted_is_missed() -> None:
    """What waits, and what nobody knows, is not looked for."""
    ledger = weighings()
    for second in (0, 600):
        ledger.offer(weigh_in(second), link="a")
    accept(ledger, 600)
    before = ledger.item(EPOCH)
    miss(ledger, [EPOCH + 900, EPOCH, EPOCH + 600], EPOCH + DAY)
    assert ledger.item(EPOCH) == before
    assert ledger.due() == 0
    item = ledger.item(EPOCH + 600)
    assert item is not None
    assert item.looks == 1


@pytest.mark.parametrize("by", ["two looks", "a person"])
def test_what_goes_up_once_more_is_completed(by: str) -> None:
    """Composition that is told before it goes along."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    accept(ledger, 0)
    if by == "a person":
        ledger.reopen(weigh_in(0), "action")
    else:
        for days in (2, 4):
            miss(ledger, [EPOCH], EPOCH + days * DAY)
    whole = weigh_in(0, muscle_mass=60.1)
    assert ledger.offer(whole, link="a") is Offer.CHANGED
    assert [item.record for item in ledger.pending()] == [whole]


def test_a_lost_answer_is_found_or_sent_again() -> None:
    """What Garmin shows is done; what it does not show goes up in another file."""
    ledger = weighings()
    for second in (0, 600):
        ledger.offer(weigh_in(second), link="a")
    outcomes.lose(ledger, send(ledger, 0, 600), EPOCH)
    ledger = reloaded(ledger)
    assert ledger.due() == EPOCH + 600
    look(ledger, [uploaded(weigh_in(0))], EPOCH + 600)
    assert ledger.way(EPOCH) is Way.PUSHED
    (item,) = ledger.pending()
    assert (item.record.second, item.attempts) == (EPOCH + 600, 1)


def test_a_lost_answer_and_somebody_elses_weigh_in() -> None:
    """What stands there when ours may go up again had a reason to be brought there."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0), link="a")
    outcomes.lose(ledger, send(ledger, 0), EPOCH)
    assert ledger.ready(EPOCH + 600) == {EPOCH}
    assert look(ledger, [AtGarmin(EPOCH, 79.0)], EPOCH + 600) == []
    assert ledger.ready(EPOCH + 600) == set()
    assert ledger.way(EPOCH) is Way.FOUND


def test_an_edit_between_upload_and_answer() -> None:
    """The version that was sent may be there: it goes when the new one comes."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0), link="a")
    send(ledger, 0)
    ledger.offer(weigh_in(0, 79.0), link="a")
    old = AtGarmin(EPOCH, 80.0)
    assert look(ledger, [old]) == [old]
    assert len(ledger.pending()) == 1


def test_an_edit_touches_nothing_that_we_did_not_send() -> None:
    """What a person has entered by hand in the same second stays."""
    ledger = weighings()
    pushed(ledger, weigh_in(0, 80.0, 18.4))
    ledger.offer(weigh_in(0, 81.0, 18.4), link="a")
    ours = AtGarmin(EPOCH, 80.0, 18.4, serial=4)
    by_hand = [AtGarmin(EPOCH, 79.0, serial=9), AtGarmin(EPOCH, 80.0, serial=8)]
    assert look(ledger, [*by_hand, ours], EPOCH + HOUR) == [ours]
    ledger = weighings()
    pushed(ledger, weigh_in(0, 80.0))
    ledger.offer(weigh_in(0, 81.0), link="a")
    # The person has put another one in place of ours.
    assert look(ledger, by_hand[:1], EPOCH + HOUR) == []
    assert ledger.pending() == []
    assert ledger.way(EPOCH) is Way.FOUND
    assert ledger.facts(EPOCH) == (79.0, None)


def test_a_read_that_is_behind_the_times() -> None:
    """What was removed and is shown again tells that the read cannot be relied on."""
    ledger = weighings()
    first, second = (
        uploaded(weigh_in(0, kg), serial) for kg, serial in ((80, 4), (81, 5))
    )
    pushed(ledger, weigh_in(0, 80))
    now = EPOCH + HOUR
    ledger.offer(weigh_in(0, 81), link="a")
    ledger.wind(now)
    assert look(ledger, [first], now) == [first]
    outcomes.removed(ledger, EPOCH, first)
    accept(ledger, 0, now=now)
    ledger.offer(weigh_in(0, 82), link="a")
    ledger = reloaded(ledger)
    now += 600
    for _ in range(3):
        assert look(ledger, [first], now) == []
        assert ledger.ready(now) == set()
        now += 600
        assert ledger.ready(now) == {EPOCH}
    assert look(ledger, [second], now) == [second]
    assert ledger.ready(now) == {EPOCH}
    # Nobody waits for ever.
    assert look(ledger, [first], now + 2 * DAY) == []
    assert ledger.ready(now + 2 * DAY) == {EPOCH}


def test_accepted_and_never_shown() -> None:
    """It is looked for after an hour and a day, sent once more, and told of then."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    now = EPOCH
    for attempt in (1, 2):
        accept(ledger, 0, now=now)
        for wait in (HOUR, DAY):
            ledger = reloaded(ledger)
            due = ledger.due()
            assert due is not None
            assert due <= now + DAY
            assert ledger.state(EPOCH) is State.DONE
            miss(ledger, [EPOCH], due - 1)
            assert ledger.due() == due
            miss(ledger, [EPOCH], due)
            assert (due - now) in (wait, wait - HOUR)
            now = due if wait == DAY else now
        item = ledger.item(EPOCH)
        assert item is not None
        assert item.attempts == attempt
        assert item.state is (State.PENDING if attempt == 1 else State.FAILED)


def test_two_looks_are_never_close() -> None:
    """After a day without a look, two of them are not made at once."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    accept(ledger, 0)
    miss(ledger, [EPOCH], EPOCH + 3 * DAY)
    assert ledger.due() == EPOCH + 4 * DAY - HOUR


def test_what_is_sent_again_is_looked_at_for_a_double() -> None:
    """The first file may come to light after all: the younger one goes."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    outcomes.lose(ledger, send(ledger, 0), EPOCH)
    accept(ledger, 0, now=EPOCH + 600)
    younger, older = (uploaded(weigh_in(0), serial) for serial in (9, 4))
    assert look(ledger, [younger], EPOCH + 700) == []
    assert ledger.due() == EPOCH + 600 + HOUR
    now = EPOCH + 600 + HOUR
    assert look(ledger, [younger, older], now) == [younger]
    assert ledger.due() is None


def test_an_older_version_that_comes_to_light_goes() -> None:
    """The version that was lost may be shown when its successor has long been sent."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0), link="a")
    outcomes.lose(ledger, send(ledger, 0), EPOCH)
    ledger.offer(weigh_in(0, 81.0), link="a")
    look(ledger, [], EPOCH + 600)
    accept(ledger, 0, now=EPOCH + 600)
    old, new = uploaded(weigh_in(0, 80.0), 3), uploaded(weigh_in(0, 81.0), 4)
    assert look(ledger, [new], EPOCH + 700) == []
    now = EPOCH + 600 + HOUR
    assert look(ledger, [new, old], now) == [old]
    outcomes.removed(ledger, EPOCH, old)
    assert look(ledger, [new], now + HOUR) == []
    assert ledger.due() == now + DAY
    assert look(ledger, [new], now + DAY) == []
    assert ledger.due() is None


@pytest.mark.parametrize("times", [1, 2])
def test_a_version_that_was_sent_once_is_gone_for_good(times: int) -> None:
    """It cannot come to light again once it was removed; one that was sent twice can."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0), link="a")
    now = EPOCH
    for _ in range(times - 1):
        outcomes.lose(ledger, send(ledger, 0, now=now), now)
        now += HOUR
        look(ledger, [], now)
    accept(ledger, 0, now=now)
    ledger.offer(weigh_in(0, 81.0), link="a")
    old = uploaded(weigh_in(0, 80.0))
    outcomes.removed(ledger, EPOCH, old)
    item = ledger.item(EPOCH)
    assert item is not None
    assert item.attempts == times
    assert item.was == (old.facts,) * (times - 1)


def test_what_garmin_has_lost() -> None:
    """Only what was there and is not there any more, under any of its names."""
    ledger = weighings()
    for second in (0, 600, 1200, 1800, 2400):
        ledger.offer(weigh_in(second), link="a")
    ledger.leave_out(EPOCH + 2400)
    look(ledger, [AtGarmin(EPOCH + 630, 80.02)])
    accept(ledger, 0, 1200, 1800)
    ledger.offer(weigh_in(1230), link="b")
    seconds = [EPOCH + s for s in (0, 600, 1200, 1230, 1800, 2400, 9000)]
    there = [AtGarmin(EPOCH + s, 80.0) for s in (0, 630)]
    # Garmin may need some time to show what it was given just now.
    assert missing(ledger, seconds, there, EPOCH + 599) == set()
    assert missing(ledger, seconds, there, EPOCH + 600) == {
        EPOCH + 1200,
        EPOCH + 1230,
        EPOCH + 1800,
    }
    ledger.reopen(weigh_in(1200), "c")
    ledger.reopen(weigh_in(1230), "c")
    ledger.reopen(weigh_in(9000), "c")
    # What has been there must go up in another file than it did.
    look(ledger, [uploaded(weigh_in(1800))])
    ledger.reopen(weigh_in(1800), "c")
    assert [
        (i.record.second - EPOCH, i.link, i.attempts) for i in ledger.pending()
    ] == [
        (1800, "a", 1),
        (1230, "c", 0),
        (1200, "a", 1),
    ]


def test_a_ledger_built_anew_recognises_the_other_twin() -> None:
    """Of two twins the one may be pushed that was read first, or last time the other."""
    ledger = weighings()
    garmin: list[AtGarmin] = []
    ledger.offer(weigh_in(0, 80.0), link="a")
    ledger.offer(weigh_in(70, 80.04), link="b")
    push(ledger, garmin)
    ledger = weighings()
    ledger.offer(weigh_in(70, 80.04), link="b")
    ledger.offer(weigh_in(0, 80.0), link="a")
    push(ledger, garmin)
    assert [at.second for at in garmin] == [EPOCH]
    assert ledger.way(EPOCH + 70) is Way.FOUND


def test_a_ledger_built_anew_waits_for_what_garmin_was_given_last() -> None:
    """Nobody knows what was on the way, so nothing is sent for ten minutes."""
    ledger = weighings()
    ledger.lost_at = EPOCH
    ledger.offer(weigh_in(0), link="a")
    assert ledger.due() == EPOCH + 600
    look(ledger, [uploaded(weigh_in(0))], EPOCH + 600)
    assert ledger.way(EPOCH) is Way.FOUND


def test_what_is_no_twin_at_garmin_settles_nothing() -> None:
    """Another weight in the second of a twin is somebody else's."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0), link="a")
    ledger.offer(weigh_in(70, 80.04), link="b")
    assert look(ledger, [AtGarmin(EPOCH + 70, 60.0)]) == []
    assert [item.record.second for item in ledger.pending()] == [EPOCH]


def test_two_homes_that_push_at_once_keep_one() -> None:
    """Of a doubled weigh-in the older stays; what came otherwise is left alone."""
    ledger = weighings()
    pushed(ledger, weigh_in(0))
    ledger.offer(weigh_in(600), link="a")
    look(ledger, [AtGarmin(EPOCH + 600, 80.0)])
    newer, older = (AtGarmin(EPOCH, 80.0, serial=key) for key in (9, 4))
    other = AtGarmin(EPOCH, 70.0, serial=12)
    fatter = AtGarmin(EPOCH, 80.0, 20.0, serial=13)
    foreign = [AtGarmin(EPOCH + 600, 80.0, serial=key) for key in (5, 6)]
    assert look(ledger, [newer, other, fatter, older, *foreign]) == [newer]


def test_what_was_refused_and_is_there_all_the_same() -> None:
    """Whoever was parked for lost answers is done when Garmin shows it."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    send(ledger, 0)
    outcomes.fail(ledger, weigh_in(0))
    look(ledger, [AtGarmin(EPOCH, 79.0)])
    assert ledger.state(EPOCH) is State.FAILED
    look(ledger, [uploaded(weigh_in(0))])
    assert ledger.state(EPOCH) is State.DONE
    assert ledger.offer(weigh_in(0), link="a") is Offer.KNOWN
