"""What Garmin may hold of ours is neither forgotten nor believed in."""

import pytest

from custom_components.weighbridge.ledger import Ledger, State, Way, miss, outcomes
from custom_components.weighbridge.model import WeighIn

from .weighings import (
    DAY,
    EPOCH,
    HOUR,
    AtGarmin,
    accept,
    look,
    push,
    pushed,
    send,
    uploaded,
    weigh_in,
    weighings,
)

FIRST = weigh_in(0, 80.0)
SECOND = weigh_in(0, 81.0)


@pytest.mark.parametrize("arrived", [True, False])
def test_kept_and_shown_again(*, arrived: bool) -> None:
    """What its source shows again is at Garmin once, whether it had arrived or not."""
    ledger = weighings()
    ledger.offer(FIRST, link="a")
    outcomes.lose(ledger, send(ledger, 0), EPOCH)
    garmin = [uploaded(FIRST)] if arrived else []
    ledger.keep(EPOCH)
    assert ledger.way(EPOCH) is Way.KEPT
    ledger.offer(FIRST, link="a")
    push(ledger, garmin, now=EPOCH + DAY)
    push(ledger, garmin, now=EPOCH + 3 * DAY)
    assert garmin == [uploaded(FIRST)]
    assert ledger.way(EPOCH) is Way.PUSHED


def test_kept_before_it_was_sent() -> None:
    """What somebody else has brought to Garmin meanwhile stays theirs."""
    ledger = weighings()
    ledger.offer(FIRST, link="a")
    ledger.keep(EPOCH)
    ledger.offer(FIRST, link="a")
    look(ledger, [uploaded(FIRST)])
    assert ledger.way(EPOCH) is Way.FOUND


@pytest.mark.parametrize("before", ["pushed", "withdrawn", "kept before it was sent"])
def test_what_garmin_shows_or_never_had_need_not_wait(before: str) -> None:
    """Ten minutes are for what may still be on its way, and nothing else."""
    ledger = weighings()
    if before == "kept before it was sent":
        ledger.offer(FIRST, link="a")
        ledger.keep(EPOCH)
    else:
        pushed(ledger, FIRST)
    if before == "withdrawn":
        ledger.withdraw(EPOCH, EPOCH)
        outcomes.withdrawn(ledger, [EPOCH], [EPOCH], EPOCH)
    ledger.offer(SECOND, link="a", now=EPOCH + DAY)
    assert ledger.ready(EPOCH + DAY) == {EPOCH}


def test_edit_while_answers_are_partial() -> None:
    """What is hidden when the edit goes up, and an hour later, goes all the same."""
    ledger = weighings()
    pushed(ledger, FIRST)
    ledger.offer(SECOND, link="a", now=EPOCH + DAY)
    garmin: list[AtGarmin] = []
    push(ledger, garmin, now=EPOCH + DAY)
    push(ledger, garmin, now=EPOCH + DAY + HOUR)
    garmin.insert(0, uploaded(FIRST))
    push(ledger, garmin, now=EPOCH + 2 * DAY)
    assert [there.weight for there in garmin] == [81.0]


def test_edit_of_what_was_sent_twice_without_an_answer() -> None:
    """Both go, though the second one is shown only when the first one has gone."""
    ledger = weighings()
    ledger.offer(FIRST, link="a")
    for hours in (0, 1):
        outcomes.lose(ledger, send(ledger, 0, now=EPOCH + hours * HOUR), EPOCH)
    ledger.offer(SECOND, link="a")
    garmin = [uploaded(FIRST, 7)]
    push(ledger, garmin, now=EPOCH + DAY)
    garmin.insert(0, uploaded(FIRST, 8))
    push(ledger, garmin, now=EPOCH + DAY + HOUR)
    assert [there.weight for there in garmin] == [81.0]


def test_edit_that_waits_and_is_kept() -> None:
    """The edit replaces what Garmin has when its source shows it again."""
    ledger = weighings()
    pushed(ledger, FIRST)
    garmin = [uploaded(FIRST)]
    ledger.offer(SECOND, link="a")
    ledger.keep(EPOCH)
    ledger.offer(SECOND, link="a")
    push(ledger, garmin, now=EPOCH + DAY)
    assert [there.weight for there in garmin] == [81.0]


def test_edit_that_waits_and_whose_removal_is_given_up() -> None:
    """The edit replaces what Garmin has when its source shows it again."""
    ledger = weighings()
    pushed(ledger, FIRST)
    garmin = [uploaded(FIRST)]
    ledger.offer(SECOND, link="a")
    ledger.withdraw(EPOCH, EPOCH)
    assert outcomes.keep(ledger, EPOCH, EPOCH, for_good=True)
    ledger.offer(SECOND, link="a")
    push(ledger, garmin, now=EPOCH + DAY)
    assert [there.weight for there in garmin] == [81.0]


def test_corrected_after_a_lost_answer() -> None:
    """What came to light of the values that were sent first goes."""
    ledger = weighings()
    ledger.offer(FIRST, link="a")
    sent = send(ledger, 0)
    outcomes.lose(ledger, sent, EPOCH)
    outcomes.fail(ledger, FIRST)
    ledger.correct(SECOND, "action")
    assert ledger.state(EPOCH) is State.PENDING
    garmin = [uploaded(FIRST)]
    push(ledger, garmin, now=EPOCH + DAY)
    assert [there.weight for there in garmin] == [81.0]


def test_edited_after_it_was_never_shown() -> None:
    """What was accepted long ago and shows after all makes room for the edit."""
    ledger = weighings()
    ledger.offer(FIRST, link="a")
    accept(ledger, 0)
    for days in (2, 4):
        miss(ledger, [EPOCH], EPOCH + days * DAY)
    assert ledger.state(EPOCH) is State.PENDING
    ledger.offer(SECOND, link="a")
    garmin = [uploaded(FIRST)]
    push(ledger, garmin, now=EPOCH + 5 * DAY)
    assert [there.weight for there in garmin] == [81.0]


def test_corrected_after_it_was_never_shown() -> None:
    """It is told again when it is accepted twice more and never shown."""
    ledger = weighings()
    ledger.offer(FIRST, link="a")
    _never_show(ledger, EPOCH)
    assert ledger.state(EPOCH) is State.FAILED
    ledger.correct(SECOND, "action")
    _never_show(ledger, EPOCH + 20 * DAY)
    assert ledger.state(EPOCH) is State.FAILED


@pytest.mark.parametrize("change", ["a person's word", "an edit"])
def test_begins_anew_to_be_looked_for(change: str) -> None:
    """What goes up for another reason is looked for after an hour and a day again."""
    ledger = weighings()
    ledger.offer(FIRST, link="a")
    accept(ledger, 0)
    miss(ledger, [EPOCH], EPOCH + HOUR)
    if change == "an edit":
        ledger.offer(SECOND, link="a")
    else:
        ledger.release(EPOCH)
    accept(ledger, 0, now=EPOCH + DAY)
    assert ledger.due() == EPOCH + DAY + HOUR
    miss(ledger, [EPOCH], EPOCH + 3 * DAY)
    assert ledger.state(EPOCH) is State.DONE


def test_shown_before_it_is_sent_again() -> None:
    """It is looked for anew, as two files may have arrived, or neither for good."""
    ledger = weighings()
    ledger.offer(FIRST, link="a")
    accept(ledger, 0)
    for days in (2, 4):
        miss(ledger, [EPOCH], EPOCH + days * DAY)
    now = EPOCH + 5 * DAY
    outcomes.lose(ledger, send(ledger, 0, now=now), now)
    one, other = uploaded(FIRST, 1), uploaded(FIRST, 2)
    assert look(ledger, [one], now + 600) == []
    assert ledger.state(EPOCH) is State.DONE
    assert ledger.due() == now + 600 + HOUR
    assert look(ledger.copy(), [other, one], now + 2 * DAY) == [other]
    for days in (2, 4):
        miss(ledger, [EPOCH], now + days * DAY)
    assert ledger.state(EPOCH) is State.PENDING


def test_an_older_version_that_does_not_go() -> None:
    """It is looked at for some days, and not for ever."""
    ledger = weighings()
    pushed(ledger, FIRST)
    ledger.offer(SECOND, link="a")
    accept(ledger, 0)
    both = [uploaded(FIRST, 1), uploaded(SECOND, 2)]
    now = EPOCH
    for _ in range(2):
        now += DAY
        assert look(ledger, both, now) == both[:1]
        assert ledger.due() == now + HOUR
    assert look(ledger, both, now + HOUR) == both[:1]
    assert ledger.due() is None


def test_shown_beside_an_older_one_and_never_again() -> None:
    """It is told, however late both were shown."""
    ledger = weighings()
    pushed(ledger, FIRST)
    ledger.offer(SECOND, link="a")
    day = EPOCH
    for looks in (2, 1):
        accept(ledger, 0, now=day)
        for _ in range(looks):
            day += 2 * DAY
            miss(ledger, [EPOCH], day)
    assert ledger.state(EPOCH) is State.DONE
    both = [uploaded(FIRST), uploaded(SECOND, 2)]
    assert look(ledger, both, now=day) == both[:1]
    for _ in range(3):
        day += 2 * DAY
        miss(ledger, [EPOCH], day)
    assert ledger.state(EPOCH) is State.FAILED


def _never_show(ledger: Ledger[WeighIn], day: int) -> None:
    """Accept what waits twice, and show nothing of it for days."""
    for _ in range(2):
        accept(ledger, 0, now=day)
        for _ in range(2):
            day += 2 * DAY
            miss(ledger, [EPOCH], day)
