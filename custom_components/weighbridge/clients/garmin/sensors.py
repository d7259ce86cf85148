"""What Garmin tells of straps, power meters and whatever else a watch is paired with.

There is no documentation of it. A sensor is listed once for each watch; what is not known
may be null, 0, missing, or the text "null".
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from ...model import BatteryLevel, DeviceKind, DeviceStatus
from ..oddities import Oddities

# By parts of the sensor's type, whose words are those of FIT's `antplus_device_type`.
KINDS: Final[Mapping[str, DeviceKind]] = {
    "HEART_RATE": DeviceKind.HEART_RATE_STRAP,
    "POWER": DeviceKind.POWER_METER,
    "RADAR": DeviceKind.RADAR,
    "BIKE_LIGHT": DeviceKind.BIKE_LIGHT,
    "SHIFTING": DeviceKind.SHIFTER,
    "STRIDE": DeviceKind.FOOT_POD,
    "SPEED": DeviceKind.SPEED_SENSOR,
    "CADENCE": DeviceKind.SPEED_SENSOR,
    "ENV": DeviceKind.TEMPERATURE_SENSOR,
}

# FIT's `battery_status`.
LEVELS: Final[Mapping[str, BatteryLevel | None]] = {
    "NEW": BatteryLevel.HIGH,
    "GOOD": BatteryLevel.HIGH,
    "OK": BatteryLevel.MEDIUM,
    "LOW": BatteryLevel.LOW,
    "CRITICAL": BatteryLevel.EMPTY,
    "CHARGING": None,
    "UNKNOWN": None,
}

_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


class SensorReader:
    """Makes devices of the list, and tells of each oddity in it once."""

    def __init__(self) -> None:
        """Know of no oddity yet."""
        self._oddities = Oddities("Garmin Connect")

    def read(self, answer: Iterable[Any]) -> list[DeviceStatus]:
        """Return each sensor once, as the watch knows it that met it last."""
        sensors: dict[str, DeviceStatus] = {}
        for listed in answer:
            if not isinstance(listed, Mapping):
                self._oddities.tell("a sensor that is none")
                continue
            sensor = _read_sensor(listed, self._oddities)
            if sensor is None:
                self._oddities.tell("a sensor that cannot be told from others")
                continue
            before = sensors.get(sensor.device_id)
            if before is None or _met(before) < _met(sensor):
                sensors[sensor.device_id] = sensor
        return list(sensors.values())


def _read_sensor(listed: Mapping[str, Any], oddities: Oddities) -> DeviceStatus | None:
    """Return a sensor, of which most may be missing."""
    name = _text(listed.get("deviceName"))
    type_ = (_text(listed.get("sensorType")) or "").upper()
    kind = next((kind for part, kind in KINDS.items() if part in type_), None)
    if kind is None and name is None and type_:
        oddities.tell("a nameless sensor of an unknown type", type_)
    maker = _text(listed.get("manufacturer"))
    serial = _text(listed.get("serialNumber"))
    if not (device_id := serial or "_".join(filter(None, (type_, name))).lower()):
        return None
    return DeviceStatus(
        device_id=device_id,
        kind=kind or DeviceKind.SENSOR,
        name=name,
        manufacturer=maker.title() if maker and maker.isupper() else maker,
        firmware=_text(listed.get("softwareVersion")),
        battery=_battery(listed.get("batteryLevel"), oddities),
        battery_level=_level(_text(listed.get("batteryStatus")), oddities),
        trusts_word=True,
        last_sync=_moment(_text(listed.get("lastConnected"))),
    )


def _met(sensor: DeviceStatus) -> datetime:
    """Return when a watch met a sensor last."""
    return sensor.last_sync or _EARLIEST


def _text(value: object) -> str | None:
    """Return a text or a whole number as text, None for what means nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    text = str(value).strip()
    return None if text.lower() in ("", "0", "null") else text


def _battery(level: object, oddities: Oddities) -> int | None:
    """Return a battery level in %."""
    if level is None or level == "null":
        return None
    if (
        isinstance(level, bool)
        or not isinstance(level, int | float)
        or not 0 <= level <= 100
    ):
        oddities.tell("an unknown battery level", level)
        return None
    return round(level)


def _level(word: str | None, oddities: Oddities) -> BatteryLevel | None:
    """Return what a battery word means; charging and unknown mean no level."""
    if word is None:
        return None
    if word.upper() not in LEVELS:
        oddities.tell("an unknown battery word", word)
    return LEVELS.get(word.upper())


def _moment(text: str | None) -> datetime | None:
    """Return a time, which has no zone: UTC as all of Garmin's without `Local`."""
    try:
        return datetime.fromisoformat(text or "").replace(tzinfo=UTC)
    except ValueError:
        return None
