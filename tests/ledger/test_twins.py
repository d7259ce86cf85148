"""Twins: what more than one link tells of, and what becomes of it when one does no more."""

from custom_components.weighbridge.ledger import Ledger, links
from custom_components.weighbridge.model import WeighIn

from .weighings import EPOCH, pushed, weigh_in, weighings


def shared() -> Ledger[WeighIn]:
    """Return what link a has brought, and wants to bring; b tells of both, and of its own twice."""
    ledger = weighings()
    pushed(ledger, weigh_in(0))
    pushed(ledger, weigh_in(1800), link="b")
    ledger.offer(weigh_in(600), link="a")
    ledger.offer(weigh_in(1200), link="b", own_twins=True)
    for second in (10, 610, 1210, 1810):
        ledger.offer(weigh_in(second), link="b", own_twins=True)
    return ledger


def twins(ledger: Ledger[WeighIn], link: str, *, own: bool) -> dict[int, int]:
    """Return twins and what they are twins of, counted from the epoch of these tests."""
    found = links.twins(ledger, link, own=own)
    return {second - EPOCH: of - EPOCH for second, of in found.items()}


def test_whose_twins_they_are() -> None:
    """What is another link's is told apart from what the link has itself."""
    ledger = shared()
    assert twins(ledger, "b", own=False) == {10: 0, 610: 600}
    assert twins(ledger, "b", own=True) == {1210: 1200, 1810: 1800}
    assert twins(ledger, "a", own=False) == twins(ledger, "a", own=True) == {}
    assert links.known(ledger) == {"a", "b"}


def test_what_a_link_tells_of_no_more() -> None:
    """It is forgotten; what the link has itself, and what the other has, stays."""
    ledger = shared()
    seconds = [EPOCH + second for second in (0, 10, 600, 1200, 1210, 9000)]
    links.drop_twins(ledger, "b", seconds)
    assert twins(ledger, "b", own=False) == {610: 600}
    assert twins(ledger, "b", own=True) == {1210: 1200, 1810: 1800}
    assert ledger.state(EPOCH) is not None
    # The other link is the only one that has brought it.
    assert links.pushed(ledger, "a") == {EPOCH}
    links.drop_twins(ledger, "a", [EPOCH + 610])
    assert twins(ledger, "b", own=False) == {610: 600}


def test_a_link_that_goes_tells_of_nothing_more() -> None:
    """Nobody inherits for it, and what it tells of keeps nothing at Garmin."""
    ledger = shared()
    links.forget(ledger, "b")
    assert ledger.state(EPOCH + 10) is ledger.state(EPOCH + 610) is None
    # What it has brought is remembered as it was.
    assert twins(ledger, "b", own=True) == {1810: 1800}
    links.forget(ledger, "a")
    assert ledger.pending() == []
    assert links.pushed(ledger, "a") == {EPOCH}


def test_what_a_link_takes_back_is_left_to_whoever_tells_of_it_too() -> None:
    """It goes up all the same, in the name of the other one."""
    ledger = shared()
    ledger.withdraw(EPOCH + 600, EPOCH)
    assert links.queued(ledger, "b") == {EPOCH + 600, EPOCH + 1200}
    assert links.queued(ledger, "a") == set()
    # Nobody else is left to want it.
    ledger.withdraw(EPOCH + 600, EPOCH)
    assert links.queued(ledger, "b") == {EPOCH + 1200}
