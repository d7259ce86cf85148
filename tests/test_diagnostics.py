"""Diagnostics: enough to help, nothing that is anybody's business."""

from datetime import UTC, datetime
import json
from typing import Any

from pytest_homeassistant_custom_component.common import MockConfigEntry
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from homeassistant.components.diagnostics import REDACTED
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from .clouds import Clouds
from .support.common import link, set_up, wait_for_poll

MORNING = datetime(2026, 11, 19, 6, 30, 12, tzinfo=UTC)


def assert_says_nothing_of(diagnostics: Any, secrets: set[str]) -> None:
    """Look for secrets in diagnostics, wherever they might be."""
    text = json.dumps(diagnostics)
    for secret in secrets:
        assert secret not in text


async def test_source(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
) -> None:
    """A source tells what it has, by name and number."""
    clouds.withings.height("alice", 1.63)
    clouds.withings.device("alice", "f998", last_session=MORNING)
    clouds.withings.step_on_scale("alice", 62.34, when=MORNING, body_fat=24.81)
    hass.config_entries.async_update_entry(
        withings_entry,
        options={"min_weight": 41.5, "max_weight": 97.5, "height": 1.71},
    )
    await set_up(hass, withings_entry)
    clouds.withings.step_on_scale("alice", 87.65, extra={91: 6.789}, attrib=1)
    clouds.withings.blood_pressure("alice", 12345, 6789, when=MORNING)
    await wait_for_poll(hass)
    diagnostics: Any = await get_diagnostics_for_config_entry(
        hass, hass_client, withings_entry
    )
    token = withings_entry.data["token"]
    assert_says_nothing_of(
        diagnostics,
        {
            token["access_token"],
            token["refresh_token"],
            "Alice",
            "363",
            "f998",
            "1.63",
            "1.71",
            "41.5",
            "97.5",
            "62.34",
            "24.81",
            "87.65",
            "12345",
            "6789",
            "6.789",
            str(int(MORNING.timestamp())),
        },
    )
    assert 10700 < diagnostics["token"].pop("expires_in") <= 10800
    answers = diagnostics["polls"].pop("answers")
    assert set(answers) == {"getdevice", "getmeas"}
    assert answers["getmeas"]["http"] == 200
    assert answers["getmeas"]["status"] == 0
    groups = answers["getmeas"]["body"]["body"]["measuregrps"]
    assert groups["count"] > 2
    assert groups["items"]["deviceid"] == "null or text"
    assert groups["items"]["measures"]["items"]["value"] == "integer"
    assert "offset" not in answers["getmeas"]["body"]["body"]
    assert diagnostics["polls"].pop("window") >= 24 * 60 * 60
    assert diagnostics == {
        "provider": "withings",
        "state": "loaded",
        "options": dict.fromkeys(("min_weight", "max_weight", "height"), REDACTED),
        "token": {
            "fields": [
                "access_token",
                "csrf_token",
                "expires_at",
                "expires_in",
                "refresh_token",
                "scope",
                "token_type",
                "userid",
            ],
            "scope": "user.info,user.metrics",
        },
        "polls": {
            "last_update_success": True,
            "last_exception": None,
            "weigh_ins": 2,
            "doubtful": 1,
            "blood_pressures": 1,
            "readings": 1,
            "heights": 1,
            "callbacks": 0,
        },
        "known": {
            "quantities": [
                "bmi",
                "body_fat",
                "diastolic",
                "fat_free_mass",
                "fat_mass",
                "systolic",
                "weight",
            ],
            "has_last_weigh_in": True,
            "weigh_ins": 2,
            "blood_pressures": 1,
            "heights": 1,
            "questions": 1,
            "missed": 0,
            "untold": 0,
        },
        "devices": {
            "last_update_success": True,
            "last_exception": None,
            "listed": [
                {
                    "kind": "scale",
                    "model": "Body+",
                    "has_battery": False,
                    "has_battery_level": True,
                    "has_last_sync": True,
                }
            ],
        },
    }


async def test_garmin(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
) -> None:
    """A Garmin account tells how its pushes go."""
    tokens = json.loads(garmin_entry.data["tokens"])
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, withings_entry, muscle_mass=False, start=MORNING)
    clouds.withings.step_on_scale("alice", 62.34)
    await wait_for_poll(hass)
    diagnostics: Any = await get_diagnostics_for_config_entry(
        hass, hass_client, garmin_entry
    )
    assert_says_nothing_of(
        diagnostics,
        {
            *(value for value in tokens.values() if isinstance(value, str)),
            "lice",
            "62.34",
            withings_entry.entry_id,
        },
    )
    assert diagnostics == {
        "provider": "garmin",
        "state": "loaded",
        "options": {},
        "signed_out": False,
        "weigh_ins": {"pending": 0, "done": 1, "failed": 0},
        "blood_pressures": {"pending": 0, "done": 0, "failed": 0},
        "has_last_push": True,
        "pause": {"reason": None, "seconds": 0, "strikes": 0},
        "links": [
            {
                "weigh_ins": True,
                "has_start": True,
                "muscle_mass": False,
            }
        ],
    }


async def test_entry_that_cannot_be_set_up(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
) -> None:
    """An account in trouble has diagnostics too."""
    clouds.faults.answer("action=getmeas", 500)
    await hass.config_entries.async_setup(withings_entry.entry_id)
    assert withings_entry.state is ConfigEntryState.SETUP_RETRY
    assert await get_diagnostics_for_config_entry(
        hass, hass_client, withings_entry
    ) == {"provider": "withings", "state": "setup_retry", "options": {}}
