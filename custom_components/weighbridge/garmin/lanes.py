"""Lanes: how each kind of measurement goes from its ledger to Garmin."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime, timedelta
import struct
from typing import Protocol, override

from homeassistant.util import dt as dt_util

from ..clients.garmin import (
    GarminAmbiguousError,
    GarminBloodPressure,
    GarminClient,
    GarminDuplicateError,
    GarminError,
    GarminForbiddenError,
    GarminRejectedError,
    GarminUnavailableError,
    GarminWeighIn,
)
from ..const import LOGGER
from ..ledger import (
    SETTLING_SECONDS,
    SUSPECT,
    Item,
    Ledger,
    Record,
    Remote,
    State,
    file_size,
    miss,
    outcomes,
    reconcile,
)
from ..model import BloodPressure, WeighIn
from ..store import DiskError
from .fit import can_encode, encode

# How many records are looked for at Garmin at a time.
STAGE = 1000

# So many refused in a row, and nothing else accepted: it is not the records.
OUTAGE = 3

# The range of a read, in seconds, that Garmin can always answer.
SHORT = 30 * 86400
LONG = 100 * 366 * 86400

REFUSED = "Garmin Connect refuses a measurement; the others go on"

# How many edits are under way at a time, between their removal and their upload.
EDITS = 10

# What Garmin takes as a blood pressure: mmHg, and beats per minute.
SYSTOLIC = range(70, 261)
DIASTOLIC = range(40, 151)
PULSE = range(20, 251)


class Courier(Protocol):
    """What a lane needs of its account."""

    @property
    def client(self) -> GarminClient:
        """Return the client, to be called through `async_request` alone."""

    @property
    def is_stopping(self) -> bool:
        """Return whether no further request should be made."""

    async def async_request[*Ts, T](self, request: Callable[[*Ts], T], *args: *Ts) -> T:
        """Make one blocking request; raise GarminError."""

    async def async_save_surely(self) -> None:
        """Put the ledgers on disk; raise DiskError."""

    def async_pushed(self) -> None:
        """Note that Garmin has accepted something."""

    def async_changed(self) -> None:
        """Tell the entities and the repairs that a ledger has changed."""

    def async_kept(self, second: int) -> None:
        """Tell that Garmin keeps what its source has deleted."""


class Lane[R: Record, M: Remote](ABC):
    """The way of one kind of measurement: read, compare, upload, remove, confirm."""

    def __init__(self, ledger: Ledger[R], courier: Courier) -> None:
        """Push what a ledger wants, with what the account offers."""
        self.ledger = ledger
        self._courier = courier
        self._span = LONG
        # Removals fail for themselves, and rest for themselves.
        self._vain = 0
        self._rests_until = 0
        # Of a visit: whether anything went up, an answer was lost, what was refused.
        self._took_any = False
        self._lost = False
        self._refused: list[R] = []

    async def async_push(self) -> None:
        """Bring Garmin to what the ledger wants, the newest first; raise GarminError."""
        self._took_any = self._lost = False
        self._refused = []
        looked: set[int] = set()
        while not self._courier.is_stopping:
            now = _now()
            leaving = self.ledger.leaving(now) if now >= self._rests_until else set()
            wanted = sorted((self.ledger.ready(now) | leaving) - looked, reverse=True)
            # What no request can hold is parked before anything is removed for it.
            if parked := set(filter(self._park, wanted[:STAGE])):
                looked |= parked
                continue
            if not wanted:
                break
            seconds, remotes = await self._async_look(wanted[:STAGE])
            looked.update(seconds)
            seen = reconcile(self.ledger, remotes, _now())
            miss(self.ledger, seconds, _now())
            if seen.found:
                self._courier.async_changed()
            await self._async_send_all(set(seconds) - {s for s, _ in seen.unwanted})
            await self._async_remove_all(seen.unwanted, leaving.intersection(seconds))
        if self._refused:
            if not self._took_any:
                raise GarminRejectedError("Garmin refuses all that it is sent")
            for record in self._refused:
                self._refuse(record)

    async def async_read(self, seconds: Collection[int]) -> list[M]:
        """Return what Garmin holds of the days around some seconds."""
        wanted = sorted(seconds, reverse=True)
        remotes: dict[M, None] = {}
        while wanted:
            looked, some = await self._async_look(wanted)
            remotes.update(dict.fromkeys(some))
            wanted = wanted[len(looked) :]
        return list(remotes)

    async def _async_look(self, wanted: list[int]) -> tuple[list[int], list[M]]:
        """Read around the newest seconds, as many as Garmin can tell of at once."""
        while True:
            seconds = [s for s in wanted if s >= wanted[0] - self._span]
            # The days of the range are those of the account's time zone.
            start = _day(seconds[-1]) - timedelta(days=1)
            end = _day(seconds[0]) + timedelta(days=1)
            try:
                remotes = await self._courier.async_request(self._read, start, end)
            except GarminUnavailableError:
                if wanted[0] - seconds[-1] <= SHORT:
                    raise
                self._span = SHORT
            else:
                self._span = min(self._span * 2, LONG)
                return seconds, remotes

    def _park(self, second: int) -> bool:
        """Park a record that no request can hold; tell whether it was one."""
        item = self.ledger.item(second)
        if item is None or item.state is State.DONE or self.fits(item.record):
            return False
        self._refuse(
            item.record,
            "A measurement is not sent, as Garmin Connect takes no such value; "
            "the others go on",
        )
        return True

    async def _async_remove_all(
        self, unwanted: Sequence[tuple[int, M]], leaving: Collection[int]
    ) -> None:
        """Remove what must go, and send what comes in its place."""
        edits: set[int] = set()
        kept: set[int] = set()
        for second, remote in unwanted:
            if (
                self._courier.is_stopping
                or _now() < self._rests_until
                or not await self._async_remove(second, remote)
            ):
                kept.add(second)
            elif second not in kept:
                edits.add(second)
            if len(edits) == EDITS:
                await self._async_send_all(edits)
                edits.clear()
        shown = {second for second, _ in unwanted}
        outcomes.withdrawn(self.ledger, set(leaving) - kept, shown, _now())
        await self._async_send_all(edits - kept)

    async def _async_remove(self, second: int, remote: M) -> bool:
        """Remove something from Garmin; what cannot be removed holds up nothing else."""
        for_good = False
        try:
            await self._courier.async_request(self._remove, remote)
        except GarminRejectedError as err:
            for_good = True
            LOGGER.warning("Garmin Connect keeps an older measurement: %s", err)
        except (
            GarminAmbiguousError,
            GarminDuplicateError,
            GarminForbiddenError,
        ) as err:
            LOGGER.info("Garmin Connect did not remove a measurement: %s", err)
            self._rests_until = _now() + SETTLING_SECONDS * 2 ** min(self._vain, 6)
            self._vain += 1
        else:
            self._vain = 0
            outcomes.removed(self.ledger, second, remote)
            return True
        was_leaving = second in self.ledger.withdrawals
        if outcomes.keep(self.ledger, second, _now(), for_good=for_good):
            if was_leaving:
                self._courier.async_kept(second)
            self._courier.async_changed()
        return False

    @abstractmethod
    def _read(self, start: date, end: date) -> list[M]:
        """Read what Garmin holds from one day to another."""

    @abstractmethod
    def _remove(self, remote: M) -> None:
        """Remove something from Garmin."""

    @abstractmethod
    def _upload(self, batch: Sequence[R], attempt: int) -> None:
        """Upload records in one request, not for the first time if `attempt` says so."""

    @abstractmethod
    def fits(self, record: R) -> bool:
        """Tell whether Garmin has room for the values of a record."""

    _limit: int
    """How many records go into one request at the most."""

    async def _async_send_all(self, seconds: Collection[int]) -> None:
        """Upload records by their seconds, what was in the way before last and alone.

        A file that is refused is halved, until a refused record stands alone.
        """
        todo: list[list[int]] = []
        for item in sorted(self._current(seconds), key=_turn):
            last = todo[-1] if todo else []
            size = min(file_size(item.strikes), self._limit)
            if last and len(last) < size and self._size_of(last) == size:
                last.append(item.record.second)
            else:
                todo.append([item.record.second])
        # What stays pending is pushed after the next start.
        while todo and not self._lost and not self._courier.is_stopping:
            batch = self._current(todo.pop(0))
            if batch and not await self._async_send(batch):
                seconds = [item.record.second for item in batch]
                half = len(seconds) // 2
                # As long as nothing went up, a few tell whether anything does.
                todo[:0] = (
                    [seconds[:half], seconds[half:]]
                    if self._took_any
                    else [*([second] for second in seconds[:OUTAGE]), seconds[OUTAGE:]]
                )

    async def _async_send(self, batch: Sequence[Item[R]]) -> bool:
        """Upload a file; tell whether that came to an end, or it has to be halved."""
        sent = outcomes.mark_sent(self.ledger, batch, _now())
        attempt = max(item.attempts for item in batch)
        try:
            await self._courier.async_save_surely()
            await self._courier.async_request(
                self._upload, [item.record for item in sent], attempt
            )
        except GarminRejectedError:
            outcomes.unsend(self.ledger, batch)
            if len(batch) > 1:
                return False
            self._doubt(batch[0])
        except GarminAmbiguousError, GarminDuplicateError:
            outcomes.lose(self.ledger, sent, _now())
            self._courier.async_changed()
            # Others go up, so it is its own trouble; but it has taken enough time.
            self._lost = True
            if len(batch) > 1 or batch[0].strikes < SUSPECT:
                raise
        except GarminError, DiskError:
            outcomes.unsend(self.ledger, batch)
            raise
        else:
            self._took_any = True
            outcomes.confirm(self.ledger, sent, _now())
            LOGGER.debug("Garmin Connect has accepted %d measurements", len(batch))
            self._courier.async_pushed()
        return True

    def _doubt(self, item: Item[R]) -> None:
        """Park a record that was refused alone, if Garmin takes any at all."""
        if self._took_any or item.strikes >= SUSPECT:
            self._refuse(item.record)
            return
        self._refused.append(item.record)
        if len(self._refused) >= OUTAGE:
            raise GarminRejectedError("Garmin refuses all that it is sent")

    def _current(self, seconds: Collection[int]) -> list[Item[R]]:
        """Return what may go up now, in the newest version."""
        ready = self.ledger.ready(_now())
        return [
            item
            for second in seconds
            if second in ready
            and (item := self.ledger.item(second)) is not None
            and item.state is State.PENDING
        ]

    def _size_of(self, batch: list[int]) -> int:
        """Return how many records may go in the file of the first of them."""
        item = self.ledger.item(batch[0])
        return (
            self._limit if item is None else min(file_size(item.strikes), self._limit)
        )

    def _refuse(self, record: R, why: str = REFUSED) -> None:
        """Park a record that does not get to Garmin, and tell why."""
        if outcomes.fail(self.ledger, record):
            LOGGER.warning(why)
            self._courier.async_changed()


class WeighInLane(Lane[WeighIn, GarminWeighIn]):
    """Weigh-ins go up in FIT files."""

    _limit = file_size(0)

    @override
    def _read(self, start: date, end: date) -> list[GarminWeighIn]:
        return self._courier.client.weigh_ins(
            start, end, dt_util.get_default_time_zone()
        )

    @override
    def _remove(self, remote: GarminWeighIn) -> None:
        self._courier.client.delete_weigh_in(remote)

    @override
    def _upload(self, batch: Sequence[WeighIn], attempt: int) -> None:
        try:
            fit = encode(batch, attempt)
        except (ValueError, OverflowError, struct.error) as err:
            raise GarminRejectedError("A record does not fit into a file") from err
        self._courier.client.upload(fit)

    @override
    def fits(self, record: WeighIn) -> bool:
        return can_encode(record)


class BloodPressureLane(Lane[BloodPressure, GarminBloodPressure]):
    """Blood pressure readings go up one by one: Garmin takes no batch of them."""

    _limit = 1

    @override
    def _read(self, start: date, end: date) -> list[GarminBloodPressure]:
        return self._courier.client.blood_pressures(start, end)

    @override
    def _remove(self, remote: GarminBloodPressure) -> None:
        self._courier.client.delete_blood_pressure(remote)

    @override
    def _upload(self, batch: Sequence[BloodPressure], attempt: int) -> None:
        (reading,) = batch
        pulse = reading.heart_rate
        self._courier.client.add_blood_pressure(
            dt_util.as_local(reading.measured_at),
            reading.systolic,
            reading.diastolic,
            pulse if pulse in PULSE else None,
        )

    @override
    def fits(self, record: BloodPressure) -> bool:
        return record.systolic in SYSTOLIC and record.diastolic in DIASTOLIC


def _turn[R: Record](item: Item[R]) -> tuple[int, int]:
    """Sort what was in the way last, and else the newest first."""
    return item.strikes, -item.record.second


def _now() -> int:
    return int(dt_util.utcnow().timestamp())


def _day(second: int) -> date:
    return datetime.fromtimestamp(second, UTC).date()
