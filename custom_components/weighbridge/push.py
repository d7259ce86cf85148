"""Push: what the ledger has pending goes to Garmin Connect, once."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import batched
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.helpers.storage import Store
from homeassistant.util import dt as dt_util

from . import issues
from .clients.garmin import (
    GarminAuthError,
    GarminClient,
    GarminDuplicateError,
    GarminError,
    GarminRejectedError,
    GarminUnavailableError,
)
from .const import DOMAIN, LOGGER
from .fit import MAX_RECORDS, can_encode, encode
from .ledger import Ledger, Offer, Reconciled, State, Way
from .links import Link
from .model import Batch, WeighIn
from .pause import (
    IMPATIENT,
    MAX_PAUSE,
    SETTLING_SECONDS,
    Reason,
    pause_after,
    reason_for,
)
from .storage import AccountMemory

type GarminConfigEntry = ConfigEntry[GarminAccount]

# The link of what an action pushes.
ACTION_LINK = "action"

# Refresh tokens live for 30 days and are renewed by use.
KEEP_ALIVE_AFTER = timedelta(days=5)

# How long a request waits for rotated tokens to be on disk.
TOKEN_SAVE_TIMEOUT = 30

# A refused file twice over: Garmin has these weigh-ins, though it does not show them.
DUPLICATE_STRIKES = 2


class GarminAccount:
    """One Garmin Connect account: its memory, its requests, its pauses."""

    def __init__(
        self,
        hass: HomeAssistant,
        entry: GarminConfigEntry,
        *,
        memory: AccountMemory,
        store: Store[dict[str, Any]],
        tokens: str,
        tokens_store: Store[dict[str, str]],
    ) -> None:
        """Take up what is remembered; nothing is sent yet.

        Raise GarminAuthError when the tokens cannot be read.
        """
        self.hass = hass
        self.entry = entry
        self.memory = memory
        self._store = store
        self._tokens_store = tokens_store
        self._client = GarminClient(tokens, self._save_tokens)
        self._lock = asyncio.Lock()
        self._listeners: list[CALLBACK_TYPE] = []
        self._cancel_retry: CALLBACK_TYPE | None = None
        self._signed_out = False
        self._closing = False

    @property
    def ledger(self) -> Ledger:
        """Return what must be pushed and what has been."""
        return self.memory.ledger

    @property
    def pending(self) -> int:
        """Return how many weigh-ins wait to be pushed."""
        return self.ledger.count(State.PENDING)

    @property
    def last_push(self) -> datetime | None:
        """Return when Garmin last accepted a weigh-in from here."""
        return self.memory.last_push

    @property
    def signed_out(self) -> bool:
        """Return whether a person has to sign in again."""
        return self._signed_out

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener after each change; return how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    async def async_take(self, link: Link, batch: Batch) -> None:
        """Take in what a source brought for a link, and push what is new."""
        outcomes = {
            link.offer(self.ledger, weigh_in)
            for weigh_in in batch.weigh_ins
            if link.wants(weigh_in)
        }
        first = self.ledger.advance(link.link_id, link.start, batch.until)
        # The cursor alone is not worth a write: an old one only makes us read more.
        if first or outcomes - {Offer.KNOWN}:
            await self._async_save()
            self._notify()
        self.async_request_flush()

    @callback
    def async_request_flush(self) -> None:
        """Push in the background what is pending."""
        if self.ledger.has_work():
            self.entry.async_create_background_task(
                self.hass, self.async_flush(), f"{DOMAIN} push {self.entry.entry_id}"
            )

    async def async_flush(self, *, by_hand: bool = False) -> None:
        """Push what is pending, unless Garmin must be left alone.

        `by_hand` tries again at once where that can do no harm.
        """
        async with self._lock:
            if self._closing or self._signed_out or not self.ledger.has_work():
                return
            if self._async_wait(by_hand=by_hand):
                return
            await self._async_guard(self._async_push_pending)

    async def async_push_now(self) -> None:
        """Push what is pending because a person asked; raise when it stays pending."""
        await self.async_flush(by_hand=True)
        if self.pending:
            raise self.stuck()

    async def async_push_measurement(self, weigh_in: WeighIn) -> Way:
        """Push one weigh-in now and return how Garmin came to hold it.

        Raise HomeAssistantError when it is queued for later, or refused.
        """
        self.ledger.offer(weigh_in, link=ACTION_LINK, own_twins=True)
        await self._async_save()
        if self.ledger.state(weigh_in.second) is State.DONE:
            return Way.FOUND
        self._notify()
        await self.async_flush(by_hand=True)
        match self.ledger.state(weigh_in.second):
            case State.PENDING:
                raise self.stuck()
            case State.FAILED:
                raise HomeAssistantError(
                    translation_domain=DOMAIN, translation_key="refused"
                )
            case State.HELD:
                raise HomeAssistantError(
                    translation_domain=DOMAIN, translation_key="held"
                )
        return self.ledger.way(weigh_in.second) or Way.FOUND

    async def async_offer_all(self, offers: Iterable[tuple[Link, WeighIn]]) -> None:
        """Take weigh-ins that a person asked for, and push what is new at once."""
        for link, weigh_in in offers:
            link.offer(self.ledger, weigh_in)
        await self._async_save()
        self._notify()
        await self.async_flush(by_hand=True)

    async def async_compare(self, ledger: Ledger) -> None:
        """Settle in a scratch ledger what Garmin holds; raise when it cannot tell."""
        async with self._lock:
            if not ledger.pending():
                return
            if self._signed_out or self._async_wait(by_hand=True):
                raise self.stuck()
            if not await self._async_guard(partial(self._async_look, ledger)):
                raise self.stuck()

    def stuck(self) -> HomeAssistantError:
        """Return what to tell a person whose weigh-ins have to wait."""
        if self._signed_out:
            return HomeAssistantError(
                translation_domain=DOMAIN, translation_key="queued_signed_out"
            )
        until = dt_util.as_local(
            max(dt_util.utc_from_timestamp(self.memory.paused_until), dt_util.utcnow())
        )
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=f"queued_{self.memory.pause_reason or Reason.UNAVAILABLE}",
            translation_placeholders={"time": until.strftime("%Y-%m-%d %H:%M")},
        )

    async def async_keep_alive(self) -> None:
        """Use the tokens once when they have not been used for days."""
        async with self._lock:
            last = self.memory.last_contact
            if (
                self._closing
                or self._signed_out
                or (last is not None and dt_util.utcnow() - last < KEEP_ALIVE_AFTER)
                or self._async_wait(by_hand=False)
            ):
                return
            await self._async_guard(self._async_touch)

    async def async_withdraw(self, seconds: Iterable[int]) -> None:
        """Remove from Garmin what was pushed and its source has deleted."""
        for second in seconds:
            self.ledger.withdraw(second)
        await self._async_save()
        self.async_request_flush()

    async def async_decide(self, push: Iterable[int], leave_out: Iterable[int]) -> None:
        """Carry out a person's word on what is held or was refused."""
        for second in push:
            self.ledger.release(second)
        for second in leave_out:
            self.ledger.leave_out(second)
        await self._async_save()
        self._notify()
        self.async_request_flush()

    async def async_review(self, link: Link) -> None:
        """Judge what waits by a link's new settings."""
        self.ledger.review(link.link_id, link.judge)
        await self._async_save()
        self._notify()
        self.async_request_flush()

    async def async_forget_link(self, link_id: str) -> None:
        """Drop what a removed link still wanted."""
        self.ledger.forget_link(link_id)
        await self._async_save()
        self._notify()

    async def async_close(self) -> None:
        """Let the request under way come to its end, then stop."""
        self._closing = True
        if self._cancel_retry is not None:
            self._cancel_retry()
            self._cancel_retry = None
        async with self._lock:
            await self._async_save()

    @callback
    def _async_wait(self, *, by_hand: bool) -> bool:
        """Return whether Garmin must be left alone, and see to the next try if so."""
        now = dt_util.utcnow().timestamp()
        memory = self.memory
        # A clock that was set back must not stretch a pause.
        memory.paused_until = min(memory.paused_until, now + MAX_PAUSE)
        until = memory.paused_until
        if by_hand and memory.pause_reason in IMPATIENT:
            until = 0.0
        if (sent_at := self.ledger.last_sent_at()) is not None:
            settled = min(sent_at, now) + SETTLING_SECONDS
            if settled > until:
                until = settled
                memory.pause_reason = Reason.AMBIGUOUS
                memory.paused_until = until
        if until <= now:
            return False
        self._async_retry_in(until - now)
        return True

    @callback
    def _async_retry_in(self, seconds: float) -> None:
        """Try again later, instead of any other time set before."""
        if self._cancel_retry is not None:
            self._cancel_retry()

        @callback
        def retry(_now: datetime) -> None:
            self._cancel_retry = None
            self.async_request_flush()

        self._cancel_retry = async_call_later(
            self.hass, seconds + 1, HassJob(retry, cancel_on_shutdown=True)
        )

    async def _async_guard(self, requests: Callable[[], Awaitable[Any]]) -> bool:
        """Make requests, take Garmin's refusals to heart, and tell how it went."""
        good = False
        try:
            await requests()
        except GarminAuthError:
            LOGGER.warning("Garmin Connect asks to sign in again; weigh-ins are queued")
            self._signed_out = True
            self.entry.async_start_reauth(self.hass)
            await self._async_save()
        except GarminError as err:
            await self._async_pause(err)
        else:
            if self.memory.strikes:
                LOGGER.info("Garmin Connect works again")
            self.memory.strikes = 0
            self.memory.pause_reason = None
            self.memory.paused_until = 0.0
            issues.async_clear_account(self.hass, self.entry)
            await self._async_save()
            good = True
        self._notify()
        return good

    async def _async_pause(self, err: GarminError) -> None:
        """Leave Garmin alone for a while."""
        memory = self.memory
        again = reason_for(err) == memory.pause_reason
        memory.strikes = memory.strikes + 1 if again else 1
        pause = pause_after(err, memory.strikes)
        memory.pause_reason = pause.reason
        memory.paused_until = dt_util.utcnow().timestamp() + pause.seconds
        log = LOGGER.info if again else LOGGER.warning
        log("%s; the next try is in %d min", err, pause.seconds // 60)
        issues.async_report_pause(self.hass, self.entry, pause.reason, memory.strikes)
        await self._async_save()
        self._async_retry_in(pause.seconds)

    async def _async_push_pending(self) -> None:
        """Read, compare, remove and upload until Garmin is as it should be."""
        while self.ledger.has_work():
            items = self.ledger.pending()
            leaving = list(self.ledger.withdrawals)
            seen = await self._async_look(self.ledger)
            for remote in seen.unwanted:
                await self._async_job(self._client.delete_weigh_in, remote)
            self.ledger.withdrawn(leaving)
            if seen.found:
                self._notify()
            todo = [
                item.record
                for item in items
                if self.ledger.state(item.record.second) is State.PENDING
            ]
            for batch in batched(todo, self._batch_size(), strict=False):
                # What stays pending is pushed after the next start.
                if self._closing or self.hass.is_stopping:
                    return
                await self._async_upload(batch)

    async def _async_look(self, ledger: Ledger) -> Reconciled[Any]:
        """Compare what a ledger wants at Garmin with what Garmin holds."""
        seconds = [item.record.second for item in ledger.pending()]
        seconds.extend(ledger.withdrawals)
        # The days of the range are those of the account's time zone.
        start = _day(min(seconds)) - timedelta(days=1)
        end = _day(max(seconds)) + timedelta(days=1)
        remotes = await self._async_job(
            self._client.weigh_ins, start, end, dt_util.get_default_time_zone()
        )
        return ledger.reconcile(remotes)

    async def _async_touch(self) -> None:
        """Make the cheapest request there is."""
        await self._async_job(self._client.profile)

    def _batch_size(self) -> int:
        """Return how many weigh-ins a file takes, fewer after each lost answer."""
        lost = (
            self.memory.strikes if self.memory.pause_reason == Reason.AMBIGUOUS else 0
        )
        return max(1, MAX_RECORDS >> lost)

    async def _async_upload(self, batch: Sequence[WeighIn]) -> None:
        """Upload weigh-ins as one file; split it until refused ones stand alone."""
        for weigh_in in batch:
            if not can_encode(weigh_in):
                self._fail(weigh_in)
        batch = [weigh_in for weigh_in in batch if can_encode(weigh_in)]
        if not batch:
            return
        seconds = [weigh_in.second for weigh_in in batch]
        fit = await self.hass.async_add_executor_job(encode, batch)
        self.ledger.mark_sent(seconds, int(dt_util.utcnow().timestamp()))
        await self._async_save()
        try:
            await self._async_job(self._client.upload, fit)
        except GarminRejectedError:
            self.ledger.mark_unsent(seconds)
            if len(batch) == 1:
                self._fail(batch[0])
                return
            middle = len(batch) // 2
            await self._async_upload(batch[:middle])
            await self._async_upload(batch[middle:])
        except GarminDuplicateError:
            if (
                self.memory.pause_reason != Reason.AMBIGUOUS
                or self.memory.strikes < DUPLICATE_STRIKES
            ):
                raise
            self._confirm(seconds)
        except GarminError as err:
            if reason_for(err) is not Reason.AMBIGUOUS:
                self.ledger.mark_unsent(seconds)
            raise
        else:
            self._confirm(seconds)

    @callback
    def _confirm(self, seconds: Sequence[int]) -> None:
        """Settle what Garmin has accepted; the next save writes it down."""
        self.ledger.confirm(seconds)
        self.memory.last_push = dt_util.utcnow()
        LOGGER.debug("Garmin Connect has accepted %d weigh-ins", len(seconds))
        self._notify()

    @callback
    def _fail(self, weigh_in: WeighIn) -> None:
        """Park a weigh-in that Garmin refuses, and tell."""
        self.ledger.fail(weigh_in.second)
        LOGGER.warning("Garmin Connect refuses a weigh-in; the others go on")
        self._notify()

    async def _async_job[*Ts, T](self, request: Callable[[*Ts], T], *args: *Ts) -> T:
        """Make one blocking request."""
        result = await self.hass.async_add_executor_job(request, *args)
        self.memory.last_contact = dt_util.utcnow()
        return result

    def _save_tokens(self, tokens: str) -> None:
        """Have rotated tokens on disk before the next request; runs in the executor."""
        saved = asyncio.run_coroutine_threadsafe(
            self._tokens_store.async_save({"tokens": tokens}), self.hass.loop
        )
        try:
            saved.result(TOKEN_SAVE_TIMEOUT)
        except TimeoutError:
            raise GarminUnavailableError("New tokens could not be saved") from None

    async def _async_save(self) -> None:
        await self._store.async_save(self.memory.to_json())

    @callback
    def _notify(self) -> None:
        issues.async_update_waiting(self.hass, self.entry, self.ledger)
        for listener in list(self._listeners):
            listener()


def _day(second: int) -> date:
    return datetime.fromtimestamp(second, UTC).date()
