"""Fixtures of the tests of sources."""

from collections.abc import Generator
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp.test_utils import TestClient
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry, MockUser
from pytest_homeassistant_custom_component.components.recorder.common import (
    async_wait_recording_done,
)
from pytest_homeassistant_custom_component.typing import (
    ClientSessionGenerator,
    WebSocketGenerator,
)
from sqlalchemy import event

from custom_components.weighbridge.clients import answers
from homeassistant.components.recorder.core import Recorder
from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from ..clouds import Clouds
from ..support.common import set_up
from ..support.frontend import FRONTEND
from ..support.statistics import WEIGHT, Read, Rows
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


@pytest.fixture
async def read(
    recorder_mock: Recorder,
    hass: HomeAssistant,
    hass_ws_client: WebSocketGenerator,
    hass_admin_user: MockUser,
) -> Read:
    """Return how a graph reads the statistics."""
    user = await hass.auth.async_create_refresh_token(hass_admin_user, FRONTEND)

    async def read(*ids: str, **options: Any) -> dict[str, Rows]:
        await async_wait_recording_done(hass)
        client = await hass_ws_client(hass, hass.auth.async_create_access_token(user))
        await client.send_json_auto_id(
            {
                "type": "recorder/statistics_during_period",
                "start_time": datetime(2000, 1, 1, tzinfo=UTC).isoformat(),
                "statistic_ids": ids or [WEIGHT],
                "period": "hour",
                "types": ["mean", "min", "max"],
                **options,
            }
        )
        answer = await client.receive_json()
        assert answer["success"], answer
        result: dict[str, Rows] = answer["result"]
        return result

    return read


@pytest.fixture
def writes(recorder_mock: Recorder) -> Generator[list[str]]:
    """Return what is written into the table of statistics, statement by statement."""
    written: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if statement.startswith(("INSERT INTO statistics ", "UPDATE statistics ")):
            written.append(statement)

    assert recorder_mock.engine is not None
    event.listen(recorder_mock.engine, "before_cursor_execute", note)
    yield written
    event.remove(recorder_mock.engine, "before_cursor_execute", note)
