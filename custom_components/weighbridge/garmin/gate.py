"""The gate to Garmin Connect: whether it may be asked now, and when it may again."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from typing import Any

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import CALLBACK_TYPE, HassJob, HomeAssistant, callback
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.event import async_call_later
from homeassistant.util import dt as dt_util

from ..clients.garmin import GarminAuthError, GarminError
from ..const import DOMAIN, LOGGER
from ..units import async_time_text
from . import issues
from .pause import (
    IMPATIENT,
    MAX_PAUSE,
    SETTLING_SECONDS,
    Reason,
    pause_after,
    reason_for,
)
from .storage import AccountMemory

# Garmin shows most uploads within seconds, so that a correction need not wait long.
UNSHOWN_RETRY = 60


class GarminGate:
    """Lets one visit at a time through, and none while Garmin must be left alone.

    The pauses are kept in the account's memory, so that they outlive a restart.
    """

    def __init__(
        self,
        hass: HomeAssistant,
        entry: ConfigEntry[Any],
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

    @property
    def lost_answers(self) -> int:
        """Return how many answers to uploads were lost in a row."""
        memory = self._memory
        return memory.strikes if memory.pause_reason == Reason.AMBIGUOUS else 0

    @callback
    def async_close(self) -> None:
        """Let nobody through any more."""
        self.closed = True
        if self._cancel_retry is not None:
            self._cancel_retry()
            self._cancel_retry = None

    @callback
    def async_is_shut(self, *, by_hand: bool) -> bool:
        """Return whether Garmin must be left alone, and see to the next try if so.

        `by_hand` cuts a pause short where that can do no harm.
        """
        if self.closed or self.signed_out:
            return True
        now = dt_util.utcnow().timestamp()
        memory = self._memory
        # A clock that was set back must not stretch a pause.
        memory.paused_until = min(memory.paused_until, now + MAX_PAUSE)
        for ledger in memory.ledgers:
            ledger.cap(int(now))
        until = memory.paused_until
        if by_hand and memory.pause_reason in IMPATIENT:
            until = 0.0
        sent_ats = [ledger.last_sent_at() for ledger in memory.ledgers]
        if sent_at := max((at for at in sent_ats if at is not None), default=None):
            settled = sent_at + SETTLING_SECONDS
            if settled > until:
                until = settled
                memory.pause_reason = Reason.AMBIGUOUS
                memory.paused_until = until
        if until <= now:
            return False
        self._async_retry_in(until - now)
        return True

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
        except GarminError as err:
            await self._async_pause(err)
            return False
        if cures:
            await self._async_cure()
        return True

    def stuck(self) -> HomeAssistantError:
        """Return what to tell a person whose weigh-ins have to wait."""
        memory = self._memory
        if self.signed_out:
            return HomeAssistantError(
                translation_domain=DOMAIN, translation_key="queued_signed_out"
            )
        now = dt_util.utcnow()
        reason: str = memory.pause_reason or Reason.UNAVAILABLE
        until = dt_util.utc_from_timestamp(memory.paused_until)
        if memory.pause_reason is None and self._is_unshown():
            reason = "unshown"
            until = now + timedelta(seconds=UNSHOWN_RETRY)
        return HomeAssistantError(
            translation_domain=DOMAIN,
            translation_key=f"queued_{reason}",
            translation_placeholders={
                "time": async_time_text(self._hass, max(until, now))
            },
        )

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
        if self._is_unshown():
            self._async_retry_in(UNSHOWN_RETRY)

    async def _async_pause(self, err: GarminError) -> None:
        """Leave Garmin alone for a while."""
        memory = self._memory
        again = reason_for(err) == memory.pause_reason
        memory.strikes = memory.strikes + 1 if again else 1
        pause = pause_after(err, memory.strikes)
        memory.pause_reason = pause.reason
        memory.paused_until = dt_util.utcnow().timestamp() + pause.seconds
        log = LOGGER.info if again else LOGGER.warning
        log("%s; the next try is in %d min", err, pause.seconds // 60)
        issues.async_report_pause(self._hass, self._entry, pause.reason, memory.strikes)
        await self._save()
        self._async_retry_in(pause.seconds)

    def _is_unshown(self) -> bool:
        """Return whether something waits until Garmin shows its older version."""
        return any(ledger.unshown() for ledger in self._memory.ledgers)

    @callback
    def _async_retry_in(self, seconds: float) -> None:
        """Try again later, instead of any other time set before."""
        if self._cancel_retry is not None:
            self._cancel_retry()

        @callback
        def retry(_now: datetime) -> None:
            self._cancel_retry = None
            self._retry()

        self._cancel_retry = async_call_later(
            self._hass, seconds + 1, HassJob(retry, cancel_on_shutdown=True)
        )
