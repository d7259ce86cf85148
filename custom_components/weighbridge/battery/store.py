"""What the automations have told about batteries, on disk."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import UnsupportedStorageVersionError
from homeassistant.helpers.storage import Store

from ..const import DOMAIN, LOGGER
from .rules import Memory

STORAGE_VERSION = 1

# An automation asks every day; one that has not for so long is gone.
FORGET_AFTER = timedelta(days=90)


@dataclass(slots=True)
class AutomationMemory:
    """What one automation has told, by battery, and when it last asked."""

    asked: datetime | None = None
    batteries: dict[str, Memory] = field(default_factory=dict)

    def asked_at(self, now: datetime) -> bool:
        """Take note that the automation asks; return whether it is worth storing."""
        if self.asked is not None and now - self.asked < timedelta(days=1):
            return False
        self.asked = now
        return True


class BatteryTextStore:
    """The memories of all automations."""

    def __init__(self, hass: HomeAssistant) -> None:
        """Initialize without any memory."""
        self._store: Store[dict[str, Any]] = Store(
            hass,
            STORAGE_VERSION,
            f"{DOMAIN}.battery_texts",
            private=True,
            atomic_writes=True,
        )
        self._memories: dict[str, AutomationMemory] = {}

    def of(self, automation: str) -> AutomationMemory:
        """Return the memory of an automation, an empty one for a new automation."""
        return self._memories.setdefault(automation, AutomationMemory())

    async def async_load(self) -> None:
        """Read the memories; start anew if they cannot be read."""
        try:
            if (stored := await self._store.async_load()) is not None:
                self._memories = _from_store(stored)
        except (
            UnsupportedStorageVersionError,
            AttributeError,
            LookupError,
            TypeError,
            ValueError,
        ) as err:
            LOGGER.warning(
                "The memory of battery texts cannot be read (%s); a battery that is low "
                "will be texted once more",
                type(err).__name__,
            )

    async def async_save(self, now: datetime) -> None:
        """Write the memories of the automations that still ask."""
        await self._store.async_save(
            {
                automation: {
                    "asked": memory.asked.isoformat(),
                    "batteries": {
                        key: told.as_dict()
                        for key, told in memory.batteries.items()
                        if told != Memory()
                    },
                }
                for automation, memory in self._memories.items()
                if memory.asked and now - memory.asked < FORGET_AFTER
            }
        )


def _from_store(stored: Mapping[str, Any]) -> dict[str, AutomationMemory]:
    return {
        automation: AutomationMemory(
            asked=datetime.fromisoformat(memory["asked"]),
            batteries={
                key: Memory.from_dict(told) for key, told in memory["batteries"].items()
            },
        )
        for automation, memory in stored.items()
    }
