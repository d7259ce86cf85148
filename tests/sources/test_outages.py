"""Outages of a vendor: nothing but a refusal asks to sign in again, and all comes back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
import logging

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from ..clouds import Clouds, Fault
from ..support.common import restart, set_up, state_of, value_of, wait_for_poll
from ..support.vendors import issues, let_token_expire, reauth_flows

MORNING = datetime(2026, 11, 19, 6, 30, 12, tzinfo=UTC)

type Trouble = Callable[[Clouds, str], Fault]

GOOGLE_FAULTS: dict[str, Trouble] = {
    "quota": lambda clouds, path: clouds.google.fail(
        "RATE_LIMIT_EXCEEDED", path=path.removeprefix("/google"), times=None
    ),
    "unavailable": lambda clouds, path: clouds.google.fail(
        "BACKEND_ERROR", path=path.removeprefix("/google"), times=None
    ),
    "HTTP 500": lambda clouds, path: clouds.faults.answer(path, 500, times=None),
    "HTTP 404": lambda clouds, path: clouds.google.fail(
        "NOT_FOUND", path=path.removeprefix("/google"), times=None
    ),
    "captive portal": lambda clouds, path: clouds.faults.foreign(path, times=None),
    "proxy says 401": lambda clouds, path: clouds.faults.foreign(
        path, status=401, times=None
    ),
    "proxy says 403": lambda clouds, path: clouds.faults.foreign(
        path, status=403, times=None
    ),
    "proxy says 401 in JSON": lambda clouds, path: clouds.faults.answer(
        path, 401, body={"message": "sign in to the proxy"}, times=None
    ),
    "foreign JSON": lambda clouds, path: clouds.faults.answer(
        path, 200, body='["hello"]', times=None
    ),
    "reset": lambda clouds, path: clouds.faults.reset(path, times=None),
    "truncated": lambda clouds, path: clouds.faults.truncate(path, times=None),
    "slow": lambda clouds, path: clouds.faults.delay(path, 2, times=None),
}

WITHINGS_FAULTS: dict[str, Trouble] = {
    "too many requests": lambda clouds, path: clouds.withings.fail(
        601, action=path.removeprefix("action="), times=None
    ),
    "HTTP 500": lambda clouds, path: clouds.faults.answer(path, 500, times=None),
    "HTTP 503": lambda clouds, path: clouds.faults.answer(
        path, 503, body={"status": 503}, times=None
    ),
    "HTTP 429": lambda clouds, path: clouds.faults.answer(path, 429, times=None),
    "captive portal": lambda clouds, path: clouds.faults.foreign(path, times=None),
    "proxy says 403": lambda clouds, path: clouds.faults.foreign(
        path, status=403, times=None
    ),
    "foreign JSON": lambda clouds, path: clouds.faults.answer(
        path, 200, body='["hello"]', times=None
    ),
    "status 0 without a body": lambda clouds, path: clouds.faults.answer(
        path, 200, body={"status": 0}, times=None
    ),
    "unknown status": lambda clouds, path: clouds.faults.answer(
        path, 200, body={"status": 524, "body": None}, times=None
    ),
    "reset": lambda clouds, path: clouds.faults.reset(path, times=None),
    "truncated": lambda clouds, path: clouds.faults.truncate(path, times=None),
    "slow": lambda clouds, path: clouds.faults.delay(path, 2, times=None),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Vendor:
    """A vendor, an account there, and how that one can fail."""

    name: str
    entry: str
    """The fixture of the account."""
    title: str
    weigh: Callable[[Clouds], object]
    weight: float
    revoke: Callable[[Clouds], object]
    measurements: str
    """Where anything that was measured is asked for."""
    path: str
    """Where weights are asked for."""
    refresh: str
    faults: Mapping[str, Trouble]
    most_hits: int
    """How often two polls ask at the most."""


VENDORS = (
    Vendor(
        name="google",
        entry="fitbit_entry",
        title="Bob · Fitbit",
        weigh=lambda clouds: clouds.google.step_on_scale(
            "bob", 80.25, when=MORNING, body_fat=18.5
        ),
        weight=80.25,
        revoke=lambda clouds: clouds.google.revoke("bob"),
        measurements="/dataTypes/",
        path="/dataTypes/weight/",
        refresh="/google/token",
        faults=GOOGLE_FAULTS,
        # The HTTP client itself tries once more after a reset.
        most_hits=4,
    ),
    Vendor(
        name="withings",
        entry="withings_entry",
        title="Alice · Withings",
        weigh=lambda clouds: clouds.withings.step_on_scale("alice", 62.3, when=MORNING),
        weight=62.3,
        revoke=lambda clouds: clouds.withings.revoke("alice"),
        measurements="/measure",
        path="action=getmeas",
        refresh="action=requesttoken",
        faults=WITHINGS_FAULTS,
        most_hits=2,
    ),
)
EACH_VENDOR = pytest.mark.parametrize("vendor", VENDORS, ids=lambda v: v.name)


def _outages() -> Iterator[object]:
    """Yield each way in which a vendor can fail, for measurements and for tokens."""
    for vendor in VENDORS:
        for what, path in (("read", vendor.path), ("refresh", vendor.refresh)):
            for name, fault in vendor.faults.items():
                yield pytest.param(
                    vendor, path, fault, id=f"{vendor.name} {what} {name}"
                )


EACH_OUTAGE = pytest.mark.parametrize(("vendor", "path", "fault"), tuple(_outages()))


@pytest.fixture
def source(request: pytest.FixtureRequest, vendor: Vendor) -> MockConfigEntry:
    """Return the entry of a person's account at a vendor, not yet set up."""
    entry: MockConfigEntry = request.getfixturevalue(vendor.entry)
    return entry


@pytest.fixture
async def weighed(
    hass: HomeAssistant, clouds: Clouds, vendor: Vendor, source: MockConfigEntry
) -> MockConfigEntry:
    """Return the loaded entry of a person who stood on the scale this morning."""
    vendor.weigh(clouds)
    await set_up(hass, source)
    clouds.log.clear()
    return source


@EACH_VENDOR
async def test_refused_refresh(
    hass: HomeAssistant, clouds: Clouds, vendor: Vendor, weighed: MockConfigEntry
) -> None:
    """A dead refresh token asks the person to sign in again."""
    vendor.revoke(clouds)
    let_token_expire(hass, weighed)
    await wait_for_poll(hass)
    assert len(reauth_flows(hass)) == 1
    assert state_of(hass, weighed, "status").state != "ok"
    assert clouds.log.count(vendor.name, path=vendor.measurements) == 0


@pytest.mark.usefixtures("impatient")
@EACH_OUTAGE
async def test_outage(
    hass: HomeAssistant,
    clouds: Clouds,
    vendor: Vendor,
    weighed: MockConfigEntry,
    path: str,
    fault: Trouble,
) -> None:
    """Nothing but a refusal asks to sign in again; all is back when the vendor is."""
    event_state = state_of(hass, weighed, "weigh_in", "event").state
    let_token_expire(hass, weighed)
    trouble = fault(clouds, path)
    await wait_for_poll(hass)
    await wait_for_poll(hass)
    assert 2 <= trouble.hits <= vendor.most_hits
    assert not reauth_flows(hass)
    assert not issues(hass)
    assert state_of(hass, weighed, "status").state != "ok"
    assert state_of(hass, weighed, "weigh_in", "event").state == event_state

    trouble.remove()
    await wait_for_poll(hass)
    assert value_of(hass, weighed, "weight") == vendor.weight
    assert state_of(hass, weighed, "weigh_in", "event").state == event_state
    assert not reauth_flows(hass)


@pytest.mark.usefixtures("impatient")
@EACH_OUTAGE
async def test_outage_at_start(
    hass: HomeAssistant,
    clouds: Clouds,
    source: MockConfigEntry,
    path: str,
    fault: Trouble,
) -> None:
    """Home Assistant tries again by itself when the vendor is away at its start."""
    let_token_expire(hass, source)
    trouble = fault(clouds, path)
    await hass.config_entries.async_setup(source.entry_id)
    assert source.state is ConfigEntryState.SETUP_RETRY
    assert not reauth_flows(hass)
    trouble.remove()
    await wait_for_poll(hass, minutes=2)
    assert hass.config_entries.async_loaded_entries(DOMAIN) == [source]


async def test_outage_for_weeks_since_the_start(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """However often a vendor has not answered, the next poll is like the one before."""
    clouds.withings.step_on_scale("alice", 62.3, when=MORNING)
    await set_up(hass, withings_entry)
    trouble = clouds.withings.fail(403, times=None)
    await restart(hass, withings_entry)
    caplog.set_level(logging.WARNING)
    for _ in range(1030):
        await withings_entry.runtime_data.coordinator.async_poll_now()
    assert trouble.hits > 1030
    assert state_of(hass, withings_entry, "status").state == "refused"
    assert "Unexpected error" not in caplog.text
    trouble.remove()
    await wait_for_poll(hass)
    assert value_of(hass, withings_entry, "weight") == 62.3


@EACH_VENDOR
async def test_outage_is_logged_once(
    hass: HomeAssistant,
    clouds: Clouds,
    vendor: Vendor,
    weighed: MockConfigEntry,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The log tells of the beginning and the end of an outage, and no secret."""
    trouble = clouds.faults.answer(vendor.path, 500, times=None)
    await wait_for_poll(hass)
    await wait_for_poll(hass)
    trouble.remove()
    await wait_for_poll(hass)
    assert caplog.text.count(f"Error fetching weighbridge {vendor.title} data") == 1
    assert caplog.text.count("recovered") == 1
    token = weighed.data["token"]
    assert token["access_token"] not in caplog.text
    assert token["refresh_token"] not in caplog.text
