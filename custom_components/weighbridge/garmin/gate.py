"""The gate to Garmin Connect: whether it may be asked now, and when it may again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..clients.garmin import GarminAuthError, GarminError
from ..const import DOMAIN, LOGGER, Status
from ..entry import WeighbridgeConfigEntry
from ..ledger import State
from ..store import DiskError
from ..units import async_time_text
from . import issues
from .pause import MAX_PAUSE, STATUSES, Reason, pause_after, reason_for
from .storage import AccountMemory


class GarminGate:
    """Lets one visit at a time through, and none while Garmin must be left alone.

    The pauses are kept in the account's memory, so that they outlive a restart.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: WeighbridgeConfigEntry,
        memory: AccountMemory,
        *,
        save: Callable[[], Awaitable[None]],
        retry: Callable[[], None],
    ) -> None:
        """Keep what is to be remembered by `save`, and call `retry` after a pause."""
        self.lock = asyncio.Lock()
        self.signed_out = False
        """Whether a person has to sign in again."""
        self.closed = False
        """Whether the account is being unloaded."""
        self._hass = hass
        self._entry = entry
        self._memory = memory
        self._save = save
        self._retry = retry
        self._cancel_retry: CALLBACK_TYPE | None = None
        self.next_try: datetime | None = None
        """When Garmin is asked again (aware UTC), None while nothing waits for that."""

    @property
    def status(self) -> Status:
        """Return what is in the way of requests now."""
        if self.signed_out:
            return Status.SIGNED_OUT
        memory, now = self._memory, _now()
        dues = [ledger.due() for ledger in memory.ledgers]
        due = min((due for due in dues if due is not None), default=0)
        is_pending = any(ledger.count(State.PENDING) for ledger in memory.ledgers)
        if is_pending and due > max(memory.paused_until, now):
            # Garmin may be at work on what was sent.
            return Status.WAITING
        if memory.pause_reason is not None and memory.paused_until > now:
            return STATUSES[memory.pause_reason]
        return Status.OK

    @callback
    def async_close(self) -> None:
        """Let nobody through any more."""
        self.closed = True
        self._async_cancel()

    @callback
    def async_is_shut(self, *, by_hand: bool) -> bool:
        """Return whether Garmin must be left alone.

        `by_hand` cuts a pause short where that does not prolong a ban.
        """
        now = _now()
        memory = self._memory
        # A clock that was set back must not stretch a pause.
        memory.paused_until = min(memory.paused_until, now + MAX_PAUSE)
        for ledger in memory.ledgers:
            ledger.wind(int(now))
        if self.closed or self.signed_out:
            return True
        if by_hand and memory.pause_reason != Reason.THROTTLED:
            return False
        return memory.paused_until > now

    async def async_visit(
        self, requests: Callable[[], Awaitable[Any]], *, cures: bool = True
    ) -> bool:
        """Make requests, take Garmin's refusals to heart, and tell how it went.

        Whoever calls this holds the lock. `cures` tells whether success means that
        nothing is in the way any more.
        """
        try:
            await requests()
        except GarminAuthError:
            LOGGER.warning("Garmin Connect asks to sign in again; weigh-ins are queued")
            self.signed_out = True
            self._entry.async_start_reauth(self._hass)
            await self._save()
            return False
        except Exception as err:  # noqa: BLE001  # none may come back at each poll
            await self._async_pause(err)
            return False
        if cures:
            await self._async_cure()
        return True

    def stuck(self) -> HomeAssistantError:
        """Return what to tell a person whose weigh-ins have to wait."""
        memory = self._memory
        if self.closed:
            return HomeAssistantError(
                translation_domain=DOMAIN, translation_key="account_unloaded"
            )
        if self.signed_out:
            return HomeAssistantError(
                translation_domain=DOMAIN, translation_key="queued_signed_out"
            )
        now = _now()
        reason: str = memory.pause_reason or Reason.UNAVAILABLE
        until = max(memory.paused_until, now)
        due = min(
            (d for led in memory.ledgers if (d := led.due()) is not None), default=0
        )
        if due > until:
            # Garmin may be at work on what waits.
            reason, until = "ambiguous", due
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=f"queued_{reason}",
            translation_placeholders={
                "time": async_time_text(self._hass, dt_util.utc_from_timestamp(until))
            },
        )

    @callback
    def async_retry_at(self, due: float | None) -> None:
        """Try again when something is due and no pause is in the way."""
        self._async_cancel()
        if due is None or self.closed or self.signed_out:
            return

        @callback
        def retry(_now: datetime) -> None:
            self._cancel_retry = None
            self.next_try = None
            self._retry()

        wait = max(max(due, self._memory.paused_until) - _now(), 0) + 1
        self.next_try = dt_util.utcnow() + timedelta(seconds=wait)
        self._cancel_retry = async_call_later(
            self._hass, wait, HassJob(retry, cancel_on_shutdown=True)
        )

    @callback
    def _async_cancel(self) -> None:
        if self._cancel_retry is not None:
            self._cancel_retry()
            self._cancel_retry = None
        self.next_try = None

    async def _async_cure(self) -> None:
        """Take note that nothing is in the way."""
        memory = self._memory
        if memory.strikes:
            LOGGER.info("Garmin Connect works again")
        memory.strikes = 0
        memory.pause_reason = None
        memory.paused_until = 0.0
        issues.async_clear_account(self._hass, self._entry)
        await self._save()

    async def _async_pause(self, err: Exception) -> None:
        """Leave Garmin alone for a while."""
        memory = self._memory
        again = reason_for(err) == memory.pause_reason
        memory.strikes = memory.strikes + 1 if again else 1
        pause = pause_after(err, memory.strikes)
        memory.pause_reason = pause.reason
        memory.paused_until = _now() + pause.seconds
        known = isinstance(err, GarminError | DiskError)
        log = LOGGER.info if again else LOGGER.warning
        log(
            "%s; the next try is in %d min",
            err if known else f"Something unexpected: {type(err).__name__}",
            pause.seconds // 60,
            exc_info=None if known or again else err,
        )
        issues.async_report_pause(self._hass, self._entry, pause.reason, memory.strikes)
        await self._save()


def _now() -> float:
    return dt_util.utcnow().timestamp()
