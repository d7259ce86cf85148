"""Signing in to Garmin Connect. It blocks, up to minutes, and belongs into the executor."""

from dataclasses import dataclass
from typing import Any

from garminconnect.client import Client
from garminconnect.exceptions import (
    GarminConnectAuthenticationError,
    GarminConnectConnectionError,
    GarminConnectTooManyRequestsError,
)
import requests

from .errors import (
    GarminAuthError,
    GarminCodeError,
    GarminError,
    GarminThrottledError,
    GarminUnavailableError,
    read_error,
    sign_in_error,
)

PROFILE_PATH = "/userprofile-service/socialProfile"

# How the library says that all was right, and that Garmin gave no tokens for it.
NO_SESSION = "JWT_WEB cookie not set"


@dataclass(frozen=True, slots=True)
class GarminProfile:
    """Who signed in: `profile_id` is stable, `name` is for people."""

    profile_id: str
    name: str | None


class GarminSignIn:
    """One attempt of a person to sign in. Blocking: run it in the executor."""

    def __init__(self, username: str, password: str) -> None:
        """Keep the credentials until the sign-in has used them."""
        self._client = Client()
        self._credentials: tuple[str, str] | None = (username, password)
        self._state: Any = None

    def sign_in(self) -> bool:
        """Sign in and forget the password; return True when an MFA code is needed."""
        if self._credentials is None:
            raise GarminAuthError("The password has been used and forgotten")
        username, password = self._credentials
        self._credentials = None
        try:
            status, self._state = self._client.login(
                username, password, return_on_mfa=True
            )
        except GarminConnectAuthenticationError as err:
            if NO_SESSION in str(err):
                raise GarminUnavailableError("Garmin gave no sign-in") from None
            raise GarminAuthError("Garmin refused the user name or password") from None
        except GarminConnectTooManyRequestsError:
            raise GarminThrottledError("Garmin refuses further sign-ins") from None
        except (GarminConnectConnectionError, requests.RequestException) as err:
            raise sign_in_error(err) from None
        return status == "needs_mfa"

    def enter_code(self, code: str) -> None:
        """Finish a sign-in with the MFA code. After a wrong one it may be repeated.

        Garmin counts a wrong code twice: the library asks at two addresses.
        """
        try:
            self._client.resume_login(self._state, code)
        except GarminConnectAuthenticationError as err:
            # The library reports trouble on the way as a refused code, too.
            text = str(err)
            if "connection error" in text or "non-JSON" in text:
                raise GarminUnavailableError(
                    "Garmin could not check the MFA code"
                ) from None
            if NO_SESSION in text:
                # The code was right, and is used up.
                raise GarminError("Garmin gave no sign-in") from None
            raise GarminCodeError("Garmin refused the MFA code") from None
        except GarminConnectTooManyRequestsError:
            raise GarminThrottledError("Garmin refuses further MFA codes") from None
        except (GarminConnectConnectionError, OSError) as err:
            # What requests or curl_cffi raise is an OSError, where it is not caught.
            raise sign_in_error(err) from None
        self._state = None

    def profile(self) -> GarminProfile:
        """Return who signed in."""
        try:
            return profile_from(self._client.connectapi(PROFILE_PATH))
        except (GarminConnectConnectionError, requests.RequestException) as err:
            raise read_error(err) from None

    def tokens(self) -> str:
        """Return the tokens as JSON. They are secret."""
        if not self._client.di_token or not self._client.di_refresh_token:
            # A sign-in by cookie alone dies with the process.
            raise GarminUnavailableError("Garmin gave no lasting sign-in")
        return self._client.dumps()


def profile_from(answer: Any) -> GarminProfile:
    """Read the social profile."""
    profile_id = answer.get("profileId") if isinstance(answer, dict) else None
    if not isinstance(profile_id, int):
        raise GarminUnavailableError("The profile had a foreign answer")
    # `userName`, the other one that people know, is often their e-mail.
    name = answer.get("fullName")
    return GarminProfile(
        str(profile_id), name if isinstance(name, str) and name else None
    )
