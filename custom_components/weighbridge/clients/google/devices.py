"""What Google tells of the trackers and scales that are paired with an account."""

from collections.abc import Mapping
from typing import Any

from ...model import BatteryLevel, DeviceKind, DeviceStatus
from ..oddities import Oddities
from .points import moment, number

DEVICE_KINDS: Mapping[str, DeviceKind] = {
    "TRACKER": DeviceKind.TRACKER,
    "SCALE": DeviceKind.SCALE,
}


def read_device(device: Mapping[str, Any], oddities: Oddities) -> DeviceStatus | None:
    """Return a device, of which anything but the name may be missing.

    As in any proto3 JSON a level of 0 is left out, as one that is not known.
    """
    name = device.get("name")
    device_id = name.rpartition("/")[2] if isinstance(name, str) else ""
    if not device_id:
        oddities.tell("a device without a name")
        return None
    device_type = device.get("deviceType")
    kind = DEVICE_KINDS.get(str(device_type))
    if kind is None and device_type is not None:
        oddities.tell("a device of an unknown type", device_type)
    version = device.get("deviceVersion")
    model = version if isinstance(version, str) and version else None
    return DeviceStatus(
        device_id=device_id,
        kind=kind or DeviceKind.TRACKER,
        model=model,
        manufacturer="Google" if model and "Pixel" in model else "Fitbit",
        battery=_battery(device.get("batteryLevel"), oddities),
        battery_level=_battery_level(device.get("batteryStatus"), oddities),
        last_sync=moment(device.get("lastSyncTime")),
    )


def _battery(level: object, oddities: Oddities) -> int | None:
    """Return a battery level in %."""
    if level is None:
        return None
    percent = number(level)
    if percent is None or not 0 <= percent <= 100:
        oddities.tell("an unknown battery level", level)
        return None
    return round(percent)


def _battery_level(status: object, oddities: Oddities) -> BatteryLevel | None:
    """Return the battery word; the vendor documents High, Medium, Low and Empty."""
    if status is None:
        return None
    try:
        return BatteryLevel(str(status).lower())
    except ValueError:
        oddities.tell("an unknown battery word", status)
        return None
