"""Home Assistant Cloud gives Withings an address to call."""

from collections.abc import Callable
from enum import Enum
import sys
from types import ModuleType
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import (
    async_dispatcher_connect,
    async_dispatcher_send,
)

from ..clouds import Clouds
from ..support.common import set_up, value_of
from ..support.vendors import later
from .notifications import HOME, actions, address, callbacks, complaints, settle, told


class Connection(Enum):
    """The states of the connection, as Home Assistant Cloud has them."""

    CLOUD_CONNECTED = "cloud_connected"
    CLOUD_DISCONNECTED = "cloud_disconnected"


class FakeCloud(ModuleType):
    """Stands in for Home Assistant Cloud, which needs more than there is room for."""

    CloudNotAvailable = type("CloudNotAvailable", (HomeAssistantError,), {})
    CloudConnectionState = Connection
    url = "https://hooks.example.net/abc"

    def __init__(self) -> None:
        """Have a subscription, and a connection."""
        super().__init__("homeassistant.components.cloud")
        self.subscribed = True
        self.connected = True
        self.failing: Exception | None = None
        self.hooks: dict[str, str] = {}

    def async_active_subscription(self, hass: HomeAssistant) -> bool:
        """Tell whether somebody pays for it."""
        return self.subscribed

    def async_is_connected(self, hass: HomeAssistant) -> bool:
        """Tell whether it can be asked."""
        return self.connected

    def async_listen_connection_change(
        self, hass: HomeAssistant, target: Callable[[Connection], None]
    ) -> Callable[[], None]:
        """Call when the connection changes."""
        return async_dispatcher_connect(hass, "fake_cloud", target)

    async def async_get_or_create_cloudhook(
        self, hass: HomeAssistant, webhook_id: str
    ) -> str:
        """Give a webhook an address."""
        if self.failing:
            raise self.failing
        return self.hooks.setdefault(webhook_id, self.url)

    async def async_delete_cloudhook(
        self, hass: HomeAssistant, webhook_id: str
    ) -> None:
        """Take the address away."""
        if self.failing:
            raise self.CloudNotAvailable
        if webhook_id not in self.hooks:
            raise ValueError
        del self.hooks[webhook_id]


@pytest.fixture
def cloud(hass: HomeAssistant, monkeypatch: pytest.MonkeyPatch) -> FakeCloud:
    """Have Home Assistant Cloud."""
    fake = FakeCloud()
    monkeypatch.setitem(sys.modules, fake.__name__, fake)
    hass.config.components.add("cloud")
    return fake


async def test_cloudhook(
    hass: HomeAssistant,
    clouds: Clouds,
    cloud: FakeCloud,
    browser: TestClient[Any, Any],
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Who has Home Assistant Cloud needs no address; it may come and go."""
    cloud.connected = False
    await hass.config.async_update(external_url=HOME)
    await set_up(hass, withings_entry)
    assert actions(clouds) == []

    cloud.connected = True
    path = address(withings_entry, str(browser.make_url("/")).rstrip("/"))
    clouds.withings.reach(cloud.url, path)
    async_dispatcher_send(hass, "fake_cloud", Connection.CLOUD_CONNECTED)
    await settle(hass, clouds)
    assert callbacks(clouds) == {(cloud.url, 1), (cloud.url, 4)}
    clouds.withings.auto_notify = True
    clouds.withings.step_on_scale("alice", 61.0)
    await settle(hass, clouds)
    assert value_of(hass, withings_entry, "weight") == 61.0

    clouds.log.clear()
    async_dispatcher_send(hass, "fake_cloud", Connection.CLOUD_DISCONNECTED)
    await settle(hass, clouds)
    assert actions(clouds) == []

    cloud.subscribed = False
    await later(hass, freezer, 24 * 60 + 1)
    assert callbacks(clouds) == told(withings_entry)

    cloud.subscribed = True
    await later(hass, freezer, 24 * 60 + 1)
    assert callbacks(clouds) == {(cloud.url, 1), (cloud.url, 4)}
    await hass.config_entries.async_remove(withings_entry.entry_id)
    assert callbacks(clouds) == set()
    assert cloud.hooks == {}


@pytest.mark.parametrize(
    "trouble", [FakeCloud.CloudNotAvailable(), ValueError(FakeCloud.url)]
)
async def test_cloud_fails(
    hass: HomeAssistant,
    clouds: Clouds,
    cloud: FakeCloud,
    browser: TestClient[Any, Any],
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    trouble: Exception,
) -> None:
    """Home Assistant Cloud has its own bad days, of whatever kind."""
    cloud.failing = trouble
    await set_up(hass, withings_entry)
    assert (
        caplog.text.count("New weigh-ins of Alice · Withings are polled for now") == 1
    )
    assert cloud.url not in caplog.text
    cloud.failing = None
    await later(hass, freezer, 5.1)
    assert {url for url, _ in callbacks(clouds)} == {cloud.url}
    cloud.failing = trouble
    await hass.config_entries.async_remove(withings_entry.entry_id)
    assert callbacks(clouds) == set()
    assert caplog.text.count("The cloudhook of Alice · Withings stays") == 1


async def test_cloud_without_a_hook(
    hass: HomeAssistant,
    clouds: Clouds,
    cloud: FakeCloud,
    withings_entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Who has no subscription has nothing to give up."""
    cloud.subscribed = False
    await set_up(hass, withings_entry)
    await hass.config_entries.async_remove(withings_entry.entry_id)
    assert actions(clouds) == []
    assert complaints(caplog) == []
