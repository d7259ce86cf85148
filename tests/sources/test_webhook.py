"""Withings tells of weigh-ins, on top of the polls."""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from enum import Enum
from http import HTTPStatus
import json
import logging
import sys
from types import ModuleType
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.config_entries import ConfigEntryState
from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers.dispatcher import (
    async_dispatcher_connect,
    async_dispatcher_send,
)
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util

from ..clouds import WITHINGS_CLIENT_ID, Clouds, Fault, GarminAccount
from ..clouds.withings.model import Subscription
from ..support.common import link, restart, set_up, value_of

HOME = "https://home.example.org"
OTHER_HOME = "https://other.example.org"
POLL = "/measure"

FOREIGN = Subscription(
    callbackurl="https://other.example.net/hook",
    appli=1,
    comment="",
    client_id=WITHINGS_CLIENT_ID,
)

FAULTS: dict[str, Callable[[Clouds, str, int | None], Fault]] = {
    "callback refused": lambda clouds, action, times: clouds.withings.fail(
        293, action=action, times=times
    ),
    "not allowed": lambda clouds, action, times: clouds.withings.fail(
        2555, action=action, times=times
    ),
    "too many requests": lambda clouds, action, times: clouds.withings.fail(
        601, action=action, times=times
    ),
    "HTTP 500": lambda clouds, action, times: clouds.faults.answer(
        f"action={action}", 500, times=times
    ),
    "foreign": lambda clouds, action, times: clouds.faults.foreign(
        f"action={action}", times=times
    ),
    "reset": lambda clouds, action, times: clouds.faults.reset(
        f"action={action}", times=times
    ),
}


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


async def later(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, minutes: float
) -> None:
    """Let time pass, and what it starts come to its end."""
    freezer.tick(timedelta(minutes=minutes))
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)


async def settle(hass: HomeAssistant, clouds: Clouds) -> None:
    """Let all notifications arrive, and what they start come to its end."""
    await clouds.withings.notified()
    await hass.async_block_till_done(wait_background_tasks=True)


def callbacks(clouds: Clouds) -> set[tuple[str, int]]:
    """Return whom Withings tells of Alice's weigh-ins, besides the foreigner."""
    subscriptions = clouds.withings.subscriptions("alice")
    assert FOREIGN in subscriptions
    return {
        (subscription.callbackurl, subscription.appli)
        for subscription in subscriptions
        if subscription != FOREIGN
    }


def address(entry: MockConfigEntry, home: str = HOME) -> str:
    """Return where Home Assistant is told of an account's news."""
    return f"{home}/api/webhook/{entry.data['webhook_id']}"


def told(entry: MockConfigEntry, home: str = HOME) -> set[tuple[str, int]]:
    """Return the subscriptions that an account should have."""
    return {(address(entry, home), 1), (address(entry, home), 4)}


def actions(clouds: Clouds) -> list[str | None]:
    """Return what Withings was asked about its notifications."""
    return [
        request.action for request in clouds.log.requests("withings", path="/notify")
    ]


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Return what went wrong, according to the log, with us or our webhook."""
    return [
        record.message
        for record in caplog.records
        if record.levelno >= logging.WARNING
        and record.name.startswith(
            (
                "custom_components.weighbridge",
                "homeassistant.components.webhook",
                "homeassistant.config_entries",
            )
        )
    ]


async def test_weigh_in_is_at_garmin_at_once(
    hass: HomeAssistant,
    clouds: Clouds,
    notified: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
) -> None:
    """Nobody waits for a poll, from the scale to Garmin Connect."""
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, notified)
    await settle(hass, clouds)
    weighed = clouds.withings.step_on_scale("alice", 61.35, body_fat=24.0)
    await settle(hass, clouds)
    (arrived,) = clouds.garmin.weigh_ins(garmin_user)
    assert (arrived.weight, arrived.body_fat) == (61.35, 24.0)
    assert arrived.measured_at == weighed.measured_at.replace(microsecond=0)
    assert value_of(hass, notified, "weight") == 61.35


async def test_subscribed_once(
    hass: HomeAssistant, clouds: Clouds, notified: MockConfigEntry
) -> None:
    """A restart looks, and leaves what is there."""
    assert callbacks(clouds) == told(notified)
    before = address(notified)
    await restart(hass, notified)
    assert actions(clouds) == ["list"]
    assert callbacks(clouds) == told(notified)
    assert address(notified) == before


async def test_poll_is_slower_but_goes_on(
    hass: HomeAssistant,
    clouds: Clouds,
    notified: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A notification that gets lost costs half an hour."""
    await later(hass, freezer, 15.2)
    clouds.withings.auto_notify = False
    clouds.withings.step_on_scale("alice", 61.0)
    clouds.log.clear()
    for polls in (0, 0, 1, 1, 2):
        assert clouds.log.count("withings", path=POLL) == polls
        await later(hass, freezer, 15.2)
    assert value_of(hass, notified, "weight") == 61.0


@pytest.mark.parametrize(
    "external_url",
    [
        None,
        "http://home.example.org",
        "https://home.example.org:8123",
        "https://192.0.2.3",
    ],
)
async def test_without_an_address(
    hass: HomeAssistant,
    clouds: Clouds,
    browser: TestClient[Any, Any],
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    external_url: str | None,
) -> None:
    """Where Withings cannot reach Home Assistant, it is not asked to; polls do."""
    await hass.config.async_update(external_url=external_url)
    await set_up(hass, withings_entry)
    clouds.withings.step_on_scale("alice", 61.0)
    await later(hass, freezer, 15.1)
    assert value_of(hass, withings_entry, "weight") == 61.0
    await later(hass, freezer, 25 * 60)
    await hass.config_entries.async_remove(withings_entry.entry_id)
    assert actions(clouds) == []
    assert complaints(caplog) == []


@pytest.mark.parametrize(
    ("data", "headers"),
    [
        ({"userid": "364", "appli": "1"}, {}),
        ({"userid": "363", "appli": "44"}, {}),
        ({"userid": "363"}, {}),
        ({"appli": "1"}, {}),
        (None, {}),
        (b'{"userid": "363"}', {"Content-Type": "application/json"}),
        (b"\xff", {"Content-Type": "application/x-www-form-urlencoded"}),
        (
            b"userid=363&appli=1",
            {"Content-Type": "application/x-www-form-urlencoded; charset=klingon"},
        ),
    ],
)
async def test_what_is_none_of_our_business(
    hass: HomeAssistant,
    clouds: Clouds,
    notified: MockConfigEntry,
    browser: TestClient[Any, Any],
    caplog: pytest.LogCaptureFixture,
    data: Any,
    headers: dict[str, str],
) -> None:
    """It is answered as anything else, and changes nothing."""
    path = address(notified, "")
    async with browser.post(path, data=data, headers=headers) as response:
        assert response.status == HTTPStatus.OK
    async with browser.head(path) as response:
        assert response.status == HTTPStatus.OK
    await hass.async_block_till_done(wait_background_tasks=True)
    assert clouds.log.count("withings") == 0
    assert complaints(caplog) == []


async def test_answer_does_not_wait(
    hass: HomeAssistant,
    clouds: Clouds,
    notified: MockConfigEntry,
    browser: TestClient[Any, Any],
) -> None:
    """Withings wants an answer within seconds, however long the poll takes."""
    slow = clouds.faults.delay(POLL, 0.5, times=None)
    start = asyncio.get_running_loop().time()
    form = {"userid": "363", "appli": "1", "startdate": "1", "enddate": "2"}
    for _ in range(20):
        async with browser.post(address(notified, ""), data=form) as response:
            assert response.status == HTTPStatus.OK
    assert asyncio.get_running_loop().time() - start < 0.5
    await settle(hass, clouds)
    # Two polls, each of which looks for what was deleted, too.
    assert 2 <= slow.hits <= 4


@pytest.mark.parametrize("action", ["list", "subscribe"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
async def test_failure_is_tried_again(
    hass: HomeAssistant,
    clouds: Clouds,
    browser: TestClient[Any, Any],
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    fault: Callable[[Clouds, str, int | None], Fault],
    action: str,
) -> None:
    """It costs a line in the log, once."""
    trouble = fault(clouds, action, None)
    await hass.config.async_update(external_url=HOME)
    await set_up(hass, withings_entry)
    tries = [1]
    for minutes in (5, 10, 20, 40, 80, 160, 320, 360, 360):
        await later(hass, freezer, minutes - 0.1)
        tries.append(trouble.hits)
        await later(hass, freezer, 0.2)
        tries.append(trouble.hits)
    assert tries == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10]
    assert withings_entry.state is ConfigEntryState.LOADED
    assert not hass.config_entries.flow.async_progress()
    (complaint,) = complaints(caplog)
    assert complaint.startswith("New weigh-ins of Alice · Withings are polled for now")
    clouds.log.clear()
    await later(hass, freezer, 15.1)
    await later(hass, freezer, 15.1)
    assert clouds.log.count("withings", path=POLL) == 2

    trouble.remove()
    await later(hass, freezer, 361)
    assert callbacks(clouds) == told(withings_entry)
    clouds.withings.auto_notify = True
    clouds.withings.step_on_scale("alice", 61.0)
    await settle(hass, clouds)
    assert value_of(hass, withings_entry, "weight") == 61.0
    assert (
        caplog.text.count("All is well with Withings' calls for Alice · Withings") == 1
    )

    caplog.clear()
    clouds.withings.people["alice"].subscriptions = [FOREIGN]
    trouble = fault(clouds, action, 1)
    await later(hass, freezer, 24 * 60 + 1)
    assert callbacks(clouds) == set()
    assert len(complaints(caplog)) == 1
    await later(hass, freezer, 5.1)
    assert callbacks(clouds) == told(withings_entry)


async def test_lost_subscription_is_renewed(
    hass: HomeAssistant,
    clouds: Clouds,
    notified: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Withings drops callbacks, and other software that of others."""
    await later(hass, freezer, 24 * 60 + 1)
    assert actions(clouds) == ["list"]
    person = clouds.withings.people["alice"]
    person.subscriptions = [FOREIGN]
    await later(hass, freezer, 24 * 60 + 1)
    assert callbacks(clouds) == told(notified)


async def test_address_changes(
    hass: HomeAssistant,
    clouds: Clouds,
    notified: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The old address is revoked, however long that takes, and no other."""
    trouble = clouds.withings.fail(601, action="revoke")
    await hass.config.async_update(external_url=OTHER_HOME)
    await settle(hass, clouds)
    assert trouble.hits == 1
    assert callbacks(clouds) == told(notified) | told(notified, OTHER_HOME)
    await restart(hass, notified)
    assert callbacks(clouds) == told(notified, OTHER_HOME)
    clouds.log.clear()
    await hass.config.async_update(country="DE")
    await settle(hass, clouds)
    assert actions(clouds) == []

    await hass.config.async_update(external_url=None)
    await settle(hass, clouds)
    assert callbacks(clouds) == set()
    clouds.log.clear()
    await later(hass, freezer, 24 * 60 + 1)
    assert actions(clouds) == []
    clouds.log.clear()
    for _ in range(4):
        await later(hass, freezer, 15.1)
    assert clouds.log.count("withings", path=POLL) == 4


async def test_address_changes_half_way(
    hass: HomeAssistant,
    clouds: Clouds,
    browser: TestClient[Any, Any],
    withings_entry: MockConfigEntry,
) -> None:
    """An address is revoked that was told in part only."""
    clouds.withings.fail(601, action="subscribe", skip=1)
    await hass.config.async_update(external_url=HOME)
    await set_up(hass, withings_entry)
    assert callbacks(clouds) < told(withings_entry)
    assert callbacks(clouds)
    await hass.config.async_update(external_url=OTHER_HOME)
    await settle(hass, clouds)
    assert callbacks(clouds) == told(withings_entry, OTHER_HOME)


async def test_unloaded(
    hass: HomeAssistant,
    clouds: Clouds,
    notified: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Who is restarting is still told afterwards, and hears nothing before."""
    await hass.config_entries.async_unload(notified.entry_id)
    clouds.log.clear()
    clouds.withings.step_on_scale("alice", 61.0)
    await settle(hass, clouds)
    await later(hass, freezer, 24 * 60 + 1)
    assert clouds.log.count("withings") == 0
    assert callbacks(clouds) == told(notified)
    await set_up(hass, notified)
    assert value_of(hass, notified, "weight") == 61.0
    clouds.withings.step_on_scale(
        "alice", 60.0, when=dt_util.utcnow() + timedelta(seconds=40)
    )
    await settle(hass, clouds)
    assert value_of(hass, notified, "weight") == 60.0


async def test_removed(
    hass: HomeAssistant, clouds: Clouds, notified: MockConfigEntry
) -> None:
    """An account that goes takes its own subscriptions along."""
    await hass.config_entries.async_remove(notified.entry_id)
    assert callbacks(clouds) == set()
    assert actions(clouds) == ["list", "revoke", "revoke"]
    assert clouds.log.count("withings", path="oauth2") == 0


async def test_removed_with_an_old_token(
    hass: HomeAssistant,
    clouds: Clouds,
    notified: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """So it does when it was not loaded for long."""
    await hass.config_entries.async_unload(notified.entry_id)
    freezer.tick(timedelta(days=2))
    await hass.config_entries.async_remove(notified.entry_id)
    assert callbacks(clouds) == set()
    assert clouds.log.count("withings", path="oauth2") == 1


@pytest.mark.parametrize(
    "fault",
    [
        lambda clouds: clouds.withings.revoke("alice"),
        lambda clouds: clouds.faults.reset("action=list"),
        lambda clouds: clouds.faults.delay("action=revoke", 2),
    ],
    ids=["signed out", "reset", "slow"],
)
async def test_removed_in_an_outage(
    hass: HomeAssistant,
    clouds: Clouds,
    notified: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    fault: Callable[[Clouds], object],
) -> None:
    """An account can be removed whatever Withings says."""
    monkeypatch.setattr(
        "custom_components.weighbridge.sources.webhook.REVOKE_TIMEOUT",
        0.2,
    )
    fault(clouds)
    await hass.config_entries.async_remove(notified.entry_id)
    assert not hass.config_entries.async_entries()
    assert not hass.config_entries.flow.async_progress()
    assert caplog.text.count("Withings goes on calling for Alice") == 1


async def test_waits_until_home_assistant_answers(
    hass: HomeAssistant,
    clouds: Clouds,
    browser: TestClient[Any, Any],
    withings_entry: MockConfigEntry,
) -> None:
    """Withings calls back while it is asked, so that is left for the end of a start."""
    await hass.config.async_update(external_url=HOME)
    hass.set_state(CoreState.starting)
    await set_up(hass, withings_entry)
    assert actions(clouds) == []
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await settle(hass, clouds)
    assert callbacks(clouds) == told(withings_entry)


async def test_address_is_secret(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    clouds: Clouds,
    notified: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """It is told to nobody but Withings."""
    caplog.set_level(logging.DEBUG, "custom_components.weighbridge")
    clouds.withings.step_on_scale("alice", 61.0)
    await settle(hass, clouds)
    for action in ("list", "subscribe", "revoke"):
        clouds.withings.fail(293, action=action)
        clouds.faults.reset(f"action={action}", skip=1)
    for home in (OTHER_HOME, HOME, OTHER_HOME, HOME, OTHER_HOME, HOME):
        await hass.config.async_update(external_url=home)
        await settle(hass, clouds)
    diagnostics: Any = await get_diagnostics_for_config_entry(
        hass, hass_client, notified
    )
    await hass.config_entries.async_remove(notified.entry_id)
    secret = notified.data["webhook_id"]
    assert len(secret) == 64
    assert secret not in json.dumps(diagnostics)
    assert diagnostics["polls"]["callbacks"] == 1
    said = [
        record.message
        for record in caplog.records
        if record.name.startswith("custom_components.weighbridge")
    ]
    assert sum("polled for now" in message for message in said) > 2
    assert secret not in "".join(said)


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
        self.failing = False
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
            raise self.CloudNotAvailable
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


async def test_cloud_fails(
    hass: HomeAssistant,
    clouds: Clouds,
    cloud: FakeCloud,
    browser: TestClient[Any, Any],
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Home Assistant Cloud has its own bad days."""
    cloud.failing = True
    await set_up(hass, withings_entry)
    assert caplog.text.count("Home Assistant Cloud gave no address") == 1
    cloud.failing = False
    await later(hass, freezer, 5.1)
    assert {url for url, _ in callbacks(clouds)} == {cloud.url}
    cloud.failing = True
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
