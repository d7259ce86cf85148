"""Fixtures of the tests of sources."""

from datetime import timedelta
from typing import Any

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.weighbridge.clients import answers
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from ..clouds import Clouds
from ..support.common import set_up
from .notifications import FOREIGN, HOME, OTHER_HOME


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait less long for answers."""
    monkeypatch.setattr(answers, "TIMEOUT", 0.5)
    monkeypatch.setattr(
        "custom_components.weighbridge.sources.oauth.REFRESH_TIMEOUT", 0.5
    )


@pytest.fixture
async def browser(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_credential: None,
    hass_client_no_auth: ClientSessionGenerator,
) -> TestClient[Any, Any]:
    """Return somebody on the internet, who reaches Home Assistant."""
    # The test client serves only what is there when it starts.
    for component in ("webhook", "diagnostics"):
        assert await async_setup_component(hass, component, {})
    client = await hass_client_no_auth()
    for home in (HOME, OTHER_HOME):
        clouds.withings.reach(home, str(client.make_url("/")))
    clouds.withings.person("alice").subscriptions.append(FOREIGN)
    return client


@pytest.fixture
async def notified(
    hass: HomeAssistant,
    clouds: Clouds,
    browser: TestClient[Any, Any],
    withings_entry: MockConfigEntry,
) -> MockConfigEntry:
    """Return Alice's entry, of whose weigh-ins Home Assistant is told."""
    clouds.withings.step_on_scale(
        "alice", 62.0, when=dt_util.utcnow() - timedelta(days=3)
    )
    await hass.config.async_update(external_url=HOME)
    await set_up(hass, withings_entry)
    clouds.withings.auto_notify = True
    clouds.log.clear()
    return withings_entry
