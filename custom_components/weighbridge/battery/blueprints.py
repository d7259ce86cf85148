"""Puts the blueprints that come with Weighbridge where Home Assistant finds them."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from homeassistant.components.automation import automations_with_blueprint
from homeassistant.components.automation.const import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.components.automation.helpers import async_get_blueprints
from homeassistant.const import SERVICE_RELOAD
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.singleton import singleton
from homeassistant.helpers.storage import Store
from homeassistant.util.file import WriteError, write_utf8_file_atomic
from homeassistant.util.hass_dict import HassKey

from ..const import DOMAIN, LOGGER

BLUEPRINT = f"{DOMAIN}/low_battery_sms.yaml"

STORAGE_VERSION = 1

DATA_BLUEPRINTS: HassKey[bool] = HassKey(f"{DOMAIN}_blueprints")

_SHIPPED = Path(__file__).parents[1] / "blueprints" / AUTOMATION_DOMAIN


@singleton(DATA_BLUEPRINTS, async_=True)
async def async_install_blueprints(hass: HomeAssistant) -> bool:
    """Put the blueprint into the user's folder, once in a run of Home Assistant.

    A file that the user has changed stays as it is, and one that the user has deleted
    stays away. Return whether a file was written; one that cannot be written is no
    reason to do without the account.
    """
    store: Store[dict[str, str]] = Store(
        hass, STORAGE_VERSION, f"{DOMAIN}.blueprints", atomic_writes=True
    )
    try:
        ours = await store.async_load() or {}
    except HomeAssistantError as err:
        LOGGER.debug("What was installed is not known, the blueprint stays: %s", err)
        return False
    folder = async_get_blueprints(hass).blueprint_folder
    try:
        written, digest = await hass.async_add_executor_job(_install, folder, ours)
    except (OSError, WriteError) as err:
        LOGGER.warning(
            "The blueprint %s could not be written (%s). Check that Home Assistant may "
            "write to its blueprints folder, then restart it",
            folder / BLUEPRINT,
            err,
        )
        return False
    if digest is not None and digest != ours.get(BLUEPRINT):
        await store.async_save({**ours, BLUEPRINT: digest})
    if written:
        await _async_use(hass)
    return written


def _install(folder: Path, ours: Mapping[str, str]) -> tuple[bool, str | None]:
    """Write the blueprint unless the user's will speaks against it.

    Return whether it was written, and the digest of what Weighbridge wrote last.
    """
    shipped = (_SHIPPED / Path(BLUEPRINT).name).read_bytes()
    target = folder / BLUEPRINT
    digest = sha256(shipped).hexdigest()
    known = ours.get(BLUEPRINT)
    if target.exists():
        present = sha256(target.read_bytes()).hexdigest()
        if present == digest:
            return False, digest
        if present != known:
            LOGGER.info("The blueprint %s was changed and stays as it is", target)
            return False, known
    elif known is not None and target.parent.exists():
        LOGGER.debug("The blueprint %s was deleted and stays away", target)
        return False, known
    target.parent.mkdir(parents=True, exist_ok=True)
    write_utf8_file_atomic(str(target), shipped, mode="wb")
    return True, digest


async def _async_use(hass: HomeAssistant) -> None:
    """Have Home Assistant, and the automations made from it, read the new blueprint."""
    if AUTOMATION_DOMAIN not in hass.config.components:
        return
    await async_get_blueprints(hass).async_reset_cache()
    if automations_with_blueprint(hass, BLUEPRINT):
        await hass.services.async_call(AUTOMATION_DOMAIN, SERVICE_RELOAD)
