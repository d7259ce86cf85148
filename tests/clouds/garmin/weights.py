"""Garmin's weight service: reads by calendar day, entry by hand, deletion."""

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .model import Composition, GarminWeighIn

if TYPE_CHECKING:
    from .cloud import GarminCloud

_KILOGRAMS = {"kg": 1.0, "lbs": 0.45359237}


class GarminWeights:
    """Answers `/weight-service`."""

    def __init__(self, cloud: GarminCloud) -> None:
        """Answer for this cloud."""
        self._cloud = cloud

    def register(self, app: web.Application) -> None:
        """Put the service on its paths."""
        weight = "/weight-service/weight"
        app.router.add_get(weight + "/range/{start}/{end}", self._handle_range)
        app.router.add_get(weight + "/dayview/{day}", self._handle_day)
        app.router.add_delete(
            weight + "/{day}/byversion/{sample_pk}", self._handle_delete
        )
        app.router.add_post("/weight-service/user-weight", self._handle_add)

    async def _handle_range(self, request: web.Request) -> web.Response:
        """List the weigh-ins of a range of days."""
        account = self._cloud.tokens.account(request)
        start, end = day(request, "start"), day(request, "end")
        cloud = self._cloud
        days = account.days(start, end, cloud.clock() - cloud.lag)
        if cloud.forgets:
            days = {
                day: shown
                for day, entries in days.items()
                if (shown := [e for e in entries if cloud.shows()])
            }
        everything = [entry for entries in days.values() for entry in entries]
        include_all = request.query.get("includeAll", "").lower() == "true"
        return web.json_response(
            {
                "dailyWeightSummaries": [
                    {
                        "summaryDate": name,
                        "numOfWeightEntries": len(entries),
                        "minWeight": min(e.weight for e in entries) * 1000,
                        "maxWeight": max(e.weight for e in entries) * 1000,
                        "latestWeight": entries[0].as_json(account.zone),
                        "allWeightMetrics": [e.as_json(account.zone) for e in entries]
                        if include_all
                        else [],
                    }
                    for name, entries in days.items()
                ],
                "totalAverage": _average(everything),
                "previousDateWeight": None,
                "nextDateWeight": None,
            }
        )

    async def _handle_day(self, request: web.Request) -> web.Response:
        """List the weigh-ins of a day."""
        account, chosen = self._cloud.tokens.account(request), day(request, "day")
        days = account.days(chosen, chosen, self._cloud.clock())
        entries = days.get(chosen.isoformat(), [])
        return web.json_response(
            {
                "startDate": chosen.isoformat(),
                "endDate": chosen.isoformat(),
                "dateWeightList": [entry.as_json(account.zone) for entry in entries],
                "totalAverage": _average(entries),
            }
        )

    async def _handle_delete(self, request: web.Request) -> web.Response:
        """Delete a weigh-in."""
        account, chosen = self._cloud.tokens.account(request), day(request, "day")
        sample_pk = request.match_info["sample_pk"]
        days = account.days(chosen, chosen, self._cloud.clock())
        for entry in days.get(chosen.isoformat(), []):
            if str(entry.sample_pk) == sample_pk:
                account.remove(entry, self._cloud.clock())
                return web.Response(status=204)
        raise web.HTTPNotFound

    async def _handle_add(self, request: web.Request) -> web.Response:
        """Store a weight that was entered by hand."""
        account, given = self._cloud.tokens.account(request), await request.json()
        try:
            measured_at = datetime.fromisoformat(given["gmtTimestamp"])
            weight = float(given["value"]) * _KILOGRAMS[given["unitKey"]]
        except KeyError, TypeError, ValueError:
            raise web.HTTPBadRequest from None
        self._cloud.store(
            account,
            Composition(measured_at=measured_at.replace(tzinfo=UTC), weight=weight),
            str(given.get("sourceType", "MANUAL")),
        )
        return web.Response(status=204)


def day(request: web.Request, name: str) -> date:
    """Return a date in the path."""
    try:
        return date.fromisoformat(request.match_info[name])
    except ValueError:
        raise web.HTTPBadRequest from None


def _average(entries: list[GarminWeighIn]) -> dict[str, Any]:
    """Return the average that Garmin adds to every list."""
    weights = [entry.weight for entry in entries]
    return {"weight": sum(weights) / len(weights) * 1000 if weights else None}
