"""Garmin's list of straps, power meters, radars and what else a watch is paired with."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from .cloud import GarminCloud


@dataclass(kw_only=True, slots=True)
class GarminSensor:
    """A sensor that is paired with some watches."""

    serial: int
    name: str | None
    type: str
    battery_status: str
    battery_level: int | None
    last_connected: datetime
    watches: int

    def as_json(self) -> dict[str, Any]:
        """Return it as an element of the list, one of which there is for each watch."""
        connected = self.last_connected.astimezone(UTC).replace(tzinfo=None)
        return {
            "deviceName": self.name,
            "imageUrl": None,
            "batteryStatus": self.battery_status,
            "batteryLevel": self.battery_level,
            "sensorType": self.type,
            "prioritySensor": False,
            "serialNumber": self.serial,
            "productId": None,
            "partNumber": None,
            "softwareVersion": "5.2" if self.name else "null",
            "lastConnected": f"{connected.isoformat(timespec='seconds')}.0",
            "lastLowBatteryNotification": None,
            "manufacturer": "GARMIN" if self.name else None,
            "rechargeableSensorCapable": True if self.name else None,
        }


class GarminSensors:
    """Answers `/device-service`."""

    def __init__(self, cloud: GarminCloud) -> None:
        """Answer for this cloud."""
        self._cloud = cloud

    def register(self, app: web.Application) -> None:
        """Put the service on its paths."""
        app.router.add_get("/device-service/sensors", self._handle_sensors)

    async def _handle_sensors(self, request: web.Request) -> web.Response:
        """List the sensors of an account."""
        account = self._cloud.tokens.account(request)
        return web.json_response(
            [
                *(
                    sensor.as_json()
                    for sensor in account.sensors.values()
                    for _ in range(sensor.watches)
                ),
                *account.raw_sensors,
            ]
        )
