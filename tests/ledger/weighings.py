"""What the tests of the ledger share: weigh-ins, and a Garmin that holds some."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
import json

from custom_components.weighbridge.garmin.storage import AccountMemory
from custom_components.weighbridge.ledger import (
    TWIN_WEIGH_IN,
    Item,
    Ledger,
    outcomes,
    reconcile,
)
from custom_components.weighbridge.model import WeighIn

EPOCH = 1_790_000_000
HOUR = 3600
DAY = 24 * HOUR


@dataclass(frozen=True)
class AtGarmin:
    """A weigh-in as the Garmin of these tests holds it."""

    second: int
    weight: float
    body_fat: float | None = None
    serial: int | None = 1
    other: int | None = None
    """What else its wall clock may mean."""

    @property
    def seconds(self) -> tuple[int, ...]:
        """Return all that its time may be."""
        return (self.second,) if self.other is None else (self.second, self.other)

    @property
    def facts(self) -> tuple[float | None, ...]:
        """Return what the ledger compares."""
        return self.weight, self.body_fat


def weighings() -> Ledger[WeighIn]:
    """Return an empty ledger of weigh-ins."""
    return Ledger(TWIN_WEIGH_IN)


def weigh_in(
    second: int,
    weight: float = 80.0,
    body_fat: float | None = None,
    muscle_mass: float | None = None,
) -> WeighIn:
    """Return a weigh-in some seconds after the epoch of these tests."""
    return WeighIn(
        measured_at=datetime.fromtimestamp(EPOCH + second, UTC),
        weight=weight,
        body_fat=body_fat,
        muscle_mass=muscle_mass,
    )


def reloaded(ledger: Ledger[WeighIn]) -> Ledger[WeighIn]:
    """Return a ledger as the disk gives it back."""
    stored = json.dumps(AccountMemory(weigh_ins=ledger).freeze()())
    return AccountMemory.from_json(json.loads(stored)).weigh_ins


def uploaded(record: WeighIn, serial: int = 1) -> AtGarmin:
    """Return what Garmin makes of an upload."""
    return AtGarmin(record.second, record.weight, record.body_fat, serial)


def send(
    ledger: Ledger[WeighIn], *seconds: int, now: int = EPOCH
) -> list[Item[WeighIn]]:
    """Note that some weigh-ins are being uploaded; return them."""
    items = [item for s in seconds if (item := ledger.item(EPOCH + s)) is not None]
    return outcomes.mark_sent(ledger, items, now)


def accept(ledger: Ledger[WeighIn], *seconds: int, now: int = EPOCH) -> None:
    """Upload some weigh-ins, and have them accepted."""
    outcomes.confirm(ledger, send(ledger, *seconds, now=now), now)


def pushed(ledger: Ledger[WeighIn], *records: WeighIn, link: str = "a") -> None:
    """Offer and upload weigh-ins, and have Garmin show them."""
    for record in records:
        ledger.offer(record, link=link)
        accept(ledger, record.second - EPOCH)
    look(ledger, map(uploaded, records))


def look(
    ledger: Ledger[WeighIn], remotes: Iterable[AtGarmin], now: int = EPOCH
) -> list[AtGarmin]:
    """Compare with what Garmin shows; return what has no business there."""
    return [remote for _, remote in reconcile(ledger, remotes, now)]


def push(ledger: Ledger[WeighIn], garmin: list[AtGarmin], now: int = EPOCH) -> None:
    """Read, compare, remove and upload, as a push without any trouble does."""
    leaving = ledger.leaving(now)
    unwanted = reconcile(ledger, list(garmin), now)
    for second, remote in unwanted:
        garmin.remove(remote)
        outcomes.removed(ledger, second, remote)
    outcomes.withdrawn(ledger, leaving, {second for second, _ in unwanted}, now)
    for item in ledger.pending():
        if item.record.second in ledger.ready(now):
            serial = max((at.serial or 0 for at in garmin), default=0) + 1
            garmin.append(uploaded(item.record, serial))
            outcomes.confirm(ledger, outcomes.mark_sent(ledger, [item], now), now)
