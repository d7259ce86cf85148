"""What another version wrote is read: nothing is lost, and nothing is sent twice."""

from collections.abc import Awaitable, Callable
from copy import deepcopy
import json
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from ..clouds import Clouds
from ..support.common import value_of
from ..support.push import UPLOAD, hours, issue_keys
from .conftest import FIXTURES
from .household import Household

MANIFEST = Path("custom_components/weighbridge/manifest.json")

type Start = Callable[[], Awaitable[Household]]
type Storage = dict[str, dict[str, Any]]


def test_each_version_is_kept() -> None:
    """Whoever sets a new version keeps what it writes, by scripts/keep."""
    version = json.loads(MANIFEST.read_text())["version"]
    assert (FIXTURES / f"{version}.json").exists()


async def arrives(
    hass: HomeAssistant,
    freezer: FrozenDateTimeFactory,
    household: Household,
    left: dict[str, Any],
) -> None:
    """See that what was pending arrives, once, and nothing else is sent or removed."""
    before = household.at_garmin()
    await hours(hass, freezer, 3)
    after = household.at_garmin()
    for email, held in after.items():
        assert set(before[email]) <= set(held)
        assert len(set(held)) == len(held)
    new = sorted(w for email in after for w in set(after[email]) - set(before[email]))
    assert [weight for _, weight in new] == [81.1]
    assert household.clouds.log.count("garmin", path=UPLOAD) == 1
    assert household.clouds.log.count("garmin", method="DELETE") == 0
    assert value_of(hass, household.accounts[0], "pending") == 0
    assert issue_keys(hass) >= {"questions", "refused"}
    # What was done, said and left out before stays so.
    after_all = await household.async_known()
    for name, known in left["known"].items():
        if name.endswith("asks"):
            assert after_all[name] == known
        elif isinstance(known, dict):
            assert after_all[name]["measurements"] == known["measurements"]


async def test_upgrade(
    hass: HomeAssistant,
    start: Start,
    left: dict[str, Any],
    freezer: FrozenDateTimeFactory,
) -> None:
    """All is shown as it was, and what was pending arrives."""
    household = await start()
    assert await household.async_known() == left["known"]
    await arrives(hass, freezer, household, left)


async def test_downgrade(
    hass: HomeAssistant,
    start: Start,
    left: dict[str, Any],
    hass_storage: Storage,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A newer minor version may have more to remember; what is known here is read."""
    for stored in left["storage"].values():
        stored["minor_version"] = 7
        stored["data"] = _with_more(stored["data"])
    for entry in left["entries"]:
        entry["minor_version"] = 7
        entry["data"]["of_later"] = 1
    household = await start()
    assert await household.async_known() == left["known"]
    await arrives(hass, freezer, household, left)


@pytest.mark.parametrize("suffix", ["", ".tokens"])
async def test_another_major_version(
    hass: HomeAssistant,
    clouds: Clouds,
    start: Start,
    left: dict[str, Any],
    hass_storage: Storage,
    freezer: FrozenDateTimeFactory,
    suffix: str,
) -> None:
    """Nothing is sent, nothing is overwritten, and the user learns what to do."""
    written = {}
    for entry in left["entries"]:
        key = f"weighbridge.{entry['entry_id']}{suffix}"
        if (stored := left["storage"].get(key)) is not None:
            stored.update(version=2, data={"of": "later"})
            written[key] = deepcopy(stored)
    household = await start()
    await hours(hass, freezer, 30)
    for entry in household.entries.values():
        if f"weighbridge.{entry.entry_id}{suffix}" in written:
            assert entry.state is ConfigEntryState.SETUP_ERROR
            assert entry.reason is not None
            assert "Update Weighbridge" in entry.reason
    assert clouds.log.count("garmin") == 0
    assert {key: hass_storage[key] for key in written} == written


async def test_entries_of_another_major_version(
    hass: HomeAssistant,
    clouds: Clouds,
    start: Start,
    left: dict[str, Any],
    hass_storage: Storage,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Home Assistant itself sets none of them up."""
    for entry in left["entries"]:
        entry["version"] = 2
    before = deepcopy(left["storage"])
    household = await start()
    await hours(hass, freezer, 30)
    assert {entry.state for entry in household.entries.values()} == {
        ConfigEntryState.MIGRATION_ERROR
    }
    assert not clouds.log.requests()
    assert {key: hass_storage[key] for key in before} == before


def _with_more(data: Any) -> Any:
    """Return what a later version may have written: more keys, and one more column."""
    match data:
        case {"columns": [*columns], "open": ledger, **rest}:
            rows = [f"{row},7" for row in ledger]
            return {**rest, "columns": [*columns, "of_later"], "open": rows, "more": 1}
        case {"columns": [*columns], "weigh_ins": shelf, **rest}:
            rows = [_longer(row, len(columns)) for row in shelf["rows"]]
            longer = {**shelf, "rows": rows, "more": 1}
            return {**rest, "columns": [*columns, "of_later"], "weigh_ins": longer}
        case {"persons": persons, **rest}:
            more = {key: _with_more(one) for key, one in persons.items()}
            return {**_with_more(rest), "persons": more}
        case dict():
            return {key: _with_more(one) for key, one in data.items()} | {"more": [1]}
        case _:
            return data


def _longer(row: str, columns: int) -> str:
    """Return a row of a book with a value in one more column."""
    values, between, key = row.partition(";")
    cells = values.split(",")
    return ",".join([*cells, *[""] * (columns + 2 - len(cells)), "7"]) + between + key
