"""Garmin's service tickets and DI tokens, whose refresh tokens rotate."""

from base64 import b64encode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
import json
import secrets

from aiohttp import web

from ..clock import Clock
from .model import GarminAccount

DI_GRANT_TYPE = (
    "https://connectapi.garmin.com/di-oauth2-service/oauth/grant/service_ticket"
)
TICKET_LIFETIME = timedelta(minutes=5)


@dataclass(frozen=True, kw_only=True, slots=True)
class _Ticket:
    """A service ticket, good for one exchange at the service it was given for."""

    account: GarminAccount
    service: str
    expires: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class _Token:
    """An access or a refresh token."""

    account: GarminAccount
    client_id: str
    expires: datetime


class GarminTokens:
    """The tickets and tokens that were given out."""

    def __init__(self, clock: Clock) -> None:
        """Start without a token."""
        self._clock = clock
        self._tickets: dict[str, _Ticket] = {}
        self._access: dict[str, _Token] = {}
        self._refresh: dict[str, _Token] = {}
        self._cookies: dict[str, GarminAccount] = {}
        self.issued: set[str] = set()
        """Every secret that was ever given out, to look for in logs."""
        self.access_lifetime = timedelta(hours=24)
        self.refresh_lifetime = timedelta(days=30)

    def register(self, app: web.Application) -> None:
        """Put the token endpoint and the ticket's services on their paths."""
        app.router.add_post("/di-oauth2-service/oauth/token", self._handle_token)
        for path in ("/gcm/ios", "/gcm/android", "/app"):
            app.router.add_get(path, self._handle_service)

    def ticket(self, account: GarminAccount, service: str) -> str:
        """Give out a service ticket."""
        value = f"ST-{secrets.randbelow(10**7):07}-{secrets.token_urlsafe(15)}-sso"
        self._tickets[value] = _Ticket(
            account=account, service=service, expires=self._clock() + TICKET_LIFETIME
        )
        self.issued.add(value)
        return value

    def issue(self, account: GarminAccount, client_id: str) -> dict[str, object]:
        """Give out an access and a refresh token."""
        now = self._clock()
        access = self._jwt(account, client_id, now)
        refresh = b64encode(secrets.token_bytes(48)).decode()
        self._access[access] = _Token(
            account=account, client_id=client_id, expires=now + self.access_lifetime
        )
        self._refresh[refresh] = _Token(
            account=account, client_id=client_id, expires=now + self.refresh_lifetime
        )
        self.issued |= {access, refresh}
        return {
            "scope": "CONNECT_READ CONNECT_WRITE",
            "jti": secrets.token_hex(16),
            "token_type": "Bearer",
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": int(self.access_lifetime.total_seconds()),
            "refresh_token_expires_in": int(self.refresh_lifetime.total_seconds()),
        }

    def account(self, request: web.Request) -> GarminAccount:
        """Return whose access token, or else whose session cookie, a request bears."""
        bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
        token = self._access.get(bearer)
        if token is not None and token.expires > self._clock():
            return token.account
        if (account := self._cookies.get(request.cookies.get("JWT_WEB", ""))) is None:
            raise web.HTTPUnauthorized(
                text=json.dumps({"message": "Token is not active"}),
                content_type="application/json",
            )
        return account

    def expire_access(self, account: GarminAccount) -> None:
        """End an account's access tokens."""
        self._access = _of_others(self._access, account)

    def revoke(self, account: GarminAccount) -> None:
        """End all of an account's tokens."""
        self.expire_access(account)
        self._refresh = _of_others(self._refresh, account)

    async def _handle_token(self, request: web.Request) -> web.Response:
        """Exchange a service ticket or a refresh token."""
        form = await request.post()
        client_id = str(form.get("client_id", ""))
        basic = "Basic " + b64encode(f"{client_id}:".encode()).decode()
        if not client_id or request.headers.get("Authorization") != basic:
            return _invalid("invalid_client", "Bad client credentials")
        match form.get("grant_type"):
            case "refresh_token":
                refresh = self._refresh.pop(str(form.get("refresh_token")), None)
                if (
                    refresh is None
                    or refresh.expires <= self._clock()
                    or refresh.client_id != client_id
                ):
                    return _invalid("invalid_grant", "Invalid refresh token")
                return web.json_response(self.issue(refresh.account, client_id))
            case grant if grant == DI_GRANT_TYPE:
                ticket = self._tickets.get(str(form.get("service_ticket")))
                if ticket is None or ticket.service != form.get("service_url"):
                    return _invalid("invalid_grant", "Invalid service ticket")
                if (account := self._redeem(str(form.get("service_ticket")))) is None:
                    return _invalid("invalid_grant", "Expired service ticket")
                return web.json_response(self.issue(account, client_id))
        return _invalid("unsupported_grant_type", "Unsupported grant type")

    async def _handle_service(self, request: web.Request) -> web.Response:
        """Sign a browser in with a ticket: the fallback when the exchange fails."""
        response = web.Response(text="<html></html>", content_type="text/html")
        account = self._redeem(request.query.get("ticket", ""))
        if account is not None:
            cookie = self._jwt(account, "CONNECT_WEB", self._clock())
            self._cookies[cookie] = account
            self.issued.add(cookie)
            response.set_cookie("JWT_WEB", cookie)
        return response

    def _redeem(self, value: str) -> GarminAccount | None:
        """Use up a service ticket."""
        ticket = self._tickets.pop(value, None)
        if ticket is None or ticket.expires <= self._clock():
            return None
        return ticket.account

    def _jwt(self, account: GarminAccount, client_id: str, now: datetime) -> str:
        """Return a token in the form that the library looks into."""
        claims = {
            "iss": "https://diauth.garmin.com",
            "client_id": client_id,
            "garmin_guid": f"guid-{account.profile_id}",
            "iat": int(now.timestamp()),
            "exp": int((now + self.access_lifetime).timestamp()),
            "jti": secrets.token_hex(16),
        }
        parts = [{"alg": "RS256", "typ": "JWT"}, claims]
        encoded = [
            urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")
            for part in parts
        ]
        return ".".join([*encoded, secrets.token_urlsafe(32)])


def _of_others(tokens: dict[str, _Token], account: GarminAccount) -> dict[str, _Token]:
    """Return the tokens that are not this account's."""
    return {v: token for v, token in tokens.items() if token.account is not account}


def _invalid(error: str, description: str) -> web.Response:
    """Return the refusal of the token endpoint."""
    return web.json_response(
        {"error": error, "error_description": description}, status=400
    )
