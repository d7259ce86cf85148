"""What Garmin may hold of ours is neither forgotten nor believed in."""

import pytest

from custom_components.weighbridge.ledger import Ledger, State, Way, miss, outcomes
from custom_components.weighbridge.model import WeighIn

from .weighings import (
    DAY,
    EPOCH,
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
    ledger.correct(SECOND)
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
    ledger.correct(SECOND)
    _never_show(ledger, EPOCH + 20 * DAY)
    assert ledger.state(EPOCH) is State.FAILED


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
