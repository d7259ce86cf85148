"""Puts the blueprints that come with Weighbridge where Home Assistant finds them."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from homeassistant.components.automation import automations_with_blueprint
from homeassistant.components.automation.const import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.const import EVENT_CORE_CONFIG_UPDATE, SERVICE_RELOAD
from homeassistant.core import Event, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError, write_utf8_file_atomic
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER
from .languages import in_language, names

STORAGE_VERSION = 1

DATA_BLUEPRINTS: HassKey[bool] = HassKey(f"{DOMAIN}_blueprints")


@singleton(DATA_BLUEPRINTS, async_=True)
async def async_install_blueprints(hass: HomeAssistant) -> bool:
    """Put the blueprints into the user's folder, and keep them in the server's language."""

    async def install_again(event: Event[dict[str, Any]]) -> None:
        if "language" in event.data:
            await _async_install(hass)

    hass.bus.async_listen(EVENT_CORE_CONFIG_UPDATE, install_again)
    await _async_install(hass)
    return True


async def _async_install(hass: HomeAssistant) -> None:
    """Put the blueprints into the user's folder, in the language of the server.

    A file that the user has changed stays as it is, and one that the user has deleted
    stays away. One that cannot be written is no reason to do without the account.
    """
    store: Store[dict[str, str]] = Store(
        hass, STORAGE_VERSION, f"{DOMAIN}.blueprints", atomic_writes=True
    )
    try:
        known = await store.async_load() or {}
    except HomeAssistantError as err:
        LOGGER.debug("What was installed is not known, the blueprints stay: %s", err)
        return
    folder = async_get_blueprints(hass).blueprint_folder
    ours = dict(known)
    try:
        written = await hass.async_add_executor_job(
            _install, folder, hass.config.language, ours
        )
    except (OSError, WriteError) as err:
        LOGGER.warning(
            "The blueprints could not be written to %s (%s). Check that Home Assistant "
            "may write to its blueprints folder, then restart it",
            folder / DOMAIN,
            err,
        )
        return
    if ours != known:
        await store.async_save(ours)
    if written:
        await _async_use(hass, written)


def _install(folder: Path, language: str, ours: dict[str, str]) -> list[str]:
    """Write the blueprints unless the user's will speaks against it; return which.

    `ours` has the digest of what Weighbridge wrote last, and is brought up to date.
    """
    # Who removes the whole folder has deleted no blueprint.
    lost = not (folder / DOMAIN).exists()
    written: list[str] = []
    for name in names():
        path = f"{DOMAIN}/{name}"
        content = in_language(name, language)
        digest = sha256(content).hexdigest()
        if _is_wanted(folder / path, digest, {} if lost else ours, path):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            write_utf8_file_atomic(str(folder / path), content, mode="wb")
            written.append(path)
            ours[path] = digest
        elif (folder / path).exists() and _digest(folder / path) == digest:
            ours[path] = digest
    return written


def _is_wanted(target: Path, digest: str, ours: Mapping[str, str], path: str) -> bool:
    """Tell whether a blueprint is to be written."""
    known = ours.get(path)
    if not target.exists():
        if known is not None:
            LOGGER.debug("The blueprint %s was deleted and stays away", target)
        return known is None
    present = _digest(target)
    if present not in (digest, known):
        LOGGER.info("The blueprint %s was changed and stays as it is", target)
    return present == known and present != digest


def _digest(path: Path) -> str:
    return sha256(path.read_bytes()).hexdigest()


async def _async_use(hass: HomeAssistant, written: list[str]) -> None:
    """Have Home Assistant, and the automations made from them, read new blueprints."""
    if AUTOMATION_DOMAIN not in hass.config.components:
        return
    await async_get_blueprints(hass).async_reset_cache()
    if any(automations_with_blueprint(hass, path) for path in written):
        await hass.services.async_call(AUTOMATION_DOMAIN, SERVICE_RELOAD)
