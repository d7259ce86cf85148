"""Points the product's clients, and `garminconnect`, at the simulated clouds."""

from collections.abc import Callable, Generator, Iterable
from contextlib import ExitStack, contextmanager
from importlib import import_module
from typing import Any

_PACKAGE = "custom_components.weighbridge"
_ADDRESSES = {
    "withings": {
        "clients.withings.client.API_BASE": "/withings",
        "sources.oauth.WITHINGS_AUTHORIZE_URL": ("/withings/oauth2_user/authorize2"),
        "sources.oauth.WITHINGS_TOKEN_URL": "/withings/v2/oauth2",
    },
    "google": {
        "clients.google.client.API_BASE": "/google",
        "clients.google.client.USER_INFO_URL": "/google/oauth2/v3/userinfo",
        "sources.oauth.GOOGLE_AUTHORIZE_URL": "/google/o/oauth2/v2/auth",
        "sources.oauth.GOOGLE_TOKEN_URL": "/google/token",
    },
}
_GARMIN_CLIENT = {
    "_sso": "/garmin",
    "_connect": "/garmin",
    "_connectapi": "/garmin",
    "_ios_service_url": "/garmin/gcm/ios",
    "_mobile_sso_service_url": "/garmin/gcm/android",
    "_portal_service_url": "/garmin/app",
    "_di_token_url": "/garmin/di-oauth2-service/oauth/token",
}
_GARMIN_PAUSES = [
    f"{flow}_DELAY_{bound}_S"
    for flow in ("MOBILE", "WIDGET", "LOGIN")
    for bound in ("MIN", "MAX")
]
VENDORS = ("withings", "google", "garmin")

type Undo = Callable[[], None]


def point(url: str, vendors: Iterable[str] = VENDORS) -> Undo:
    """Point everything at the clouds at `url`; return what undoes it.

    The modules are imported here and not before, so that a launcher can call this
    ahead of Home Assistant; an address that is not where it should be is an error.
    """
    with ExitStack() as stack:
        for vendor in vendors:
            if vendor == "garmin":
                _point_garmin(url, stack)
                continue
            for name, path in _ADDRESSES[vendor].items():
                module, attribute = name.rsplit(".", 1)
                owner = import_module(f"{_PACKAGE}.{module}")
                _set(owner, attribute, url + path, stack)
        return stack.pop_all().close


@contextmanager
def pointed(url: str, vendors: Iterable[str] = VENDORS) -> Generator[None]:
    """Point everything at the clouds for a while."""
    undo = point(url, vendors)
    try:
        yield
    finally:
        undo()


def _point_garmin(url: str, stack: ExitStack) -> None:
    """Point every new `garminconnect` client at the clouds, and let it not pause."""
    client: Any = import_module("garminconnect.client")
    real_init = client.Client.__init__

    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        """Construct a client, then change its addresses, which are plain strings."""
        real_init(self, *args, **kwargs)
        for attribute, path in _GARMIN_CLIENT.items():
            getattr(self, attribute)
            setattr(self, attribute, url + path)

    _set(client.Client, "__init__", init, stack)
    sso = import_module("garminconnect.client.sso")
    for pause in _GARMIN_PAUSES:
        _set(sso, pause, 0.0, stack)


def _set(target: Any, attribute: str, value: Any, stack: ExitStack) -> None:
    """Set an attribute that must exist already, until the stack is closed."""
    stack.callback(setattr, target, attribute, getattr(target, attribute))
    setattr(target, attribute, value)
