"""Cloudhook: the address at Home Assistant Cloud, of those who have it.

Whoever imports the cloud integration needs all that it requires, so that is left to
those who use it.
"""

from collections.abc import Callable
from typing import TYPE_CHECKING

from homeassistant.core import CALLBACK_TYPE, HomeAssistant, callback

if TYPE_CHECKING:
    from homeassistant.components.cloud import CloudConnectionState


class CloudhookError(Exception):
    """Home Assistant Cloud did not do what it was asked for."""


@callback
def async_has_cloud(hass: HomeAssistant) -> bool:
    """Return whether there is a subscription of Home Assistant Cloud."""
    if "cloud" not in hass.config.components:
        return False
    from homeassistant.components import cloud  # noqa: PLC0415 - see above

    return cloud.async_active_subscription(hass)


@callback
def async_is_connected(hass: HomeAssistant) -> bool:
    """Return whether Home Assistant Cloud, which is there, can be asked now."""
    from homeassistant.components import cloud  # noqa: PLC0415 - see above

    return cloud.async_is_connected(hass)


@callback
def async_on_connect(hass: HomeAssistant, action: Callable[[], None]) -> CALLBACK_TYPE:
    """Call `action` whenever Home Assistant Cloud connects; return how to stop that."""
    if "cloud" not in hass.config.components:
        return lambda: None
    from homeassistant.components import cloud  # noqa: PLC0415 - see above

    @callback
    def changed(state: CloudConnectionState) -> None:
        if state is cloud.CloudConnectionState.CLOUD_CONNECTED:
            action()

    return cloud.async_listen_connection_change(hass, changed)


async def async_get_cloudhook(hass: HomeAssistant, webhook_id: str) -> str:
    """Return the address of a webhook, new or as before; raise CloudhookError."""
    from hass_nabucasa import CloudError  # noqa: PLC0415 - see above

    from homeassistant.components import cloud  # noqa: PLC0415 - see above

    try:
        return await cloud.async_get_or_create_cloudhook(hass, webhook_id)
    except (cloud.CloudNotAvailable, CloudError, TimeoutError) as err:
        raise CloudhookError("Home Assistant Cloud gave no address") from err


async def async_delete_cloudhook(hass: HomeAssistant, webhook_id: str) -> None:
    """Give up the address of a webhook, if it has one; raise CloudhookError."""
    if "cloud" not in hass.config.components:
        return
    from hass_nabucasa import CloudError  # noqa: PLC0415 - see above

    from homeassistant.components import cloud  # noqa: PLC0415 - see above

    try:
        await cloud.async_delete_cloudhook(hass, webhook_id)
    except ValueError:
        # It has none.
        return
    except (cloud.CloudNotAvailable, CloudError, TimeoutError) as err:
        raise CloudhookError("Home Assistant Cloud kept the address") from err
