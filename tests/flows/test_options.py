"""The settings of a source."""

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant

from ..clouds import Clouds
from ..support.common import set_up
from ..support.frontend import Frontend


async def test_low_battery_threshold(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_entry: MockConfigEntry,
) -> None:
    """The threshold is 20 % until it is changed, which reloads the source."""
    await set_up(hass, withings_entry)
    result = await frontend.configure(withings_entry)
    assert result["type"] == "form"
    (field,) = result["data_schema"]
    assert field["name"] == "low_battery_threshold"
    assert field["default"] == 20
    assert set(await frontend.refused(low_battery_threshold=96)) == {
        "low_battery_threshold"
    }

    runtime = withings_entry.runtime_data
    result = await frontend.submit(low_battery_threshold=35)

    assert result["type"] == "create_entry"
    assert withings_entry.options == {"low_battery_threshold": 35}
    assert isinstance(withings_entry.options["low_battery_threshold"], int)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert withings_entry.runtime_data is not runtime
    result = await frontend.configure(withings_entry)
    assert result["data_schema"][0]["description"] == {"suggested_value": 35}


async def test_destinations_have_no_settings(
    hass: HomeAssistant, clouds: Clouds, frontend: Frontend
) -> None:
    """A Garmin account has links instead, which a source has not."""
    clouds.garmin.account("a@example.com", "secret")
    clouds.withings.person("alice")
    await frontend.add("garmin")
    await frontend.submit(username="a@example.com", password="secret")
    entry = (await frontend.wait())["result"]
    assert not entry["supports_options"]
    assert entry["supported_subentry_types"] == {"link": {"supports_reconfigure": True}}


async def test_sources_have_no_links(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_credential: None,
) -> None:
    """Links belong to the destination; a source has settings."""
    clouds.withings.person("alice")
    result = await frontend.approve(clouds, await frontend.add("withings"))
    assert result["result"]["supports_options"]
    assert result["result"]["supported_subentry_types"] == {}
