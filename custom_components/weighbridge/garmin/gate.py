"""The gate to Garmin Connect: whether it may be asked now, and when it may again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..clients.garmin import (
    GarminAuthError,
    GarminClient,
    GarminError,
    GarminThrottledError,
    GarminUnavailableError,
)
from ..const import DOMAIN, LOGGER, Status
from ..entry import WeighbridgeConfigEntry
from ..ledger import SETTLING_SECONDS
from ..store import DiskError, SureStore
from ..units import async_time_text
from . import issues
from .link import links_of
from .pause import MAX_PAUSE, STATUSES, Reason, pause_after, reason_for
from .storage import AccountMemory

# The first moment of 2026, before which nobody had this: a clock that says less has yet
# to be set, as that of a small computer which has just been started.
_CLOCK_IS_SET = 1_767_225_600

# How long a request waits for rotated tokens to be on disk.
TOKEN_SAVE_TIMEOUT = 30


class GarminGate:
    """Lets one visit at a time through, and none while Garmin must be left alone.

    What must not be forgotten is on disk before a request relies on it. The pauses are
    kept in the account's memory, so that they outlive a restart.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WeighbridgeConfigEntry,
        *,
        memory: AccountMemory,
        store: SureStore[dict[str, Any]],
        tokens: str,
        tokens_store: SureStore[dict[str, Any]],
    ) -> None:
        """Take up what is remembered; nothing is asked yet.

        Raise GarminAuthError when the tokens cannot be read.
        """
        self.hass = hass
        self.entry = entry
        self.memory = memory
        self.client = GarminClient(tokens, self._save_tokens)
        """To be called through `async_request` alone."""
        self.signed_out = False
        """Whether a person has to sign in again."""
        self.closed = False
        """Whether the account is being unloaded: no further request is made."""
        self.async_push: CALLBACK_TYPE = lambda: None
        """Called when something is due, and after a pause."""
        self._retry_at: float | None = None
        self._cancel_retry: CALLBACK_TYPE | None = None
        self._lock = asyncio.Lock()
        self._store = store
        self._tokens_store = tokens_store
        # New ones that are not on disk yet.
        self._unsaved: str | None = None
        self._listeners: list[CALLBACK_TYPE] = []

    @property
    def status(self) -> Status:
        """Return what is in the way of weigh-ins."""
        if (obstacle := self._obstacle()) is not None:
            return STATUSES[obstacle[0]]
        return Status.OK if links_of(self.entry) else Status.NOT_LINKED

    @property
    def next_try(self) -> datetime | None:
        """Return when Garmin is asked again, None while nothing waits for that."""
        if self._retry_at is None or not self.memory.pending:
            return None
        return dt_util.utc_from_timestamp(self._retry_at)

    def stuck(self, *, is_queued: bool = True) -> HomeAssistantError:
        """Return what to tell a person who has to wait, or whose weigh-ins have to."""
        reason, until = self._obstacle() or (Reason.UNAVAILABLE, _now())
        key = f"queued_{reason}" if is_queued else "not_compared"
        if self.closed:
            key = "account_unloaded"
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=key,
            translation_placeholders={
                "time": async_time_text(self.hass, dt_util.utc_from_timestamp(until))
            },
        )

    @callback
    def async_add_listener(self, listener: CALLBACK_TYPE) -> CALLBACK_TYPE:
        """Call a listener after each change; return how to stop that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    @callback
    def async_changed(self) -> None:
        """Tell the entities and the repairs that something has changed."""
        issues.async_update_waiting(self.hass, self.entry, self.memory.ledgers)
        for listener in list(self._listeners):
            listener()

    async def async_visit[T](
        self, requests: Callable[[], Awaitable[T]], *, by_hand: bool = False
    ) -> T | None:
        """Make requests, take Garmin's refusals to heart, and return what came of it.

        That is None while Garmin must be left alone, and when it refuses. `by_hand` cuts
        a pause short where that does not prolong a ban.
        """
        result: T | None = None
        async with self._lock:
            try:
                if not self._is_shut(by_hand=by_hand):
                    result = await requests()
            except GarminAuthError:
                LOGGER.warning(
                    "Garmin Connect asks to sign in again; weigh-ins are queued"
                )
                self.signed_out = True
                self.entry.async_start_reauth(self.hass)
                await self.async_save()
            except Exception as err:  # noqa: BLE001  # none may come back at each poll
                await self._async_pause(err)
        self.async_changed()
        return result

    async def async_read_apart[T](
        self, request: Callable[[], T], *, by_hand: bool
    ) -> T | None:
        """Read what is no part of a push; None while Garmin is to be left alone.

        Raises GarminError for what stands in the way of this request alone.
        """

        async def ask() -> T | GarminError:
            try:
                return await self.async_request(request)
            except GarminAuthError, GarminThrottledError:
                raise
            except GarminError as err:
                return err

        answer = await self.async_visit(ask, by_hand=by_hand)
        if isinstance(answer, GarminError):
            raise answer
        return answer

    async def async_request[*Ts, T](self, request: Callable[[*Ts], T], *args: *Ts) -> T:
        """Make one blocking request, in a visit; raise GarminError."""
        if self._unsaved is not None:
            await self._async_save_tokens(self._unsaved)
        result = await self.hass.async_add_executor_job(request, *args)
        self.memory.last_contact = dt_util.utcnow()
        return result

    @callback
    def async_plan(self) -> None:
        """Come again when something is due and no pause is in the way."""
        if self._cancel_retry is not None:
            self._cancel_retry()
        self._cancel_retry = self._retry_at = None
        due = self.memory.due
        if due is None or self.closed or self.signed_out:
            return

        @callback
        def retry(_now: datetime) -> None:
            self._cancel_retry = self._retry_at = None
            self.async_push()

        now, at = _now(), max(due, self.memory.paused_until)
        # What could not be done now is no reason for a storm.
        is_known = at > now >= _CLOCK_IS_SET
        self._retry_at = at + 1 if is_known else now + SETTLING_SECONDS
        self._cancel_retry = async_call_later(
            self.hass, self._retry_at - now, HassJob(retry, cancel_on_shutdown=True)
        )

    async def async_cure(self) -> None:
        """Take note that nothing is in the way."""
        memory = self.memory
        if memory.strikes:
            LOGGER.info("Garmin Connect works again")
        memory.strikes = 0
        memory.pause_reason = None
        memory.paused_until = 0.0
        issues.async_clear_account(self.hass, self.entry)
        await self.async_save()

    async def async_close(self) -> None:
        """Let the request under way come to its end, and nobody through any more."""
        self.closed = True
        async with self._lock:
            self.async_plan()
            await self.async_save()

    async def async_save(self) -> None:
        """Put the memory on disk; a person is told if that cannot be done."""
        try:
            await self.async_save_surely()
        except DiskError:
            issues.async_update_disk(self.hass, self.entry, good=False)
        else:
            issues.async_update_disk(self.hass, self.entry, good=True)

    async def async_save_surely(self) -> None:
        """Put the memory on disk; raise DiskError."""
        await self._store.async_save_surely(self.memory.freeze())

    def _obstacle(self) -> tuple[Reason, float] | None:
        """Return what is in the way of a push, and until when."""
        memory, now = self.memory, _now()
        until = max(memory.paused_until, now)
        if self.signed_out:
            return Reason.SIGNED_OUT, until
        if (due := memory.due or 0) > until and memory.pending:
            # Garmin may be at work on what was sent.
            return Reason.AMBIGUOUS, due
        if memory.pause_reason is not None and memory.paused_until > now:
            return Reason(memory.pause_reason), until
        return None

    def _is_shut(self, *, by_hand: bool) -> bool:
        """Return whether Garmin must be left alone."""
        memory, now = self.memory, _now()
        if now < _CLOCK_IS_SET:
            return True
        # A clock that was set back must not stretch a pause.
        memory.paused_until = min(memory.paused_until, now + MAX_PAUSE)
        for ledger in memory.ledgers:
            ledger.wind(int(now))
        if self.closed or self.signed_out:
            return True
        if by_hand and memory.pause_reason != Reason.THROTTLED:
            return False
        return memory.paused_until > now

    async def _async_pause(self, err: Exception) -> None:
        """Leave Garmin alone for a while."""
        memory, reason = self.memory, reason_for(err)
        again = reason == memory.pause_reason
        memory.strikes = memory.strikes + 1 if again else 1
        memory.pause_reason = reason
        seconds = pause_after(err, memory.strikes)
        memory.paused_until = _now() + seconds
        known = isinstance(err, GarminError | DiskError)
        log = LOGGER.info if again else LOGGER.warning
        log(
            "%s; the next try is in %d min",
            err if known else f"Something unexpected: {type(err).__name__}",
            seconds // 60,
            exc_info=None if known or again else err,
        )
        issues.async_report_pause(self.hass, self.entry, reason, memory.strikes)
        await self.async_save()

    async def _async_save_tokens(self, tokens: str) -> None:
        """Put tokens on disk; raise DiskError, and try again before the next request."""
        self._unsaved = tokens
        await self._tokens_store.async_save_surely(lambda: {"tokens": tokens})
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


def _now() -> float:
    return dt_util.utcnow().timestamp()
