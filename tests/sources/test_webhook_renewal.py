"""Withings goes on telling of weigh-ins: renewals, new addresses, removals."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from aiohttp.test_utils import TestClient
from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from ..clouds import Clouds, Fault
from ..support.common import restart, set_up, value_of
from ..support.vendors import later
from .notifications import (
    FOREIGN,
    HOME,
    OTHER_HOME,
    POLL,
    actions,
    callbacks,
    complaints,
    settle,
    told,
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


async def test_another_spelling_is_ours(
    hass: HomeAssistant, clouds: Clouds, notified: MockConfigEntry
) -> None:
    """An address is the same in capitals, with the usual port or a slash at its end."""
    person = clouds.withings.people["alice"]
    person.subscriptions = [
        replace(
            each,
            callbackurl=each.callbackurl.replace(HOME, "https://HOME.example.org:443")
            + "/",
        )
        if each != FOREIGN
        else each
        for each in person.subscriptions
    ]
    await restart(hass, notified)
    assert actions(clouds) == ["list"]
    await hass.config_entries.async_remove(notified.entry_id)
    assert callbacks(clouds) == set()


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
    assert caplog.text.count("Withings goes on calling for Alice · Withings") == 1
