"""News: what is worth an event, told once, and not years later."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Final, Protocol

from homeassistant.core import CALLBACK_TYPE, callback
from homeassistant.util import dt as dt_util

# Of an import of years, nobody wants to hear each weigh-in.
TOLD_FOR: Final = timedelta(days=30)
TOLD_AT_ONCE: Final = 20


class Piece(Protocol):
    """What may be told: it has a name, and a time of its own."""

    @property
    def key(self) -> str:
        """Return what its source calls it."""

    @property
    def measured_at(self) -> datetime:
        """Return when it was measured."""


class News[P: Piece]:
    """What no event has told yet: it outlives a restart, but not a deaf audience."""

    def __init__(
        self, pieces: Callable[[], Iterable[P]], changed: CALLBACK_TYPE
    ) -> None:
        """Tell of those `pieces`, in the order of time, that are new.

        `changed` is called when there is something to store.
        """
        self.keys: set[str] = set()
        self._pieces = pieces
        self._changed = changed
        self._tellers = 0
        self._is_ready = False

    @callback
    def async_take(self) -> list[P]:
        """Return what is worth an event, the oldest first, each once."""
        if not self.keys:
            return []
        keys, self.keys = self.keys, set()
        self._changed()
        since = dt_util.utcnow() - TOLD_FOR
        new = [p for p in self._pieces() if p.key in keys and p.measured_at > since]
        return new[-TOLD_AT_ONCE:]

    @callback
    def async_add_teller(self) -> CALLBACK_TYPE:
        """Keep what is new until it is taken; return how to stop that."""
        self._tellers += 1

        @callback
        def stop() -> None:
            self._tellers -= 1

        return stop

    @callback
    def async_ready(self) -> None:
        """Count as told from now on what nobody is there to tell."""
        self._is_ready = True
        self.async_settle()

    @callback
    def async_settle(self) -> None:
        """Count as told what nobody is there to tell."""
        if self._is_ready and not self._tellers:
            self.async_take()
