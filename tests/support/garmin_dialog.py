"""What tests of the sign-in to Garmin Connect share."""

from custom_components.weighbridge.const import DOMAIN
from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant

from .frontend import Frontend, Result

EMAIL = "alice@example.com"

PASSWORD = "correct horse battery"

CODE = "735192"

SIGN_IN = r"/garmin/(mobile|portal|sso)/"

PROFILE = r"/socialProfile"

CODES = r"/verifyCode"

LOGINS = r"/api/login"

TOKENS = r"/di-oauth2-service/oauth/token"


async def sign_in(
    frontend: Frontend, email: str = EMAIL, password: str = PASSWORD
) -> Result:
    """Submit e-mail and password, and wait until the progress is over."""
    result = await frontend.submit(username=email, password=password)
    assert result["type"] == "progress"
    assert result["step_id"] == result["progress_action"] == "garmin_login"
    return await frontend.say_whose(await frontend.wait())


async def enter_code(frontend: Frontend, code: str = CODE) -> Result:
    """Submit the code that Garmin has sent."""
    return await frontend.say_whose(await frontend.submit(code=code))


async def add_account(
    frontend: Frontend, email: str = EMAIL, password: str = PASSWORD
) -> Result:
    """Add an account that has no MFA."""
    await frontend.add("garmin")
    return await sign_in(frontend, email, password)


def the_entry(hass: HomeAssistant) -> ConfigEntry:
    """Return the only entry."""
    (entry,) = hass.config_entries.async_entries(DOMAIN)
    return entry


async def can_read(hass: HomeAssistant, entry: ConfigEntry) -> bool:
    """Tell whether an account's tokens are good for reading Garmin."""
    answer = await hass.services.async_call(
        DOMAIN,
        "sync",
        {"config_entry_id": entry.entry_id, "dry_run": True},
        blocking=True,
        return_response=True,
    )
    return answer is not None and answer["failed"] == 0


def assert_back_at_the_form(result: Result, error: str, email: str = EMAIL) -> None:
    """Check that the form is shown again, with the e-mail and without the password."""
    assert result["type"] == "form"
    assert result["step_id"] == "garmin"
    assert result["errors"] == {"base": error}
    username, password = result["data_schema"]
    assert username["description"] == {"suggested_value": email}
    assert "description" not in password
