"""How long Garmin wants to be left alone after too many sign-ins to an account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util import dt as dt_util
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN

# Garmin names no time. People report that it takes from hours to a day, and that every
# further try starts it anew.
FIRST_WAIT: Final = timedelta(hours=2)
LONGEST_WAIT: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class _Cooldown:
    """When an account may be tried again, and how long that wait was."""

    until: datetime
    wait: timedelta


class Cooldowns:
    """The accounts that Garmin throttles, known by their user name, in memory alone."""

    def __init__(self) -> None:
        """Know of none."""
        self._accounts: dict[str, _Cooldown] = {}

    def until(self, username: str) -> datetime | None:
        """Return until when (aware UTC) an account is better left alone, if it is."""
        cooldown = self._accounts.get(_key(username))
        if cooldown is None or cooldown.until <= dt_util.utcnow():
            return None
        return cooldown.until

    def throttled(self, username: str, retry_after: float | None) -> datetime:
        """Note a refusal, and return until when to wait.

        `retry_after` are the seconds that Garmin asked for, None when it named none:
        then the wait doubles from one refusal to the next.
        """
        key = _key(username)
        last = self._accounts.get(key)
        if retry_after is not None:
            wait = timedelta(seconds=retry_after)
        elif last is None:
            wait = FIRST_WAIT
        else:
            wait = min(max(2 * last.wait, FIRST_WAIT), LONGEST_WAIT)
        cooldown = _Cooldown(dt_util.utcnow() + wait, wait)
        self._accounts[key] = cooldown
        return cooldown.until

    def forget(self, username: str) -> None:
        """Note that Garmin lets the account sign in."""
        self._accounts.pop(_key(username), None)


_COOLDOWNS: HassKey[Cooldowns] = HassKey(f"{DOMAIN}_cooldowns")


@callback
def async_get_cooldowns(hass: HomeAssistant) -> Cooldowns:
    """Return the cool-downs of this run of Home Assistant."""
    return hass.data.setdefault(_COOLDOWNS, Cooldowns())


def _key(username: str) -> str:
    """Return what an account is remembered by."""
    return username.casefold()
