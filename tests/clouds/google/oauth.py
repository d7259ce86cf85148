"""Google's OAuth: granular consent, refresh answers without a refresh token."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
import secrets

from aiohttp import web

from ..clock import Clock
from ..consent import Browser, back_to
from .errors import refusal
from .model import GooglePerson

GOOGLE_CLIENT_ID = "123456789-weighbridge.apps.googleusercontent.com"
GOOGLE_CLIENT_SECRET = "GOCSPX-simulated"
CODE_LIFETIME = timedelta(minutes=10)
HEALTH_SCOPE = "https://www.googleapis.com/auth/googlehealth."


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What a person allowed an application."""

    person: str
    client_id: str
    scopes: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Code:
    """An authorization code, good for one exchange."""

    grant: Grant
    redirect_uri: str
    offline: bool
    expires: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class _Token:
    """An access or a refresh token; a refresh token need not expire."""

    grant: Grant
    expires: datetime | None


class GoogleOAuth:
    """The consent page, the token endpoint, and the tokens they gave out."""

    def __init__(self, clock: Clock, people: Mapping[str, GooglePerson]) -> None:
        """Start without a token."""
        self._clock = clock
        self._people = people
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, _Token] = {}
        self._refresh: dict[str, _Token] = {}
        self._consented: set[tuple[str, str]] = set()
        self.issued: set[str] = set()
        """Every secret that was ever given out, to look for in logs."""
        self.apps = {GOOGLE_CLIENT_ID: GOOGLE_CLIENT_SECRET}
        self.deleted_apps: set[str] = set()
        """Clients that were deleted: by hand, or by Google after six idle months."""
        self.browser = Browser()
        self.access_lifetime = timedelta(seconds=3599)
        self.refresh_token_expires_in: int | None = None

    def register(self, app: web.Application) -> None:
        """Put the pages on their paths."""
        app.router.add_get("/o/oauth2/v2/auth", self._handle_authorize)
        app.router.add_post("/token", self._handle_token)

    def use(self, request: web.Request) -> Grant:
        """Return the grant of a request's access token."""
        if not (header := request.headers.get("Authorization", "")):
            raise refusal("CREDENTIALS_MISSING")
        token = self._access.get(header.removeprefix("Bearer "))
        if token is None or self._over(token):
            raise refusal("ACCESS_TOKEN_EXPIRED")
        return token.grant

    def expire_access(self, person: str) -> None:
        """End a person's access tokens."""
        self._access = _of_others(self._access, person)

    def revoke(self, person: str) -> None:
        """End all of a person's tokens, as removing the app's access does."""
        self.expire_access(person)
        self._refresh = _of_others(self._refresh, person)
        self._consented = {pair for pair in self._consented if pair[0] != person}

    async def _handle_authorize(self, request: web.Request) -> web.Response:
        """Ask the person at the browser, and send them back with a code.

        The code brings a refresh token along only with `access_type=offline`, and
        after the first consent only with `prompt=consent`.
        """
        query = request.query
        client_id, redirect_uri = query.get("client_id", ""), query.get("redirect_uri")
        if client_id not in self.apps or redirect_uri is None:
            raise web.HTTPBadRequest(text="Error 401: invalid_client")
        state = query.get("state", "")
        name = self.browser.consent(request, self._people)
        if name is None:
            raise back_to(redirect_uri, error="access_denied", state=state)
        ticked = self._people[name].grants
        asked = frozenset(query.get("scope", "").split())
        scopes = asked if ticked is None else asked & ticked
        again = (name, client_id) in self._consented
        self._consented.add((name, client_id))
        code = f"4/{secrets.token_urlsafe(40)}"
        self.issued.add(code)
        self._codes[code] = _Code(
            grant=Grant(person=name, client_id=client_id, scopes=scopes),
            redirect_uri=redirect_uri,
            offline=query.get("access_type") == "offline"
            and (not again or query.get("prompt") == "consent"),
            expires=self._clock() + CODE_LIFETIME,
        )
        raise back_to(
            redirect_uri, code=code, state=state, scope=" ".join(sorted(scopes))
        )

    async def _handle_token(self, request: web.Request) -> web.Response:
        """Exchange a code or a refresh token."""
        form = {
            name: value
            for name, value in (await request.post()).items()
            if isinstance(value, str)
        }
        client_id = form.get("client_id", "")
        if client_id in self.deleted_apps:
            return _invalid("deleted_client", "The OAuth client was deleted.", 401)
        if self.apps.get(client_id, "") != form.get("client_secret"):
            return _invalid("invalid_client", "Unauthorized", 401)
        match form.get("grant_type"):
            case "authorization_code":
                code = self._codes.pop(form.get("code", ""), None)
                if (
                    code is None
                    or code.expires <= self._clock()
                    or code.grant.client_id != client_id
                ):
                    return _invalid("invalid_grant", "Malformed auth code.")
                if code.redirect_uri != form.get("redirect_uri"):
                    return _invalid("redirect_uri_mismatch", "Bad Request")
                issued = self._issue(code.grant)
                if code.offline:
                    issued |= self._issue_refresh(code.grant)
                return web.json_response(issued)
            case "refresh_token":
                token = self._refresh.get(form.get("refresh_token", ""))
                if (
                    token is None
                    or self._over(token)
                    or token.grant.client_id != client_id
                ):
                    return _invalid(
                        "invalid_grant", "Token has been expired or revoked."
                    )
                return web.json_response(self._issue(token.grant))
        return _invalid("unsupported_grant_type", "Invalid grant_type")

    def _issue(self, grant: Grant) -> dict[str, str | int]:
        """Give out an access token."""
        access = f"ya29.{secrets.token_urlsafe(60)}"
        self.issued.add(access)
        self._access[access] = _Token(
            grant=grant, expires=self._clock() + self.access_lifetime
        )
        return {
            "access_token": access,
            "expires_in": int(self.access_lifetime.total_seconds()),
            "scope": " ".join(sorted(grant.scopes)),
            "token_type": "Bearer",
        }

    def _issue_refresh(self, grant: Grant) -> dict[str, str | int]:
        """Give out a refresh token."""
        refresh = f"1//{secrets.token_urlsafe(60)}"
        self.issued.add(refresh)
        if (lifetime := self.refresh_token_expires_in) is None:
            self._refresh[refresh] = _Token(grant=grant, expires=None)
            return {"refresh_token": refresh}
        self._refresh[refresh] = _Token(
            grant=grant, expires=self._clock() + timedelta(seconds=lifetime)
        )
        return {"refresh_token": refresh, "refresh_token_expires_in": lifetime}

    def _over(self, token: _Token) -> bool:
        """Decide whether a token has expired."""
        return token.expires is not None and token.expires <= self._clock()


def _of_others(tokens: dict[str, _Token], person: str) -> dict[str, _Token]:
    """Return the tokens that are not this person's."""
    return {
        value: token for value, token in tokens.items() if token.grant.person != person
    }


def _invalid(error: str, description: str, status: int = 400) -> web.Response:
    """Return the refusal of the token endpoint."""
    return web.json_response(
        {"error": error, "error_description": description}, status=status
    )
