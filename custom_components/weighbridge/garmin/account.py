"""Push: what the ledger has pending goes to Garmin Connect, once."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.util import dt as dt_util

from ..clients.garmin import (
    GarminAuthError,
    GarminClient,
    GarminError,
    GarminThrottledError,
    GarminUnavailableError,
    GarminWeighIn,
)
from ..const import DOMAIN, Status
from ..devices import ListedDevices
from ..ledger import SETTLING_SECONDS, Ledger, Offer, Record, Remote, State, links
from ..model import Batch, WeighIn
from ..pace import async_apart, async_paced
from ..store import DiskError, SureStore
from . import issues
from .gate import GarminGate
from .lanes import BloodPressureLane, Lane, WeighInLane
from .link import Link, links_of
from .storage import AccountMemory

type GarminConfigEntry = ConfigEntry[GarminAccount]

# The link of what an action pushes.
ACTION_LINK = "action"

# Refresh tokens live for 30 days and are renewed by use.
KEEP_ALIVE_AFTER = timedelta(days=5)

# How long a request waits for rotated tokens to be on disk.
TOKEN_SAVE_TIMEOUT = 30


class GarminAccount:
    """One Garmin Connect account: its memory, its requests, what waits for them."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: GarminConfigEntry,
        *,
        memory: AccountMemory,
        store: SureStore[dict[str, Any]],
        tokens: str,
        tokens_store: SureStore[dict[str, Any]],
    ) -> None:
        """Take up what is remembered; nothing is sent yet.

        Raise GarminAuthError when the tokens cannot be read.
        """
        self.hass = hass
        self.entry = entry
        self.memory = memory
        self.gone: dict[str, frozenset[int]] = {}
        """By links, what is gone at the source and stays until a person says so."""
        self._store = store
        self._tokens_store = tokens_store
        # New ones that are not on disk yet.
        self._unsaved: str | None = None
        self.client = GarminClient(tokens, self._save_tokens)
        self.weigh_ins = WeighInLane(memory.weigh_ins, self)
        self.blood_pressures = BloodPressureLane(memory.blood_pressures, self)
        self._gate = GarminGate(
            hass, entry, memory, save=self.async_save, retry=self._retry
        )
        self.sensors: ListedDevices | None = None
        """Straps and power meters, if their batteries are wanted."""
        self._saving = asyncio.Lock()
        self._listeners: list[CALLBACK_TYPE] = []

    @property
    def pending(self) -> int:
        """Return how many measurements wait to be pushed."""
        return sum(ledger.count(State.PENDING) for ledger in self.memory.ledgers)

    @property
    def due(self) -> int | None:
        """Return from when on something is to be done at Garmin, None for never."""
        dues = [ledger.due() for ledger in self.memory.ledgers]
        return min((due for due in dues if due is not None), default=None)

    @property
    def last_push(self) -> datetime | None:
        """Return when Garmin last accepted a weigh-in from here."""
        return self.memory.last_push

    @property
    def status(self) -> Status:
        """Return what is in the way of weigh-ins."""
        if (status := self._gate.status) is Status.OK and not links_of(self.entry):
            return Status.NOT_LINKED
        return status

    @property
    def next_try(self) -> datetime | None:
        """Return when Garmin is asked again, None while nothing waits for that."""
        return self._gate.next_try if self.pending else None

    @property
    def signed_out(self) -> bool:
        """Return whether a person has to sign in again."""
        return self._gate.signed_out

    @property
    def is_stopping(self) -> bool:
        """Return whether no further request should be made."""
        return self._gate.closed or self.hass.is_stopping

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener after each change; return how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def known_links(self) -> set[str]:
        """Return the links of which anything waits, by their keys."""
        memory = self.memory
        known = links.known(memory.weigh_ins) | links.known(memory.blood_pressures)
        return known - {ACTION_LINK}

    async def async_take(self, link: Link, batch: Batch) -> None:
        """Take in what a source brought for a link, and push what is new."""
        outcomes: set[Offer] = set()
        if link.weigh_ins:
            ledger = self.memory.weigh_ins
            async for step in async_paced(batch.weigh_ins):
                # It may be changed or removed meanwhile.
                if links_of(self.entry).get(link.link_id) != link:
                    return
                outcomes |= {
                    link.offer(ledger, weigh_in)
                    for weigh_in in step
                    if link.wants(weigh_in) or ledger.is_ours(weigh_in.second, link.key)
                }
        if link.blood_pressure:
            pressures = self.memory.blood_pressures
            outcomes |= {
                link.offer_blood_pressure(pressures, reading)
                for reading in batch.blood_pressures
                if link.wants(reading) or pressures.is_ours(reading.second, link.key)
            }
        if outcomes - {Offer.KNOWN}:
            await self._async_keep()
        else:
            self.async_request_flush()

    @callback
    def async_request_flush(self) -> None:
        """Push in the background what is pending, when it may be."""
        due = self.due
        if due is None or self.is_stopping:
            return
        if due > _now() or self._gate.async_is_shut(by_hand=False):
            self._gate.async_retry_at(due)
            self.async_changed()
            return
        self.entry.async_create_background_task(
            self.hass, self.async_flush(), f"{DOMAIN} push {self.entry.entry_id}"
        )

    @callback
    def _retry(self) -> None:
        """Go on after a pause."""
        self.async_changed()
        self.async_request_flush()

    async def async_flush(self, *, by_hand: bool = False) -> None:
        """Push what is pending, unless Garmin must be left alone.

        `by_hand` tries again at once where that can do no harm.
        """
        async with self._gate.lock:
            due = self.due
            if (
                due is not None
                and not self._gate.async_is_shut(by_hand=by_hand)
                and due <= _now()
            ):
                good = await self._async_visit(self._async_push_pending)
                due = self.due
                if good and due is not None:
                    # What could not be done now is no reason for a storm.
                    due = max(due, _now() + SETTLING_SECONDS)
            self._gate.async_retry_at(due)
            self.async_changed()

    async def async_push_now(self) -> None:
        """Push what is pending because a person asked; raise when it stays pending."""
        await self.async_flush(by_hand=True)
        if self.pending:
            raise self.stuck()

    async def async_offer_all(self, offers: Iterable[tuple[Link, WeighIn]]) -> None:
        """Take weigh-ins that a person asked for."""
        async for step in async_paced(offers):
            for link, weigh_in in step:
                link.offer(self.memory.weigh_ins, weigh_in)
        await self.async_save()
        self.async_changed()

    async def async_push_all(self) -> None:
        """Push at once what a person has asked for, as far as that can do no harm."""
        await self.async_save()
        self.async_changed()
        await self.async_flush(by_hand=True)

    async def async_look_up(
        self, seconds: Collection[int], *, queues: bool
    ) -> list[GarminWeighIn]:
        """Return what Garmin holds of the days around some seconds.

        `queues` tells that what is missing there is pushed as soon as that is possible.
        Raises HomeAssistantError when it cannot be asked now.
        """
        if (remotes := await self.async_ask(self.weigh_ins, seconds)) is not None:
            return remotes
        ledger = self.memory.weigh_ins
        if self._gate.closed or (
            queues and any(ledger.state(second) is State.PENDING for second in seconds)
        ):
            raise self.stuck()
        raise HomeAssistantError(
            translation_domain=DOMAIN, translation_key="not_compared"
        )

    async def async_ask[R: Record, M: Remote](
        self, lane: Lane[R, M], seconds: Collection[int]
    ) -> list[M] | None:
        """Return what Garmin holds around some seconds, None if it does not tell now.

        That cures no pause: it shows nothing of what was in the way of a push.
        """
        async with self._gate.lock:
            if self._gate.async_is_shut(by_hand=True):
                return None
            remotes: list[M] = []

            async def ask() -> None:
                remotes.extend(await lane.async_read(seconds))

            return remotes if await self._async_visit(ask, cures=False) else None

    async def async_read_apart[T](
        self, request: Callable[[], T], *, by_hand: bool
    ) -> T | None:
        """Read what is no part of a push; None while Garmin is to be left alone.

        Raises GarminError for what stands in the way of this request alone.
        """
        answers: list[T] = []
        failures: list[GarminError] = []

        async def ask() -> None:
            try:
                answers.append(await self.async_request(request))
            except GarminAuthError, GarminThrottledError:
                raise
            except GarminError as err:
                failures.append(err)

        async with self._gate.lock:
            if not self._gate.async_is_shut(by_hand=by_hand):
                await self._async_visit(ask, cures=False)
        if failures:
            raise failures[0]
        return answers[0] if answers else None

    def stuck(self) -> HomeAssistantError:
        """Return what to tell a person whose weigh-ins have to wait."""
        return self._gate.stuck()

    async def async_keep_alive(self) -> None:
        """Use the tokens once when they have not been used for days."""
        async with self._gate.lock:
            last, now = self.memory.last_contact, dt_util.utcnow()
            # One that is still to come was noted by a clock that was wrong.
            if last is not None and last <= now < last + KEEP_ALIVE_AFTER:
                return
            if not self._gate.async_is_shut(by_hand=False):
                await self._async_visit(self._async_touch)

    async def async_withdraw(self, seconds: Iterable[int]) -> None:
        """Remove from Garmin weigh-ins that their source has deleted."""
        for second in seconds:
            self.memory.weigh_ins.withdraw(second, _now())
        await self._async_keep()

    async def async_decide(
        self, ledger: Ledger[Any], push: Iterable[int], leave_out: Iterable[int]
    ) -> None:
        """Carry out a person's word on what was refused."""
        for second in push:
            ledger.release(second)
        for second in leave_out:
            ledger.leave_out(second)
        await self._async_keep()

    async def async_answer(
        self, key: str, seconds: Collection[int], *, remove: bool
    ) -> None:
        """Carry out a person's word on what is gone at the source of a link."""
        gone = self.gone.get(key, frozenset())
        # What became known meanwhile, or is not shown for length, is asked about next.
        self.gone[key] = gone.difference(seconds)
        for second in gone.intersection(seconds):
            if remove:
                self.memory.weigh_ins.withdraw(second, _now())
            else:
                self.memory.weigh_ins.keep(second)
        await self._async_keep()

    async def async_review(self, link: Link) -> None:
        """Bring what waits in line with a link's settings."""
        wants = link.wants
        changes = links.review(
            self.memory.weigh_ins,
            link.key,
            lambda w: link.weigh_ins and wants(w),
            link.prepare,
        )
        changes |= links.review(
            self.memory.blood_pressures,
            link.key,
            lambda p: link.blood_pressure and wants(p),
            lambda p: p,
        )
        if changes:
            await self._async_keep()

    async def async_forget_link(self, key: str) -> None:
        """Drop what a removed link still wanted."""
        links.forget(self.memory.weigh_ins, key)
        links.forget(self.memory.blood_pressures, key)
        self.gone.pop(key, None)
        await self._async_keep()

    async def async_close(self) -> None:
        """Let the request under way come to its end, then stop."""
        self._gate.async_close()
        async with self._gate.lock:
            await self.async_save()

    async def _async_visit(
        self, requests: Callable[[], Awaitable[Any]], *, cures: bool = True
    ) -> bool:
        """Make requests through the gate, and tell everybody how it went."""
        good = await self._gate.async_visit(requests, cures=cures)
        self.async_changed()
        return good

    async def _async_push_pending(self) -> None:
        """Push all kinds, the weigh-ins first; one does not stop the other."""
        try:
            await self.weigh_ins.async_push()
        except GarminAuthError, GarminThrottledError, GarminUnavailableError:
            raise
        except GarminError:
            await self.blood_pressures.async_push()
            raise
        await self.blood_pressures.async_push()

    async def _async_touch(self) -> None:
        """Make the cheapest request there is."""
        await self.async_request(self.client.profile)

    async def async_request[*Ts, T](self, request: Callable[[*Ts], T], *args: *Ts) -> T:
        """Make one blocking request; only for the lanes, which hold the lock."""
        if self._unsaved is not None:
            await self._async_save_tokens(self._unsaved)
        result = await self.hass.async_add_executor_job(request, *args)
        self.memory.last_contact = dt_util.utcnow()
        return result

    @callback
    def async_pushed(self) -> None:
        """Note that Garmin has accepted something."""
        self.memory.last_push = dt_util.utcnow()
        self.async_changed()

    @callback
    def async_kept(self, second: int) -> None:
        """Tell that Garmin keeps what its source has deleted."""
        issues.async_report_kept(self.hass, self.entry, second)

    @callback
    def async_changed(self) -> None:
        """Tell the entities and the repairs that a ledger has changed."""
        issues.async_update_waiting(self.hass, self.entry, self.memory.ledgers)
        for listener in list(self._listeners):
            listener()

    async def _async_keep(self) -> None:
        """Save what has changed, tell of it, and push what is pending."""
        await self.async_save()
        self.async_changed()
        self.async_request_flush()

    async def async_save(self) -> None:
        """Put the ledgers on disk; a person is told if that cannot be done."""
        try:
            await self.async_save_surely()
        except DiskError:
            issues.async_update_disk(self.hass, self.entry, good=False)
        else:
            issues.async_update_disk(self.hass, self.entry, good=True)

    async def async_save_surely(self) -> None:
        """Put the ledgers on disk; raise DiskError."""
        # One at a time: an older state must not be written after a newer one.
        async with self._saving:
            data = await async_apart(self.memory.size, self.memory.freeze())
            await self._store.async_save_surely(data)

    async def _async_save_tokens(self, tokens: str) -> None:
        """Put tokens on disk; raise DiskError, and try again before the next request."""
        self._unsaved = tokens
        await self._tokens_store.async_save_surely({"tokens": tokens})
        self._unsaved = None

    def _save_tokens(self, tokens: str) -> None:
        """Have rotated tokens on disk before the next request; runs in the executor."""
        saved = asyncio.run_coroutine_threadsafe(
            self._async_save_tokens(tokens), self.hass.loop
        )
        try:
            saved.result(TOKEN_SAVE_TIMEOUT)
        except TimeoutError:
            raise GarminUnavailableError("New tokens could not be saved") from None


def _now() -> int:
    return int(dt_util.utcnow().timestamp())
