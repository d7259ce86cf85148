"""Links that come and go, what they have read, and what they want away again."""

from dataclasses import replace

import pytest

from custom_components.weighbridge.ledger import Offer, State, Way, links, outcomes

from .weighings import (
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


def test_a_removed_link_leaves_what_another_wants() -> None:
    """What only the removed link wanted goes; a twin's link takes over the rest."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    ledger.offer(weigh_in(20), link="b")
    ledger.offer(weigh_in(9000), link="a")
    links.forget(ledger, "a")
    assert [(item.record.second, item.link) for item in ledger.pending()] == [
        (EPOCH, "b")
    ]
    assert ledger.state(EPOCH + 9000) is None
    assert ledger.is_twin(EPOCH + 20)
    assert ledger.offer(weigh_in(9000), link="b") is Offer.NEW


def test_a_removed_link_takes_only_what_is_its_own() -> None:
    """Others lose nothing, whoever was there first."""
    ledger = weighings()
    for second, link in ((0, "b"), (600, "a")):
        ledger.offer(weigh_in(second), link=link)
    links.forget(ledger, "a")
    assert [item.record.second for item in ledger.pending()] == [EPOCH]


def test_a_neighbour_of_what_is_dropped_is_still_known() -> None:
    """Who was weighed seconds after somebody else is recognised, now as before."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0), link="a")
    ledger.offer(weigh_in(5, 60.0), link="b")
    links.forget(ledger, "a")
    assert ledger.offer(weigh_in(7, 60.0), link="a") is Offer.TWIN
    assert ledger.offer(weigh_in(0, 80.0), link="a") is Offer.NEW


def test_what_a_link_wants_and_what_it_has_brought() -> None:
    """What waits for the first time is queued, what Garmin may have is the link's."""
    ledger = weighings()
    for second, link in ((0, "a"), (600, "a"), (1200, "b"), (1800, "b")):
        ledger.offer(weigh_in(second), link=link)
    send(ledger, 600, 1800)
    pushed(ledger, weigh_in(2400))
    pushed(ledger, weigh_in(3000), link="b")
    assert links.queued(ledger, "a") == {EPOCH}
    assert links.pushed(ledger, "a") == {EPOCH + 600, EPOCH + 2400}
    assert ledger.is_ours(EPOCH + 2400, "a")
    assert not ledger.is_ours(EPOCH + 3000, "a")
    assert not ledger.is_ours(EPOCH + 9000, "a")


def test_what_replaces_what_others_had_brought_is_the_links_alone() -> None:
    """What stood at Garmin some seconds apart wants nothing there."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    look(ledger, [AtGarmin(EPOCH + 30, 80.0)])
    ledger.reopen(weigh_in(0), "action")
    push(ledger, [])
    assert links.pushed(ledger, "a") == {EPOCH}


@pytest.mark.parametrize("removed", [True, False])
def test_a_link_takes_its_own_twins_along(*, removed: bool) -> None:
    """No twin points at a weigh-in that is gone, with its link or for a new setting."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="action", own_twins=True)
    ledger.offer(weigh_in(20), link="action", own_twins=True)
    if removed:
        links.forget(ledger, "action")
    else:
        links.review(ledger, "action", lambda _: False, lambda record: record)
    assert ledger.state(EPOCH + 20) is None
    assert ledger.offer(weigh_in(20), link="b") is Offer.NEW


def test_a_link_that_is_made_anew_follows_what_it_pushed_before() -> None:
    """Edits and deletions reach Garmin as if the link had never been away."""
    ledger = weighings()
    pushed(ledger, weigh_in(0), weigh_in(600))
    links.forget(ledger, "a")
    ledger = reloaded(ledger)
    assert ledger.is_ours(EPOCH, "a")
    assert ledger.offer(weigh_in(0, 79.0), link="a") is Offer.CHANGED
    assert links.pushed(ledger, "a") == {EPOCH, EPOCH + 600}
    assert not ledger.is_ours(EPOCH, "b")


def test_a_link_under_another_name() -> None:
    """All of it is followed as before, and removals that are under way go on."""
    ledger = weighings()
    pushed(ledger, weigh_in(0), weigh_in(600))
    pushed(ledger, weigh_in(1200), link="b")
    ledger.offer(weigh_in(1210), link="a")
    ledger.offer(weigh_in(1800), link="a")
    ledger.withdraw(EPOCH, EPOCH)
    links.rename(ledger, "a", "c")
    ledger = reloaded(ledger)
    assert links.known(ledger) == {"c"}
    assert links.queued(ledger, "c") == {EPOCH + 1800}
    assert links.pushed(ledger, "c") == {EPOCH + 600}
    assert links.pushed(ledger, "b") == set()
    assert ledger.leaving(EPOCH) == {EPOCH}


def test_an_edit_outlives_its_link() -> None:
    """What is wrong at Garmin and came from us is put right all the same."""
    ledger = weighings()
    pushed(ledger, weigh_in(0, 80.0))
    ledger.offer(weigh_in(0, 79.0), link="a")
    links.forget(ledger, "a")
    garmin = [uploaded(weigh_in(0, 80.0))]
    push(ledger, garmin, EPOCH + HOUR)
    assert [at.weight for at in garmin] == [79.0]


def test_a_link_may_go_while_its_weigh_in_is_on_the_way() -> None:
    """What may be at Garmin is not forgotten, what has never been sent is."""
    ledger = weighings()
    for second in (0, 600, 1200):
        ledger.offer(weigh_in(second), link="a")
    first, other = send(ledger, 0), send(ledger, 600)
    links.forget(ledger, "a")
    outcomes.confirm(ledger, first, EPOCH)
    outcomes.lose(ledger, other, EPOCH)
    assert ledger.state(EPOCH) is State.DONE
    assert ledger.state(EPOCH + 600) is State.PENDING
    assert ledger.state(EPOCH + 1200) is None


def test_a_new_setting_counts_for_what_waits() -> None:
    """A link that is changed prepares anew what waits, and drops what it does not want."""
    ledger = weighings()
    for second, link in ((0, "a"), (900, "b"), (1800, "a")):
        ledger.offer(weigh_in(second, muscle_mass=60.0), link=link)
    pushed(ledger, weigh_in(2700))
    ledger.offer(weigh_in(2700, 79.0), link="a")

    def wants(record: object) -> bool:
        return record != weigh_in(1800, muscle_mass=60.0) and record != weigh_in(2700)

    assert links.review(ledger, "a", wants, lambda r: replace(r, muscle_mass=None))
    assert [
        (i.record.second - EPOCH, i.record.muscle_mass) for i in ledger.pending()
    ] == [
        (2700, None),
        (900, 60.0),
        (0, None),
    ]
    assert not links.review(ledger, "a", wants, lambda record: record)
    assert links.review(ledger, "b", lambda _: False, lambda record: record)
    assert links.review(ledger, "a", wants, lambda r: replace(r, bone_mass=3.2))
    # A link that wants again what was dropped may offer it again.
    assert ledger.offer(weigh_in(1800), link="a") is Offer.NEW


def test_what_the_source_deleted_goes() -> None:
    """A wish is remembered, carried out once, and taken back with the weigh-in."""
    ledger = weighings()
    pushed(ledger, weigh_in(0), weigh_in(600), weigh_in(1200))
    ledger.offer(weigh_in(610), link="b")
    assert links.pushed(ledger, "a") == {EPOCH, EPOCH + 1200}
    ledger.withdraw(EPOCH, EPOCH)
    ledger.withdraw(EPOCH + 1200, EPOCH)
    ledger = reloaded(ledger)
    assert ledger.offer(weigh_in(1200), link="a") is Offer.CHANGED
    # Whether it has gone already is seen at the next look.
    assert ledger.state(EPOCH + 1200) is State.PENDING
    there = [AtGarmin(EPOCH + second, 80.0) for second in (0, 600, 1200)]
    assert ledger.leaving(EPOCH) == {EPOCH}
    assert look(ledger, there) == [there[0]]
    assert ledger.way(EPOCH + 1200) is Way.PUSHED
    outcomes.withdrawn(ledger, [EPOCH], {EPOCH}, EPOCH)
    assert ledger.way(EPOCH) is Way.WITHDRAWN
    assert ledger.way(EPOCH) is Way.WITHDRAWN
    assert ledger.leaving(EPOCH) == set()
    # A read behind the times, or a double that comes to light: it goes once more.
    assert look(ledger, there) == [there[0]]
    assert ledger.offer(weigh_in(0), link="a") is Offer.CHANGED
    assert ledger.state(EPOCH) is State.PENDING
    assert ledger.way(EPOCH) is None


@pytest.mark.parametrize("is_gone", [True, False])
@pytest.mark.parametrize("later", [0, 20])
def test_what_one_source_gives_up_is_anothers(later: int, *, is_gone: bool) -> None:
    """It goes up for whoever has it still, and tells of it later."""
    ledger = weighings()
    pushed(ledger, weigh_in(0))
    garmin = [uploaded(weigh_in(0))]
    ledger.withdraw(EPOCH, EPOCH)
    if is_gone:
        push(ledger, garmin, EPOCH + HOUR)
        assert garmin == []
    assert ledger.offer(weigh_in(later), link="b") in (Offer.NEW, Offer.CHANGED)
    for hours in (2, 3):
        push(ledger, garmin, EPOCH + hours * HOUR)
    assert [at.second for at in garmin] == [EPOCH + later]
    assert links.pushed(ledger, "b") == {EPOCH + later}
    assert ledger.offer(weigh_in(later), link="a") in (Offer.KNOWN, Offer.TWIN)


def test_a_wish_that_is_taken_back_too_late() -> None:
    """What Garmin has removed, in an answer that was lost, goes up once more."""
    ledger = weighings()
    pushed(ledger, weigh_in(0))
    ledger.withdraw(EPOCH, EPOCH)
    assert ledger.offer(weigh_in(0), link="a") is Offer.CHANGED
    assert look(ledger, []) == []
    assert [item.record.second for item in ledger.pending()] == [EPOCH]
    assert ledger.is_ours(EPOCH, "a")


def test_what_never_went_up_is_withdrawn_without_a_request() -> None:
    """A weigh-in that is deleted while it waits does not come to Garmin at all."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    ledger.withdraw(EPOCH, EPOCH)
    assert ledger.due() is None
    assert ledger.way(EPOCH) is Way.WITHDRAWN
    assert ledger.offer(weigh_in(0), link="a") is Offer.CHANGED
    assert ledger.due() == 0
    ledger.withdraw(EPOCH + 900, EPOCH)
    assert ledger.withdrawals == {}


def test_a_deletion_waits_until_garmin_shows_what_it_removes() -> None:
    """A weigh-in that Garmin still works on would stay for ever."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    accept(ledger, 0)
    ledger.withdraw(EPOCH, EPOCH + 60)
    assert ledger.leaving(EPOCH + 659) == set()
    assert ledger.leaving(EPOCH + 660) == {EPOCH}
    shown = uploaded(weigh_in(0))
    assert look(ledger, [shown], EPOCH + 660) == [shown]


def test_a_deletion_that_is_not_shown_is_looked_for_twice() -> None:
    """One answer may lack what is there."""
    ledger = weighings()
    pushed(ledger, weigh_in(0))
    ledger.withdraw(EPOCH, EPOCH)
    outcomes.withdrawn(ledger, [EPOCH], (), EPOCH)
    assert ledger.leaving(EPOCH + 599) == set()
    assert ledger.leaving(EPOCH + 600) == {EPOCH}
    outcomes.withdrawn(ledger, [EPOCH], (), EPOCH + 600)
    assert ledger.way(EPOCH) is Way.WITHDRAWN


def test_an_edit_on_the_way_that_is_deleted() -> None:
    """What Garmin has is the version before, and goes all the same."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0), link="a")
    sent = send(ledger, 0)
    ledger.offer(weigh_in(0, 79.0), link="a")
    outcomes.confirm(ledger, sent, EPOCH + 5)
    ledger.withdraw(EPOCH, EPOCH + 60)
    ledger = reloaded(ledger)
    first = uploaded(weigh_in(0, 80.0))
    other = AtGarmin(EPOCH, 78.0, serial=2)
    assert look(ledger, [first, other], EPOCH + 700) == [first]
    # Shown again before that: the newest version comes in its place.
    assert ledger.offer(weigh_in(0, 79.0), link="a") is Offer.CHANGED
    garmin = [first]
    push(ledger, garmin, EPOCH + 700)
    assert [at.weight for at in garmin] == [79.0]


def test_a_deletion_that_is_told_again_is_the_same_wish() -> None:
    """How often it was in vain is not forgotten."""
    ledger = weighings()
    pushed(ledger, weigh_in(0))
    ledger.withdraw(EPOCH, EPOCH)
    assert not outcomes.keep(ledger, EPOCH, EPOCH, for_good=False)
    ledger.withdraw(EPOCH, EPOCH + 60)
    assert ledger.leaving(EPOCH + 60) == set()


def test_a_deletion_on_the_way() -> None:
    """What is deleted while it goes up is removed as soon as it may be shown."""
    ledger = weighings()
    for second in (0, 600):
        ledger.offer(weigh_in(second), link="a")
    sent = send(ledger, 0, 600)
    ledger.withdraw(EPOCH, EPOCH)
    outcomes.confirm(ledger, sent, EPOCH + 5)
    assert ledger.leaving(EPOCH + 604) == set()
    assert ledger.leaving(EPOCH + 605) == {EPOCH}
    assert ledger.state(EPOCH + 600) is State.DONE


def test_a_deletion_that_is_taken_back_with_another_value() -> None:
    """The value that was accepted before goes, also if Garmin has not shown it yet."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0), link="a")
    accept(ledger, 0)
    ledger.withdraw(EPOCH, EPOCH + 60)
    ledger.offer(weigh_in(0, 79.0), link="a")
    garmin = [uploaded(weigh_in(0, 80.0))]
    push(ledger, garmin, EPOCH + 700)
    assert [at.weight for at in garmin] == [79.0]


def test_deletions_of_what_is_not_known_hold_up_no_other() -> None:
    """Each is looked at for itself."""
    ledger = weighings()
    pushed(ledger, weigh_in(0), weigh_in(600))
    ledger.withdraw(EPOCH, EPOCH)
    outcomes.withdrawn(ledger, [EPOCH + 900, EPOCH + 600, EPOCH], {EPOCH}, EPOCH)
    assert ledger.way(EPOCH) is Way.WITHDRAWN
    assert ledger.way(EPOCH + 600) is Way.PUSHED


def test_nothing_is_kept_but_what_we_have_brought() -> None:
    """What others have brought to Garmin needs no word of ours to stay."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    look(ledger, [AtGarmin(EPOCH, 80.0)])
    for second in (EPOCH, EPOCH + 600):
        ledger.keep(second)
    assert ledger.way(EPOCH) is Way.FOUND
    assert ledger.way(EPOCH + 600) is None


def test_what_garmin_keeps_is_not_called_withdrawn() -> None:
    """A removal comes to an end, and begins anew only with its weigh-in."""
    ledger = weighings()
    pushed(ledger, weigh_in(0), weigh_in(600), weigh_in(1200))
    ledger.withdraw(EPOCH, EPOCH)
    waits: list[int] = []
    now = EPOCH
    while not outcomes.keep(ledger, EPOCH, now, for_good=False):
        assert len(waits) < 10
        ledger = reloaded(ledger)
        due = ledger.due()
        assert due is not None
        waits.append((due - now) // 60)
        now = due
    assert waits == [10, 20, 40, 80, 160, 320, 640]
    ledger.withdraw(EPOCH + 600, EPOCH)
    assert outcomes.keep(ledger, EPOCH + 600, now, for_good=True)
    ledger.keep(EPOCH + 1200)
    for second in (0, 600, 1200):
        assert ledger.way(EPOCH + second) is Way.KEPT
        # Whether it is still there is seen at the next look.
        assert ledger.offer(weigh_in(second), link="a") is Offer.CHANGED
        assert ledger.state(EPOCH + second) is State.PENDING
        assert look(ledger, [uploaded(weigh_in(second))]) == []
        assert ledger.way(EPOCH + second) is Way.PUSHED
    assert not outcomes.keep(ledger, EPOCH, now, for_good=True)


def test_what_a_changed_link_drops_is_left_to_another_one() -> None:
    """What two sources have told of goes up for the one that wants it still."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    ledger.offer(weigh_in(20), link="b")
    assert links.review(ledger, "a", lambda record: False, lambda record: record)
    ledger.offer(weigh_in(20), link="b")
    assert [item.link for item in ledger.pending()] == ["b"]
    assert ledger.state(EPOCH + 20) is State.PENDING
