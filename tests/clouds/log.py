"""A record of every request that reached a simulated vendor."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
import re

_SECRETS = frozenset({"access_token", "code", "refresh_token", "state", "ticket"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One request and how it ended, without secrets."""

    at: datetime
    vendor: str
    host: str
    """The host that the vendor really answers this path on."""
    method: str
    path: str
    query: Mapping[str, str]
    action: str | None
    """Withings' `action` form field."""
    status: int | None
    """None when the connection was reset instead of answered."""
    fault: str | None
    """The injected fault that the request met."""


class RequestLog:
    """What was asked of the vendors, oldest first."""

    def __init__(self) -> None:
        """Start empty."""
        self._requests: list[Request] = []

    def add(self, request: Request) -> None:
        """Record a request."""
        self._requests.append(request)

    def requests(
        self,
        vendor: str | None = None,
        *,
        path: str | None = None,
        method: str | None = None,
        action: str | None = None,
    ) -> list[Request]:
        """Return the requests to a vendor whose path the regex `path` is found in."""
        return [
            request
            for request in self._requests
            if (vendor is None or request.vendor == vendor)
            and (path is None or re.search(path, request.path))
            and (method is None or request.method == method)
            and (action is None or request.action == action)
        ]

    def count(
        self,
        vendor: str | None = None,
        *,
        path: str | None = None,
        method: str | None = None,
        action: str | None = None,
    ) -> int:
        """Count the requests that `requests` would return."""
        return len(self.requests(vendor, path=path, method=method, action=action))

    def clear(self) -> None:
        """Forget everything recorded so far."""
        self._requests.clear()


def without_secrets(query: Mapping[str, str]) -> dict[str, str]:
    """Return the query with the values of tokens and codes blacked out."""
    return {name: "***" if name in _SECRETS else value for name, value in query.items()}
