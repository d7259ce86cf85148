"""What a restart finds of a ledger is what was there before it."""

from collections import UserDict
from collections.abc import ItemsView, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
import json
from threading import Event
from typing import override

import pytest

from custom_components.weighbridge.garmin.storage import AccountMemory
from custom_components.weighbridge.ledger import (
    WEIGH_IN_COLUMNS,
    Item,
    LedgerWriter,
    State,
    Way,
    outcomes,
)
from custom_components.weighbridge.model import BloodPressure, WeighIn

from .weighings import (
    EPOCH,
    AtGarmin,
    look,
    pushed,
    reloaded,
    uploaded,
    weigh_in,
    weighings,
)

WHOLE = replace(
    weigh_in(0, 80.05, 18.4, 60.1), bmi=24.2, heart_rate=61.0, bone_mass=3.2
)


@pytest.mark.parametrize(
    "item",
    [
        Item(record=weigh_in(0), link="a"),
        Item(
            record=WHOLE,
            link="a",
            state=State.FAILED,
            since=EPOCH + 1,
            sent_at=EPOCH + 2,
            attempts=3,
            strikes=4,
            looks=2,
            was=((80.0, None), (81.5, 18.2)),
            gone=(17, 18),
        ),
    ],
)
def test_what_is_not_settled(item: Item[WeighIn]) -> None:
    """What waits is stored whole, and nothing is made up."""
    ledger = weighings()
    ledger.put(item)
    assert reloaded(ledger).item(item.record.second) == item


def test_what_is_settled() -> None:
    """What was pushed, found, a twin, or is to go is all of that afterwards."""
    ledger = weighings()
    pushed(ledger, WHOLE, weigh_in(600))
    ledger.offer(weigh_in(660), link="b")
    ledger.offer(weigh_in(1200), link="b")
    look(ledger, [AtGarmin(EPOCH + 1230, 80.0)])
    ledger.withdraw(EPOCH, EPOCH)
    again = reloaded(ledger)
    assert again.snapshot() == ledger.snapshot()
    assert again.primary(EPOCH + 660) == EPOCH + 600
    assert again.primary(EPOCH + 1230) == EPOCH + 1200
    assert again.way(EPOCH + 1200) is Way.FOUND


def test_garmin_removed_what_has_no_key() -> None:
    """What Garmin has no key of is stored as well as the rest."""
    ledger = weighings()
    pushed(ledger, weigh_in(0))
    ledger.offer(weigh_in(0, 81.0), link="a")
    old = uploaded(weigh_in(0))
    outcomes.removed(ledger, EPOCH, replace(old, serial=None))
    assert reloaded(ledger).snapshot() == ledger.snapshot()


def test_what_has_not_changed_keeps_its_row() -> None:
    """A ledger of ten years is not put into words anew for one weigh-in more."""
    ledger, writer = weighings(), LedgerWriter(WEIGH_IN_COLUMNS)
    pushed(ledger, weigh_in(0), weigh_in(600))
    for second in (1200, 1800):
        ledger.offer(weigh_in(second), link="a")
    before = writer.to_json(ledger.snapshot())
    ledger.offer(weigh_in(600, 79.0), link="a")
    ledger.offer(weigh_in(1200, 78.5), link="a")
    after = writer.to_json(ledger.snapshot())
    (settled,) = after["settled"]
    assert settled is before["settled"][0]
    kept = [row for row in after["open"] if any(row is old for old in before["open"])]
    assert [row.split(",")[0] for row in kept] == [str(EPOCH + 1800)]
    assert after == LedgerWriter(WEIGH_IN_COLUMNS).to_json(ledger.snapshot())


class Slow(UserDict[int, Item[WeighIn]]):
    """What takes its time to be gone through."""

    def __init__(self, items: Mapping[int, Item[WeighIn]]) -> None:
        """Hold some items."""
        super().__init__(items)
        self.has_begun = Event()
        self.may_go_on = Event()

    @override
    def items(self) -> ItemsView[int, Item[WeighIn]]:
        """Wait."""
        self.has_begun.set()
        assert self.may_go_on.wait(10)
        return super().items()


def test_a_thread_that_nobody_waits_for_any_more() -> None:
    """It spoils nothing for the next one, which comes after it."""
    ledger, writer = weighings(), LedgerWriter(WEIGH_IN_COLUMNS)
    ledger.offer(weigh_in(0), link="a")
    before = ledger.snapshot()
    ledger.offer(weigh_in(600), link="b")
    waiting = Slow(before.open)
    with ThreadPoolExecutor(2) as threads:
        slow = threads.submit(writer.to_json, replace(before, open=waiting))
        assert waiting.has_begun.wait(10)
        next_one = threads.submit(writer.to_json, ledger.snapshot())
        with pytest.raises(TimeoutError):
            next_one.result(0.1)
        waiting.may_go_on.set()
        assert len(slow.result()["open"]) == 1
        assert next_one.result()["links"] == ["a", "b"]


@pytest.mark.parametrize("pulse", [None, 61])
def test_blood_pressure(pulse: int | None) -> None:
    """A reading that waits is whole again, with or without a pulse."""
    reading = BloodPressure(
        measured_at=datetime.fromtimestamp(EPOCH, UTC),
        systolic=122,
        diastolic=79,
        heart_rate=pulse,
    )
    memory = AccountMemory()
    memory.blood_pressures.offer(reading, link="a")
    stored = json.dumps(memory.freeze()())
    again = AccountMemory.from_json(json.loads(stored)).blood_pressures
    assert [item.record for item in again.pending()] == [reading]


def test_a_row_that_is_cut_off_is_damage() -> None:
    """Nothing is read that is not whole: it would reach Garmin with less than was there."""
    ledger = weighings()
    ledger.offer(WHOLE, link="a")
    memory = AccountMemory(weigh_ins=ledger).freeze()()
    (row,) = memory["weigh_ins"]["open"]
    memory["weigh_ins"]["open"] = [row.rpartition(",")[0]]
    with pytest.raises(ValueError, match="shorter"):
        AccountMemory.from_json(memory)
