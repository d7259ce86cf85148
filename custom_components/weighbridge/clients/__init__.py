"""Thin clients of the vendors' APIs: they speak `model`, and know no entities."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from ..model import Batch, DeviceStatus

type TokenGetter = Callable[[], Awaitable[str]]


class Trouble(StrEnum):
    """Why a vendor cannot answer now, by what a person may do about it."""

    UNREACHABLE = "unreachable"
    NO_ANSWER = "no_answer"
    DOWN = "down"
    BUSY = "busy"
    FOREIGN = "foreign"
    ODD = "odd"
    FORBIDDEN = "access_denied"
    TOKEN_REFUSED = "token_refused"  # noqa: S105 - a word
    CLIENT_REFUSED = "client_refused"
    NOT_SAVED = "not_saved"


class Refusal(StrEnum):
    """Why a vendor serves an account not at all, until a person changes something."""

    MISSING_SCOPE = "missing_scope"
    API_NOT_ENABLED = "api_not_enabled"
    ACCOUNT_NOT_LINKED = "account_not_linked"
    PROJECT_DENIED = "project_denied"


class SourceError(Exception):
    """A source did not give an answer that can be used."""


class SourceAuthError(SourceError):
    """The vendor refused the access token."""


class SourceUnavailableError(SourceError):
    """The vendor cannot answer now.

    `code` is what it said, in no language: "HTTP 503" or "status 524". `retry_after`
    are the seconds that it asked to wait.
    """

    def __init__(
        self, trouble: Trouble, code: str = "", *, retry_after: float | None = None
    ) -> None:
        """Keep what is known of the trouble."""
        super().__init__(f"{trouble} ({code})" if code else str(trouble))
        self.trouble = trouble
        self.code = code
        self.retry_after = retry_after


class SourceRefusedError(SourceError):
    """The vendor refuses, and waiting would not change it.

    `refusal` tells why, and `url` is the page where that can be changed, if there is one.
    """

    def __init__(self, refusal: Refusal, url: str = "") -> None:
        """Keep why, and where that can be changed."""
        super().__init__(str(refusal))
        self.refusal = refusal
        self.url = url


class SourceClient(Protocol):
    """What a vendor must offer to be a source of weigh-ins."""

    @property
    def shapes(self) -> Mapping[str, Any]:
        """Return how the last answers looked, without any value."""

    async def async_get_changes(self, since: int) -> Batch:
        """Return what the vendor learned since an epoch second; 0 means everything."""

    async def async_get_period(self, start: datetime, end: datetime) -> Batch:
        """Return what was measured from `start` up to `end`, both aware."""

    async def async_get_devices(self) -> tuple[DeviceStatus, ...]:
        """Return the person's scales and trackers."""

    async def async_get_goal(self) -> float | None:
        """Return the weight in kg that the person wants to have, None if not known."""
