"""Lanes: how each kind of measurement goes from its ledger to Garmin."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import batched
import struct
from typing import Protocol, override

from homeassistant.util import dt as dt_util

from ..clients.garmin import (
    GarminBloodPressure,
    GarminClient,
    GarminDuplicateError,
    GarminError,
    GarminRejectedError,
    GarminWeighIn,
)
from ..const import LOGGER
from ..ledger import Ledger, Record, Remote, State, reconcile
from ..model import BloodPressure, WeighIn
from .fit import MAX_RECORDS, can_encode, encode
from .pause import SETTLING_SECONDS, Reason, reason_for

# How many records are looked for at Garmin, and noted as sent, at a time.
STAGE = 1000

# How long a note of what is being sent may be ahead of the request, at the most.
NOTE_SECONDS = 60

# A refused file twice over: Garmin has these weigh-ins, though it does not show them.
DUPLICATE_STRIKES = 2

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

    @property
    def lost_answers(self) -> int:
        """Return how many answers to uploads were lost in a row."""

    async def async_request[*Ts, T](self, request: Callable[[*Ts], T], *args: *Ts) -> T:
        """Make one blocking request; raise GarminError."""

    async def async_save(self) -> None:
        """Put the ledgers on disk."""

    def async_pushed(self) -> None:
        """Note that Garmin has accepted something."""

    def async_changed(self) -> None:
        """Tell the entities and the repairs that a ledger has changed."""


class Lane[R: Record, M: Remote](ABC):
    """The way of one kind of measurement: read, compare, remove, upload, confirm."""

    def __init__(self, ledger: Ledger[R], courier: Courier) -> None:
        """Push what a ledger wants, with what the account offers."""
        self.ledger = ledger
        self._courier = courier

    async def async_push(self) -> None:
        """Bring Garmin to what the ledger wants; raise GarminError.

        What waits until Garmin shows an older version is left for another time.
        """
        unshown: set[int] = set()
        while not self._courier.is_stopping:
            pending = self.ledger.seconds(State.PENDING)
            seconds = [second for second in pending if second not in unshown][:STAGE]
            leaving = self.ledger.withdrawals - unshown
            if not seconds and not leaving:
                break
            remotes = await self.async_read([*seconds, *leaving])
            seen = reconcile(self.ledger, remotes)
            for remote in seen.unwanted:
                await self._async_remove(remote)
            self.ledger.withdrawn(leaving)
            if seen.found:
                self._courier.async_changed()
            unshown |= self.ledger.unshown()
            todo = [record.second for record in self.ledger.current(seconds)]
            if todo:
                await self._async_send_all(todo)

    async def async_read(self, seconds: Collection[int]) -> list[M]:
        """Return what Garmin holds of the days around some seconds."""
        # The days of the range are those of the account's time zone.
        start = _day(min(seconds)) - timedelta(days=1)
        end = _day(max(seconds)) + timedelta(days=1)
        self.expire()
        return await self._courier.async_request(self._read, start, end)

    def expire(self) -> None:
        """Give up waiting for what Garmin should have shown by now."""
        self.ledger.expire(int(dt_util.utcnow().timestamp()) - SETTLING_SECONDS)

    async def _async_remove(self, remote: M) -> None:
        """Remove something from Garmin; what cannot be removed holds up nothing else."""
        try:
            await self._courier.async_request(self._remove, remote)
        except GarminRejectedError as err:
            LOGGER.warning("Garmin Connect keeps an older measurement: %s", err)
            self.ledger.withdrawals.discard(remote.second)
            for record in self.ledger.current([remote.second]):
                self.ledger.fail(record)
            self._courier.async_changed()

    @abstractmethod
    def _read(self, start: date, end: date) -> list[M]:
        """Read what Garmin holds from one day to another."""

    @abstractmethod
    def _remove(self, remote: M) -> None:
        """Remove something from Garmin."""

    @abstractmethod
    def _upload(self, batch: Sequence[R]) -> None:
        """Upload records in one request."""

    @abstractmethod
    def _can_send(self, record: R) -> bool:
        """Tell whether Garmin has room for the values of a record."""

    @abstractmethod
    def _batch_size(self) -> int:
        """Return how many records go into one request."""

    async def _async_send_all(self, seconds: Sequence[int]) -> None:
        """Upload records by their seconds, in batches.

        That they are sent is on disk before. What then is not sent for certain, the
        next save knows.
        """
        unsent = set(seconds)
        noted_at = 0.0
        try:
            for batch in batched(seconds, self._batch_size(), strict=False):
                # What stays pending is pushed after the next start.
                if self._courier.is_stopping:
                    return
                now = dt_util.utcnow().timestamp()
                if now - noted_at > NOTE_SECONDS:
                    self.ledger.mark_sent(unsent, int(now))
                    await self._courier.async_save()
                    noted_at = now
                await self._async_send(batch, unsent)
        finally:
            self.ledger.mark_unsent(unsent)

    async def _async_send(self, wanted: Sequence[int], unsent: set[int]) -> None:
        """Upload records in a batch; split it until refused ones stand alone."""
        batch = self.ledger.current(wanted)
        for record in batch:
            if not self._can_send(record):
                self._park(
                    record,
                    "A measurement is not sent, as Garmin Connect takes "
                    "no such value; the others go on",
                )
        batch = [record for record in batch if self._can_send(record)]
        if not batch:
            return
        seconds = [record.second for record in batch]
        unsent.difference_update(seconds)
        try:
            await self._courier.async_request(self._upload, batch)
        except GarminRejectedError:
            unsent.update(seconds)
            if len(batch) == 1:
                self._park(
                    batch[0],
                    "Garmin Connect refuses a measurement; the others go on",
                )
                return
            middle = len(seconds) // 2
            await self._async_send(seconds[:middle], unsent)
            await self._async_send(seconds[middle:], unsent)
        except GarminDuplicateError:
            if self._courier.lost_answers < DUPLICATE_STRIKES:
                raise
            self._confirm(batch)
        except GarminError as err:
            if reason_for(err) is not Reason.AMBIGUOUS:
                unsent.update(seconds)
            raise
        else:
            self._confirm(batch)

    def _confirm(self, batch: Sequence[R]) -> None:
        """Settle what Garmin has accepted; the next save writes it down."""
        self.ledger.confirm(batch, int(dt_util.utcnow().timestamp()))
        LOGGER.debug("Garmin Connect has accepted %d measurements", len(batch))
        self._courier.async_pushed()

    def _park(self, record: R, why: str) -> None:
        """Park a record that does not get to Garmin, and tell why."""
        self.ledger.fail(record)
        LOGGER.warning(why)
        self._courier.async_changed()


class WeighInLane(Lane[WeighIn, GarminWeighIn]):
    """Weigh-ins go up in FIT files."""

    @override
    def _read(self, start: date, end: date) -> list[GarminWeighIn]:
        return self._courier.client.weigh_ins(
            start, end, dt_util.get_default_time_zone()
        )

    @override
    def _remove(self, remote: GarminWeighIn) -> None:
        self._courier.client.delete_weigh_in(remote)

    @override
    def _upload(self, batch: Sequence[WeighIn]) -> None:
        try:
            fit = encode(batch)
        except (ValueError, OverflowError, struct.error) as err:
            raise GarminRejectedError("A record does not fit into a file") from err
        self._courier.client.upload(fit)

    @override
    def _can_send(self, record: WeighIn) -> bool:
        return can_encode(record)

    @override
    def _batch_size(self) -> int:
        """Return fewer after each lost answer: Garmin gives up on files too big."""
        return max(1, MAX_RECORDS >> self._courier.lost_answers)


class BloodPressureLane(Lane[BloodPressure, GarminBloodPressure]):
    """Blood pressure readings go up one by one: Garmin takes no batch of them."""

    @override
    def _read(self, start: date, end: date) -> list[GarminBloodPressure]:
        return self._courier.client.blood_pressures(start, end)

    @override
    def _remove(self, remote: GarminBloodPressure) -> None:
        self._courier.client.delete_blood_pressure(remote)

    @override
    def _upload(self, batch: Sequence[BloodPressure]) -> None:
        (reading,) = batch
        pulse = reading.heart_rate
        self._courier.client.add_blood_pressure(
            dt_util.as_local(reading.measured_at),
            reading.systolic,
            reading.diastolic,
            pulse if pulse in PULSE else None,
        )

    @override
    def _can_send(self, record: BloodPressure) -> bool:
        return record.systolic in SYSTOLIC and record.diastolic in DIASTOLIC

    @override
    def _batch_size(self) -> int:
        return 1


def _day(second: int) -> date:
    return datetime.fromtimestamp(second, UTC).date()
