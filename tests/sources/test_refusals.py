"""What vendors refuse: when a person is asked, told what happened, and shown a way out."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.components.application_credentials import (
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.config_entries import ConfigEntryDisabler, ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from ..clouds import GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, Clouds, Fault
from ..support.common import set_up, update_source, value_of
from ..support.frontend import Frontend
from ..support.repairs import Fix
from ..support.vendors import issues, later, let_token_expire, reauth_flows

MORNING = datetime(2026, 11, 19, 6, 30, 12, tzinfo=UTC)
TOKEN = "/google/token"

type Refuse = Callable[[Clouds], Fault]

WITHDRAWN: dict[str, Refuse] = {
    "withings, by word": lambda clouds: clouds.withings.fail(
        403, error="Insufficient_scope: user.metrics", times=None
    ),
    "withings, by number": lambda clouds: clouds.withings.fail(277, times=None),
    "google, of the token": lambda clouds: clouds.google.fail(
        "ACCESS_TOKEN_SCOPE_INSUFFICIENT", times=None
    ),
    "google, of the resource": lambda clouds: clouds.google.fail(
        "RESOURCE_PERMISSION_DENIED", times=None
    ),
}

BARE: dict[str, Refuse] = {
    "withings": lambda clouds: clouds.withings.fail(403, times=None),
    "google": lambda clouds: clouds.google.fail("PERMISSION_DENIED", times=None),
}


def no_client(error: str) -> Refuse:
    """Return what makes Google refuse each token request with an error."""
    return lambda clouds: clouds.faults.answer(
        TOKEN, 401, body={"error": error}, times=None
    )


CLIENT_REFUSED: dict[str, Refuse] = {
    "google, invalid": no_client("invalid_client"),
    "google, deleted": no_client("deleted_client"),
    "google, unauthorized": no_client("unauthorized_client"),
    "google, disabled": no_client("disabled_client"),
    "withings": lambda clouds: clouds.withings.fail(
        503,
        action="requesttoken",
        error="Invalid Params: invalid client_id/client_secret",
        times=None,
    ),
}


@pytest.fixture
async def accounts(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    fitbit_entry: MockConfigEntry,
) -> dict[str, MockConfigEntry]:
    """Return the loaded entries of Alice and Bob, by their vendors."""
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING)
    clouds.google.step_on_scale("bob", 80.2, when=MORNING)
    await set_up(hass, withings_entry)
    await set_up(hass, fitbit_entry)
    return {"withings": withings_entry, "google": fitbit_entry}


@pytest.fixture
async def repairs(hass: HomeAssistant) -> None:
    """Have repairs, before the test client takes what is there."""
    assert await async_setup_component(hass, "repairs", {})


def of(accounts: dict[str, MockConfigEntry], case: str) -> MockConfigEntry:
    """Return the entry that a case is about."""
    return accounts[case.partition(",")[0]]


def issue_of(hass: HomeAssistant, key: str) -> ir.IssueEntry:
    """Return the open issue of a translation key."""
    (issue,) = (
        issue
        for issue in ir.async_get(hass).issues.values()
        if (issue.domain, issue.translation_key) == (DOMAIN, key)
    )
    return issue


@pytest.mark.parametrize("case", WITHDRAWN)
async def test_permission_is_withdrawn(
    hass: HomeAssistant,
    clouds: Clouds,
    repairs: None,
    frontend: Frontend,
    accounts: dict[str, MockConfigEntry],
    freezer: FrozenDateTimeFactory,
    case: str,
) -> None:
    """A repair says so at once, and leads into a sign-in that cures it."""
    entry = of(accounts, case)
    clouds.withings.sign_in_as("alice")
    clouds.google.sign_in_as("bob")
    trouble = WITHDRAWN[case](clouds)
    await later(hass, freezer, 31)
    assert set(issues(hass)) == {"missing_scope"}
    assert "leave the permissions ticked" in str(
        entry.runtime_data.coordinator.last_exception
    )
    assert not reauth_flows(hass)

    issue = issue_of(hass, "missing_scope")
    shown = await frontend.sign_in_by_repair(issue.issue_id)
    assert shown["step_id"] == "reauth_confirm"
    trouble.remove()
    result = await frontend.approve(clouds, await frontend.submit())
    assert result["reason"] == "reauth_successful"
    assert entry.state is ConfigEntryState.LOADED
    assert not issues(hass)


async def test_an_account_that_is_removed_while_its_repair_is_open(
    hass: HomeAssistant,
    clouds: Clouds,
    accounts: dict[str, MockConfigEntry],
    fix: Fix,
    freezer: FrozenDateTimeFactory,
) -> None:
    """There is nothing to sign in to any more, and the repair ends."""
    case = next(iter(WITHDRAWN))
    WITHDRAWN[case](clouds)
    await later(hass, freezer, 31)
    await fix.open("missing_scope")
    await hass.config_entries.async_remove(of(accounts, case).entry_id)
    result = await fix.submit()
    assert result["type"] == "create_entry"
    assert not issues(hass)
    assert not reauth_flows(hass)


@pytest.mark.parametrize("case", BARE)
async def test_refused_without_a_reason(
    hass: HomeAssistant,
    clouds: Clouds,
    accounts: dict[str, MockConfigEntry],
    freezer: FrozenDateTimeFactory,
    case: str,
) -> None:
    """That passes by itself as a rule; after six hours it is told, until it does."""
    trouble = BARE[case](clouds)
    for _ in range(12):
        await later(hass, freezer, 31)
        assert not issues(hass)
    await later(hass, freezer, 31)
    assert set(issues(hass)) == {"access_denied"}
    assert not reauth_flows(hass)

    trouble.remove()
    await later(hass, freezer, 31)
    assert not issues(hass)
    BARE[case](clouds)
    await later(hass, freezer, 31)
    assert not issues(hass)


@pytest.mark.parametrize("case", CLIENT_REFUSED)
async def test_client_is_gone(
    hass: HomeAssistant,
    clouds: Clouds,
    accounts: dict[str, MockConfigEntry],
    freezer: FrozenDateTimeFactory,
    case: str,
) -> None:
    """A client that stays unknown for hours is told, and nothing of a connection."""
    entry = of(accounts, case)
    trouble = CLIENT_REFUSED[case](clouds)
    let_token_expire(hass, entry)
    for _ in range(6):
        await later(hass, freezer, 31)
        assert not issues(hass)
    error = str(entry.runtime_data.coordinator.last_exception)
    assert "application credential" in error
    assert "connection" not in error
    await later(hass, freezer, 31)
    assert set(issues(hass)) == {"client_refused"}
    assert not reauth_flows(hass)

    trouble.remove()
    await later(hass, freezer, 31)
    assert not issues(hass)


async def test_client_is_replaced(
    hass: HomeAssistant,
    clouds: Clouds,
    repairs: None,
    frontend: Frontend,
    fitbit_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The way out of a deleted client is another one, also while nothing is loaded."""
    clouds.google.step_on_scale("bob", 80.2, when=MORNING)
    clouds.google.oauth.deleted_apps.add(GOOGLE_CLIENT_ID)
    let_token_expire(hass, fitbit_entry)
    await hass.config_entries.async_setup(fitbit_entry.entry_id)
    for _ in range(7):
        await later(hass, freezer, 31)
    assert not hass.config_entries.async_loaded_entries(DOMAIN)
    assert set(issues(hass)) == {"client_refused"}

    other = "987-other.apps.googleusercontent.com"
    clouds.google.oauth.apps[other] = GOOGLE_CLIENT_SECRET
    await async_import_client_credential(
        hass, DOMAIN, ClientCredential(other, GOOGLE_CLIENT_SECRET, "New"), "new"
    )
    clouds.google.sign_in_as("bob")
    await frontend.sign_in_by_repair(issue_of(hass, "client_refused").issue_id)
    result = await frontend.submit()
    assert result["step_id"] == "pick_implementation"
    result = await frontend.approve(clouds, await frontend.submit(implementation="new"))
    assert result["reason"] == "reauth_successful"
    assert hass.config_entries.async_loaded_entries(DOMAIN) == [fitbit_entry]
    assert value_of(hass, fitbit_entry, "weight") == 80.2
    assert not issues(hass)


async def test_fresh_token_is_refused_in_passing(
    hass: HomeAssistant,
    clouds: Clouds,
    accounts: dict[str, MockConfigEntry],
    freezer: FrozenDateTimeFactory,
) -> None:
    """Tries within minutes are one poll, and a good answer begins anew."""
    entry = accounts["withings"]
    trouble = clouds.withings.fail(401, times=None)
    await later(hass, freezer, 31)
    for _ in range(5):
        await entry.runtime_data.async_poll_now()
    await later(hass, freezer, 31)
    assert not reauth_flows(hass)
    trouble.remove()
    await later(hass, freezer, 31)
    clouds.withings.fail(401, times=None)
    await later(hass, freezer, 31)
    await later(hass, freezer, 31)
    assert not reauth_flows(hass)
    await later(hass, freezer, 31)
    assert len(reauth_flows(hass)) == 1


async def test_fresh_token_is_refused_at_start(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """So it is where the account cannot even be set up."""
    clouds.withings.fail(401, times=None)
    await hass.config_entries.async_setup(withings_entry.entry_id)
    for seconds in (5, 10, 20, 40):
        await later(hass, freezer, seconds / 60 + 0.1)
        assert withings_entry.state is ConfigEntryState.SETUP_RETRY
    await later(hass, freezer, 10)
    assert not reauth_flows(hass)
    await later(hass, freezer, 20)
    assert len(reauth_flows(hass)) == 1


async def test_issues_of_a_disabled_account(
    hass: HomeAssistant,
    clouds: Clouds,
    accounts: dict[str, MockConfigEntry],
    freezer: FrozenDateTimeFactory,
) -> None:
    """Nobody is asked to repair what is switched off."""
    clouds.google.service_enabled = False
    clouds.withings.fail(277, times=None)
    await later(hass, freezer, 31)
    assert set(issues(hass)) == {"api_not_enabled", "missing_scope"}
    for entry in accounts.values():
        await hass.config_entries.async_set_disabled_by(
            entry.entry_id, ConfigEntryDisabler.USER
        )
    assert not issues(hass)


async def test_where_to_learn_more(
    hass: HomeAssistant,
    clouds: Clouds,
    accounts: dict[str, MockConfigEntry],
    freezer: FrozenDateTimeFactory,
) -> None:
    """What is put right at Google leads there."""
    clouds.google.service_enabled = False
    await later(hass, freezer, 31)
    issue = issue_of(hass, "api_not_enabled")
    assert str(issue.learn_more_url).endswith("overview?project=123456789")


async def test_outage_is_told_once(
    hass: HomeAssistant,
    clouds: Clouds,
    accounts: dict[str, MockConfigEntry],
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Of one outage there is one line, though two things are polled."""
    trouble = clouds.faults.answer("/google/v4/", 503, times=None)
    for _ in range(5):
        await later(hass, freezer, 31)
    assert caplog.text.count("Error fetching weighbridge Bob") == 1
    trouble.remove()
    await later(hass, freezer, timedelta(hours=1) / timedelta(minutes=1) + 1)
    clouds.faults.answer("/google/v4/", 503, times=None)
    await later(hass, freezer, 31)
    assert caplog.text.count("Error fetching weighbridge Bob") == 2


@pytest.mark.parametrize(
    ("status", "polls", "asks"),
    [(401, 2, reauth_flows), (403, 3, issues)],
    ids=["token", "account"],
)
async def test_a_clock_that_is_set_back(
    hass: HomeAssistant,
    clouds: Clouds,
    accounts: dict[str, MockConfigEntry],
    freezer: FrozenDateTimeFactory,
    status: int,
    polls: int,
    asks: Callable[[HomeAssistant], object],
) -> None:
    """What lasts is told, though it began at a time that is still to come."""
    entry, now = accounts["withings"], dt_util.utcnow()
    clouds.withings.fail(status, times=None)
    freezer.tick(timedelta(days=30))
    await update_source(hass, entry, "weigh_in", "event")
    freezer.move_to(now)
    for _ in range(polls):
        assert not asks(hass)
        await update_source(hass, entry, "weigh_in", "event")
        freezer.tick(timedelta(hours=4))
    assert asks(hass)
