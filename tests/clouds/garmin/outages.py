"""The great outages of Garmin, as scripts: each breaks what broke then."""

from collections.abc import Generator
from contextlib import contextmanager

from ..faults import Fault, Faults

SIGN_IN = r"^/garmin/(mobile|portal|sso)/"
_SERVICES = r"^/garmin/(weight|upload|userprofile|bloodpressure|device)-service/"
_EVERYTHING = r"^/garmin/"

# What Cloudflare shows to whom it takes for a robot.
_CHALLENGE = (
    "<!DOCTYPE html><html><head><title>Just a moment...</title></head>"
    "<body><h1>Checking your browser</h1></body></html>"
)
# The page that replaced the one that the library knew.
_NEW_PAGE = (
    "<!DOCTYPE html><html><head><title>Sign In</title></head>"
    '<body><div id="app"></div><script src="/app.js"></script></body></html>'
)


@contextmanager
def sign_in_page_changed(faults: Faults) -> Generator[None]:
    """Break every way to sign in, as in March 2026; tokens live on.

    The pages are others, and who posts to the services behind them is a robot (427).
    """
    with _until_left(
        faults.answer(SIGN_IN, 200, body=_NEW_PAGE, method="GET", times=None),
        faults.answer(SIGN_IN, 427, body=_CHALLENGE, times=None),
    ):
        yield


@contextmanager
def tokens_not_active(faults: Faults) -> Generator[None]:
    """Let the services know no token, as in June 2026, fresh ones neither."""
    body = {"message": "Token is not active"}
    with _until_left(faults.answer(_SERVICES, 401, body=body, times=None)):
        yield


@contextmanager
def gatekeeper_refuses(faults: Faults) -> Generator[None]:
    """Let nobody in, for whatever it be, as for days in August 2026."""
    with _until_left(faults.answer(_EVERYTHING, 403, body=_CHALLENGE, times=None)):
        yield


@contextmanager
def _until_left(*outage: Fault) -> Generator[None]:
    """Let faults be in force for a while."""
    try:
        yield
    finally:
        for fault in outage:
            fault.remove()
