"""Google's Health API."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
import re
import secrets
from typing import TYPE_CHECKING, Any

from aiohttp import web

from .errors import refusal
from .model import DataPoint, GooglePerson
from .oauth import HEALTH_SCOPE

if TYPE_CHECKING:
    from .cloud import GoogleCloud

_DATA_TYPES = ("weight", "body-fat", "height")
_MEASUREMENTS = f"{HEALTH_SCOPE}health_metrics_and_measurements.readonly"
_SETTINGS = f"{HEALTH_SCOPE}settings.readonly"
_TERM = re.compile(
    r"^(?P<type>[a-z_]+)\.sample_time\.(?P<clock>physical|civil)_time"
    r'\s*(?P<operator>>=|<)\s*"(?P<time>[^"]+)"$'
)
_FAMILY = re.compile(r"^users/[^/]+/dataSourceFamilies/(?P<family>[a-z-]+)$")

type Chosen = Callable[[DataPoint], bool]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Page:
    """Where the page of a token begins, and in which listing."""

    offset: int
    listing: tuple[str, ...]


class HealthApi:
    """Answers `health.googleapis.com` and the user info."""

    def __init__(self, cloud: GoogleCloud) -> None:
        """Answer for this cloud."""
        self._cloud = cloud
        self._pages: dict[str, _Page] = {}

    def register(self, app: web.Application) -> None:
        """Put the API on its paths."""
        user = "/v4/users/{user}"
        app.router.add_get(user + "/identity", self._handle_identity)
        app.router.add_get(user + "/settings", self._handle_settings)
        app.router.add_get(user + "/pairedDevices", self._handle_devices)
        app.router.add_get(
            user + "/dataTypes/{data_type}/dataPoints", self._handle_points
        )
        app.router.add_get("/oauth2/v3/userinfo", self._handle_userinfo)

    async def _handle_identity(self, request: web.Request) -> web.Response:
        """Answer who the person is; any scope of the API suffices."""
        person = self._person(request, None)
        return web.json_response(
            {
                "name": "users/me/identity",
                "healthUserId": person.health_user_id,
                "legacyUserId": f"fitbit-{person.health_user_id}",
            }
        )

    async def _handle_settings(self, request: web.Request) -> web.Response:
        """Answer the person's settings."""
        person = self._person(request, _SETTINGS)
        return web.json_response(
            {
                "name": "users/me/settings",
                "weightUnit": "WEIGHT_UNIT_KILOGRAMS",
                "heightUnit": "HEIGHT_UNIT_CENTIMETERS",
                "languageLocale": "en_GB",
                "timeZone": person.timezone,
            }
        )

    async def _handle_devices(self, request: web.Request) -> web.Response:
        """List the paired devices, five a page unless asked otherwise."""
        person = self._person(request, _SETTINGS)
        devices = [
            *(device.as_json() for device in person.devices.values()),
            *map(dict, person.raw_devices),
        ]
        return self._page(request, "pairedDevices", devices, default=5, most=100)

    async def _handle_points(self, request: web.Request) -> web.Response:
        """List the points of a data type, newest first."""
        data_type = request.match_info["data_type"]
        if data_type not in _DATA_TYPES:
            raise refusal("NOT_FOUND")
        person = self._person(request, _MEASUREMENTS)
        filtered = _filter(request.query.get("filter", ""), data_type)
        of_family = _family(request.query.get("dataSourceFamily", ""))
        points = [
            dict(point.body)
            # Of one second, what was entered last comes first.
            for _, _, point in sorted(
                (
                    (point.measured_at, number, point)
                    for number, point in enumerate(person.points.get(data_type, []))
                ),
                reverse=True,
            )
            if filtered(point) and of_family(point)
        ]
        return self._page(request, "dataPoints", points, default=1440, most=10000)

    async def _handle_userinfo(self, request: web.Request) -> web.Response:
        """Answer the person's name."""
        grant = self._cloud.oauth.use(request)
        person = self._cloud.people[grant.person]
        if "https://www.googleapis.com/auth/userinfo.profile" not in grant.scopes:
            return web.json_response({"sub": person.health_user_id})
        return web.json_response(
            {"sub": person.health_user_id, "name": person.name, "locale": "en"}
        )

    def _person(self, request: web.Request, scope: str | None) -> GooglePerson:
        """Return whose data may be read, or refuse as the API does."""
        grant = self._cloud.oauth.use(request)
        if not self._cloud.service_enabled:
            raise refusal("SERVICE_DISABLED")
        if not any(
            granted == scope if scope else granted.startswith(HEALTH_SCOPE)
            for granted in grant.scopes
        ):
            raise refusal("ACCESS_TOKEN_SCOPE_INSUFFICIENT")
        person = self._cloud.people[grant.person]
        if request.match_info["user"] not in ("me", person.health_user_id):
            raise refusal("USER_PROJECT_DENIED")
        if person.project_denied:
            raise refusal("USER_PROJECT_DENIED")
        if not person.linked:
            raise refusal("ACCOUNT_NOT_LINKED")
        return person

    def _page(
        self,
        request: web.Request,
        key: str,
        everything: Sequence[dict[str, Any]],
        *,
        default: int,
        most: int,
    ) -> web.Response:
        """Return a page; an empty one has no list, the last one no token."""
        query = request.query
        text = query.get("pageSize", "0")
        if not text.isdecimal():
            raise refusal("INVALID_ARGUMENT")
        size = min(int(text) or default, most, self._cloud.page_limit or most)
        listing = (request.path, *(query.get(n, "") for n in ("filter", "pageSize")))
        offset = 0
        if token := query.get("pageToken"):
            page = self._pages.get(token)
            if page is None or page.listing != listing:
                raise refusal("INVALID_ARGUMENT")
            offset = page.offset
        body: dict[str, Any] = {}
        if entries := everything[offset : offset + size]:
            body[key] = entries
        if offset + size < len(everything):
            body["nextPageToken"] = secrets.token_urlsafe(12)
            self._pages[body["nextPageToken"]] = _Page(
                offset=offset + size, listing=listing
            )
        return web.json_response(body)


def _filter(text: str, data_type: str) -> Chosen:
    """Return what a filter lets through: `>=` and `<` of the sample time, and `AND`."""
    tests: list[Chosen] = []
    for term in re.split(r"\s+AND\s+", text.strip()) if text.strip() else []:
        if not (found := _TERM.match(term)):
            raise refusal("INVALID_ARGUMENT")
        if found["type"] != data_type.replace("-", "_"):
            raise refusal("INVALID_ARGUMENT")
        tests.append(_comparison(found["clock"], found["operator"], found["time"]))
    return lambda point: all(test(point) for test in tests)


def _comparison(clock: str, operator: str, time: str) -> Chosen:
    """Return a comparison with a point's physical or civil time."""
    try:
        limit = datetime.fromisoformat(time)
    except ValueError:
        raise refusal("INVALID_ARGUMENT") from None
    if (limit.tzinfo is None) is not (clock == "civil"):
        raise refusal("INVALID_ARGUMENT")
    if clock == "civil":
        limit = limit.replace(tzinfo=UTC)

    def compare(point: DataPoint) -> bool:
        when = point.measured_at if clock == "physical" else _civil(point)
        return when >= limit if operator == ">=" else when < limit

    return compare


def _civil(point: DataPoint) -> datetime:
    """Return a point's wall clock, as if it were UTC."""
    (payload,) = (
        value
        for value in point.body.values()
        if isinstance(value, dict) and "sampleTime" in value
    )
    civil = payload["sampleTime"]["civilTime"]
    time = civil["time"]
    return datetime(
        **civil["date"],
        hour=time.get("hours", 0),
        minute=time.get("minutes", 0),
        second=time.get("seconds", 0),
        tzinfo=UTC,
    )


def _family(text: str) -> Chosen:
    """Return what a family of data sources lets through."""
    if not text:
        return lambda _point: True
    if not (found := _FAMILY.match(text)):
        raise refusal("INVALID_ARGUMENT")
    match found["family"]:
        case "all-sources":
            return lambda _point: True
        case "google-sources":
            return lambda point: (
                point.body.get("dataSource", {}).get("platform")
                in ("FITBIT", "HEALTH_CONNECT", "NEST")
            )
        case "google-wearables":
            return lambda point: (
                (source := point.body.get("dataSource", {})).get("platform") == "FITBIT"
                and source.get("recordingMethod") != "MANUAL"
            )
        case "self-sources":
            return lambda _point: False
    raise refusal("INVALID_ARGUMENT")
