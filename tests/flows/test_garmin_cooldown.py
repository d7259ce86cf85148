"""Garmin wants to be left alone: the form says so, and until when."""

from datetime import timedelta

from freezegun.api import FrozenDateTimeFactory

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds
from ..support.frontend import Frontend
from ..support.garmin_dialog import (
    CODE,
    CODES,
    EMAIL,
    PASSWORD,
    PROFILE,
    SIGN_IN,
    add_account,
    assert_back_at_the_form,
    enter_code,
    sign_in,
)


async def test_too_many_codes(clouds: Clouds, frontend: Frontend) -> None:
    """Garmin may refuse to hear any code; then the sign-in starts again."""
    clouds.garmin.account(EMAIL, PASSWORD, mfa=CODE)
    await frontend.add("garmin")
    await sign_in(frontend)
    clouds.faults.answer(CODES, 429, times=2)
    result = await enter_code(frontend)
    assert_back_at_the_form(result, "too_many_requests")

    await sign_in(frontend)
    result = await enter_code(frontend)

    assert result["type"] == "create_entry"


async def test_too_many_requests(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The form says until when to wait; who insists may try, which doubles the wait."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to("2026-11-20T12:00:00+00:00")
    clouds.garmin.account(EMAIL, PASSWORD)
    clouds.faults.answer(SIGN_IN, 429, times=None)
    result = await add_account(frontend)
    assert_back_at_the_form(result, "too_many_requests")
    assert result["description_placeholders"]["until"] == "20 Nov 2026, 15:00 CET"

    result = await sign_in(frontend)
    assert result["description_placeholders"]["until"] == "20 Nov 2026, 17:00 CET"
    await frontend.close()

    # Another dialog, an hour later: it tells before it tries.
    freezer.tick(timedelta(hours=1))
    clouds.faults.clear()
    clouds.log.clear()
    await frontend.add("garmin")
    result = await frontend.submit(username=EMAIL.upper(), password=PASSWORD)
    assert_back_at_the_form(result, "too_many_requests", EMAIL.upper())
    assert result["description_placeholders"]["until"] == "20 Nov 2026, 17:00 CET"
    assert clouds.log.count("garmin") == 0

    result = await sign_in(frontend)

    assert result["type"] == "create_entry"


async def test_wait_is_over(
    clouds: Clouds, frontend: Frontend, freezer: FrozenDateTimeFactory
) -> None:
    """After the wait, and for another account, nothing is said about it."""
    clouds.garmin.account(EMAIL, PASSWORD)
    clouds.garmin.account("bob@example.com", PASSWORD)
    fault = clouds.faults.answer(SIGN_IN, 429, times=None)
    await add_account(frontend)
    fault.remove()
    await frontend.close()

    await frontend.add("garmin")
    await frontend.submit(username="bob@example.com", password=PASSWORD)
    result = await frontend.say_whose(await frontend.wait(), "Bob")
    assert result["type"] == "create_entry"
    freezer.tick(timedelta(hours=2, seconds=1))
    result = await add_account(frontend)
    assert result["type"] == "create_entry"


async def test_longest_wait(
    clouds: Clouds, frontend: Frontend, freezer: FrozenDateTimeFactory
) -> None:
    """The wait doubles up to a day, unless Garmin names one."""
    freezer.move_to("2026-11-20T12:00:00+00:00")
    clouds.garmin.account(EMAIL, PASSWORD)
    fault = clouds.faults.answer(SIGN_IN, 429, times=None)
    result = await add_account(frontend)
    for _ in range(5):
        result = await sign_in(frontend)
    until = (dt_util.now() + timedelta(hours=24)).strftime("%-d %b %Y, %H:%M")
    assert result["description_placeholders"]["until"].startswith(until)

    fault.remove()
    clouds.faults.answer(PROFILE, 429, retry_after=3600, times=None)
    result = await sign_in(frontend)
    assert_back_at_the_form(result, "too_many_requests")
    until = (dt_util.now() + timedelta(hours=1)).strftime("%-d %b %Y, %H:%M")
    assert result["description_placeholders"]["until"].startswith(until)
