"""What Withings tells of the devices that are linked to an account."""

from collections.abc import Mapping
from typing import Any

from ...model import BatteryLevel, DeviceKind, DeviceStatus
from ..oddities import Oddities
from .measures import integer, moment

# The types that Withings documents for `getdevice`.
DEVICE_KINDS: Mapping[str, DeviceKind] = {
    "Scale": DeviceKind.SCALE,
    "Activity Tracker": DeviceKind.TRACKER,
    "Babyphone": DeviceKind.BABY_MONITOR,
    "Blood Pressure Monitor": DeviceKind.BLOOD_PRESSURE_MONITOR,
    "Gateway": DeviceKind.GATEWAY,
    "Lingo": DeviceKind.GLUCOSE_SENSOR,
    "Sleep Monitor": DeviceKind.SLEEP_MONITOR,
    "Smart Connected Thermometer": DeviceKind.THERMOMETER,
}
# Phones and health stores that Withings lists as devices.
PHONE_MODELS = range(1051, 1063)
BATTERY_LEVELS: Mapping[str, BatteryLevel] = {
    "high": BatteryLevel.HIGH,  # above 75 %
    "medium": BatteryLevel.MEDIUM,  # above 30 %
    "low": BatteryLevel.LOW,
}
NO_BATTERY_WORDS = ("unknown", None)


def read_device(device: Mapping[str, Any], oddities: Oddities) -> DeviceStatus | None:
    """Return a device, or None for a phone and for what cannot be told apart.

    Any field may be null; `hash_deviceid` is there where `deviceid` is not.
    """
    if device.get("model_id") in PHONE_MODELS:
        return None
    kind = DEVICE_KINDS.get(str(device.get("type")))
    if kind is None:
        oddities.tell("a device of an unknown type", device.get("type"))
        return None
    device_id = device.get("deviceid") or device.get("hash_deviceid")
    if not isinstance(device_id, str | int):
        oddities.tell("a device without an id")
        return None
    word = device.get("battery")
    level = BATTERY_LEVELS.get(str(word))
    if level is None and word not in NO_BATTERY_WORDS:
        oddities.tell("an unknown battery word", word)
    model = device.get("model")
    return DeviceStatus(
        device_id=str(device_id),
        kind=kind,
        model=model if isinstance(model, str) and model.strip() else None,
        manufacturer="Withings",
        battery_level=level,
        last_sync=moment(integer(device.get("last_session_date"))),
    )
