"""What Google holds of a person, and how its Health API words it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo


@dataclass(frozen=True, kw_only=True, slots=True)
class DataPoint:
    """A measurement of one data type."""

    measured_at: datetime
    body: Mapping[str, Any]


@dataclass(kw_only=True)
class GoogleDevice:
    """A paired tracker or scale."""

    device_id: str
    device_type: str
    version: str
    battery_level: int | None
    battery_status: str | None
    last_sync: datetime | None

    def as_json(self) -> dict[str, Any]:
        """Return the device; as in any proto3 JSON a level of 0 is left out."""
        fields = {
            "name": f"users/me/pairedDevices/{self.device_id}",
            "macAddress": "00:11:22:33:44:55",
            "deviceType": self.device_type,
            "features": ["STEPS", "HEART_RATE"]
            if self.device_type == "TRACKER"
            else None,
            "lastSyncTime": rfc3339(self.last_sync) if self.last_sync else None,
            "batteryStatus": self.battery_status,
            "batteryLevel": self.battery_level,
            "deviceVersion": self.version,
        }
        return {name: value for name, value in fields.items() if value}


@dataclass(kw_only=True)
class GooglePerson:
    """A Google account with Fitbit devices."""

    name: str
    health_user_id: str
    timezone: str
    grants: set[str] | None = None
    """The scopes that the person ticks at the consent; None: all that are asked."""
    linked: bool = True
    """Whether the account is linked to Google Health."""
    project_denied: bool = False
    """Whether the project may not read this person's data."""
    points: dict[str, list[DataPoint]] = field(default_factory=dict)
    """Data type to points."""
    devices: dict[str, GoogleDevice] = field(default_factory=dict)
    raw_devices: list[Mapping[str, Any]] = field(default_factory=list)

    def sample_time(self, when: datetime) -> dict[str, Any]:
        """Return a time of measurement in this person's time zone."""
        local = when.astimezone(ZoneInfo(self.timezone))
        offset = local.utcoffset()
        clock = {
            "hours": local.hour,
            "minutes": local.minute,
            "seconds": local.second,
            "nanos": local.microsecond * 1000,
        }
        return {
            "physicalTime": rfc3339(when),
            "utcOffset": f"{int(offset.total_seconds()) if offset else 0}s",
            "civilTime": {
                "date": {"year": local.year, "month": local.month, "day": local.day},
                "time": {name: value for name, value in clock.items() if value},
            },
        }


def rfc3339(when: datetime) -> str:
    """Return a time as Google words it."""
    utc = when.astimezone(UTC)
    unit = "milliseconds" if utc.microsecond else "seconds"
    return utc.replace(tzinfo=None).isoformat(timespec=unit) + "Z"
