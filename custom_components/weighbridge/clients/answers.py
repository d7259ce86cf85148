"""One request to a vendor, and what its answer is before the vendor's own words."""

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPMethod, HTTPStatus
from typing import Any, NamedTuple

from aiohttp import ClientError, ClientSession, hdrs

from . import SourceUnavailableError, TokenGetter, Trouble
from .shapes import shape_of

TIMEOUT = 30  # seconds for one request
TOO_MANY_REQUESTS_PAUSE = 60  # seconds; both vendors count requests per minute
LONGEST_PAUSE = 24 * 60 * 60  # seconds, whatever the vendor asks for


class Answer(NamedTuple):
    """An HTTP status, and the JSON object that came with it.

    `retry_after` are the seconds that the vendor asks to wait.
    """

    status: int
    body: Mapping[str, Any]
    retry_after: float | None

    @property
    def code(self) -> str:
        """Return the status as people and search engines know it."""
        return f"HTTP {self.status}"


class Caller:
    """Calls a vendor with a bearer token, and remembers how the last answers looked."""

    def __init__(self, websession: ClientSession, get_token: TokenGetter) -> None:
        """Call with the access tokens that `get_token` gives."""
        self._websession = websession
        self._get_token = get_token
        self.shapes: dict[str, Any] = {}

    async def async_ask(
        self, name: str, method: HTTPMethod, url: str, **request: Any
    ) -> Answer:
        """Return the answer to a request, which the shapes know by its name.

        Raises SourceUnavailableError if there is none, none of the vendor's, or one
        that tells of an overload.
        """
        headers = {hdrs.AUTHORIZATION: f"Bearer {await self._get_token()}"}
        try:
            async with (
                asyncio.timeout(TIMEOUT),
                self._websession.request(
                    method, url, headers=headers, **request
                ) as response,
            ):
                status = response.status
                wait = seconds_to_wait(response.headers.get(hdrs.RETRY_AFTER))
                try:
                    body = await response.json(content_type=None)
                except ValueError:
                    body = None
        except TimeoutError as err:
            raise SourceUnavailableError(Trouble.NO_ANSWER) from err
        except ClientError as err:
            raise SourceUnavailableError(Trouble.UNREACHABLE) from err
        self.shapes[name] = {"http": status, "body": shape_of(body)}
        code = f"HTTP {status}"
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            wait = wait or TOO_MANY_REQUESTS_PAUSE
            raise SourceUnavailableError(Trouble.BUSY, code, retry_after=wait)
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise SourceUnavailableError(Trouble.DOWN, code, retry_after=wait)
        if not isinstance(body, dict):
            raise SourceUnavailableError(Trouble.FOREIGN, code, retry_after=wait)
        return Answer(status, body, wait)


def seconds_to_wait(header: str | None) -> float | None:
    """Return the seconds of a `Retry-After`, which may be a date (RFC 9110, 10.2.3)."""
    if not header:
        return None
    try:
        seconds = float(header) if header.strip().isdecimal() else _until(header)
    except ValueError:
        return None
    return min(seconds, LONGEST_PAUSE) if seconds > 0 else None


def _until(date: str) -> float:
    """Return the seconds until a date of HTTP; raise ValueError if it is none."""
    until = parsedate_to_datetime(date)
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return (until - datetime.now(UTC)).total_seconds()
