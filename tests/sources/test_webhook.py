"""Withings tells of weigh-ins, on top of the polls."""

import asyncio
from datetime import timedelta
from http import HTTPStatus
import json
import logging
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.const import EVENT_HOMEASSISTANT_STARTED
from homeassistant.core import CoreState, HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, GarminAccount
from ..support.common import link, restart, set_up, value_of
from ..support.vendors import later
from .notifications import (
    HOME,
    OTHER_HOME,
    POLL,
    actions,
    address,
    callbacks,
    complaints,
    settle,
    told,
)


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
    # Were each to wait for a poll, it would be ten seconds.
    assert asyncio.get_running_loop().time() - start < 5
    await settle(hass, clouds)
    # Two polls, each of which looks for what was deleted, too.
    assert 2 <= slow.hits < 20


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
