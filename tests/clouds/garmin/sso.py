"""Garmin's sign-in as the library goes through it: mobile app, widget and portal."""

from collections.abc import Callable
import json
import secrets
from typing import Any

from aiohttp import web

from .model import GarminAccount
from .tokens import GarminTokens

_COOKIE = "SESSION"


class GarminSso:
    """The sign-in pages and the JSON and form services behind them."""

    def __init__(
        self, tokens: GarminTokens, find: Callable[[str], GarminAccount | None]
    ) -> None:
        """Sign the accounts in that `find` knows by their e-mail."""
        self._tokens = tokens
        self._find = find
        self._sessions: dict[str, GarminAccount | None] = {}
        """Session cookie to the account that awaits its MFA code."""

    def register(self, app: web.Application) -> None:
        """Put the services on their paths."""
        app.router.add_get("/mobile/sso/en_US/sign-in", self._handle_page)
        app.router.add_get("/portal/sso/en-US/sign-in", self._handle_page)
        app.router.add_get("/sso/embed", self._handle_page)
        app.router.add_get("/sso/signin", self._handle_page)
        for flow in ("mobile", "portal"):
            app.router.add_post(f"/{flow}/api/login", self._handle_login)
            app.router.add_post(f"/{flow}/api/mfa/verifyCode", self._handle_code)
        app.router.add_post("/sso/signin", self._handle_widget_login)
        app.router.add_post("/sso/verifyMFA/mfaCode", self._handle_widget_send)
        app.router.add_post(
            "/sso/verifyMFA/loginEnterMfaCode", self._handle_widget_code
        )

    async def _handle_page(self, request: web.Request) -> web.Response:
        """Show a sign-in page, which opens the session that signing in needs."""
        response = _html(
            "GARMIN Authentication Application",
            '<form method="post"><input type="hidden" name="_csrf" value="c5rf"></form>',
        )
        session = request.cookies.get(_COOKIE)
        if session not in self._sessions:
            session = secrets.token_hex(16)
            self._sessions[session] = None
            self._tokens.issued.add(session)
        response.set_cookie(_COOKIE, session, httponly=True)
        return response

    async def _handle_login(self, request: web.Request) -> web.Response:
        """Check e-mail and password of the mobile and the portal flow."""
        session = self._session(request)
        if session is None or "Referer" not in request.headers:
            return web.json_response({"error": {"status-code": "429"}}, status=429)
        given = await request.json()
        account = self._check(given.get("username"), given.get("password"))
        if account is None:
            return _status("INVALID_USERNAME_PASSWORD")
        if account.captcha:
            return _status("CAPTCHA_REQUIRED")
        if account.mfa is not None:
            self._sessions[session] = account
            return _status(
                "MFA_REQUIRED", customerMfaInfo={"mfaLastMethodUsed": "email"}
            )
        return self._signed_in(account, request)

    async def _handle_code(self, request: web.Request) -> web.Response:
        """Check the MFA code of the mobile and the portal flow."""
        session = self._session(request) or ""
        account = self._sessions.get(session)
        if account is None:
            return _status("SESSION_EXPIRED")
        given = await request.json()
        if given.get("mfaVerificationCode") != account.mfa:
            return _status("MFA_CODE_INVALID")
        self._sessions[session] = None
        return self._signed_in(account, request)

    async def _handle_widget_login(self, request: web.Request) -> web.Response:
        """Check e-mail and password of the widget."""
        session, form = self._session(request), await request.post()
        if session is None or form.get("_csrf") != "c5rf":
            return _html("Error")
        account = self._check(form.get("username"), form.get("password"))
        if account is None:
            return _html("Invalid sign in")
        if account.mfa is not None:
            self._sessions[session] = account
            variables = {
                "customerGuid": f"guid-{account.profile_id}",
                "mfaMethod": "email",
                "locale": "en_US",
                "clientId": "",
                "codeSentTo": "",
            }
            script = "".join(
                f"var {name} = {json.dumps(value)};\n"
                for name, value in variables.items()
            )
            return _html(
                "GARMIN Authentication Application",
                f"<script>{script}</script>"
                '<input type="hidden" name="_csrf" value="c5rf">',
            )
        return self._widget_signed_in(account, request)

    async def _handle_widget_send(self, request: web.Request) -> web.Response:
        """Send the MFA code of the widget."""
        if self._sessions.get(self._session(request) or "") is None:
            raise web.HTTPForbidden
        return web.json_response({})

    async def _handle_widget_code(self, request: web.Request) -> web.Response:
        """Check the MFA code of the widget."""
        session, form = self._session(request) or "", await request.post()
        account = self._sessions.get(session)
        if account is None or form.get("mfa-code") != account.mfa:
            return _html("GARMIN Authentication Application")
        self._sessions[session] = None
        return self._widget_signed_in(account, request)

    def _session(self, request: web.Request) -> str | None:
        """Return the session that one of the pages opened."""
        session = request.cookies.get(_COOKIE)
        return session if session in self._sessions else None

    def _check(self, email: object, password: object) -> GarminAccount | None:
        """Return the account that e-mail and password fit."""
        account = self._find(str(email))
        return account if account and account.password == password else None

    def _signed_in(self, account: GarminAccount, request: web.Request) -> web.Response:
        """Answer with a service ticket."""
        service = request.query.get("service", "")
        return _status(
            "SUCCESSFUL",
            serviceURL=service,
            serviceTicketId=self._tokens.ticket(account, service),
        )

    def _widget_signed_in(
        self, account: GarminAccount, request: web.Request
    ) -> web.Response:
        """Answer with the page that holds a service ticket."""
        service = request.query.get("service", "")
        ticket = self._tokens.ticket(account, service)
        return _html(
            "Success", f'<script>var url = "{service}?ticket={ticket}";</script>'
        )


def _status(kind: str, **more: Any) -> web.Response:
    """Return the answer of the JSON flows, HTTP 200 whatever it says."""
    return web.json_response(
        {"responseStatus": {"type": kind, "message": "", "httpStatus": "OK"}, **more}
    )


def _html(title: str, body: str = "") -> web.Response:
    """Return a page."""
    return web.Response(
        text=f"<!DOCTYPE html><html><head><title>{title}</title></head>"
        f"<body>{body}</body></html>",
        content_type="text/html",
    )
