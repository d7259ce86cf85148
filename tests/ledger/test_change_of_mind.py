"""Who thinks better of it gets what was said last, however busy Garmin is."""

import pytest

from custom_components.weighbridge.ledger import Way, outcomes

from .weighings import (
    DAY,
    EPOCH,
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


def test_kept_on_its_way() -> None:
    """What a person leaves at Garmin is not removed when it is accepted."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    sent = send(ledger, 0)
    ledger.keep(EPOCH)
    outcomes.confirm(ledger, sent, EPOCH)
    assert ledger.way(EPOCH) is Way.KEPT
    assert look(ledger, [uploaded(weigh_in(0))], EPOCH + DAY) == []
    assert ledger.due() is None


def test_kept_while_it_leaves() -> None:
    """What a person leaves at Garmin stays, though it was wished away before."""
    ledger = weighings()
    pushed(ledger, weigh_in(0))
    ledger.withdraw(EPOCH, EPOCH)
    ledger.keep(EPOCH)
    assert ledger.way(EPOCH) is Way.KEPT
    assert ledger.due() is None


def test_pushed_by_hand_while_it_leaves() -> None:
    """What is pushed after Garmin has removed it stays there."""
    ledger = weighings()
    pushed(ledger, weigh_in(0))
    ledger.withdraw(EPOCH, EPOCH)
    ledger.offer(weigh_in(0), link="action", own_twins=True)
    garmin: list[AtGarmin] = []
    push(ledger, garmin)
    ledger = reloaded(ledger)
    push(ledger, garmin, EPOCH + DAY)
    push(ledger, garmin, EPOCH + 2 * DAY)
    assert len(garmin) == 1
    assert ledger.way(EPOCH) is Way.PUSHED
    assert ledger.due() is None


@pytest.mark.parametrize(
    ("away", "link"),
    [
        ("withdraw", "a"),
        ("withdraw", "action"),
        ("keep", "a"),
    ],
)
def test_back_before_garmin_shows_it(away: str, link: str) -> None:
    """What was accepted a minute ago is seen and replaced, not doubled."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    accept(ledger, 0)
    if away == "withdraw":
        ledger.withdraw(EPOCH, EPOCH + 60)
    else:
        ledger.keep(EPOCH)
    ledger.offer(weigh_in(0, 77.0), link=link, now=EPOCH + 60)
    garmin: list[AtGarmin] = []
    push(ledger, garmin, EPOCH + 120)
    assert garmin == []
    garmin.append(uploaded(weigh_in(0)))
    push(ledger, garmin, EPOCH + 660)
    assert [there.weight for there in garmin] == [77.0]
