"""Names follow the titles of accounts, in any order of renaming, removing and adding."""

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import (
    device_registry as dr,
    entity_registry as er,
    issue_registry as ir,
)

from .clouds import Clouds
from .support.common import google_token, link, set_up, state_of


def device_names(hass: HomeAssistant, entry: MockConfigEntry) -> set[str | None]:
    """Return what the devices of an account are called."""
    registry = dr.async_get(hass)
    return {
        device.name
        for device in dr.async_entries_for_config_entry(registry, entry.entry_id)
    }


def rename(hass: HomeAssistant, entry: MockConfigEntry, title: str) -> None:
    """Rename an account, as its menu does."""
    hass.config_entries.async_update_entry(entry, title=title)


async def fitbit_of_alice(hass: HomeAssistant, clouds: Clouds) -> MockConfigEntry:
    """Return the entry of an account at Fitbit that is Alice's, too."""
    clouds.google.person("alice")
    entry = MockConfigEntry(
        domain=DOMAIN,
        title="Alice · Fitbit",
        unique_id="fitbit_alice",
        data={
            "provider": "fitbit",
            "auth_implementation": "google_credential",
            "token": await google_token(clouds, "alice"),
        },
    )
    entry.add_to_hass(hass)
    return entry


async def test_entity_ids_of_a_fresh_set_up(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
) -> None:
    """They begin with the person, and say so if it is Garmin's word."""
    clouds.withings.step_on_scale("alice", 62.3)
    await set_up(hass, garmin_entry)
    await set_up(hass, withings_entry)
    ids = set(er.async_get(hass).entities)
    assert {
        "sensor.alice_weight",
        "event.alice_weigh_in",
        "sensor.alice_garmin_connect_pending",
        "button.alice_garmin_connect_push_now",
    } <= ids


async def test_rename(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
) -> None:
    """Devices and entities are called anew at once, whatever the title is now."""
    clouds.withings.step_on_scale("alice", 62.3)
    clouds.withings.device("alice", "Body+")
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    assert device_names(hass, withings_entry) == {"Alice", "Alice Body+"}
    assert device_names(hass, garmin_entry) == {"Alice · Garmin Connect"}

    rename(hass, withings_entry, "Ally · Withings")
    rename(hass, garmin_entry, "Ally")
    await hass.async_block_till_done()

    assert device_names(hass, withings_entry) == {"Ally", "Ally Body+"}
    assert device_names(hass, garmin_entry) == {"Ally · Garmin Connect"}
    assert state_of(hass, withings_entry, "weight").name == "Ally Weight"
    assert state_of(hass, garmin_entry, "pending").name == (
        "Ally · Garmin Connect Pending"
    )


async def test_two_accounts_of_a_person(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    google_credential: None,
) -> None:
    """The second one has its vendor behind the name for as long as there is a first."""
    await set_up(hass, withings_entry)
    fitbit = await fitbit_of_alice(hass, clouds)
    await set_up(hass, fitbit)
    assert device_names(hass, withings_entry) == {"Alice"}
    assert device_names(hass, fitbit) == {"Alice · Fitbit"}

    rename(hass, withings_entry, "Carol · Withings")
    await hass.async_block_till_done()
    assert device_names(hass, withings_entry) == {"Carol"}
    assert device_names(hass, fitbit) == {"Alice"}

    rename(hass, withings_entry, "alice")
    await hass.async_block_till_done()
    assert device_names(hass, withings_entry) == {"alice"}
    assert device_names(hass, fitbit) == {"Alice · Fitbit"}

    await hass.config_entries.async_remove(withings_entry.entry_id)
    await hass.async_block_till_done()
    assert device_names(hass, fitbit) == {"Alice"}


async def test_own_names_stay(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """What a user has called a device is never touched."""
    await set_up(hass, withings_entry)
    registry = dr.async_get(hass)
    (device,) = dr.async_entries_for_config_entry(registry, withings_entry.entry_id)
    registry.async_update_device(device.id, name_by_user="Mum")
    rename(hass, withings_entry, "Ally · Withings")
    await hass.async_block_till_done()
    renamed = registry.async_get(device.id)
    assert renamed is not None
    assert (renamed.name, renamed.name_by_user) == ("Ally", "Mum")


async def test_rename_while_not_loaded(
    hass: HomeAssistant, clouds: Clouds, withings_entry: MockConfigEntry
) -> None:
    """An account that is off is called by its title, too; its scale follows later."""
    clouds.withings.device("alice", "Body+")
    await set_up(hass, withings_entry)
    await hass.config_entries.async_unload(withings_entry.entry_id)
    rename(hass, withings_entry, "Ally · Withings")
    await hass.async_block_till_done()
    assert "Ally" in device_names(hass, withings_entry)
    await set_up(hass, withings_entry)
    assert device_names(hass, withings_entry) == {"Ally", "Ally Body+"}


async def test_repairs_are_renamed(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
) -> None:
    """A repair that is open speaks of the account by its new name."""
    await set_up(hass, garmin_entry)
    clouds.faults.answer(r"/upload-service/upload", 412, times=None)
    with pytest.raises(HomeAssistantError):
        await hass.services.async_call(
            DOMAIN,
            "push_measurement",
            {"config_entry_id": garmin_entry.entry_id, "weight": 70},
            blocking=True,
        )
    rename(hass, garmin_entry, "Ally · Garmin Connect")
    await hass.async_block_till_done()
    names = {
        issue.translation_placeholders["account"]
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN and issue.translation_placeholders
    }
    assert names == {"Ally · Garmin Connect"}


async def test_links_are_renamed_by_both_ends(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
) -> None:
    """A link says from where to where, whatever is renamed or removed in any order."""

    def title() -> str:
        (subentry,) = garmin_entry.subentries.values()
        return subentry.title

    link(hass, garmin_entry, withings_entry)
    await set_up(hass, withings_entry)
    rename(hass, withings_entry, "Ally")
    await hass.async_block_till_done()
    assert title() == "Ally · Withings: weigh-ins → Alice · Garmin Connect"
    rename(hass, garmin_entry, "Carol")
    await hass.async_block_till_done()
    assert title() == "Ally · Withings: weigh-ins → Carol · Garmin Connect"
    await hass.config_entries.async_remove(withings_entry.entry_id)
    rename(hass, garmin_entry, "Dora · Garmin Connect")
    await hass.async_block_till_done()
    assert title() == "Ally · Withings: weigh-ins → Dora · Garmin Connect"
