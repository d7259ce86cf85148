"""Files of our own in `.storage`, written whole and readable by nobody else."""

import asyncio
from collections.abc import Callable
from typing import Any, Final, override

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError, UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError
from homeassistant.util.json import SerializationError

from .const import DOMAIN
from .pace import async_turn

# What loading, and taking apart what was loaded, may raise: somebody else has written.
UNREADABLE: Final = (
    HomeAssistantError,
    NotImplementedError,
    LookupError,
    TypeError,
    ValueError,
    AttributeError,
)

# A later minor version may have more keys and columns, which this one leaves aside. What
# this one could not read, or would misunderstand, takes another version.
VERSION = 1
MINOR_VERSION = 1


class NewerVersionError(Exception):
    """A file is of a later version, which alone can read it: it must be left alone."""


class DiskError(OSError):
    """Something could not be written, so that nothing may be done that relies on it."""


class SureStore[T: dict[str, Any]](Store[T]):
    """A store that tells what Home Assistant only logs, or has no words for."""

    @override
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Have nothing to write yet."""
        super().__init__(*args, **kwargs)
        self._saving = asyncio.Lock()
        self._error: Exception | None = None

    @override
    async def async_load(self) -> T | None:
        """Return what is on disk; raise NewerVersionError where that must stay there."""
        try:
            return await super().async_load()
        except UnsupportedStorageVersionError as err:
            raise NewerVersionError(str(err)) from err

    async def async_save_surely(self, make: Callable[[], T]) -> None:
        """Save what `make` returns, which is called in another thread.

        Raise DiskError where Home Assistant only logs.
        """
        # One at a time: an older state must not be written after a newer one.
        async with self._saving:
            self._error = None
            async with async_turn("store"):
                data = await asyncio.to_thread(make)
            await self.async_save(data)
            if self._error is not None:
                raise DiskError(str(self._error)) from self._error

    @override
    async def _async_write_data(self, data: dict[str, Any]) -> None:
        """Write, and remember how it went."""
        try:
            await super()._async_write_data(data)
        except (WriteError, SerializationError) as err:
            self._error = err
            raise


def account_store(hass: HomeAssistant, entry_id: str) -> SureStore[dict[str, Any]]:
    """Return the store of an account's ledger, or of a source's memory.

    What is given to it must not be changed afterwards: another thread writes it.
    """
    return SureStore(
        hass,
        VERSION,
        f"{DOMAIN}.{entry_id}",
        private=True,
        atomic_writes=True,
        minor_version=MINOR_VERSION,
        serialize_in_event_loop=False,
    )


def token_store(hass: HomeAssistant, entry_id: str) -> SureStore[dict[str, Any]]:
    """Return the store of an account's tokens.

    They have a file of their own, so that other damage costs nobody a sign-in. Config
    entries are written a second late: too late for a refresh token that is used once.
    """
    return SureStore(
        hass,
        VERSION,
        f"{DOMAIN}.{entry_id}.tokens",
        private=True,
        atomic_writes=True,
    )
