"""Signing in to the simulated Garmin with the real garminconnect."""

from asyncio import to_thread
import json

from garminconnect import (
    Garmin,
    GarminConnectAuthenticationError,
    GarminConnectConnectionError,
    GarminConnectTooManyRequestsError,
)
import pytest

from tests.clouds import Clouds, GarminAccount

EMAIL, PASSWORD = "runner@example.org", "correct horse"


@pytest.fixture
def account(clouds: Clouds) -> GarminAccount:
    """Return an account without MFA."""
    return clouds.garmin.account(EMAIL, PASSWORD)


async def test_login(clouds: Clouds, account: GarminAccount) -> None:
    """Sign in in four requests, and get tokens that last."""
    garmin = Garmin(EMAIL, PASSWORD, return_on_mfa=True)
    assert await to_thread(garmin.login) == (None, None)

    paths = [request.path for request in clouds.log.requests("garmin")]
    assert paths == [
        "/garmin/mobile/sso/en_US/sign-in",
        "/garmin/mobile/api/login",
        "/garmin/di-oauth2-service/oauth/token",
        "/garmin/userprofile-service/socialProfile",
    ]
    assert [request.host for request in clouds.log.requests("garmin")] == [
        "sso.garmin.com",
        "sso.garmin.com",
        "diauth.garmin.com",
        "connectapi.garmin.com",
    ]
    assert all(json.loads(garmin.client.dumps()).values())
    profile = await to_thread(
        garmin.client.connectapi, "/userprofile-service/socialProfile"
    )
    assert profile["profileId"] == account.profile_id


async def test_login_loads_the_profile(clouds: Clouds, account: GarminAccount) -> None:
    """Serve what a login without `return_on_mfa` loads."""
    garmin = Garmin(EMAIL, PASSWORD)
    await to_thread(garmin.login)
    assert garmin.display_name == account.display_name
    assert garmin.unit_system == "metric"
    assert await to_thread(garmin.get_user_timezone) == "Europe/Berlin"


@pytest.mark.parametrize(
    ("email", "password"), [(EMAIL, "wrong"), ("nobody@example.org", PASSWORD)]
)
async def test_login_wrong_password(
    clouds: Clouds, account: GarminAccount, email: str, password: str
) -> None:
    """Stop the chain of strategies at wrong credentials, after two requests."""
    garmin = Garmin(email, password, return_on_mfa=True)
    with pytest.raises(GarminConnectAuthenticationError):
        await to_thread(garmin.login)
    assert clouds.log.count("garmin") == 2


async def test_login_with_mfa(clouds: Clouds) -> None:
    """Ask for the code, refuse a wrong one at both doors, accept the right one."""
    clouds.garmin.account(EMAIL, PASSWORD, mfa="123456")
    garmin = Garmin(EMAIL, PASSWORD, return_on_mfa=True)
    status, state = await to_thread(garmin.login)
    assert status == "needs_mfa"

    with pytest.raises(GarminConnectAuthenticationError, match="MFA_CODE_INVALID"):
        await to_thread(garmin.client.resume_login, state, "000000")
    assert clouds.log.count("garmin", path="/mfa/verifyCode") == 2

    await to_thread(garmin.client.resume_login, state, "123456")
    assert garmin.client.di_refresh_token
    assert clouds.log.count("garmin", path="/mobile/api/mfa/verifyCode") == 2


async def test_mfa_continues_elsewhere(clouds: Clouds) -> None:
    """Let another instance finish the sign-in from its state."""
    clouds.garmin.account(EMAIL, PASSWORD, mfa="123456")
    _, state = await to_thread(Garmin(EMAIL, PASSWORD, return_on_mfa=True).login)

    other = Garmin(EMAIL)
    await to_thread(other.client.resume_login, json.loads(json.dumps(state)), "123456")
    assert other.client.di_token


async def test_login_throttled_everywhere(
    clouds: Clouds, account: GarminAccount
) -> None:
    """Exhaust all strategies on 429, in the eleven requests that this takes."""
    clouds.faults.answer("/garmin/(mobile|portal|sso)/", 429, times=None)
    garmin = Garmin(EMAIL, PASSWORD, return_on_mfa=True)
    with pytest.raises(GarminConnectTooManyRequestsError):
        await to_thread(garmin.login)
    assert clouds.log.count("garmin") == 11


async def test_login_unavailable_everywhere(
    clouds: Clouds, account: GarminAccount
) -> None:
    """Exhaust all strategies on 503, which posts the password ten times."""
    clouds.faults.answer("/garmin/", 503, times=None)
    garmin = Garmin(EMAIL, PASSWORD, return_on_mfa=True)
    with pytest.raises(GarminConnectConnectionError):
        await to_thread(garmin.login)
    assert clouds.log.count("garmin") == 21
    assert clouds.log.count("garmin", method="POST") == 10


@pytest.mark.parametrize("mfa", [None, "123456"])
@pytest.mark.parametrize(
    "skipped", [{"mobile+cffi"}, {"mobile+cffi", "mobile+requests", "widget+cffi"}]
)
@pytest.mark.parametrize("extra", [set(), {"mobile+requests"}])
async def test_other_strategies(
    clouds: Clouds, mfa: str | None, skipped: set[str], extra: set[str]
) -> None:
    """Sign in by plain requests, by the widget and by the portal as well."""
    clouds.garmin.account(EMAIL, PASSWORD, mfa=mfa)
    garmin = Garmin(EMAIL, PASSWORD, return_on_mfa=True)
    garmin.client.skip_strategies = skipped | extra
    status, state = await to_thread(garmin.login)
    if mfa is not None:
        assert status == "needs_mfa"
        with pytest.raises(GarminConnectAuthenticationError):
            await to_thread(garmin.client.resume_login, state, "000000")
        await to_thread(garmin.client.resume_login, state, mfa)
    assert garmin.client.di_refresh_token


async def test_widget_wrong_password(clouds: Clouds, account: GarminAccount) -> None:
    """Stop at the widget's page for wrong credentials."""
    garmin = Garmin(EMAIL, "wrong", return_on_mfa=True)
    garmin.client.skip_strategies = {"mobile+cffi", "mobile+requests"}
    with pytest.raises(GarminConnectAuthenticationError):
        await to_thread(garmin.login)


async def test_captcha(clouds: Clouds, account: GarminAccount) -> None:
    """Let no strategy but the widget, which has none, pass a captcha."""
    account.captcha = True
    garmin = Garmin(EMAIL, PASSWORD, return_on_mfa=True)
    garmin.client.skip_strategies = {"widget+cffi"}
    with pytest.raises(GarminConnectConnectionError, match="CAPTCHA"):
        await to_thread(garmin.login)


async def test_login_without_exchange(clouds: Clouds, account: GarminAccount) -> None:
    """Leave the library with a web session only, when no exchange succeeds."""
    clouds.faults.answer("/di-oauth2-service/", 503, times=None)
    garmin = Garmin(EMAIL, PASSWORD, return_on_mfa=True)
    await to_thread(garmin.login)
    assert garmin.client.jwt_web
    assert not garmin.client.di_refresh_token
