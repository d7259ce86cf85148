"""Strikes: how long a vendor refuses an account, across polls and tries to set it up.

A refusal may be a passing mood, so a person is asked only when it lasts.
"""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.util.hass_dict import HassKey

from ..clients import Trouble
from ..const import DOMAIN

# A fresh token that was refused must be refused at so many polls in all.
REFUSED_POLLS: Final = 3
# What is tried again within this time is the same poll.
APART: Final = timedelta(minutes=5).total_seconds()

# How long what may pass must last, in seconds.
LASTING: Final = {
    Trouble.FORBIDDEN: timedelta(hours=6).total_seconds(),
    Trouble.CLIENT_REFUSED: timedelta(hours=3).total_seconds(),
}


@dataclass(slots=True)
class Strikes:
    """What a vendor has refused since its last good answer; times in epoch seconds."""

    refused_polls: int = 0
    last_refused: float = 0.0
    since: dict[Trouble, float] = field(default_factory=dict)

    def refuse(self, now: float) -> bool:
        """Count a fresh token that was refused; return whether that is enough."""
        # A clock that is set back must not stop the count.
        if abs(now - self.last_refused) >= APART:
            self.refused_polls += 1
            self.last_refused = now
        return self.refused_polls >= REFUSED_POLLS

    def lasts(self, trouble: Trouble, now: float) -> bool:
        """Take note of trouble; return whether it has lasted too long to pass."""
        if (lasting := LASTING.get(trouble)) is None:
            return False
        since = self.since[trouble] = min(self.since.get(trouble, now), now)
        return now - since >= lasting

    def clear(self) -> None:
        """Forget all after a good answer."""
        self.refused_polls, self.last_refused = 0, 0.0
        self.since.clear()


_STRIKES: HassKey[dict[str, Strikes]] = HassKey(f"{DOMAIN}_strikes")


@callback
def async_get_strikes(hass: HomeAssistant, entry_id: str) -> Strikes:
    """Return the strikes of an account, which outlive each try to set it up."""
    return hass.data.setdefault(_STRIKES, {}).setdefault(entry_id, Strikes())
