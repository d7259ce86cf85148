"""Withings' OAuth: status inside HTTP 200, refresh tokens that rotate."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
import secrets
from typing import Any

from aiohttp import web

from ..clock import Clock
from ..consent import Browser, back_to

WITHINGS_CLIENT_ID = "5ca1ab1e" * 8
WITHINGS_CLIENT_SECRET = "0ddba11" + "5" * 57
CODE_LIFETIME = timedelta(seconds=30)
OLD_REFRESH_LIFETIME = timedelta(hours=8)
REFRESH_LIFETIME = timedelta(days=365)


@dataclass(frozen=True, kw_only=True, slots=True)
class Grant:
    """What a person allowed an application."""

    person: str
    client_id: str
    scopes: frozenset[str]

    def require(self, scope: str) -> None:
        """Refuse what the person did not allow."""
        if scope not in self.scopes:
            raise WithingsStatus(403, f"Insufficient_scope: {scope} is missing")


@dataclass(frozen=True, kw_only=True, slots=True)
class _Code:
    """An authorization code, good for one exchange."""

    grant: Grant
    redirect_uri: str
    expires: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class _Token:
    """An access or a refresh token."""

    grant: Grant
    expires: datetime
    successor: str | None = None
    """The access token whose first use ends this refresh token."""


class WithingsStatus(Exception):
    """A Withings status other than 0."""

    def __init__(self, status: int, error: str) -> None:
        """Remember the status and the text that goes with it."""
        super().__init__(f"{status}: {error}")
        self.status = status
        self.error = error


class WithingsOAuth:
    """The authorize page, the token endpoint, and the tokens they gave out."""

    def __init__(
        self,
        clock: Clock,
        people: Callable[[], Iterable[str]],
        userid: Callable[[str], int],
    ) -> None:
        """Start without a token."""
        self._clock = clock
        self._people = people
        self._userid = userid
        self._codes: dict[str, _Code] = {}
        self._access: dict[str, _Token] = {}
        self._refresh: dict[str, _Token] = {}
        self.issued: set[str] = set()
        """Every secret that was ever given out, to look for in logs."""
        self.apps = {WITHINGS_CLIENT_ID: WITHINGS_CLIENT_SECRET}
        self.browser = Browser()
        self.access_lifetime = timedelta(hours=3)

    async def handle_authorize(self, request: web.Request) -> web.Response:
        """Ask the person at the browser, and send them back with a code."""
        query = request.query
        if query.get("client_id") not in self.apps or "redirect_uri" not in query:
            raise web.HTTPBadRequest(text="Unknown client_id or no redirect_uri")
        state = query.get("state", "")
        person = self.browser.consent(request, self._people())
        if person is None:
            raise back_to(query["redirect_uri"], error="access_denied", state=state)
        code = secrets.token_hex(20)
        self.issued.add(code)
        self._codes[code] = _Code(
            grant=Grant(
                person=person,
                client_id=query["client_id"],
                scopes=frozenset(query.get("scope", "").split(",")),
            ),
            redirect_uri=query["redirect_uri"],
            expires=self._clock() + CODE_LIFETIME,
        )
        raise back_to(query["redirect_uri"], code=code, state=state)

    def exchange(self, form: dict[str, str]) -> dict[str, Any]:
        """Return the body of the token endpoint's answer."""
        if form.get("action") != "requesttoken":
            raise WithingsStatus(2554, "Wrong action or wrong webservice")
        client_id = form.get("client_id", "")
        if self.apps.get(client_id, "") != form.get("client_secret"):
            raise WithingsStatus(503, "Invalid Params: invalid client_id/client_secret")
        match form.get("grant_type"):
            case "authorization_code":
                return self._issue(self._redeem(form, client_id))
            case "refresh_token":
                return self._rotate(form.get("refresh_token", ""), client_id)
        raise WithingsStatus(503, "Invalid Params: invalid grant_type")

    def use(self, header: str) -> Grant:
        """Return the grant of an `Authorization` header's access token."""
        value = header.removeprefix("Bearer ")
        token = self._access.get(value)
        if token is None or token.expires <= self._clock():
            raise WithingsStatus(401, "The access token provided is invalid")
        self._refresh = {
            name: refresh
            for name, refresh in self._refresh.items()
            if refresh.successor != value
        }
        return token.grant

    def expire_access(self, person: str) -> None:
        """End a person's access tokens."""
        self._access = _of_others(self._access, person)

    def revoke(self, person: str) -> None:
        """End all of a person's tokens, as removing the app from the account does."""
        self.expire_access(person)
        self._refresh = _of_others(self._refresh, person)

    def _redeem(self, form: dict[str, str], client_id: str) -> Grant:
        """Use up an authorization code."""
        code = self._codes.pop(form.get("code", ""), None)
        if code is None or code.expires <= self._clock():
            raise WithingsStatus(503, "Invalid Params: invalid code")
        if code.grant.client_id != client_id:
            raise WithingsStatus(503, "Invalid Params: invalid client_id")
        if code.redirect_uri != form.get("redirect_uri"):
            raise WithingsStatus(503, "Invalid Params: invalid redirect_uri")
        return code.grant

    def _rotate(self, value: str, client_id: str) -> dict[str, Any]:
        """Give out new tokens; the old refresh token lives on for a while."""
        token = self._refresh.get(value)
        if (
            token is None
            or token.expires <= self._clock()
            or token.grant.client_id != client_id
        ):
            raise WithingsStatus(503, "Invalid Params: invalid refresh_token")
        issued = self._issue(token.grant)
        self._refresh[value] = _Token(
            grant=token.grant,
            expires=min(token.expires, self._clock() + OLD_REFRESH_LIFETIME),
            successor=issued["access_token"],
        )
        return issued

    def _issue(self, grant: Grant) -> dict[str, Any]:
        """Give out an access and a refresh token."""
        access, refresh = secrets.token_hex(20), secrets.token_hex(20)
        self.issued |= {access, refresh}
        now = self._clock()
        self._access[access] = _Token(grant=grant, expires=now + self.access_lifetime)
        self._refresh[refresh] = _Token(grant=grant, expires=now + REFRESH_LIFETIME)
        return {
            "userid": self._userid(grant.person),
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": int(self.access_lifetime.total_seconds()),
            "scope": ",".join(sorted(grant.scopes)),
            "csrf_token": secrets.token_hex(20),
            "token_type": "Bearer",
        }


def _of_others(tokens: dict[str, _Token], person: str) -> dict[str, _Token]:
    """Return the tokens that are not this person's."""
    return {
        value: token for value, token in tokens.items() if token.grant.person != person
    }
