"""Which vendor a credential belongs to, and its dialect of OAuth."""

from abc import abstractmethod
import asyncio
from collections.abc import Mapping
from http import HTTPStatus
import re
import time
from typing import Any, NoReturn, override

from aiohttp import ClientError, ClientResponse

from homeassistant.components.application_credentials import (
    AuthImplementation,
    AuthorizationServer,
    ClientCredential,
)
from homeassistant.core import HomeAssistant, callback
from homeassistant.exceptions import (
    OAuth2TokenRequestConnectionError,
    OAuth2TokenRequestReauthError,
)
from homeassistant.helpers.aiohttp_client import async_get_clientsession

from ..clients import Trouble
from ..clients.google import SCOPE_MEASUREMENTS, SCOPE_SETTINGS, SCOPE_USER_INFO
from ..clients.withings import STATUS_AUTH, STATUS_OK
from ..const import CONF_SIGN_IN_ENDS, DOMAIN, LOGGER, Provider

WITHINGS_AUTHORIZE_URL = "https://account.withings.com/oauth2_user/authorize2"
WITHINGS_TOKEN_URL = "https://wbsapi.withings.net/v2/oauth2"  # noqa: S105 - an address
GOOGLE_AUTHORIZE_URL = "https://accounts.google.com/o/oauth2/v2/auth"
GOOGLE_TOKEN_URL = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address

WITHINGS_SCOPES = ("user.info", "user.metrics")
GOOGLE_SCOPES = (SCOPE_MEASUREMENTS, SCOPE_SETTINGS, SCOPE_USER_INFO)

REFRESH_TIMEOUT = 30  # seconds

# "Invalid Params", which is how Withings words a code or refresh token that is dead.
WITHINGS_INVALID_PARAMS = 503

# RFC 6749, section 5.2, and Google's own words. Google deletes clients that nobody has
# used for six months.
GOOGLE_CLIENT_ERRORS = frozenset(
    {
        "deleted_client",
        "disabled_client",
        "invalid_client",
        "redirect_uri_mismatch",
        "unauthorized_client",
    }
)

_GOOGLE_ID = re.compile(r".+\.apps\.googleusercontent\.com")
_WITHINGS_ID = re.compile(r"[0-9a-f]{64}", re.IGNORECASE)
_LEGACY_FITBIT_ID = re.compile(r"[0-9A-Z]{6}")
_NAMES = {
    Provider.WITHINGS: re.compile(r"withings", re.IGNORECASE),
    Provider.FITBIT: re.compile(r"fitbit|google", re.IGNORECASE),
}


def is_legacy_fitbit_id(client_id: str) -> bool:
    """Tell whether a client id is one of the Fitbit Web API that was switched off."""
    return _LEGACY_FITBIT_ID.fullmatch(client_id.strip()) is not None


def credential_provider(client_id: str, name: str | None) -> Provider | None:
    """Return the vendor of a credential, None if nobody can tell.

    The shape of the client id decides; for an id of no known shape, the name that
    the user gave to the credential.
    """
    if _GOOGLE_ID.fullmatch(client_id.strip()):
        return Provider.FITBIT
    if _WITHINGS_ID.fullmatch(client_id.strip()):
        return Provider.WITHINGS
    named = [provider for provider, word in _NAMES.items() if word.search(name or "")]
    if len(named) != 1 or (
        named == [Provider.FITBIT] and is_legacy_fitbit_id(client_id)
    ):
        return None
    return named[0]


class TokenTroubleError(OAuth2TokenRequestConnectionError):
    """The vendor gives no token now, and has not refused the sign-in."""

    def __init__(self, trouble: Trouble, code: str = "", *, domain: str) -> None:
        """Keep the trouble, and what the vendor said, in no language."""
        super().__init__(domain=domain)
        self.trouble = trouble
        self.code = code


class VendorImplementation(AuthImplementation):
    """OAuth with one of the vendors; only a clear refusal ends a refresh token."""

    provider: Provider

    @override
    async def _async_refresh_token(self, token: dict[str, Any]) -> dict[str, Any]:
        """Return the token with what a refresh renewed, in limited time."""
        try:
            async with asyncio.timeout(REFRESH_TIMEOUT):
                return await super()._async_refresh_token(token)
        except TimeoutError as err:
            raise TokenTroubleError(Trouble.NO_ANSWER, domain=DOMAIN) from err

    @override
    async def _token_request(self, data: dict[str, Any]) -> dict[str, Any]:
        """Return the answer of the token endpoint.

        Raises OAuth2TokenRequestReauthError if the vendor refused, and TokenTroubleError
        for everything that may pass.
        """
        form = {
            **data,
            **self.extra_token_data,
            "client_id": self.client_id,
            "client_secret": self.client_secret,
        }
        try:
            async with async_get_clientsession(self.hass).post(
                self.token_url, data=form
            ) as response:
                try:
                    answer = await response.json(content_type=None)
                except ValueError:
                    answer = None
        except ClientError as err:
            LOGGER.debug("No token from %s: %s", self.provider, type(err).__name__)
            raise TokenTroubleError(Trouble.UNREACHABLE, domain=DOMAIN) from err
        if not isinstance(answer, dict):
            answer = {}
        if self._is_misconfigured(answer):
            if data.get("grant_type") == "authorization_code":
                self._refuse(response, answer.get("error"))
            raise TokenTroubleError(
                Trouble.CLIENT_REFUSED, f"HTTP {response.status}", domain=DOMAIN
            )
        token = self._unwrap(response, answer)
        if not (
            isinstance(token.get("access_token"), str)
            and str(token.get("expires_in")).isdecimal()
        ):
            self._fail(response, token)
        return token

    @property
    def extra_token_data(self) -> Mapping[str, str]:
        """Return what the vendor wants to see in each token request."""
        return {}

    def _is_misconfigured(self, answer: Mapping[str, Any]) -> bool:
        """Tell whether the vendor does not know the client.

        At a sign-in that is worth a look at the credential. At a refresh it may be a
        passing mood: only when it lasts is it told.
        """
        return False

    @abstractmethod
    def _unwrap(
        self, response: ClientResponse, answer: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the token in an answer, or refuse or fail."""

    def _refuse(self, response: ClientResponse, reason: object) -> NoReturn:
        """Report that the vendor does not accept the code or the refresh token."""
        LOGGER.debug("%s refused to give a token: %s", self.provider, reason)
        raise OAuth2TokenRequestReauthError(
            request_info=response.request_info,
            history=response.history,
            status=response.status,
            message=str(reason),
            domain=DOMAIN,
        )

    def _fail(self, response: ClientResponse, answer: Mapping[str, Any]) -> NoReturn:
        """Report an answer that is neither a token nor a refusal."""
        LOGGER.debug(
            "No token from %s: HTTP %s with %s",
            self.provider,
            response.status,
            sorted(answer) or "an unreadable body",
        )
        code = f"HTTP {response.status}"
        if response.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise TokenTroubleError(Trouble.DOWN, code, domain=DOMAIN)
        if response.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise TokenTroubleError(Trouble.BUSY, code, domain=DOMAIN)
        raise TokenTroubleError(
            Trouble.ODD if answer else Trouble.FOREIGN, code, domain=DOMAIN
        )


class WithingsImplementation(VendorImplementation):
    """Withings' OAuth: an action in each request, a status inside HTTP 200."""

    provider = Provider.WITHINGS

    @property
    @override
    def extra_authorize_data(self) -> dict[str, str]:
        """Return the scopes, which Withings wants separated by commas."""
        return {"scope": ",".join(WITHINGS_SCOPES)}

    @property
    @override
    def extra_token_data(self) -> Mapping[str, str]:
        """Return the action."""
        return {"action": "requesttoken"}

    @override
    def _is_misconfigured(self, answer: Mapping[str, Any]) -> bool:
        """Tell whether Withings complains of client ID or secret."""
        error = str(answer.get("error", "")).lower()
        return answer.get("status") == WITHINGS_INVALID_PARAMS and "client_" in error

    @override
    def _unwrap(
        self, response: ClientResponse, answer: dict[str, Any]
    ) -> dict[str, Any]:
        """Return the body of an answer whose status is 0."""
        status, body = answer.get("status"), answer.get("body")
        if response.status < HTTPStatus.INTERNAL_SERVER_ERROR and (
            status == WITHINGS_INVALID_PARAMS or status in STATUS_AUTH
        ):
            self._refuse(response, f"status {status}")
        if status != STATUS_OK or not isinstance(body, dict):
            self._fail(response, answer)
        return body


class GoogleImplementation(VendorImplementation):
    """Google's OAuth: a refresh token only for offline access with consent."""

    provider = Provider.FITBIT

    @property
    @override
    def extra_authorize_data(self) -> dict[str, str]:
        """Return the scopes and the wish for a refresh token."""
        return {
            "scope": " ".join(GOOGLE_SCOPES),
            "access_type": "offline",
            "prompt": "consent",
        }

    @override
    def _is_misconfigured(self, answer: Mapping[str, Any]) -> bool:
        """Tell whether client ID, secret or redirect address are not Google's."""
        return str(answer.get("error")) in GOOGLE_CLIENT_ERRORS

    @override
    def _unwrap(
        self, response: ClientResponse, answer: dict[str, Any]
    ) -> dict[str, Any]:
        """Return a good answer; of the errors, only invalid_grant is a refusal."""
        if answer.get("error") == "invalid_grant":
            self._refuse(response, "invalid_grant")
        if response.status != HTTPStatus.OK:
            self._fail(response, answer)
        seconds = answer.get("refresh_token_expires_in")
        if isinstance(seconds, int) and seconds > 0:
            answer[CONF_SIGN_IN_ENDS] = time.time() + seconds
        return answer


class UnknownImplementation(AuthImplementation):
    """A credential of nobody knows whom; it is never offered."""


@callback
def async_create_implementation(
    hass: HomeAssistant, auth_domain: str, credential: ClientCredential
) -> VendorImplementation | UnknownImplementation:
    """Return the OAuth implementation of a credential's vendor."""
    match credential_provider(credential.client_id, credential.name):
        case Provider.WITHINGS:
            return WithingsImplementation(
                hass,
                auth_domain,
                credential,
                AuthorizationServer(WITHINGS_AUTHORIZE_URL, WITHINGS_TOKEN_URL),
            )
        case Provider.FITBIT:
            return GoogleImplementation(
                hass,
                auth_domain,
                credential,
                AuthorizationServer(GOOGLE_AUTHORIZE_URL, GOOGLE_TOKEN_URL),
            )
    return UnknownImplementation(
        hass, auth_domain, credential, AuthorizationServer("", "")
    )
