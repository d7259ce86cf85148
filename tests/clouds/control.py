"""The clouds' functions over HTTP, for other processes."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime, timedelta
import inspect
import json
import re
from typing import TYPE_CHECKING, Any

from aiohttp import web

if TYPE_CHECKING:
    from .server import Clouds

_TIMES = frozenset(
    {"at", "end", "last_session", "last_sync", "start", "uploaded", "when"}
)
_HIDDEN = frozenset({"mfa", "password"})
_FUNCTIONS: Mapping[str, frozenset[str]] = {
    "withings": frozenset(
        {
            "blood_pressure",
            "delete",
            "deny_next",
            "device",
            "edit",
            "expire_access",
            "fail",
            "height",
            "measure",
            "notify",
            "person",
            "raw_device",
            "raw_group",
            "reach",
            "remove_device",
            "revoke",
            "set_battery",
            "sign_in_as",
            "step_on_scale",
            "subscriptions",
        }
    ),
    "google": frozenset(
        {
            "deny_next",
            "device",
            "expire_access",
            "fail",
            "grant",
            "height",
            "person",
            "raw_device",
            "raw_point",
            "remove_device",
            "remove_points",
            "revoke",
            "set_battery",
            "sign_in_as",
            "step_on_scale",
        }
    ),
    "garmin": frozenset(
        {
            "accept_all",
            "account",
            "add_weigh_in",
            "blood_pressures",
            "device",
            "expire_access",
            "raw_device",
            "refuse",
            "remove_device",
            "remove_weigh_in",
            "revoke",
            "set_battery",
            "signed_in",
            "weigh_ins",
        }
    ),
    "sms": frozenset({"clear"}),
    "faults": frozenset({"answer", "clear", "delay", "foreign", "reset", "truncate"}),
    "log": frozenset({"clear", "count", "requests"}),
}
_SETTINGS: Mapping[str, frozenset[str]] = {
    "withings": frozenset({"auto_notify", "page_size", "rate_limit"}),
    "google": frozenset({"page_limit", "refresh_token_expires_in", "service_enabled"}),
    "garmin": frozenset(
        {"empty_body", "processing_delay", "refuse_identical", "upload_status"}
    ),
}
_ACCOUNT_SETTINGS: Mapping[str, frozenset[str]] = {
    "google": frozenset({"linked", "project_denied"}),
    "garmin": frozenset({"captcha", "device_upload", "mfa", "password"}),
}


class Control:
    """Answers `/control`."""

    def __init__(self, clouds: Clouds) -> None:
        """Control these clouds."""
        self._clouds = clouds
        self.app = web.Application()
        self.app.router.add_get("/state", self._handle_state)
        self.app.router.add_post("/{part}/set", self._handle_set)
        self.app.router.add_post("/{part}/{function}", self._handle_call)

    async def _handle_state(self, _request: web.Request) -> web.Response:
        """Answer what everybody holds, and how many requests each vendor had."""
        clouds = self._clouds
        return _json(
            {
                "withings": clouds.withings.people,
                "google": clouds.google.people,
                "garmin": clouds.garmin.accounts,
                "sms": clouds.sms.messages,
                "requests": {
                    name: clouds.log.count(name)
                    for name in ("withings", "google", "garmin", "sms")
                },
            }
        )

    async def _handle_call(self, request: web.Request) -> web.Response:
        """Call a function with the arguments in the body, and answer its result."""
        part, function = request.match_info["part"], request.match_info["function"]
        if function not in _FUNCTIONS.get(part, ()):
            raise web.HTTPNotFound(text=f"No function {part}/{function}")
        call: Callable[..., Any] = getattr(getattr(self._clouds, part), function)
        try:
            arguments = _arguments(
                await request.json() if request.can_read_body else {}
            )
            result = call(**arguments)
            if inspect.isawaitable(result):
                result = await result
        except (KeyError, TypeError, ValueError, re.error) as err:
            raise web.HTTPBadRequest(text=f"{type(err).__name__}: {err}") from err
        return _json(result)

    async def _handle_set(self, request: web.Request) -> web.Response:
        """Set attributes of a vendor, or with `of` those of a person or account."""
        part, values = request.match_info["part"], await request.json()
        target: Any = getattr(self._clouds, part, None)
        allowed = _SETTINGS.get(part, frozenset())
        if (who := values.pop("of", None)) is not None:
            people = target.accounts if part == "garmin" else target.people
            target, allowed = people.get(who), _ACCOUNT_SETTINGS.get(part, frozenset())
        if target is None or not values.keys() <= allowed:
            raise web.HTTPBadRequest(text=f"To be set: {', '.join(sorted(allowed))}")
        for name, value in values.items():
            setattr(target, name, value)
        return _json(None)


def _arguments(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return arguments with their times, and the measure types, as what they are."""
    arguments: dict[str, Any] = {
        name: datetime.fromisoformat(value) if name in _TIMES and value else value
        for name, value in given.items()
    }
    for name in ("extra", "measures"):
        if name in arguments:
            arguments[name] = {int(k): v for k, v in arguments[name].items()}
    return arguments


def _json(value: object) -> web.Response:
    """Answer with any value of the clouds."""
    return web.Response(
        text=json.dumps(value, default=_plain), content_type="application/json"
    )


def _plain(value: object) -> object:
    """Return what JSON has no word for as something that it has."""
    match value:
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case set() | frozenset():
            return sorted(value)
        case re.Pattern():
            return value.pattern
    if is_dataclass(value):
        return {
            field.name: getattr(value, field.name)
            for field in fields(value)
            if field.name not in _HIDDEN
        }
    raise TypeError(f"{type(value).__name__} has no JSON")
