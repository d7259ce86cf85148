"""The simulated Google, and what one can do there."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, Unpack

from aiohttp import web

from ..clock import Clock
from ..faults import Fault, Faults, Match
from .errors import google_error
from .health import HealthApi
from .model import DataPoint, GoogleDevice, GooglePerson
from .oauth import GoogleOAuth

_HOSTS = {
    "/o/": "accounts.google.com",
    "/token": "oauth2.googleapis.com",
    "/oauth2/": "www.googleapis.com",
}


class GoogleCloud:
    """People, their measurements and devices, as Google holds them."""

    def __init__(self, clock: Clock, faults: Faults) -> None:
        """Start without people."""
        self.clock = clock
        self.people: dict[str, GooglePerson] = {}
        self.service_enabled = True
        """Whether the project has the Health API switched on."""
        self.page_limit: int | None = None
        """The largest page that is given, whatever is asked for."""
        self.oauth = GoogleOAuth(clock, self.people)
        self._ids = count(7_301_000_001)
        self._faults = faults
        self.app = web.Application()
        self.oauth.register(self.app)
        HealthApi(self).register(self.app)

    @property
    def refresh_token_expires_in(self) -> int | None:
        """Return the seconds that new refresh tokens live, None: for ever."""
        return self.oauth.refresh_token_expires_in

    @refresh_token_expires_in.setter
    def refresh_token_expires_in(self, seconds: int | None) -> None:
        """Limit new refresh tokens, as for a project in testing."""
        self.oauth.refresh_token_expires_in = seconds

    def host(self, path: str) -> str:
        """Return the host that really answers a path."""
        return next(
            (host for start, host in _HOSTS.items() if path.startswith(start)),
            "health.googleapis.com",
        )

    # People

    def person(
        self,
        name: str,
        *,
        health_user_id: str | None = None,
        timezone: str = "Europe/Berlin",
    ) -> GooglePerson:
        """Return a person, new or known by this name."""
        if name not in self.people:
            self.people[name] = GooglePerson(
                name=name,
                health_user_id=health_user_id or f"health-{len(self.people) + 1}",
                timezone=timezone,
            )
        return self.people[name]

    def sign_in_as(self, person: GooglePerson | str | None) -> None:
        """Let this person sit at the browser; None: the consent page asks."""
        self.oauth.browser.person = self._who(person).name if person else None

    def deny_next(self) -> None:
        """Refuse the next consent."""
        self.oauth.browser.deny_next()

    def grant(self, person: GooglePerson | str, scopes: list[str] | None) -> None:
        """Tick these scopes at the person's next consent; None: all that are asked."""
        self._who(person).grants = None if scopes is None else set(scopes)

    def expire_access(self, person: GooglePerson | str) -> None:
        """End a person's access tokens; the refresh tokens live on."""
        self.oauth.expire_access(self._who(person).name)

    def revoke(self, person: GooglePerson | str) -> None:
        """End all tokens of a person: a refresh answers `invalid_grant`."""
        self.oauth.revoke(self._who(person).name)

    def fail(self, reason: str, *, path: str = "/v4/", **match: Unpack[Match]) -> Fault:
        """Answer with the error body of a reason, as `RATE_LIMIT_EXCEEDED`."""
        status, body = google_error(reason)
        return self._faults.answer(f"^/google.*{path}", status, body=body, **match)

    # Measurements

    def step_on_scale(
        self,
        person: GooglePerson | str,
        weight: float,
        *,
        when: datetime | None = None,
        body_fat: float | None = None,
        fat_delay: float = 0.0,
        device: str = "Aria Air",
        platform: str = "FITBIT",
        package: str | None = None,
        recording_method: str = "ACTIVELY_MEASURED",
    ) -> None:
        """Weigh a person, kg and %; the fat is a point of its own, `fat_delay` s later.

        `platform` and `package` tell where a copy from elsewhere came from.
        """
        who, measured_at = self._who(person), when or self.clock()
        source: dict[str, Any] = {
            "platform": platform,
            "recordingMethod": recording_method,
        }
        if device:
            source["device"] = {
                "formFactor": "SCALE",
                "displayName": device,
                "manufacturer": "Fitbit",
            }
        if package:
            source["application"] = {"packageName": package}
        self._add(who, "weight", measured_at, source, {"weightGrams": weight * 1000})
        if body_fat is not None:
            later = measured_at + timedelta(seconds=fat_delay)
            self._add(who, "body-fat", later, source, {"percentage": body_fat})

    def height(
        self,
        person: GooglePerson | str,
        metres: float,
        *,
        when: datetime | None = None,
    ) -> None:
        """Record a height, entered by hand."""
        source = {"platform": "FITBIT", "recordingMethod": "MANUAL"}
        millimetres = {"heightMillimeters": str(round(metres * 1000))}
        who, measured_at = self._who(person), when or self.clock()
        self._add(who, "height", measured_at, source, millimetres)

    def raw_point(
        self,
        person: GooglePerson | str,
        data_type: str,
        point: Mapping[str, Any],
        *,
        when: datetime | None = None,
    ) -> None:
        """Let the data type list this point as it is, however odd."""
        points = self._who(person).points.setdefault(data_type, [])
        points.append(DataPoint(measured_at=when or self.clock(), body=point))

    def remove_points(self, person: GooglePerson | str, data_type: str) -> None:
        """Delete all points of a data type."""
        self._who(person).points.pop(data_type, None)

    # Devices

    def device(
        self,
        person: GooglePerson | str,
        device_id: str,
        *,
        device_type: str = "TRACKER",
        version: str = "Charge 6",
        battery_level: int | None = 85,
        battery_status: str | None = "High",
        last_sync: datetime | None = None,
    ) -> GoogleDevice:
        """Pair a device, or change it; what is None is not sent."""
        who = self._who(person)
        who.devices[device_id] = GoogleDevice(
            device_id=device_id,
            device_type=device_type,
            version=version,
            battery_level=battery_level,
            battery_status=battery_status,
            last_sync=last_sync or self.clock().replace(microsecond=0),
        )
        return who.devices[device_id]

    def set_battery(
        self,
        person: GooglePerson | str,
        device_id: str,
        *,
        level: int | None,
        status: str | None,
    ) -> None:
        """Change a device's battery."""
        device = self._who(person).devices[device_id]
        device.battery_level, device.battery_status = level, status

    def remove_device(self, person: GooglePerson | str, device_id: str) -> None:
        """Unpair a device."""
        del self._who(person).devices[device_id]

    def raw_device(self, person: GooglePerson | str, device: Mapping[str, Any]) -> None:
        """Let `pairedDevices` list this device as it is, however odd."""
        self._who(person).raw_devices.append(device)

    def _add(
        self,
        person: GooglePerson,
        data_type: str,
        measured_at: datetime,
        source: Mapping[str, Any],
        values: Mapping[str, Any],
    ) -> None:
        """Add a point."""
        utc = measured_at.astimezone(UTC)
        key = "bodyFat" if data_type == "body-fat" else data_type
        body = {
            "name": f"users/me/dataTypes/{data_type}/dataPoints/{next(self._ids)}",
            "dataSource": dict(source),
            key: {**values, "sampleTime": person.sample_time(utc)},
        }
        points = person.points.setdefault(data_type, [])
        points.append(DataPoint(measured_at=utc, body=body))

    def _who(self, person: GooglePerson | str) -> GooglePerson:
        """Return the person of a name."""
        return person if isinstance(person, GooglePerson) else self.people[person]
