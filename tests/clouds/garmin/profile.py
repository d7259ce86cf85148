"""Garmin's profile and blood pressure services."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aiohttp import web

from .model import GarminBloodPressure
from .weights import day

if TYPE_CHECKING:
    from .cloud import GarminCloud


class GarminProfile:
    """Answers `/userprofile-service`."""

    def __init__(self, cloud: GarminCloud) -> None:
        """Answer for this cloud."""
        self._cloud = cloud

    def register(self, app: web.Application) -> None:
        """Put the service on its paths."""
        profile = "/userprofile-service"
        app.router.add_get(profile + "/socialProfile", self._handle_profile)
        app.router.add_get(
            profile + "/userprofile/user-settings", self._handle_settings
        )
        app.router.add_get(
            profile + "/userprofile/personal-information/{name}", self._handle_personal
        )

    async def _handle_profile(self, request: web.Request) -> web.Response:
        """Answer who the account is."""
        return web.json_response(self._cloud.tokens.account(request).profile())

    async def _handle_settings(self, request: web.Request) -> web.Response:
        """Answer the account's settings."""
        account = self._cloud.tokens.account(request)
        return web.json_response(
            {"id": account.profile_id, "userData": {"measurementSystem": "metric"}}
        )

    async def _handle_personal(self, request: web.Request) -> web.Response:
        """Answer the account's time zone."""
        account = self._cloud.tokens.account(request)
        if request.match_info["name"] != account.display_name:
            raise web.HTTPForbidden
        return web.json_response({"timeZone": account.timezone})


class GarminPressures:
    """Answers `/bloodpressure-service`. It does not merge what it already has."""

    def __init__(self, cloud: GarminCloud) -> None:
        """Answer for this cloud."""
        self._cloud = cloud

    def register(self, app: web.Application) -> None:
        """Put the service on its paths."""
        pressure = "/bloodpressure-service/bloodpressure"
        app.router.add_get(pressure + "/range/{start}/{end}", self._handle_range)
        app.router.add_post(pressure, self._handle_add)
        app.router.add_delete(pressure + "/{day}/{version}", self._handle_delete)

    async def _handle_range(self, request: web.Request) -> web.Response:
        """List the blood pressures of a range of days."""
        account = self._cloud.tokens.account(request)
        start, end = day(request, "start"), day(request, "end")
        days: dict[str, list[GarminBloodPressure]] = {}
        for pressure in sorted(account.blood_pressures, key=lambda p: p.measured_at):
            local = pressure.measured_local.date()
            if start <= local <= end:
                days.setdefault(local.isoformat(), []).append(pressure)
        return web.json_response(
            {
                "from": start.isoformat(),
                "until": end.isoformat(),
                "measurementSummaries": [
                    {
                        "startDate": name,
                        "endDate": name,
                        "highSystolic": max(p.systolic for p in found),
                        "highDiastolic": max(p.diastolic for p in found),
                        "lowSystolic": min(p.systolic for p in found),
                        "lowDiastolic": min(p.diastolic for p in found),
                        "numOfMeasurements": len(found),
                        "measurements": [p.as_json() for p in found],
                    }
                    for name, found in days.items()
                ],
                "categoryStats": {},
            }
        )

    async def _handle_add(self, request: web.Request) -> web.Response:
        """Store a blood pressure."""
        account, given = self._cloud.tokens.account(request), await request.json()
        try:
            pressure = GarminBloodPressure(
                version=self._cloud.key(),
                measured_at=datetime.fromisoformat(
                    given["measurementTimestampGMT"]
                ).replace(tzinfo=UTC),
                measured_local=datetime.fromisoformat(
                    given["measurementTimestampLocal"]
                ).replace(tzinfo=None),
                systolic=int(given["systolic"]),
                diastolic=int(given["diastolic"]),
                pulse=given.get("pulse"),
                notes=str(given.get("notes", "")),
                source_type=str(given.get("sourceType", "MANUAL")),
            )
        except KeyError, TypeError, ValueError:
            raise web.HTTPBadRequest from None
        account.blood_pressures.append(pressure)
        return web.json_response(pressure.as_json())

    async def _handle_delete(self, request: web.Request) -> web.Response:
        """Delete a blood pressure."""
        account, chosen = self._cloud.tokens.account(request), day(request, "day")
        for pressure in account.blood_pressures:
            if (
                str(pressure.version) == request.match_info["version"]
                and pressure.measured_local.date() == chosen
            ):
                account.blood_pressures.remove(pressure)
                return web.Response(status=204)
        raise web.HTTPNotFound
