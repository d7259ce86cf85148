"""A Garmin entry from set-up to removal."""

from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from homeassistant.core import HassJob, HomeAssistant
from homeassistant.exceptions import ConfigEntryAuthFailed, ConfigEntryNotReady
from homeassistant.helpers.event import async_track_time_interval
from homeassistant.util import dt as dt_util

from ..clients.garmin import GarminAuthError
from ..const import CONF_TOKENS, DOMAIN, LOGGER
from ..garmin import (
    AccountMemory,
    GarminAccount,
    GarminConfigEntry,
    GarminGate,
    async_setup_sensors,
    issues,
    sensor_store,
)
from ..store import DiskError, account_store, token_store
from .feeds import LinkFeeds

KEEP_ALIVE_INTERVAL = timedelta(hours=6)


async def async_setup_garmin(hass: HomeAssistant, entry: GarminConfigEntry) -> None:
    """Set an account up from what it remembers. This costs no request to Garmin."""
    memory = await _async_load_memory(hass, entry)
    tokens_store = token_store(hass, entry.entry_id)
    if (tokens := entry.data.get(CONF_TOKENS)) is not None:
        # A fresh sign-in: from now on the tokens rotate, in a store that is written
        # at once.
        try:
            await tokens_store.async_save_surely(lambda: {"tokens": tokens})
        except DiskError as err:
            raise ConfigEntryNotReady(
                translation_domain=DOMAIN, translation_key="sign_in_not_saved"
            ) from err
        memory.last_contact = dt_util.utcnow()
        hass.config_entries.async_update_entry(
            entry,
            data={key: entry.data[key] for key in entry.data if key != CONF_TOKENS},
        )
    elif (saved := await tokens_store.async_load()) is not None:
        tokens = saved.get("tokens")
    try:
        gate = GarminGate(
            hass,
            entry,
            memory=memory,
            store=account_store(hass, entry.entry_id),
            tokens=tokens or "",
            tokens_store=tokens_store,
        )
    except GarminAuthError as err:
        raise ConfigEntryAuthFailed(
            translation_domain=DOMAIN, translation_key="garmin_signed_out"
        ) from err
    account = entry.runtime_data = GarminAccount(gate)
    await async_setup_sensors(hass, account)
    # Issues do not outlive a restart; what they ask for does.
    issues.async_update_waiting(hass, entry, memory.ledgers)
    issues.async_report_pause(hass, entry, memory.pause_reason, memory.strikes)
    entry.async_on_unload(await LinkFeeds(hass, account).async_start())
    # Before Home Assistant gives up what it does in the background: a token refresh
    # that is cut off costs the sign-in.
    entry.async_on_unload(hass.async_add_shutdown_job(HassJob(gate.async_close)))
    account.async_request_flush()

    async def keep_alive(_now: datetime) -> None:
        gate.async_changed()
        await account.async_keep_alive()

    entry.async_on_unload(
        async_track_time_interval(
            hass, keep_alive, KEEP_ALIVE_INTERVAL, cancel_on_shutdown=True
        )
    )
    entry.async_create_background_task(
        hass, account.async_keep_alive(), f"{DOMAIN} keep-alive {entry.entry_id}"
    )


async def async_remove_garmin(hass: HomeAssistant, entry: GarminConfigEntry) -> None:
    """Remove what an account has on disk, and its issues."""
    await account_store(hass, entry.entry_id).async_remove()
    await token_store(hass, entry.entry_id).async_remove()
    await sensor_store(hass, entry.entry_id).async_remove()
    issues.async_clear_all(hass, entry)


async def _async_load_memory(
    hass: HomeAssistant, entry: GarminConfigEntry
) -> AccountMemory:
    """Load the memory; begin a new one when it is unusable.

    The links then read their sources again from their beginnings, and what Garmin
    holds is found there.
    """
    store = account_store(hass, entry.entry_id)
    try:
        if (data := await store.async_load()) is not None:
            return await hass.async_add_executor_job(AccountMemory.from_json, data)
        # Home Assistant itself puts aside what is no JSON, and goes on without it.
        aside = await hass.async_add_executor_job(_find_corrupt, store.path)
        if aside is None:
            return AccountMemory()
    except LookupError, TypeError, ValueError, AttributeError:
        aside = f"{store.path}.unreadable.{dt_util.utcnow():%Y%m%dT%H%M%S}"
        LOGGER.warning(
            "The ledger of %s cannot be read; it is put aside as %s and built anew",
            entry.title,
            aside,
        )
        await hass.async_add_executor_job(_put_aside, store.path, aside)
    issues.async_report_rebuilt(hass, entry, aside)
    memory = AccountMemory()
    for ledger in memory.ledgers:
        # Garmin may not show yet what was pushed just before.
        ledger.lost_at = int(dt_util.utcnow().timestamp())
    await store.async_save(await hass.async_add_executor_job(memory.freeze()))
    return memory


def _find_corrupt(path: str) -> str | None:
    """Return what Home Assistant has put aside of a file last, if it has."""
    place = Path(path)
    aside = sorted(place.parent.glob(f"{place.name}.corrupt.*"))
    return str(aside[-1]) if aside else None


def _put_aside(path: str, aside: str) -> None:
    """Rename a file that a person may want to read."""
    with suppress(FileNotFoundError):
        Path(path).rename(aside)
