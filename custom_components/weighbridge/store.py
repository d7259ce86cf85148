"""Files of our own in `.storage`, written whole and readable by nobody else."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store

from .const import DOMAIN

VERSION = 1
MINOR_VERSION = 1


def account_store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    """Return the store of an account's ledger, or of a source's memory.

    What is given to it must not be changed afterwards: another thread writes it.
    """
    return Store(
        hass,
        VERSION,
        f"{DOMAIN}.{entry_id}",
        private=True,
        atomic_writes=True,
        minor_version=MINOR_VERSION,
        serialize_in_event_loop=False,
    )


def token_store(hass: HomeAssistant, entry_id: str) -> Store[dict[str, Any]]:
    """Return the store of an account's tokens.

    They have a file of their own, so that other damage costs nobody a sign-in. Config
    entries are written a second late: too late for a refresh token that is used once.
    """
    return Store(
        hass,
        VERSION,
        f"{DOMAIN}.{entry_id}.tokens",
        private=True,
        atomic_writes=True,
    )
