"""What earlier versions left behind."""

from collections.abc import Callable
from copy import deepcopy
from datetime import datetime
import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from homeassistant.core import HomeAssistant
from homeassistant.setup import async_setup_component

from ..clouds import Clouds
from ..support.common import google_token, withings_token
from .household import EMAILS, Household
from .past import give_back

FIXTURES = Path(__file__).parent / "fixtures"

type Storage = dict[str, dict[str, Any]]
type Start = Callable[[], Any]


@pytest.fixture(params=sorted(path.stem for path in FIXTURES.glob("*.json")))
async def left(
    hass: HomeAssistant,
    request: pytest.FixtureRequest,
    clouds: Clouds,
    freezer: FrozenDateTimeFactory,
    withings_credential: None,
    google_credential: None,
) -> dict[str, Any]:
    """Return what a version has left, with vendors that have the same as then.

    Of all that, only tokens are new: the simulated vendors make them at random.
    """
    path = FIXTURES / f"{request.param}.json"
    content = await hass.async_add_executor_job(path.read_text)
    left: dict[str, Any] = json.loads(content)
    freezer.move_to(datetime.fromisoformat(left["now"]))
    clouds.withings.person("alice")
    clouds.google.person("bob")
    for email in EMAILS:
        name = email.partition("@")[0].title()
        clouds.garmin.account(email, "a password", display_name=name)
    give_back(clouds, left["vendors"])
    fresh = {
        "withings": await withings_token(clouds, "alice"),
        "fitbit": await google_token(clouds, "bob"),
    }
    for entry in left["entries"]:
        provider, key = entry["data"]["provider"], entry["entry_id"]
        tokens = left["storage"].get(f"weighbridge.{key}.tokens")
        if provider == "garmin":
            tokens["data"]["tokens"] = clouds.garmin.signed_in(
                entry["data"]["username"]
            )
        elif provider in fresh:
            entry["data"]["token"] = fresh[provider]
            if tokens is not None:
                tokens["data"] = fresh[provider]
    return left


@pytest.fixture
def start(
    hass: HomeAssistant, hass_storage: Storage, clouds: Clouds, left: dict[str, Any]
) -> Start:
    """Return what has Home Assistant start with all that, and a household found."""

    async def start() -> Household:
        hass_storage.update(deepcopy(left["storage"]))
        hass_storage["core.config_entries"] = {
            "version": 1,
            "minor_version": 5,
            "key": "core.config_entries",
            "data": {"entries": left["entries"]},
        }
        await hass.config_entries.async_initialize()
        clouds.log.clear()
        assert await async_setup_component(hass, "weighbridge", {})
        await hass.async_block_till_done(wait_background_tasks=True)
        return Household(hass, clouds)

    return start
