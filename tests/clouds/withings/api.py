"""Withings' data API: measurements, devices and notifications."""

from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from aiohttp import web
from yarl import URL

from .model import MeasureGroup, Subscription, WithingsPerson
from .oauth import WithingsStatus

if TYPE_CHECKING:
    from .cloud import WithingsCloud

type Form = dict[str, str]
type Action = Callable[[WithingsPerson, str, Form], Awaitable[dict[str, Any]]]

_NEVER = 2147483647


class WithingsApi:
    """Answers what is asked with an access token, or for one."""

    def __init__(self, cloud: WithingsCloud) -> None:
        """Answer for this cloud."""
        self._cloud = cloud
        self._calls: dict[str, deque[datetime]] = {}

    def register(self, app: web.Application) -> None:
        """Put the API on its paths."""
        app.router.add_post("/v2/oauth2", self._handle_oauth2)
        app.router.add_post("/measure", self._handler("user.metrics", self._measure))
        app.router.add_post("/v2/user", self._handler("user.info", self._user))
        app.router.add_post("/notify", self._handler("user.metrics", self._notify))

    async def _handle_oauth2(self, request: web.Request) -> web.Response:
        """Exchange a code or a refresh token."""
        form = await _form(request)
        try:
            self._throttle(form.get("client_id", ""))
            body = self._cloud.oauth.exchange(form)
        except WithingsStatus as err:
            return web.json_response(refusal(err.status, err.error))
        return web.json_response({"status": 0, "body": body})

    def _handler(
        self, scope: str, action: Action
    ) -> Callable[[web.Request], Awaitable[web.Response]]:
        """Wrap a service in authorization and in Withings' envelope."""

        async def handle(request: web.Request) -> web.Response:
            form = await _form(request)
            try:
                grant = self._cloud.oauth.use(_bearer(request, form))
                self._throttle(grant.client_id)
                grant.require(scope)
                person = self._cloud.people[grant.person]
                body = await action(person, grant.client_id, form)
            except WithingsStatus as err:
                return web.json_response(refusal(err.status, err.error))
            return web.json_response({"status": 0, "body": body})

        return handle

    def _throttle(self, client_id: str) -> None:
        """Refuse an application that calls too often."""
        if self._cloud.rate_limit is None:
            return
        now = self._cloud.clock()
        calls = self._calls.setdefault(client_id, deque())
        while calls and calls[0] <= now - timedelta(minutes=1):
            calls.popleft()
        if len(calls) >= self._cloud.rate_limit:
            raise WithingsStatus(601, "Too Many Requests")
        calls.append(now)

    async def _measure(
        self, person: WithingsPerson, _client_id: str, form: Form
    ) -> dict[str, Any]:
        """Answer `getmeas`: newest first, a page at a time."""
        _expect(form, "getmeas")
        types = _types(form)
        asked_for, category = _period(form), _integer(form, "category")
        groups: list[tuple[int, MeasureGroup | Mapping[str, Any]]] = [
            (date, group)
            for group in person.groups
            if category in (None, group.category)
            and asked_for(
                date := int(group.measured_at.timestamp()),
                int(group.modified.timestamp()),
            )
        ]
        groups.extend(
            (date, raw)
            for raw in person.raw_groups
            if asked_for(
                date := int(raw.get("date", 0)), int(raw.get("modified") or _NEVER)
            )
        )
        groups.sort(key=lambda dated: dated[0], reverse=True)
        answers = [
            (group, part)
            for _, group in groups
            for part in (group.parts(types) if isinstance(group, MeasureGroup) else [0])
        ]
        offset = _integer(form, "offset") or 0
        end = offset + self._cloud.page_size
        body = {
            "updatetime": int(self._cloud.clock().timestamp()),
            "timezone": person.timezone,
            "measuregrps": [
                group.as_json(part, types, person.timezone)
                if isinstance(group, MeasureGroup)
                else dict(group)
                for group, part in answers[offset:end]
            ],
        }
        if more := end < len(answers):
            return {**body, "more": int(more), "offset": end}
        # A first page that is the only one says nothing of others.
        return {**body, "more": 0, "offset": 0} if offset else body

    async def _user(
        self, person: WithingsPerson, _client_id: str, form: Form
    ) -> dict[str, Any]:
        """Answer `getdevice`."""
        _expect(form, "getdevice")
        devices = [device.as_json() for device in person.devices.values()]
        return {"devices": [*devices, *map(dict, person.raw_devices)]}

    async def _notify(
        self, person: WithingsPerson, client_id: str, form: Form
    ) -> dict[str, Any]:
        """Answer `subscribe`, `list`, `get` and `revoke`."""
        url, appli = form.get("callbackurl", ""), _integer(form, "appli")
        mine = [
            subscription
            for subscription in person.subscriptions
            if subscription.client_id == client_id
        ]
        match form.get("action"):
            case "list":
                return {
                    "profiles": [
                        _profile(subscription)
                        for subscription in mine
                        if appli in (None, subscription.appli)
                    ]
                }
            case "subscribe":
                if appli is None:
                    raise WithingsStatus(503, "Invalid Params: invalid appli")
                await self._check_callback(url)
                chosen = Subscription(
                    callbackurl=url,
                    appli=appli,
                    comment=form.get("comment", ""),
                    client_id=client_id,
                )
                person.subscriptions = [
                    *(s for s in person.subscriptions if not _same(s, chosen)),
                    chosen,
                ]
                return {}
            case "get" | "revoke" as action:
                found = [s for s in mine if (s.callbackurl, s.appli) == (url, appli)]
                if not found:
                    raise WithingsStatus(294, "No such subscription could be found")
                if action == "get":
                    return _profile(found[0])
                person.subscriptions.remove(found[0])
                return {}
        raise WithingsStatus(2554, "Wrong action or wrong webservice")

    async def _check_callback(self, callbackurl: str) -> None:
        """Refuse a callback that Withings would refuse, or that does not answer.

        An address that `reach` does not know is taken to answer.
        """
        url = URL(callbackurl)
        if (
            url.scheme != "https"
            or len(callbackurl) > 255
            or url.port not in (80, 443)
            or not _public(url.host)
            or not await self._cloud.answers_head(callbackurl)
        ):
            raise WithingsStatus(293, "The callback URL is either absent or incorrect")


def refusal(status: int, error: str = "") -> dict[str, Any]:
    """Return the body of an answer with a status other than 0."""
    body = {"wait_seconds": 60} if status == 601 else {}
    return {"status": status, "body": body, "error": error or f"Error {status}"}


async def _form(request: web.Request) -> Form:
    """Return the parameters of a request, as text; some clients put them in the query."""
    return {
        name: value
        for name, value in (*request.query.items(), *(await request.post()).items())
        if isinstance(value, str)
    }


def _bearer(request: web.Request, form: Form) -> str:
    """Return the access token of a request; old clients send it as a parameter."""
    return request.headers.get("Authorization", form.get("access_token", ""))


def _expect(form: Form, action: str) -> None:
    """Refuse another action than this one."""
    if form.get("action") != action:
        raise WithingsStatus(2554, "Wrong action or wrong webservice")


def _integer(form: Form, name: str) -> int | None:
    """Return a parameter that must be a whole number when it is given."""
    if (text := form.get(name)) is None:
        return None
    if not text.isdecimal():
        raise WithingsStatus(503, f"Invalid Params: invalid {name}")
    return int(text)


def _types(form: Form) -> frozenset[int] | None:
    """Return the measure types that are asked for, None for all."""
    if (text := form.get("meastypes", form.get("meastype"))) is None:
        return None
    if not all(part.strip().isdecimal() for part in text.split(",")):
        raise WithingsStatus(503, "Invalid Params: invalid meastypes")
    return frozenset(int(part) for part in text.split(","))


def _period(form: Form) -> Callable[[int, int], bool]:
    """Return what tells by date and modification whether a group is asked for.

    That is decided by `lastupdate`, or else by the dates.
    """
    since = _integer(form, "lastupdate")
    start, end = _integer(form, "startdate"), _integer(form, "enddate")

    def asked_for(date: int, modified: int) -> bool:
        if since is not None:
            return modified >= since
        return (start is None or date >= start) and (end is None or date <= end)

    return asked_for


def _same(one: Subscription, other: Subscription) -> bool:
    """Decide whether two subscriptions differ in nothing but the comment."""
    return (one.callbackurl, one.appli, one.client_id) == (
        other.callbackurl,
        other.appli,
        other.client_id,
    )


def _profile(subscription: Subscription) -> dict[str, Any]:
    """Return a subscription as Withings words it."""
    return {
        "appli": subscription.appli,
        "callbackurl": subscription.callbackurl,
        "comment": subscription.comment,
        "expires": _NEVER,
    }


def _public(host: str | None) -> bool:
    """Decide whether a host has a name that others could resolve."""
    if host is None or host == "localhost":
        return False
    try:
        ip_address(host)
    except ValueError:
        return True
    return False


def epoch(when: datetime) -> int:
    """Return a time as Withings words it."""
    return int(when.astimezone(UTC).timestamp())
