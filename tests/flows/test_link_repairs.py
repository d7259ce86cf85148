"""Links that are missing, or miss their source: repairs, and sources that come again."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant

from ..clouds import Clouds, GarminAccount
from ..support.common import link, set_up, withings_token
from ..support.repairs import Fix, issue


async def test_an_account_without_a_link(
    hass: HomeAssistant,
    garmin_entry: MockConfigEntry,
    withings_entry: MockConfigEntry,
    fix: Fix,
) -> None:
    """The repair opens the form of a link, and stays until there is one."""
    await set_up(hass, garmin_entry)
    result = await fix.open("not_linked")
    assert result["type"] == "abort"
    kind, flow_id = result["next_flow"]
    assert kind == "config_subentries_flow"
    subentries = hass.config_entries.subentries
    flow = subentries.async_get(flow_id)
    assert flow["handler"] == (garmin_entry.entry_id, "link")
    assert flow["step_id"] == "user"
    assert issue(hass, "not_linked") is not None

    await subentries.async_configure(flow_id, {"source": withings_entry.entry_id})
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue(hass, "not_linked") is None
    (subentry_id,) = garmin_entry.subentries
    hass.config_entries.async_remove_subentry(garmin_entry, subentry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issue(hass, "not_linked") is not None


async def test_an_account_that_comes_before_any_source(
    hass: HomeAssistant,
    garmin_entry: MockConfigEntry,
    withings_entry: MockConfigEntry,
    fix: Fix,
) -> None:
    """The repair says what to add first."""
    await set_up(hass, garmin_entry)
    await hass.config_entries.async_remove(withings_entry.entry_id)
    result = await fix.open("not_linked")
    assert result["type"] == "abort"
    assert result["reason"] == "no_sources"
    assert issue(hass, "not_linked") is not None


async def test_delete_a_link_without_its_source(
    hass: HomeAssistant,
    garmin_entry: MockConfigEntry,
    withings_entry: MockConfigEntry,
    fix: Fix,
) -> None:
    """The repair names the link, and deletes it."""
    title = link(hass, garmin_entry, withings_entry).title
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    await hass.config_entries.async_remove(withings_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    found = issue(hass, "missing_source")
    assert found is not None
    assert found.translation_placeholders == {
        "source": "Alice · Withings",
        "account": "Alice · Garmin Connect",
    }
    result = await fix.open("missing_source")
    assert result["menu_options"] == ["delete_link"]
    assert result["description_placeholders"] == {"link": title}
    result = await fix.submit(next_step_id="delete_link")
    assert result["type"] == "create_entry"
    assert not garmin_entry.subentries
    assert issue(hass, "missing_source") is None


async def test_a_source_that_comes_again(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin_entry: MockConfigEntry,
    garmin_user: GarminAccount,
    withings_entry: MockConfigEntry,
) -> None:
    """A link finds its source by the vendor's id, and is called by its new name."""
    link(hass, garmin_entry, withings_entry)
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    await hass.config_entries.async_remove(withings_entry.entry_id)
    await hass.async_block_till_done(wait_background_tasks=True)

    again = MockConfigEntry(
        domain="weighbridge",
        title="Ally · Withings",
        unique_id=withings_entry.unique_id,
        data={**withings_entry.data, "token": await withings_token(clouds, "alice")},
    )
    await hass.config_entries.async_add(again)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert again.state is ConfigEntryState.LOADED
    (subentry,) = garmin_entry.subentries.values()
    assert subentry.data["source"] == again.entry_id
    assert subentry.title == "Ally · Withings: weigh-ins → Alice · Garmin Connect"
    assert issue(hass, "missing_source") is None

    clouds.withings.step_on_scale("alice", 62.3)
    await again.runtime_data.async_poll_now()
    await hass.async_block_till_done(wait_background_tasks=True)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [62.3]
