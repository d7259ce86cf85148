"""What comes of sending: who is at fault, and for how long it rests."""

from collections.abc import Callable

import pytest

from custom_components.weighbridge.ledger import State, file_size, outcomes

from .weighings import (
    EPOCH,
    HOUR,
    AtGarmin,
    accept,
    push,
    pushed,
    reloaded,
    send,
    uploaded,
    weigh_in,
    weighings,
)


def test_a_lost_answer_makes_files_smaller() -> None:
    """After a large file comes a small one, and then each goes alone."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    sizes, waits = [], []
    now = EPOCH
    for _ in range(4):
        (item,) = ledger.pending()
        sizes.append(file_size(item.strikes))
        outcomes.lose(ledger, send(ledger, 0, now=now), now)
        ledger = reloaded(ledger)
        due = ledger.due()
        assert due is not None
        waits.append((due - now) // 60)
        now = due
    assert sizes == [100, 10, 1, 1]
    # Nothing else has gone up: it need not be its own fault.
    assert waits == [10, 20, 20, 20]
    assert ledger.state(EPOCH) is State.PENDING


def test_who_alone_is_in_the_way_is_parked() -> None:
    """Others go up, this one gets no answer: three times more, then a person is asked."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    for _ in range(2):
        outcomes.lose(ledger, send(ledger, 0), EPOCH)
    ledger.offer(weigh_in(600), link="a")
    accept(ledger, 600)
    states = []
    for _ in range(3):
        outcomes.lose(ledger, send(ledger, 0), EPOCH)
        states.append(ledger.state(EPOCH))
    assert states == [State.PENDING, State.PENDING, State.FAILED]
    assert ledger.state(EPOCH + 600) is State.DONE
    ledger.offer(weigh_in(0, 79.0), link="a")
    assert [item.strikes for item in ledger.pending()] == [0]


def test_an_accepted_one_is_not_held_against_anybody() -> None:
    """What goes up in the end begins anew."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    outcomes.lose(ledger, send(ledger, 0), EPOCH)
    accept(ledger, 0)
    item = ledger.item(EPOCH)
    assert item is not None
    assert (item.strikes, item.attempts) == (0, 2)


def test_what_was_certainly_not_sent_is_as_before() -> None:
    """A refused file leaves no trace of ours at Garmin."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    for _ in range(2):
        before = ledger.item(EPOCH)
        assert before is not None
        sent = send(ledger, 0, now=EPOCH + 600)
        outcomes.unsend(ledger, [before])
        assert ledger.item(EPOCH) == before
        # The next time the answer to an earlier file is lost.
        outcomes.lose(ledger, sent, EPOCH)
    outcomes.unsend(ledger, [])
    assert ledger.size == 1


def test_a_refusal_is_for_the_version_that_was_sent() -> None:
    """A weigh-in that was corrected on its way is tried again."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 300.0), link="a")
    before = ledger.item(EPOCH)
    assert before is not None
    send(ledger, 0)
    ledger.offer(weigh_in(0, 80.0), link="a")
    outcomes.unsend(ledger, [before])
    assert not outcomes.fail(ledger, weigh_in(0, 300.0))
    assert ledger.state(EPOCH) is State.PENDING
    garmin: list[AtGarmin] = []
    push(ledger, garmin)
    assert [at.weight for at in garmin] == [80.0]


@pytest.mark.parametrize(
    ("outcome", "is_edited", "wait"),
    [
        (outcomes.confirm, False, HOUR),
        (outcomes.confirm, True, 600),
        (outcomes.lose, False, 600),
    ],
)
def test_waits_are_counted_from_the_answer(
    outcome: Callable[..., None], *, is_edited: bool, wait: int
) -> None:
    """Garmin is left alone as long after an upload that took its time."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    sent = send(ledger, 0)
    if is_edited:
        ledger.offer(weigh_in(0, 81.0), link="a")
    outcome(ledger, sent, EPOCH + 300)
    assert ledger.due() == EPOCH + 300 + wait


def test_an_edit_whose_old_version_stays() -> None:
    """It is tried for a day, then a person is asked; for good at once if Garmin says so."""
    for for_good in (True, False):
        ledger = weighings()
        pushed(ledger, weigh_in(0, 80.0))
        ledger.offer(weigh_in(0, 81.0), link="a")
        tries = [outcomes.keep(ledger, EPOCH, EPOCH, for_good=for_good)]
        while not tries[-1] and len(tries) < 10:
            assert ledger.ready(EPOCH + 599) == set()
            tries.append(outcomes.keep(ledger, EPOCH, EPOCH, for_good=for_good))
        assert tries == ([True] if for_good else [*[False] * 7, True])
        assert ledger.state(EPOCH) is State.FAILED
        assert not outcomes.keep(ledger, EPOCH, EPOCH, for_good=for_good)
        # A person who has removed it by hand lets the new one go up.
        ledger.release(EPOCH)
        garmin = [uploaded(weigh_in(600))]
        push(ledger, garmin)
        assert [at.weight for at in garmin] == [80.0, 81.0]
