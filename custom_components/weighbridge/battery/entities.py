"""The batteries of scales and trackers, as their entities show them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Self

from homeassistant.components.binary_sensor.const import (
    DOMAIN as BINARY_SENSOR_DOMAIN,
    BinarySensorDeviceClass,
)
from homeassistant.components.sensor import DOMAIN as SENSOR_DOMAIN
from homeassistant.const import STATE_OFF, STATE_ON, STATE_UNAVAILABLE
from homeassistant.core import HomeAssistant
from homeassistant.helpers import device_registry as dr, entity_registry as er
from homeassistant.helpers.translation import async_translate_state
from homeassistant.util import dt as dt_util

from ..const import (
    CONF_LOW_BATTERY_THRESHOLD,
    CONF_PROVIDER,
    DEFAULT_LOW_BATTERY_THRESHOLD,
    DOMAIN,
    Provider,
)
from ..model import BatteryLevel
from ..units import async_time_text
from .rules import Reading

KEY_BATTERY = "battery"
KEY_BATTERY_LEVEL = "battery_level"
KEY_BATTERY_LOW = "battery_low"
KEY_LAST_SYNC = "last_sync"

LOW = {STATE_ON: True, STATE_OFF: False}
UNKNOWN = "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Battery:
    """A `battery_low` binary sensor, and what its device has to say besides."""

    key: str
    """What stays the same when the entity is renamed."""
    entity_id: str
    name: str
    reading: Reading
    level: str
    """The charge in words that fit into a text."""
    last_sync: str
    """The time of the last synchronization, as people here write it."""
    sources: tuple[str, ...]
    """The entities that were read."""
    partial: bool
    """Some of them are still unavailable, as in the middle of a reload."""

    def silent_days(self, now: datetime) -> int:
        """Return the whole days since the last synchronization."""
        if self.reading.last_sync is None:
            return 0
        return max((now - self.reading.last_sync).days, 0)

    @classmethod
    def read(cls, hass: HomeAssistant, entity_id: str) -> Self:
        """Read the entities of a battery; what has no state is simply not known."""
        registry = er.async_get(hass)
        entry = registry.async_get(entity_id)
        siblings = _siblings(registry, entry)
        low = LOW.get(_state(hass, entity_id) or "")
        percent = _number(_state(hass, siblings.get(KEY_BATTERY)))
        level = _level(_state(hass, siblings.get(KEY_BATTERY_LEVEL)))
        synced = _state(hass, siblings.get(KEY_LAST_SYNC))
        last_sync = dt_util.parse_datetime(synced) if synced else None
        return cls(
            key=entry.id if entry else entity_id,
            entity_id=entity_id,
            name=_name(hass, entity_id, entry),
            reading=Reading(
                low=low,
                percent=percent,
                level=level,
                threshold=_threshold(hass, entry),
                last_sync=last_sync,
                may_rest=_is_sensor(hass, entry),
            ),
            level=_words(hass, low, percent, level),
            last_sync=UNKNOWN
            if last_sync is None
            else async_time_text(hass, last_sync),
            sources=(entity_id, *siblings.values()),
            partial=low is not None
            and any(
                _state(hass, sibling) == STATE_UNAVAILABLE
                for sibling in siblings.values()
            ),
        )


def describe(batteries: Iterable[Battery]) -> str:
    """Return the levels of several batteries in one line."""
    return ", ".join(f"{battery.name}: {battery.level}" for battery in batteries)


def _siblings(
    registry: er.EntityRegistry, entry: er.RegistryEntry | None
) -> dict[str, str]:
    """Return the entity ids of the same device by translation key."""
    if entry is None or entry.device_id is None:
        return {}
    return {
        sibling.translation_key: sibling.entity_id
        for sibling in er.async_entries_for_device(registry, entry.device_id)
        if sibling.domain == SENSOR_DOMAIN
        and sibling.platform == DOMAIN
        and sibling.translation_key in (KEY_BATTERY, KEY_BATTERY_LEVEL, KEY_LAST_SYNC)
    }


def _name(hass: HomeAssistant, entity_id: str, entry: er.RegistryEntry | None) -> str:
    if entry is not None and entry.device_id is not None:
        device = dr.async_get(hass).async_get(entry.device_id)
        if device is not None and (name := device.name_by_user or device.name):
            return name
    state = hass.states.get(entity_id)
    return entity_id if state is None else state.name


def _threshold(hass: HomeAssistant, entry: er.RegistryEntry | None) -> float:
    """Return the percentage up to which the source calls a battery low."""
    if entry is None or entry.config_entry_id is None:
        return DEFAULT_LOW_BATTERY_THRESHOLD
    source = hass.config_entries.async_get_entry(entry.config_entry_id)
    options = source.options if source else {}
    return float(options.get(CONF_LOW_BATTERY_THRESHOLD, DEFAULT_LOW_BATTERY_THRESHOLD))


def _is_sensor(hass: HomeAssistant, entry: er.RegistryEntry | None) -> bool:
    """Tell whether a battery is that of a sensor which a watch is paired with."""
    if entry is None or entry.config_entry_id is None:
        return False
    account = hass.config_entries.async_get_entry(entry.config_entry_id)
    return account is not None and account.data.get(CONF_PROVIDER) == Provider.GARMIN


def _words(
    hass: HomeAssistant,
    low: bool | None,
    percent: float | None,
    level: BatteryLevel | None,
) -> str:
    """Return the charge for a text: a percentage, else the most exact word."""
    if percent is not None:
        return f"{percent:.0f}%"
    if level is not None:
        return async_translate_state(
            hass, level, SENSOR_DOMAIN, DOMAIN, KEY_BATTERY_LEVEL, None
        )
    if low is not None:
        return async_translate_state(
            hass,
            STATE_ON if low else STATE_OFF,
            BINARY_SENSOR_DOMAIN,
            DOMAIN,
            KEY_BATTERY_LOW,
            BinarySensorDeviceClass.BATTERY,
        )
    return UNKNOWN


def _state(hass: HomeAssistant, entity_id: str | None) -> str | None:
    state = hass.states.get(entity_id) if entity_id else None
    return None if state is None else state.state


def _number(state: str | None) -> float | None:
    try:
        return float(state or "")
    except ValueError:
        return None


def _level(state: str | None) -> BatteryLevel | None:
    try:
        return BatteryLevel(state or "")
    except ValueError:
        return None
