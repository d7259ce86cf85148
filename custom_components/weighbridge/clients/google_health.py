"""The Google Health API, where Fitbit's data lives.

The facts are those of the vendor's discovery document `health:v4`: every call is a GET
with a bearer token; an error is an HTTP status with a JSON body whose `details` name
the reason.
"""

import asyncio
from collections.abc import Iterator, Mapping
from enum import StrEnum
from http import HTTPStatus
from typing import Any

from aiohttp import ClientError, ClientResponse, ClientSession

from . import SourceAuthError, SourceUnavailableError, TokenGetter

API_BASE = "https://health.googleapis.com"
USER_INFO_URL = "https://www.googleapis.com/oauth2/v3/userinfo"
API_LIBRARY_URL = "https://console.cloud.google.com/apis/library/health.googleapis.com"

_HEALTH_SCOPE = "https://www.googleapis.com/auth/googlehealth."
SCOPE_MEASUREMENTS = f"{_HEALTH_SCOPE}health_metrics_and_measurements.readonly"
SCOPE_SETTINGS = f"{_HEALTH_SCOPE}settings.readonly"
SCOPE_PROFILE = f"{_HEALTH_SCOPE}profile.readonly"
SCOPE_USER_INFO = "https://www.googleapis.com/auth/userinfo.profile"

TIMEOUT = 30  # seconds for one request
TOO_MANY_REQUESTS_PAUSE = 60  # seconds; the limit counts requests per minute

type Json = Mapping[str, Any]


class Refusal(StrEnum):
    """Why Google serves an account not at all, until a person changes something."""

    MISSING_SCOPE = "missing_scope"
    API_NOT_ENABLED = "api_not_enabled"
    ACCOUNT_NOT_LINKED = "account_not_linked"
    PROJECT_DENIED = "project_denied"


REFUSALS: Mapping[str, Refusal] = {
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": Refusal.MISSING_SCOPE,
    "insufficient_scope": Refusal.MISSING_SCOPE,
    "SERVICE_DISABLED": Refusal.API_NOT_ENABLED,
    "ACCOUNT_NOT_LINKED": Refusal.ACCOUNT_NOT_LINKED,
    "USER_PROJECT_DENIED": Refusal.PROJECT_DENIED,
}


class GoogleRefusedError(SourceUnavailableError):
    """Google refuses, and neither waiting nor signing in again would change it.

    `refusal` tells why, and `url` is the page where a disabled API is enabled.
    """

    def __init__(self, refusal: Refusal, url: str | None = None) -> None:
        """Keep why, and where that can be changed."""
        super().__init__(f"Google refuses: {refusal}")
        self.refusal = refusal
        self.url = url or API_LIBRARY_URL


class GoogleHealthClient:
    """Reads one person's Fitbit."""

    def __init__(self, websession: ClientSession, get_token: TokenGetter) -> None:
        """Read with the access tokens that `get_token` gives."""
        self._websession = websession
        self._get_token = get_token

    async def async_get_user_id(self) -> str:
        """Return the person's id at Google Health. Any scope of the API will do.

        Raises SourceAuthError or SourceUnavailableError.
        """
        identity = await self._async_get(f"{API_BASE}/v4/users/me/identity")
        user_id = identity.get("healthUserId")
        if not isinstance(user_id, str) or not user_id:
            raise SourceUnavailableError("the answer names no user")
        return user_id

    async def async_get_name(self) -> str | None:
        """Return what the person is called, if they share it (SCOPE_USER_INFO).

        Raises SourceAuthError or SourceUnavailableError.
        """
        user_info = await self._async_get(USER_INFO_URL)
        name = user_info.get("given_name") or user_info.get("name")
        return name if isinstance(name, str) else None

    async def _async_get(
        self, url: str, params: Mapping[str, str] | None = None
    ) -> Json:
        """Return the body of a successful answer."""
        token = await self._get_token()
        try:
            async with (
                asyncio.timeout(TIMEOUT),
                self._websession.get(
                    url, params=params, headers={"Authorization": f"Bearer {token}"}
                ) as response,
            ):
                answer = await response.json(content_type=None)
        except TimeoutError as err:
            raise SourceUnavailableError("no answer in time") from err
        except ClientError as err:
            raise SourceUnavailableError(str(err) or type(err).__name__) from err
        except ValueError as err:
            raise SourceUnavailableError("the answer is not from Google") from err
        body: Json = answer if isinstance(answer, dict) else {}
        if response.status != HTTPStatus.OK:
            raise _error(response, body)
        if not isinstance(answer, dict):
            raise SourceUnavailableError("the answer is not from Google")
        return body


def _error(
    response: ClientResponse, body: Json
) -> SourceAuthError | SourceUnavailableError:
    """Return what an answer other than a success means."""
    reasons = list(_reasons(body))
    for reason in reasons:
        if (refusal := REFUSALS.get(reason)) is not None:
            return GoogleRefusedError(refusal, _help_url(body))
    told = ", ".join([f"HTTP {response.status}", *reasons])
    if response.status == HTTPStatus.UNAUTHORIZED:
        return SourceAuthError(told)
    retry_after: float | None = None
    if response.status == HTTPStatus.TOO_MANY_REQUESTS:
        seconds = response.headers.get("Retry-After", "")
        retry_after = int(seconds) if seconds.isdecimal() else TOO_MANY_REQUESTS_PAUSE
    return SourceUnavailableError(told, retry_after=retry_after)


def _reasons(body: Json) -> Iterator[str]:
    """Yield the reasons in an error body: Google's form, or that of OAuth."""
    if isinstance(error := body.get("error"), str):
        yield error
    for detail in _details(body):
        if isinstance(reason := detail.get("reason"), str):
            yield reason


def _help_url(body: Json) -> str | None:
    """Return the first link of an error body's help."""
    for detail in _details(body):
        links = detail.get("links")
        for link in links if isinstance(links, list) else []:
            url = link.get("url") if isinstance(link, dict) else None
            if isinstance(url, str) and url.startswith("https://"):
                return url
    return None


def _details(body: Json) -> Iterator[Json]:
    """Yield the details of an error body."""
    error = body.get("error")
    details = error.get("details") if isinstance(error, dict) else None
    for detail in details if isinstance(details, list) else []:
        if isinstance(detail, dict):
            yield detail
