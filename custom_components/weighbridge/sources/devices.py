"""Polls the scales and trackers of an account."""

from collections.abc import Mapping
from datetime import timedelta
from typing import override

from homeassistant.core import HomeAssistant

from ..const import DOMAIN
from ..devices import ListedDevices
from ..entry import WeighbridgeConfigEntry
from ..model import DeviceStatus
from .poll import PollCoordinator
from .session import SourceSession

UPDATE_INTERVAL = timedelta(hours=1)


class DeviceCoordinator(PollCoordinator[Mapping[str, DeviceStatus]], ListedDevices):
    """Keeps the devices of an account that measures up to date."""

    def __init__(
        self, hass: HomeAssistant, entry: WeighbridgeConfigEntry, session: SourceSession
    ) -> None:
        """Know of no device before the first poll."""
        super().__init__(
            hass,
            entry,
            session,
            name=f"{DOMAIN} {entry.title} devices",
            interval=UPDATE_INTERVAL,
        )
        self.data = {}

    @override
    async def async_update_by_hand(self) -> None:
        """Poll all that the source knows."""
        await self.config_entry.runtime_data.async_poll_now()

    @override
    async def _async_poll(self) -> Mapping[str, DeviceStatus]:
        """Read what the vendor lists."""
        return self.believe(
            await self.session.async_read(
                lambda client: client.async_get_devices(), decides=False
            )
        )
