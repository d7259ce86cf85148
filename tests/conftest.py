"""Fixtures that all tests share."""

import asyncio
from collections.abc import AsyncGenerator, Iterator
from datetime import timedelta
import logging
import os

from freezegun.api import FrozenDateTimeFactory
from hypothesis import HealthCheck, Phase, settings
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.syrupy import HomeAssistantSnapshotExtension
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator
from syrupy.assertion import SnapshotAssertion

from custom_components.weighbridge.const import (
    CONF_PROVIDER,
    CONF_TOKENS,
    DOMAIN,
    Provider,
)
from homeassistant import loader
from homeassistant.auth.models import Credentials
from homeassistant.components.application_credentials import (
    ClientCredential,
    async_import_client_credential,
)
from homeassistant.components.recorder.core import Recorder
from homeassistant.const import CONF_USERNAME
from homeassistant.core import DOMAIN as HOMEASSISTANT_DOMAIN, HomeAssistant
from homeassistant.setup import async_setup_component

from .clouds import (
    GOOGLE_CLIENT_ID,
    GOOGLE_CLIENT_SECRET,
    WITHINGS_CLIENT_ID,
    WITHINGS_CLIENT_SECRET,
    Clouds,
    GarminAccount,
    pointed,
)
from .support.common import (
    GOOGLE_CREDENTIAL,
    WITHINGS_CREDENTIAL,
    google_token,
    withings_token,
)
from .support.frontend import FRONTEND, Frontend
from .support.repairs import Fix
from .support.scale_house import MORNING, House
from .support.texts import watched_texts

# The harness wants each statement of the recorder told, which costs more than to run it.
logging.getLogger("sqlalchemy.engine").setLevel(logging.WARNING)
# And each connection that it takes and gives back.
logging.getLogger("homeassistant.components.recorder").setLevel(logging.INFO)

# The same examples in each run there: what is new is found by whoever works on it.
settings.register_profile("ci", derandomize=True)
# That a test fails is all that is asked there, thousands of times: the smallest example
# takes minutes, and so may anything beside the tests of others.
settings.register_profile(
    "mutate",
    derandomize=True,
    max_examples=30,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
# For whoever has changed the ledger: some minutes, and other examples each time.
settings.register_profile("deep", max_examples=3000)
if os.environ.get("CI"):
    settings.load_profile("ci")


@pytest.fixture(autouse=True)
async def enable_event_loop_debug(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the loop check from which thread it is called, as the harness does.

    The traceback that it would keep of each future besides costs half of all the time.
    """
    loop = asyncio.get_running_loop()
    loop.set_debug(True)
    monkeypatch.setattr(loop, "get_debug", lambda: False)


@pytest.fixture(autouse=True)
def no_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Send whatever would leave this machine into the void.

    The harness blocks Python's own sockets only, and Garmin's client has others.
    """
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.setenv(name, "127.0.0.1,localhost")


@pytest.fixture(autouse=True)
def texts_for_all_that_is_told() -> Iterator[None]:
    """Fail a test that meets an error or a repair without a text for it."""
    with watched_texts() as faults:
        yield
    assert faults == []


@pytest.fixture(autouse=True)
def nothing_unexpected(
    request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture
) -> Iterator[None]:
    """Fail a test in which a visit to Garmin ends in an error of our own.

    It is survived like an outage, so that the test might see nothing of it.
    """
    yield
    found = [
        record
        for record in caplog.get_records("call")
        if record.exc_info and "Something unexpected" in record.getMessage()
    ]
    assert bool(found) == bool(request.node.get_closest_marker("unexpected"))


@pytest.fixture
def hass_config_dir(hass_tmp_config_dir: str) -> str:
    """Give each test a configuration folder of its own: blueprints are put there."""
    return hass_tmp_config_dir


@pytest.fixture
async def hass(hass: HomeAssistant) -> HomeAssistant:
    """Return a Home Assistant that finds custom integrations."""
    hass.data.pop(loader.DATA_CUSTOM_COMPONENTS)
    assert await async_setup_component(hass, HOMEASSISTANT_DOMAIN, {})
    return hass


@pytest.fixture
async def recorder_mock(
    recorder_mock: Recorder, hass: HomeAssistant
) -> AsyncGenerator[Recorder]:
    """Return a recorder that is not taken away from under what is being read."""
    yield recorder_mock
    await hass.async_block_till_done(wait_background_tasks=True)


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    """Return snapshots in Home Assistant's words."""
    return snapshot.use_extension(HomeAssistantSnapshotExtension)


@pytest.fixture
async def clouds(socket_enabled: None) -> AsyncGenerator[Clouds]:
    """Run the simulated vendors, with all that would call the real ones at them."""
    async with Clouds() as clouds:
        with pointed(clouds.url):
            yield clouds


@pytest.fixture
async def withings_credential(hass: HomeAssistant) -> None:
    """Store the credential of an application that the simulated Withings knows."""
    assert await async_setup_component(hass, "application_credentials", {})
    await async_import_client_credential(
        hass,
        DOMAIN,
        ClientCredential(WITHINGS_CLIENT_ID, WITHINGS_CLIENT_SECRET, "Withings"),
        WITHINGS_CREDENTIAL,
    )


@pytest.fixture
async def withings_entry(
    hass: HomeAssistant, clouds: Clouds, withings_credential: None
) -> MockConfigEntry:
    """Return the entry of Alice's Withings account, signed in but not yet set up."""
    person = clouds.withings.person("alice")
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Alice · Withings",
        unique_id=f"withings_{person.userid}",
        data={
            CONF_PROVIDER: Provider.WITHINGS.value,
            "auth_implementation": WITHINGS_CREDENTIAL,
            "token": await withings_token(clouds, "alice"),
        },
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def google_credential(hass: HomeAssistant) -> None:
    """Store the credential of a project that the simulated Google knows."""
    assert await async_setup_component(hass, "application_credentials", {})
    await async_import_client_credential(
        hass,
        DOMAIN,
        ClientCredential(GOOGLE_CLIENT_ID, GOOGLE_CLIENT_SECRET, "Fitbit"),
        GOOGLE_CREDENTIAL,
    )


@pytest.fixture
async def fitbit_entry(
    hass: HomeAssistant, clouds: Clouds, google_credential: None
) -> MockConfigEntry:
    """Return the entry of Bob's Fitbit account, signed in but not yet set up."""
    person = clouds.google.person("bob")
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Bob · Fitbit",
        unique_id=f"fitbit_{person.health_user_id}",
        data={
            CONF_PROVIDER: Provider.FITBIT.value,
            "auth_implementation": GOOGLE_CREDENTIAL,
            "token": await google_token(clouds, "bob"),
        },
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
def garmin_user(clouds: Clouds) -> GarminAccount:
    """Return Alice's account at the simulated Garmin."""
    return clouds.garmin.account(
        "alice@example.com", "her password", display_name="Alice"
    )


@pytest.fixture
def garmin_entry(
    hass: HomeAssistant, clouds: Clouds, garmin_user: GarminAccount
) -> MockConfigEntry:
    """Return the entry of Alice's Garmin account, signed in but not yet set up."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Alice · Garmin Connect",
        unique_id=f"garmin_{garmin_user.profile_id}",
        data={
            CONF_PROVIDER: Provider.GARMIN.value,
            CONF_USERNAME: "alice@example.com",
            CONF_TOKENS: clouds.garmin.signed_in(garmin_user),
        },
    )
    entry.add_to_hass(hass)
    return entry


@pytest.fixture
async def fix(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    hass_admin_user: MockUser,
    hass_admin_credential: Credentials,
) -> Fix:
    """Return a person at the repairs, who stays signed in for weeks."""
    # The test client serves only what is there when it starts.
    for component in ("repairs", "webhook"):
        assert await async_setup_component(hass, component, {})
    token = await hass.auth.async_create_refresh_token(
        hass_admin_user,
        FRONTEND,
        credential=hass_admin_credential,
        access_token_expiration=timedelta(days=30),
    )
    return Fix(hass, await hass_client(hass.auth.async_create_access_token(token)))


@pytest.fixture
def house(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> House:
    """Return a house, on the morning of a known day, that has no scale yet."""
    freezer.move_to(MORNING)
    return House(hass, freezer)


@pytest.fixture
async def frontend(
    hass: HomeAssistant,
    clouds: Clouds,
    hass_client_no_auth: ClientSessionGenerator,
    hass_admin_user: MockUser,
) -> Frontend:
    """Return the browser of a user who is signed in."""
    # The test client serves only what is there when it starts.
    for component in ("config", "application_credentials", "webhook"):
        assert await async_setup_component(hass, component, {})
    token = await hass.auth.async_create_refresh_token(hass_admin_user, FRONTEND)
    return Frontend(hass, await hass_client_no_auth(), token)
