"""Writes the fixture of this version, for `scripts/keep`: no test that others run."""

import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.helpers.json import json_dumps
from homeassistant.loader import async_get_integration
from homeassistant.util import dt as dt_util

from ..clouds import Clouds
from ..support.scale_house import House
from .household import async_live
from .past import vendors_to_json

FIXTURES = Path(__file__).parent / "fixtures"


async def test_write(
    hass: HomeAssistant,
    hass_storage: dict[str, Any],
    clouds: Clouds,
    freezer: FrozenDateTimeFactory,
    house: House,
    withings_entry: MockConfigEntry,
    fitbit_entry: MockConfigEntry,
) -> None:
    """Live, and keep what is on disk, at the vendors, and on the screen."""
    household = await async_live(
        hass, clouds, freezer, house, withings_entry, fitbit_entry
    )
    known = await household.async_known()
    for entry in household.entries.values():
        assert await hass.config_entries.async_unload(entry.entry_id)
    version = (await async_get_integration(hass, "weighbridge")).version
    content = {
        "now": dt_util.utcnow().isoformat(),
        "entries": [
            json.loads(json_dumps(entry.as_storage_fragment))
            for entry in household.entries.values()
        ],
        "storage": {
            key: stored
            for key, stored in hass_storage.items()
            if key.startswith("weighbridge.")
        },
        "vendors": vendors_to_json(clouds),
        "known": known,
    }
    path = FIXTURES / f"{version}.json"
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n")
