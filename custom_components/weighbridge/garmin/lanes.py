"""Lanes: how each kind of measurement goes from its ledger to Garmin."""

from abc import ABC, abstractmethod
import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import batched, groupby
from typing import override

from homeassistant.util import dt as dt_util

from ..clients.garmin import (
    GarminAmbiguousError,
    GarminBloodPressure,
    GarminDuplicateError,
    GarminError,
    GarminForbiddenError,
    GarminRejectedError,
    GarminUnavailableError,
    GarminWeighIn,
)
from ..const import LOGGER
from ..ledger import (
    SUSPECT,
    Item,
    Ledger,
    Record,
    Remote,
    State,
    due,
    file_size,
    miss,
    outcomes,
    reconcile,
)
from ..model import BloodPressure, WeighIn
from ..store import DiskError
from . import issues
from .fit import can_encode, encode
from .gate import GarminGate

# How many records are looked for at Garmin at a time.
STAGE = 1000

# So many refused in a row, and nothing else accepted: it is not the records.
OUTAGE = 3

# The range of a read, in seconds, that Garmin can always answer.
SHORT = 30 * 86400
LONG = 100 * 366 * 86400

REFUSED = "Garmin Connect refuses a measurement; the others go on"
ALL_REFUSED = "Garmin Connect refuses all that it is sent"
UNFIT = (
    "A measurement is not sent, as Garmin Connect takes no such value; the others go on"
)

# How long removals rest when one got no answer, in seconds.
REST = 1800

# How many edits are under way at a time, between their removal and their upload.
EDITS = 10

# What Garmin takes as a blood pressure, in mmHg.
SYSTOLIC = range(70, 261)
DIASTOLIC = range(40, 151)


class Lane[R: Record, M: Remote](ABC):
    """The way of one kind of measurement: read, compare, upload, remove, confirm."""

    _limit: int
    """How many records go into one request at the most."""

    def __init__(self, ledger: Ledger[R], gate: GarminGate) -> None:
        """Push what a ledger wants, in the visits that the gate allows."""
        self.ledger = ledger
        self._gate = gate
        self._span = LONG
        # Removals fail for themselves, and rest for themselves.
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
        while not self._gate.closed:
            now = _now()
            leaving = self.ledger.leaving(now) if now >= self._rests_until else set()
            wanted = sorted((self.ledger.ready(now) | leaving) - looked, reverse=True)
            if not wanted:
                break
            # What no request can hold is parked before anything is removed for it.
            items = filter(None, map(self.ledger.item, wanted[:STAGE]))
            if unfit := [i.record for i in items if not self.fits(i.record)]:
                for record in unfit:
                    self._refuse(record, UNFIT)
                continue
            seconds, remotes = await self._async_look(wanted[:STAGE])
            looked.update(seconds)
            unwanted: dict[int, list[M]] = {}
            for second, remote in reconcile(self.ledger, remotes, _now()):
                unwanted.setdefault(second, []).append(remote)
            miss(self.ledger, seconds, _now())
            await self._async_send_all(set(seconds) - unwanted.keys())
            await self._async_remove_all(unwanted, leaving.intersection(seconds))
            # To find what comes next among many takes some milliseconds, too.
            await asyncio.sleep(0)
        if self._refused and not self._took_any:
            raise GarminRejectedError(ALL_REFUSED)
        for record in self._refused:
            self._refuse(record, REFUSED)

    async def async_ask(self, seconds: Collection[int]) -> list[M] | None:
        """Return what Garmin holds around some seconds, None if it does not tell now.

        That cures no pause: it shows nothing of what was in the way of a push.
        """

        async def ask() -> list[M]:
            wanted = sorted(seconds, reverse=True)
            remotes: dict[M, None] = {}
            while wanted:
                looked, some = await self._async_look(wanted)
                remotes.update(dict.fromkeys(some))
                wanted = wanted[len(looked) :]
            return list(remotes)

        return await self._gate.async_visit(ask, by_hand=True)

    @abstractmethod
    def fits(self, record: R) -> bool:
        """Tell whether Garmin has room for the values of a record."""

    @abstractmethod
    def _read(self, start: date, end: date) -> list[M]:
        """Read what Garmin holds from one day to another."""

    @abstractmethod
    def _remove(self, remote: M) -> None:
        """Remove something from Garmin."""

    @abstractmethod
    def _upload(self, batch: Sequence[R], attempt: int) -> None:
        """Upload records in one request, not for the first time if `attempt` says so."""

    async def _async_look(self, wanted: list[int]) -> tuple[list[int], list[M]]:
        """Read around the newest seconds, as many as Garmin can tell of at once."""
        while True:
            seconds = [s for s in wanted if s >= wanted[0] - self._span]
            # The days of the range are those of the account's time zone.
            start = _day(seconds[-1]) - timedelta(days=1)
            end = _day(seconds[0]) + timedelta(days=1)
            try:
                remotes = await self._gate.async_request(self._read, start, end)
            except GarminUnavailableError:
                if wanted[0] - seconds[-1] <= SHORT:
                    raise
                self._span = SHORT
            else:
                self._span = min(self._span * 2, LONG)
                return seconds, remotes

    async def _async_remove_all(
        self, unwanted: Mapping[int, Sequence[M]], leaving: Collection[int]
    ) -> None:
        """Remove what must go, and send what comes in its place."""
        kept: set[int] = set()
        for some in batched(unwanted, EDITS, strict=False):
            for second in some:
                for remote in unwanted[second]:
                    if not await self._async_remove(second, remote):
                        kept.add(second)
            await self._async_send_all(set(some) - kept)
        outcomes.withdrawn(self.ledger, set(leaving) - kept, unwanted, _now())

    async def _async_remove(self, second: int, remote: M) -> bool:
        """Remove something from Garmin; what cannot be removed holds up nothing else."""
        if self._gate.closed or _now() < self._rests_until:
            return False
        for_good = False
        try:
            await self._gate.async_request(self._remove, remote)
        except GarminRejectedError as err:
            for_good = True
            LOGGER.warning("Garmin Connect keeps an older measurement: %s", err)
        except (
            GarminAmbiguousError,
            GarminDuplicateError,
            GarminForbiddenError,
        ) as err:
            LOGGER.info("Garmin Connect did not remove a measurement: %s", err)
            self._rests_until = _now() + REST
        else:
            outcomes.removed(self.ledger, second, remote)
            return True
        was_leaving = second in self.ledger.withdrawals
        if (
            outcomes.keep(self.ledger, second, _now(), for_good=for_good)
            and was_leaving
        ):
            issues.async_report_kept(self._gate.hass, self._gate.entry, second)
        return False

    async def _async_send_all(self, seconds: Collection[int]) -> None:
        """Upload records by their seconds, what was in the way before last and alone.

        A file that is refused is halved, until a refused record stands alone.
        """
        ready = self._current(seconds)
        ready.sort(key=lambda item: (item.strikes, -item.record.second))
        todo: list[list[int]] = [
            [item.record.second for item in batch]
            for size, items in groupby(ready, self._size)
            for batch in batched(items, size, strict=False)
        ]
        # What stays pending is pushed after the next start.
        while todo and not self._lost and not self._gate.closed:
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
            await self._gate.async_save_surely()
            await self._gate.async_request(
                self._upload, [item.record for item in sent], attempt
            )
        except GarminRejectedError:
            outcomes.unsend(self.ledger, batch)
            if len(batch) > 1:
                return False
            self._doubt(batch[0])
        except GarminAmbiguousError, GarminDuplicateError:
            outcomes.lose(self.ledger, sent, _now())
            # Others go up, so it is its own trouble; but it has taken enough time.
            self._lost = True
            if batch[0].strikes < SUSPECT:
                raise
        except GarminError, DiskError:
            outcomes.unsend(self.ledger, batch)
            raise
        else:
            self._took_any = True
            outcomes.confirm(self.ledger, sent, _now())
            LOGGER.debug("Garmin Connect has accepted %d measurements", len(batch))
            self._gate.memory.last_push = dt_util.utcnow()
            self._gate.async_changed()
        return True

    def _doubt(self, item: Item[R]) -> None:
        """Park a record that was refused alone, if Garmin takes any at all."""
        if self._took_any or item.strikes >= SUSPECT:
            self._refuse(item.record, REFUSED)
            return
        self._refused.append(item.record)
        if len(self._refused) >= OUTAGE:
            raise GarminRejectedError(ALL_REFUSED)

    def _refuse(self, record: R, why: str) -> None:
        """Park a record that does not get to Garmin, and tell why."""
        if outcomes.fail(self.ledger, record):
            LOGGER.warning(why)

    def _current(self, seconds: Collection[int]) -> list[Item[R]]:
        """Return what may go up now, in the newest version."""
        now = _now()
        items = filter(None, map(self.ledger.item, seconds))
        return [i for i in items if i.state is State.PENDING and due(i) <= now]

    def _size(self, item: Item[R]) -> int:
        """Return how many records may go in one file with this one."""
        return min(file_size(item.strikes), self._limit)


class WeighInLane(Lane[WeighIn, GarminWeighIn]):
    """Weigh-ins go up in FIT files."""

    _limit = file_size(0)

    @override
    def _read(self, start: date, end: date) -> list[GarminWeighIn]:
        return self._gate.client.weigh_ins(start, end, dt_util.get_default_time_zone())

    @override
    def _remove(self, remote: GarminWeighIn) -> None:
        self._gate.client.delete_weigh_in(remote)

    @override
    def _upload(self, batch: Sequence[WeighIn], attempt: int) -> None:
        self._gate.client.upload(encode(batch, attempt))

    @override
    def fits(self, record: WeighIn) -> bool:
        return can_encode(record)


class BloodPressureLane(Lane[BloodPressure, GarminBloodPressure]):
    """Blood pressure readings go up one by one: Garmin takes no batch of them."""

    _limit = 1

    @override
    def _read(self, start: date, end: date) -> list[GarminBloodPressure]:
        return self._gate.client.blood_pressures(start, end)

    @override
    def _remove(self, remote: GarminBloodPressure) -> None:
        self._gate.client.delete_blood_pressure(remote)

    @override
    def _upload(self, batch: Sequence[BloodPressure], attempt: int) -> None:
        (reading,) = batch
        self._gate.client.add_blood_pressure(
            dt_util.as_local(reading.measured_at),
            reading.systolic,
            reading.diastolic,
            reading.heart_rate,
        )

    @override
    def fits(self, record: BloodPressure) -> bool:
        return record.systolic in SYSTOLIC and record.diastolic in DIASTOLIC


def _now() -> int:
    return int(dt_util.utcnow().timestamp())


def _day(second: int) -> date:
    return datetime.fromtimestamp(second, UTC).date()
