"""Files of our own: what is on disk when a save has come to its end."""

import asyncio
from threading import Event
from typing import Any
from unittest.mock import patch

import pytest

from custom_components.weighbridge.store import DiskError, account_store
from homeassistant.core import HomeAssistant
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError


async def test_the_newer_state_stays(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """A large state that takes long is not written after a small one that came later."""
    store = account_store(hass, "account")
    came_later = Event()

    def older() -> dict[str, Any]:
        came_later.wait(0.1)
        return {"state": "older"}

    def newer() -> dict[str, Any]:
        came_later.set()
        return {"state": "newer"}

    await asyncio.gather(store.async_save_surely(older), store.async_save_surely(newer))
    assert hass_storage[store.key]["data"] == {"state": "newer"}


async def test_each_hears_of_its_own_write(
    hass: HomeAssistant, hass_storage: dict[str, Any]
) -> None:
    """One that has failed is told to who relied on it, and to nobody after."""
    store = account_store(hass, "account")
    with (
        patch.object(Store, "_async_write_data", side_effect=WriteError("full")),
        pytest.raises(DiskError, match="full"),
    ):
        await store.async_save_surely(dict)
    await store.async_save_surely(lambda: {"state": "well"})
    assert hass_storage[store.key]["data"] == {"state": "well"}
