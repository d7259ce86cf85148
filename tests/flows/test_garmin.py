"""Signing in to Garmin Connect: password, MFA code, and all that may go wrong."""

import asyncio
import json
import logging
from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, flush_store

from custom_components.weighbridge.const import CONF_PROVIDER, DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import CONF_USERNAME
from homeassistant.core import HomeAssistant

from ..clouds import Clouds
from ..support.frontend import Frontend, Result
from ..support.garmin_dialog import (
    CODE,
    CODES,
    EMAIL,
    LOGINS,
    PASSWORD,
    PROFILE,
    SIGN_IN,
    TOKENS,
    add_account,
    assert_back_at_the_form,
    can_read,
    enter_code,
    sign_in,
    the_entry,
)


async def test_sign_in(hass: HomeAssistant, clouds: Clouds, frontend: Frontend) -> None:
    """E-mail and password are enough for an account without MFA."""
    clouds.garmin.account(EMAIL, PASSWORD, profile_id=4711, display_name="Alice")
    result = await frontend.add("garmin")
    assert result["type"] == "form"
    assert result["step_id"] == "garmin"
    assert [field["name"] for field in result["data_schema"]] == [
        "username",
        "password",
    ]

    result = await sign_in(frontend)

    assert result["type"] == "create_entry"
    assert result["title"] == "Alice · Garmin Connect"
    assert "next_flow" not in result
    entry = the_entry(hass)
    assert entry.unique_id == "garmin_4711"
    assert entry.data == {CONF_PROVIDER: "garmin", CONF_USERNAME: EMAIL}
    assert entry.state is ConfigEntryState.LOADED
    assert await can_read(hass, entry)


async def test_mfa(hass: HomeAssistant, clouds: Clouds, frontend: Frontend) -> None:
    """The code may be typed as it is read, in groups."""
    clouds.garmin.account(EMAIL, PASSWORD, mfa=CODE, profile_id=4711)
    await frontend.add("garmin")
    result = await sign_in(frontend)
    assert result["type"] == "form"
    assert result["step_id"] == "garmin_mfa"
    assert [field["name"] for field in result["data_schema"]] == ["code"]

    result = await enter_code(frontend, " 735 192 ")

    assert result["type"] == "create_entry"
    assert the_entry(hass).unique_id == "garmin_4711"


async def test_wrong_code(clouds: Clouds, frontend: Frontend) -> None:
    """A wrong code may be corrected."""
    clouds.garmin.account(EMAIL, PASSWORD, mfa=CODE)
    await frontend.add("garmin")
    await sign_in(frontend)
    for wrong in ("000000", "111111"):
        result = await frontend.submit(code=wrong)
        assert result["step_id"] == "garmin_mfa"
        assert result["errors"] == {"base": "invalid_mfa_code"}

    result = await enter_code(frontend)

    assert result["type"] == "create_entry"
    assert clouds.log.count("garmin", path=LOGINS) == 1


async def test_three_wrong_codes(clouds: Clouds, frontend: Frontend) -> None:
    """After the third wrong code the sign-in starts again, with three codes anew."""
    clouds.garmin.account(EMAIL, PASSWORD, mfa=CODE)
    await frontend.add("garmin")
    await sign_in(frontend)
    for _ in range(2):
        result = await frontend.submit(code="000000")
        assert result["step_id"] == "garmin_mfa"
    assert_back_at_the_form(await frontend.submit(code="000000"), "no_more_codes")
    assert clouds.log.count("garmin", path=CODES) == 6

    result = await sign_in(frontend)
    assert result["step_id"] == "garmin_mfa"
    assert not result["errors"]
    result = await frontend.submit(code="000000")
    assert result["step_id"] == "garmin_mfa"
    result = await enter_code(frontend)
    assert result["type"] == "create_entry"


async def test_wrong_password(clouds: Clouds, frontend: Frontend) -> None:
    """A wrong password is asked for again."""
    clouds.garmin.account(EMAIL, PASSWORD)
    await frontend.add("garmin")
    result = await sign_in(frontend, f" {EMAIL} ", "wrong")
    assert_back_at_the_form(result, "invalid_auth")

    result = await sign_in(frontend)

    assert result["type"] == "create_entry"


async def test_no_connection(clouds: Clouds, frontend: Frontend) -> None:
    """Without a connection the form waits for the next try."""
    clouds.garmin.account(EMAIL, PASSWORD)
    clouds.faults.reset(SIGN_IN, times=None)
    await frontend.add("garmin")
    assert_back_at_the_form(await sign_in(frontend), "cannot_connect")

    clouds.faults.clear()
    result = await sign_in(frontend)

    assert result["type"] == "create_entry"


async def test_no_profile(
    hass: HomeAssistant, clouds: Clouds, frontend: Frontend
) -> None:
    """A sign-in that does not tell whose account it is ends without an entry."""
    clouds.garmin.account(EMAIL, PASSWORD)
    clouds.faults.answer(PROFILE, 503, times=None)
    await frontend.add("garmin")
    assert_back_at_the_form(await sign_in(frontend), "cannot_connect")
    assert not hass.config_entries.async_entries(DOMAIN)

    clouds.faults.clear()
    result = await sign_in(frontend)

    assert result["type"] == "create_entry"


async def test_a_profile_that_comes_late(clouds: Clouds, frontend: Frontend) -> None:
    """One bad answer does not cost a sign-in, nor another code."""
    clouds.garmin.account(EMAIL, PASSWORD, mfa=CODE)
    await frontend.add("garmin")
    await sign_in(frontend)
    # The library itself reads the profile once, and takes no answer for a good one.
    fault = clouds.faults.answer(PROFILE, 503, times=2, skip=1)
    result = await enter_code(frontend)
    assert fault.hits == 2
    assert result["type"] == "create_entry"


async def test_connection_lost_at_the_code(clouds: Clouds, frontend: Frontend) -> None:
    """A code that could not be checked may be sent again, and is not called wrong."""
    clouds.garmin.account(EMAIL, PASSWORD, mfa=CODE)
    await frontend.add("garmin")
    await sign_in(frontend)
    fault = clouds.faults.reset(CODES, times=None)
    for _ in range(3):
        result = await enter_code(frontend)
        assert result["step_id"] == "garmin_mfa"
        assert result["errors"] == {"base": "cannot_connect"}

    fault.remove()
    result = await enter_code(frontend)

    assert result["type"] == "create_entry"


@pytest.mark.parametrize("mfa", [None, CODE])
async def test_no_tokens_for_what_was_right(
    clouds: Clouds, frontend: Frontend, mfa: str | None
) -> None:
    """Garmin's bad day is not called a wrong password, or a wrong code."""
    clouds.garmin.account(EMAIL, PASSWORD, mfa=mfa)
    fault = clouds.faults.answer(TOKENS, 503, times=None, processed=True)
    await frontend.add("garmin")
    result = await sign_in(frontend)
    if mfa is not None:
        result = await enter_code(frontend)
    assert_back_at_the_form(result, "cannot_connect")
    assert clouds.log.count("garmin", path=LOGINS) == 1

    fault.remove()
    result = await sign_in(frontend)
    if mfa is not None:
        result = await enter_code(frontend)
    assert result["type"] == "create_entry"


async def test_connection_lost_at_the_code_of_the_widget(
    clouds: Clouds, frontend: Frontend
) -> None:
    """Where Garmin's apps are refused, the widget signs in: the code may be tried again."""
    clouds.garmin.account(EMAIL, PASSWORD, mfa=CODE)
    clouds.faults.answer("/garmin/(mobile|portal)/", 503, times=None)
    await frontend.add("garmin")
    assert (await sign_in(frontend))["step_id"] == "garmin_mfa"
    fault = clouds.faults.reset("/loginEnterMfaCode", times=None)
    result = await frontend.submit(code=CODE)
    assert fault.hits
    assert result["step_id"] == "garmin_mfa"
    assert result["errors"] == {"base": "cannot_connect"}
    fault.remove()
    assert (await enter_code(frontend))["type"] == "create_entry"


async def test_already_configured(
    hass: HomeAssistant, clouds: Clouds, frontend: Frontend
) -> None:
    """Adding an account again renews its sign-in, and ends the question for one."""
    account = clouds.garmin.account(EMAIL, PASSWORD)
    await add_account(frontend)
    entry = the_entry(hass)
    clouds.garmin.revoke(account)
    entry.async_start_reauth(hass)
    await hass.async_block_till_done()

    result = await add_account(frontend)

    assert result["type"] == "abort"
    assert result["reason"] == "already_configured"
    await hass.async_block_till_done()
    assert the_entry(hass) is entry
    assert entry.data == {CONF_PROVIDER: "garmin", CONF_USERNAME: EMAIL}
    assert not hass.config_entries.flow.async_progress()
    assert await can_read(hass, entry)


@pytest.mark.parametrize("how", ["reauth", "reconfigure"])
async def test_sign_in_again(
    hass: HomeAssistant, clouds: Clouds, frontend: Frontend, how: str
) -> None:
    """Signing in again keeps the entry, and takes no other account for it."""
    account = clouds.garmin.account(EMAIL, PASSWORD, mfa=CODE, display_name="Alice")
    clouds.garmin.account("bob@example.com", PASSWORD)
    await frontend.add("garmin")
    await sign_in(frontend)
    await enter_code(frontend)
    entry = the_entry(hass)
    clouds.garmin.revoke(account)

    async def again() -> Result:
        if how == "reconfigure":
            return await frontend.reconfigure(entry)
        entry.async_start_reauth(hass)
        await hass.async_block_till_done()
        result = await frontend.sign_in_again(entry)
        assert result["step_id"] == "reauth_garmin"
        assert result["description_placeholders"]["name"] == "Alice · Garmin Connect"
        return await frontend.submit()

    result = await again()
    assert result["step_id"] == "garmin"
    username, _ = result["data_schema"]
    assert username["description"] == {"suggested_value": EMAIL}
    result = await sign_in(frontend, "bob@example.com")
    assert result["type"] == "abort"
    assert result["reason"] == "wrong_account"
    assert result["description_placeholders"] == {"name": "Alice · Garmin Connect"}

    await again()
    await sign_in(frontend)
    result = await enter_code(frontend)
    assert result["type"] == "abort"
    assert result["reason"] == f"{how}_successful"
    await hass.async_block_till_done()
    assert the_entry(hass) is entry
    assert entry.data == {CONF_PROVIDER: "garmin", CONF_USERNAME: EMAIL}
    assert await can_read(hass, entry)


async def test_link_comes_next(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_entry: MockConfigEntry,
) -> None:
    """With a source at hand, the dialog goes on with the link."""
    clouds.garmin.account(EMAIL, PASSWORD)
    result = await add_account(frontend)
    kind, flow_id = result["next_flow"]
    assert kind == "config_subentries_flow"
    link_flow = hass.config_entries.subentries.async_get(flow_id)
    assert link_flow["handler"] == (result["result"]["entry_id"], "link")
    assert link_flow["step_id"] == "user"


async def test_closed_during_progress(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """A dialog that is closed while the sign-in goes on leaves nothing behind."""
    clouds.garmin.account(EMAIL, PASSWORD)
    login = clouds.faults.delay(LOGINS, 0.3)
    await frontend.add("garmin")
    result = await frontend.submit(username=EMAIL, password=PASSWORD)
    assert result["type"] == "progress"
    # A thread that has not begun is not needed any more, and never begins.
    async with asyncio.timeout(10):
        while not login.hits:
            await asyncio.sleep(0.01)
    result = await frontend.look()
    assert result["type"] == "progress"
    await frontend.close()
    # Nothing can interrupt the thread: it comes to its end, for nobody.
    async with asyncio.timeout(10):
        while not clouds.log.count("garmin", path=PROFILE):
            await asyncio.sleep(0.01)
    await hass.async_block_till_done(wait_background_tasks=True)

    assert not hass.config_entries.async_entries(DOMAIN)
    assert not hass.config_entries.flow.async_progress(include_uninitialized=True)
    assert not [r for r in caplog.records if r.levelno >= logging.ERROR]


@pytest.mark.parametrize("wrong", [False, True])
async def test_secrets_stay_secret(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    clouds: Clouds,
    frontend: Frontend,
    caplog: pytest.LogCaptureFixture,
    wrong: bool,
) -> None:
    """Password, code and the state of the MFA are on no disk and in no log."""
    caplog.set_level(logging.DEBUG)
    clouds.garmin.account(EMAIL, PASSWORD, mfa=CODE, profile_id=4711)
    await frontend.add("garmin")
    if wrong:
        clouds.faults.answer(SIGN_IN, 429, times=None)
        await sign_in(frontend)
        clouds.faults.clear()
        clouds.faults.reset(SIGN_IN, times=None)
        await sign_in(frontend)
        clouds.faults.clear()
        await sign_in(frontend, EMAIL, "another secret")
    await sign_in(frontend)
    if wrong:
        await frontend.submit(code="918273")
    result = await enter_code(frontend)
    assert result["type"] == "create_entry"
    await flush_store(hass.config_entries._store)  # noqa: SLF001 - as HA's own tests do

    tokens = json.loads(
        hass_storage[f"{DOMAIN}.{the_entry(hass).entry_id}.tokens"]["data"]["tokens"]
    )
    kept = {tokens["di_token"], tokens["di_refresh_token"]}
    given_out = clouds.garmin.tokens.issued
    assert kept < given_out
    typed_in = {PASSWORD, "another secret", CODE, "918273"}
    disk = json.dumps(hass_storage)
    assert "garmin_4711" in disk
    for secret in typed_in | given_out - kept:
        assert secret not in disk
    # The e-mail is no secret, but personal: it stands where the sign-in needs it.
    assert [
        name for name, data in hass_storage.items() if EMAIL in json.dumps(data)
    ] == ["core.config_entries"]
    # The harness, of all, logs what it writes to its disk.
    log = "\n".join(
        caplog.handler.format(record)
        for record in caplog.records
        if not record.name.startswith("pytest_homeassistant")
    )
    assert "The sign-in to Garmin Connect failed" in log or not wrong
    for secret in typed_in | given_out | {EMAIL}:
        assert secret not in log
