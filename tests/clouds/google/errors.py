"""Google's error bodies."""

import json
from typing import Any

from aiohttp import web

PROJECT = "123456789"

_ERRORS: dict[str, tuple[int, str, str]] = {
    "CREDENTIALS_MISSING": (
        401,
        "UNAUTHENTICATED",
        (
            "Request is missing required authentication credential. Expected OAuth 2 "
            "access token, login cookie or other valid authentication credential."
        ),
    ),
    "ACCESS_TOKEN_EXPIRED": (
        401,
        "UNAUTHENTICATED",
        (
            "Request had invalid authentication credentials. Expected OAuth 2 access "
            "token, login cookie or other valid authentication credential."
        ),
    ),
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": (
        403,
        "PERMISSION_DENIED",
        "Request had insufficient authentication scopes.",
    ),
    "RESOURCE_PERMISSION_DENIED": (
        403,
        "PERMISSION_DENIED",
        "The caller does not have permission",
    ),
    "PERMISSION_DENIED": (
        403,
        "PERMISSION_DENIED",
        "The caller does not have permission",
    ),
    "SERVICE_DISABLED": (
        403,
        "PERMISSION_DENIED",
        (
            f"Google Health API has not been used in project {PROJECT} before or it "
            "is disabled. Enable it, then retry."
        ),
    ),
    "USER_PROJECT_DENIED": (
        403,
        "PERMISSION_DENIED",
        "User is not authorized to access health data.",
    ),
    "ACCOUNT_NOT_LINKED": (
        400,
        "FAILED_PRECONDITION",
        "The account is not linked to Google Health.",
    ),
    "INVALID_ARGUMENT": (
        400,
        "INVALID_ARGUMENT",
        "Request contains an invalid argument.",
    ),
    "NOT_FOUND": (404, "NOT_FOUND", "Requested entity was not found."),
    "RATE_LIMIT_EXCEEDED": (
        429,
        "RESOURCE_EXHAUSTED",
        (
            "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute' "
            "of service 'health.googleapis.com' for consumer "
            f"'project_number:{PROJECT}'."
        ),
    ),
    "BACKEND_ERROR": (503, "UNAVAILABLE", "The service is currently unavailable."),
}


def google_error(reason: str) -> tuple[int, dict[str, Any]]:
    """Return the HTTP status and the body that go with a reason."""
    code, status, message = _ERRORS[reason]
    info: dict[str, Any] = {
        "@type": "type.googleapis.com/google.rpc.ErrorInfo",
        "reason": reason,
        "domain": "googleapis.com",
    }
    details = [info]
    if reason == "SERVICE_DISABLED":
        info["metadata"] = {
            "consumer": f"projects/{PROJECT}",
            "service": "health.googleapis.com",
        }
        details.append(
            {
                "@type": "type.googleapis.com/google.rpc.Help",
                "links": [
                    {
                        "description": "Google developers console API activation",
                        "url": "https://console.developers.google.com/apis/api/"
                        f"health.googleapis.com/overview?project={PROJECT}",
                    }
                ],
            }
        )
    error = {"code": code, "message": message, "status": status}
    # In an outage Google says no more than that.
    return code, {"error": error if reason == status else {**error, "details": details}}


def refusal(reason: str) -> web.HTTPException:
    """Return the answer to raise for a reason."""
    code, body = google_error(reason)
    kinds: dict[int, type[web.HTTPClientError]] = {
        400: web.HTTPBadRequest,
        401: web.HTTPUnauthorized,
        403: web.HTTPForbidden,
        404: web.HTTPNotFound,
        429: web.HTTPTooManyRequests,
    }
    return kinds[code](text=json.dumps(body), content_type="application/json")
