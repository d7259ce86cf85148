"""The ledger: nothing lost, nothing twice, whatever happens in between."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
import itertools
import json

from hypothesis import settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)
import pytest

from custom_components.weighbridge.garmin.storage import AccountMemory
from custom_components.weighbridge.ledger.entries import Item, Offer, State, Way
from custom_components.weighbridge.ledger.ledger import (
    TWIN_SECONDS,
    TWIN_WEIGH_IN,
    Ledger,
)
from custom_components.weighbridge.ledger.reconcile import missing, reconcile
from custom_components.weighbridge.model import WeighIn

EPOCH = 1_790_000_000


def weighings() -> Ledger[WeighIn]:
    """Return an empty ledger of weigh-ins."""
    return Ledger(TWIN_WEIGH_IN)


@dataclass(frozen=True)
class AtGarmin:
    """A weigh-in as the Garmin of these tests holds it."""

    second: int
    weight: float
    body_fat: float | None = None
    serial: int | None = 1

    @property
    def facts(self) -> tuple[float | None, ...]:
        """Return what the ledger compares."""
        return self.weight, self.body_fat


def weigh_in(
    second: int, weight: float = 80.0, body_fat: float | None = None
) -> WeighIn:
    """Return a weigh-in some seconds after the epoch of these tests."""
    return WeighIn(
        measured_at=datetime.fromtimestamp(EPOCH + second, UTC),
        weight=weight,
        body_fat=body_fat,
    )


def reloaded(ledger: Ledger[WeighIn]) -> Ledger[WeighIn]:
    """Return a ledger as the disk gives it back."""
    stored = json.dumps(AccountMemory(weigh_ins=ledger).freeze()())
    return AccountMemory.from_json(json.loads(stored)).weigh_ins


def push(ledger: Ledger[WeighIn], garmin: list[AtGarmin]) -> None:
    """Read, compare and upload, as a push without any trouble does."""
    for outdated in reconcile(ledger, list(garmin)).unwanted:
        garmin.remove(outdated)
    for item in ledger.pending():
        garmin.append(uploaded(item.record))
        ledger.confirm([item.record], EPOCH)


def uploaded(record: WeighIn) -> AtGarmin:
    """Return what Garmin makes of an upload."""
    return AtGarmin(record.second, record.weight, record.body_fat)


def test_an_offer_waits_and_is_done_once_confirmed() -> None:
    """A weigh-in is pending until it is confirmed, and then stays done."""
    ledger = weighings()
    record = weigh_in(0)
    assert ledger.state(record.second) is None
    assert ledger.offer(record, link="a") is Offer.NEW
    assert ledger.state(record.second) is State.PENDING
    ledger.confirm([record], EPOCH)
    assert ledger.state(record.second) is State.DONE
    assert ledger.way(record.second) is Way.PUSHED
    assert ledger.offer(record, link="a") is Offer.KNOWN
    assert ledger.pending() == []
    assert ledger.count(State.DONE) == 1


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


def test_own_twins_on_request() -> None:
    """An automation that fires twice pushes once."""
    ledger = weighings()
    assert ledger.offer(weigh_in(0), link="action", own_twins=True) is Offer.NEW
    assert ledger.offer(weigh_in(3), link="action", own_twins=True) is Offer.TWIN
    assert ledger.offer(weigh_in(6), link="action", own_twins=True) is Offer.TWIN
    assert ledger.offer(weigh_in(6), link="action", own_twins=True) is Offer.KNOWN


def test_garmin_answers_for_one_weigh_in_only() -> None:
    """One weigh-in at Garmin does not hide the second of two alike."""
    ledger = weighings()
    for second in (0, 60):
        ledger.offer(weigh_in(second), link="a")
    reconcile(ledger, [AtGarmin(EPOCH + 30, 80.02)])
    assert len(ledger.pending()) == 1
    ledger = reloaded(ledger)
    reconcile(ledger, [AtGarmin(EPOCH + 30, 80.02)])
    assert len(ledger.pending()) == 1


def test_what_garmin_has_of_ours_is_no_twin_of_a_new_one() -> None:
    """The first of two alike is done; the second must go up all the same."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    ledger.confirm([weigh_in(0)], EPOCH)
    ledger.offer(weigh_in(60), link="a")
    reconcile(ledger, [AtGarmin(EPOCH, 80.0)])
    assert [item.record.second for item in ledger.pending()] == [EPOCH + 60]


def test_an_edit_of_ours_replaces_the_old_value() -> None:
    """The old value at Garmin goes, the new one comes, also after a restart."""
    ledger = weighings()
    garmin: list[AtGarmin] = []
    ledger.offer(weigh_in(0, 80.0), link="a")
    push(ledger, garmin)
    assert ledger.offer(weigh_in(0, 79.5), link="a") is Offer.CHANGED
    ledger = reloaded(ledger)
    push(ledger, garmin)
    assert garmin == [AtGarmin(EPOCH, 79.5)]
    assert ledger.way(EPOCH) is Way.PUSHED


def test_a_late_body_fat_is_an_edit_and_a_missing_one_is_not() -> None:
    """Weight and fat of one weighing may arrive apart."""
    ledger = weighings()
    garmin: list[AtGarmin] = []
    ledger.offer(weigh_in(0, 80.0), link="a")
    push(ledger, garmin)
    assert ledger.offer(weigh_in(0, 80.0, 18.4), link="a") is Offer.CHANGED
    push(ledger, garmin)
    assert garmin == [AtGarmin(EPOCH, 80.0, 18.4)]
    assert ledger.offer(weigh_in(0, 80.0), link="a") is Offer.KNOWN


def test_what_others_brought_to_garmin_is_never_replaced() -> None:
    """An edit does not touch a weigh-in that Garmin has from elsewhere."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0), link="a")
    reconcile(ledger, [AtGarmin(EPOCH, 80.0)])
    assert ledger.way(EPOCH) is Way.FOUND
    assert ledger.offer(weigh_in(0, 79.0), link="a") is Offer.KNOWN
    assert ledger.pending() == []


def test_an_edit_between_upload_and_answer() -> None:
    """The version that was sent may be there: it goes when the new one comes."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0), link="a")
    ledger.mark_sent([EPOCH], EPOCH + 5)
    ledger.offer(weigh_in(0, 79.0), link="a")
    old = AtGarmin(EPOCH, 80.0)
    assert reconcile(ledger, [old]).unwanted == (old,)
    assert len(ledger.pending()) == 1


def test_a_new_height_counts_for_what_waits() -> None:
    """A link that was given a height pushes with a BMI what it has not pushed yet."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    ledger.offer(weigh_in(900), link="b")
    ledger.review("a", lambda record: replace(record, bmi=24.7))
    assert [item.record.bmi for item in ledger.pending()] == [None, 24.7]


def test_what_is_told_later_goes_along() -> None:
    """Composition that comes while a weigh-in waits completes it, and takes nothing."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0, 18.4), link="a")
    late = replace(weigh_in(0, 80.0), muscle_mass=60.1)
    assert ledger.offer(late, link="b") is Offer.KNOWN
    assert ledger.offer(late, link="a") is Offer.CHANGED
    assert ledger.offer(weigh_in(0, 80.0), link="a") is Offer.KNOWN
    (item,) = ledger.pending()
    assert (item.record.body_fat, item.record.muscle_mass) == (18.4, 60.1)
    ledger.fail(item.record)
    assert ledger.offer(replace(late, muscle_mass=61.0), link="a") is Offer.CHANGED
    assert ledger.state(EPOCH) is State.PENDING


def test_what_garmin_has_lost() -> None:
    """Only what was there and is not there any more, under any of its names."""
    ledger = weighings()
    for second in (0, 600, 1200, 1800, 2400):
        ledger.offer(weigh_in(second), link="a")
    ledger.leave_out(EPOCH + 2400)
    reconcile(ledger, [AtGarmin(EPOCH + 630, 80.02)])
    ledger.confirm([weigh_in(second) for second in (0, 1200, 1800)], EPOCH + 3000)
    ledger.offer(weigh_in(1230), link="b")
    ledger.expire(EPOCH + 3001)
    seconds = [EPOCH + s for s in (0, 600, 1200, 1230, 1800, 2400, 9000)]
    there = [AtGarmin(EPOCH + s, 80.0) for s in (0, 630)]
    assert missing(ledger, seconds, there) == {
        EPOCH + 1200,
        EPOCH + 1230,
        EPOCH + 1800,
    }
    ledger.reopen(weigh_in(1200), "c")
    ledger.reopen(weigh_in(1230), "c")
    ledger.reopen(weigh_in(9000), "c")
    assert [(i.record.second - EPOCH, i.link) for i in ledger.pending()] == [
        (1230, "c"),
        (1200, "a"),
    ]


def test_what_was_just_accepted_is_not_lost() -> None:
    """Garmin may need some time to show it."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    ledger.confirm([weigh_in(0)], EPOCH)
    assert ledger.is_fresh(EPOCH)
    assert missing(ledger, [EPOCH], []) == set()


def test_a_clock_that_was_set_back() -> None:
    """No upload lies in the future for longer than until the next look."""
    ledger = weighings()
    for second in (0, 600):
        ledger.offer(weigh_in(second), link="a")
    ledger.mark_sent([EPOCH], EPOCH + 90_000)
    ledger.confirm([weigh_in(600)], EPOCH + 90_000)
    ledger.cap(EPOCH + 1000)
    assert ledger.last_sent_at() == EPOCH + 1000
    ledger.expire(EPOCH + 1001)
    assert not ledger.is_fresh(EPOCH + 600)


def test_refused_is_parked_until_it_is_corrected() -> None:
    """A refused weigh-in is not tried again, its corrected version is."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 300.0), link="a")
    ledger.fail(weigh_in(0, 300.0))
    assert ledger.state(EPOCH) is State.FAILED
    assert ledger.offer(weigh_in(0, 300.0), link="a") is Offer.KNOWN
    assert ledger.pending() == []
    assert ledger.offer(weigh_in(0, 80.0), link="a") is Offer.CHANGED
    assert len(ledger.pending()) == 1


def test_refused_is_no_bone_of_contention() -> None:
    """Another source that saw it otherwise does not try it again; a person may."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 300.0), link="a")
    ledger.fail(weigh_in(0, 300.0))
    assert ledger.offer(weigh_in(0, 299.0), link="b") is Offer.KNOWN
    ledger.correct(weigh_in(0, 300.0))
    assert ledger.state(EPOCH) is State.FAILED
    ledger.correct(weigh_in(0, 80.0))
    (item,) = ledger.pending()
    assert (item.record.weight, item.link) == (80.0, "a")
    ledger.correct(weigh_in(900, 80.0))
    assert len(ledger.pending()) == 1


def test_a_removed_link_leaves_what_another_wants() -> None:
    """What only the removed link wanted goes; a twin's link takes over the rest."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    ledger.offer(weigh_in(20), link="b")
    ledger.offer(weigh_in(9000), link="a")
    ledger.advance("a", EPOCH, EPOCH + 9000)
    ledger.forget_link("a")
    assert [(item.record.second, item.link) for item in ledger.pending()] == [
        (EPOCH, "b")
    ]
    assert ledger.state(EPOCH + 9000) is None
    assert ledger.cursor("a", EPOCH) == EPOCH
    assert ledger.offer(weigh_in(9000), link="b") is Offer.NEW


def test_a_removed_link_takes_its_own_twins_along() -> None:
    """No twin points at a weigh-in that is gone."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="action", own_twins=True)
    ledger.offer(weigh_in(20), link="action", own_twins=True)
    ledger.forget_link("action")
    assert ledger.state(EPOCH + 20) is None
    assert ledger.offer(weigh_in(20), link="b") is Offer.NEW


def test_cursor_reaches_back_with_the_link() -> None:
    """A link that is set to start earlier reads from there again."""
    ledger = weighings()
    assert ledger.cursor("a", 500) == 500
    assert ledger.advance("a", 500, 900)
    assert not ledger.advance("a", 500, 800)
    assert ledger.cursor("a", 500) == 900
    assert ledger.cursor("a", 100) == 100
    assert ledger.advance("a", 100, 900)
    assert reloaded(ledger).cursor("a", 100) == 900


def test_unknown_outcomes_are_remembered() -> None:
    """After a restart it is known when something was sent without an answer."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    ledger.offer(weigh_in(600), link="a")
    assert ledger.last_sent_at() is None
    ledger.mark_sent([EPOCH, EPOCH + 600], EPOCH + 700)
    assert reloaded(ledger).last_sent_at() == EPOCH + 700
    ledger.mark_unsent([EPOCH, EPOCH + 600])
    assert ledger.last_sent_at() is None


def test_every_field_survives_the_disk() -> None:
    """What waits is stored whole."""
    record = WeighIn(
        measured_at=datetime.fromtimestamp(EPOCH, UTC),
        weight=80.05,
        body_fat=18.4,
        muscle_mass=60.1,
        bmi=24.2,
        heart_rate=61.0,
    )
    ledger = weighings()
    ledger.offer(record, link="a")
    assert list(reloaded(ledger).snapshot().open) == [Item(record=record, link="a")]


def test_an_edit_on_the_way_goes_out_too() -> None:
    """What Garmin has accepted is the old version; the new one replaces it."""
    ledger = weighings()
    garmin: list[AtGarmin] = []
    ledger.offer(weigh_in(0, 80.0), link="a")
    ledger.mark_sent([EPOCH], EPOCH + 5)
    ledger.offer(weigh_in(0, 81.0), link="a")
    garmin.append(uploaded(weigh_in(0, 80.0)))
    ledger.confirm([weigh_in(0, 80.0)], EPOCH)
    assert ledger.last_sent_at() is None
    ledger = reloaded(ledger)
    push(ledger, garmin)
    assert [at.weight for at in garmin] == [81.0]
    assert ledger.pending() == []


def test_an_edit_waits_until_garmin_shows_what_it_replaces() -> None:
    """The older version that Garmin still works on would come to stand beside it."""
    ledger = weighings()
    old = weigh_in(0, 80.0)
    ledger.offer(old, link="a")
    ledger.confirm([old], EPOCH + 10)
    ledger.offer(weigh_in(0, 81.0), link="a")
    ledger.offer(weigh_in(600, 82.0), link="a")
    ledger = reloaded(ledger)
    assert reconcile(ledger, []).unwanted == ()
    assert ledger.unshown() == {EPOCH}
    seconds = [EPOCH, EPOCH + 600]
    assert ledger.current(seconds) == [weigh_in(600, 82.0)]
    assert len(ledger.pending()) == 2
    shown = uploaded(old)
    assert reconcile(ledger.copy(), [shown]).unwanted == (shown,)
    ledger.expire(EPOCH + 10)
    assert ledger.unshown() == {EPOCH}
    ledger.expire(EPOCH + 11)
    assert ledger.unshown() == set()
    assert ledger.current(seconds) == [weigh_in(0, 81.0), weigh_in(600, 82.0)]


def test_a_deletion_waits_until_garmin_shows_what_it_removes() -> None:
    """A weigh-in that Garmin still works on would stay for ever."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    ledger.confirm([weigh_in(0)], EPOCH)
    ledger.withdraw(EPOCH)
    reconcile(ledger, [])
    ledger.withdrawn([EPOCH])
    assert ledger.unshown() == ledger.withdrawals == {EPOCH}
    shown = uploaded(weigh_in(0))
    assert reconcile(ledger, [shown]).unwanted == (shown,)
    ledger.withdrawn([EPOCH])
    assert ledger.way(EPOCH) is Way.WITHDRAWN


def test_a_refusal_is_for_the_version_that_was_sent() -> None:
    """A weigh-in that was corrected on its way is tried again."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 300.0), link="a")
    ledger.mark_sent([EPOCH], EPOCH + 5)
    ledger.offer(weigh_in(0, 80.0), link="a")
    ledger.mark_unsent([EPOCH])
    ledger.fail(weigh_in(0, 300.0))
    assert ledger.state(EPOCH) is State.PENDING
    garmin: list[AtGarmin] = []
    push(ledger, garmin)
    assert [at.weight for at in garmin] == [80.0]


def test_a_link_may_go_while_its_weigh_in_is_on_the_way() -> None:
    """What nobody wants any more is forgotten, whatever became of it."""
    ledger = weighings()
    for second in (0, 600, 1200):
        ledger.offer(weigh_in(second), link="a")
    ledger.mark_sent([EPOCH, EPOCH + 600, EPOCH + 1200], EPOCH + 1300)
    ledger.forget_link("a")
    ledger.confirm([weigh_in(0)], EPOCH)
    ledger.mark_unsent([EPOCH + 600])
    ledger.fail(weigh_in(1200))
    assert ledger.current([EPOCH, EPOCH + 600, EPOCH + 1200]) == []
    assert ledger.snapshot().settled == {}


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


def test_what_is_no_twin_at_garmin_settles_nothing() -> None:
    """Another weight in the second of a twin is somebody else's."""
    ledger = weighings()
    ledger.offer(weigh_in(0, 80.0), link="a")
    ledger.offer(weigh_in(70, 80.04), link="b")
    assert reconcile(ledger, [AtGarmin(EPOCH + 70, 60.0)]).found == ()
    assert [item.record.second for item in ledger.pending()] == [EPOCH]


def test_two_homes_that_push_at_once_keep_one() -> None:
    """Of a doubled weigh-in the older stays; what came otherwise is left alone."""
    ledger = weighings()
    ledger.offer(weigh_in(0), link="a")
    ledger.confirm([weigh_in(0)], EPOCH)
    ledger.offer(weigh_in(600), link="a")
    reconcile(ledger, [AtGarmin(EPOCH + 600, 80.0)])
    newer, older = (AtGarmin(EPOCH, 80.0, serial=key) for key in (9, 4))
    other = AtGarmin(EPOCH, 70.0, serial=12)
    foreign = [AtGarmin(EPOCH + 600, 80.0, serial=key) for key in (5, 6)]
    assert reconcile(ledger, [newer, other, older, *foreign]).unwanted == (newer,)


def test_what_the_source_deleted_goes() -> None:
    """A wish is remembered, carried out once, and taken back with the weigh-in."""
    ledger = weighings()
    for second in (0, 600, 1200):
        ledger.offer(weigh_in(second), link="a")
        ledger.confirm([weigh_in(second)], EPOCH)
    ledger.offer(weigh_in(610), link="b")
    assert ledger.pushed("a", EPOCH, EPOCH + 1200) == {EPOCH}
    ledger.withdraw(EPOCH)
    ledger.withdraw(EPOCH + 1200)
    ledger = reloaded(ledger)
    ledger.offer(weigh_in(1200), link="a")
    there = [AtGarmin(EPOCH + second, 80.0) for second in (0, 600, 1200)]
    assert reconcile(ledger, there).unwanted == (there[0],)
    ledger.withdrawn([EPOCH])
    assert ledger.way(EPOCH) is Way.WITHDRAWN
    assert reconcile(ledger, there).unwanted == ()
    assert ledger.offer(weigh_in(0), link="b") is Offer.KNOWN
    assert ledger.offer(weigh_in(0), link="a") is Offer.CHANGED
    assert ledger.state(EPOCH) is State.PENDING


class LedgerMachine(RuleBasedStateMachine):
    """Offers, edits, pushes, lost answers and crashes in any order.

    Every weighing is an hour from the next, so that a twin has one other at the most;
    a weighing may be two weigh-ins of one source within a minute.
    """

    def __init__(self) -> None:
        """Begin with an empty ledger and an empty Garmin."""
        super().__init__()
        self.ledger = weighings()
        self.disk = reloaded(self.ledger)
        self.garmin: list[AtGarmin] = []
        self.hidden: list[AtGarmin] = []
        self.sources: dict[str, dict[int, WeighIn]] = {"a": {}, "b": {}}
        self.foreign: set[int] = set()
        self.unsettled: set[int] = set()
        self.hours = itertools.count()

    def save(self) -> None:
        """Write the ledger to the disk."""
        self.disk = reloaded(self.ledger)

    @initialize()
    def start(self) -> None:
        """Have one weighing to begin with."""
        self.sources["a"][EPOCH - 3600] = weigh_in(-3600)

    @rule(
        grams=st.integers(40_000, 150_000),
        again=st.none() | st.integers(1, 59),
        twin=st.none() | st.tuples(st.integers(-59, 59), st.integers(-5, 5)),
        fat=st.none() | st.integers(50, 500),
    )
    def step_on_scale(
        self,
        grams: int,
        again: int | None,
        twin: tuple[int, int] | None,
        fat: int | None,
    ) -> None:
        """Weigh once or twice; the other source may report it, too."""
        second = next(self.hours) * 3600
        weight = round(grams / 1000, 2)
        body_fat = None if fat is None else fat / 10
        record = weigh_in(second, weight, body_fat)
        self.sources["a"][record.second] = record
        if again is not None:
            record = weigh_in(second + again, weight, body_fat)
            self.sources["a"][record.second] = record
        elif twin is not None:
            record = weigh_in(second + twin[0], round(weight + twin[1] / 100, 2))
            self.sources["b"][record.second] = record

    @rule(data=st.data(), link=st.sampled_from(["a", "b"]))
    def poll(self, data: st.DataObject, link: str) -> None:
        """Read any part of a source, in any order, any number of times."""
        known = list(self.sources[link].values())
        for record in data.draw(
            st.lists(st.sampled_from(known)) if known else st.just([])
        ):
            self.ledger.offer(record, link=link)
        self.save()

    @rule(data=st.data(), grams=st.integers(10, 1000))
    def edit(self, data: st.DataObject, grams: int) -> None:
        """Correct a weigh-in in the vendor's app, where no twin confuses matters."""
        if single := self.single():
            self.correct(data.draw(st.sampled_from(single)), grams)

    def single(self) -> list[int]:
        """Return the weigh-ins of the first source that nobody else reports."""
        twins = {second // 3600 for second in self.sources["b"]}
        return [
            second
            for second in self.sources["a"]
            if not {second // 3600, second // 3600 + 1, second // 3600 - 1} & twins
            and second not in self.foreign
        ]

    def correct(self, second: int, grams: int) -> WeighIn:
        """Correct a weigh-in, and return it."""
        record = self.sources["a"][second]
        record = replace(record, weight=round(record.weight + grams / 100, 2))
        self.sources["a"][second] = record
        return record

    @rule()
    def wait(self) -> None:
        """Let Garmin come to an end with all that it works on."""
        self.garmin.extend(self.hidden)
        self.hidden.clear()
        self.ledger.expire(EPOCH + 1)
        self.save()

    @rule(
        outcome=st.sampled_from(
            [
                "accepted",
                "accepted, not shown",
                "answer lost",
                "upload lost",
                "killed before",
                "killed after",
            ]
        ),
        size=st.integers(1, 4),
        edited=st.none() | st.integers(10, 1000),
    )
    def push_batch(self, outcome: str, size: int, edited: int | None) -> None:
        """Push one batch, to any end; one of it may be edited while it is on its way."""
        if self.ledger.last_sent_at() is not None:
            self.wait()
        for outdated in reconcile(self.ledger, list(self.garmin)).unwanted:
            self.garmin.remove(outdated)
        wanted = [item.record.second for item in self.ledger.pending()]
        batch = self.ledger.current(wanted)[:size]
        seconds = [record.second for record in batch]
        self.ledger.mark_sent(seconds, EPOCH)
        self.save()
        if outcome in ("accepted", "answer lost", "killed after"):
            self.garmin.extend(uploaded(record) for record in batch)
        elif outcome == "accepted, not shown":
            self.hidden.extend(uploaded(record) for record in batch)
        on_the_way = [second for second in seconds if second in self.single()]
        if edited is not None and on_the_way:
            self.ledger.offer(self.correct(on_the_way[0], edited), link="a")
            self.save()
        if outcome.startswith("accepted"):
            self.ledger.confirm(batch, EPOCH)
            self.save()
        elif outcome.startswith("killed"):
            self.ledger = reloaded(self.disk)

    @rule()
    def restart(self) -> None:
        """Lose all that is not on the disk."""
        self.ledger = reloaded(self.disk)

    @rule(data=st.data())
    def lose_ledger(self, data: st.DataObject) -> None:
        """Lose the disk, too; the sources are read again from their beginnings.

        What Garmin holds of ours counts as somebody else's from then on: it is not
        replaced when it is edited.
        """
        self.wait()
        self.unsettled.update(self.sources["a"])
        self.ledger = weighings()
        for link in data.draw(st.permutations(["a", "b"])):
            for record in self.sources[link].values():
                self.ledger.offer(record, link=link)
        self.save()

    @precondition(lambda self: self.ledger.pending())
    @rule(data=st.data())
    def someone_else_pushes(self, data: st.DataObject) -> None:
        """Another app brings a weigh-in to Garmin before us, to the second.

        One that Garmin has from the other source would be that app's double, not ours.
        """
        record = data.draw(st.sampled_from(self.ledger.pending())).record
        if all(abs(there.second - record.second) > 60 for there in self.garmin) and (
            record == self.sources["a"].get(record.second)
            and not any(
                item.replaces or item.sent_at
                for item in self.ledger.pending()
                if item.record == record
            )
        ):
            self.garmin.append(uploaded(record))
            self.foreign.add(record.second)

    @invariant()
    def never_twice(self) -> None:
        """Garmin never holds two weigh-ins of one second."""
        seconds = [there.second for there in (*self.garmin, *self.hidden)]
        assert len(seconds) == len(set(seconds))

    def teardown(self) -> None:
        """At the end, with all read and the network good, everything is there once."""
        for link, known in self.sources.items():
            for record in known.values():
                self.ledger.offer(record, link=link)
        self.wait()
        for _ in range(2):
            push(self.ledger, self.garmin)
        assert self.ledger.pending() == []
        there = {at.second: at for at in self.garmin}
        assert len(there) == len(self.garmin)
        for second, record in self.sources["a"].items():
            near = [
                other
                for other in self.sources["b"]
                if abs(other - second) < 60 and other != second
            ]
            if near:
                assert (second in there) + (near[0] in there) == 1
            elif (twin := self.sources["b"].get(second)) is not None:
                assert there[second].weight in (record.weight, twin.weight)
            elif second in self.unsettled:
                assert second in there
            else:
                assert there[second].weight == record.weight
                assert there[second].body_fat == record.body_fat
        assert len(self.garmin) == len(self.sources["a"])


LedgerMachine.TestCase.settings = settings(
    max_examples=400, stateful_step_count=40, deadline=None
)
TestLedgerMachine = LedgerMachine.TestCase
