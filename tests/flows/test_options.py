"""The settings of a source."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from ..clouds import Clouds
from ..support.common import set_up
from ..support.frontend import Frontend, Result


def entered(result: Result) -> dict[str, Any]:
    """Return what a form is filled in with."""
    return {
        field["name"]: field["description"]["suggested_value"]
        for field in result["data_schema"]
        if "description" in field
    }


def units(result: Result) -> dict[str, str]:
    """Return the units of the numbers that a form asks for."""
    return {
        field["name"]: field["selector"]["number"]["unit_of_measurement"]
        for field in result["data_schema"]
        if "selector" in field and "number" in field["selector"]
    }


async def test_low_battery_threshold(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    fitbit_entry: MockConfigEntry,
) -> None:
    """The threshold is 20 % until it is changed, which reloads the source."""
    clouds.google.device("bob", "Charge 6", battery_level=80)
    await set_up(hass, fitbit_entry)
    result = await frontend.configure(fitbit_entry)
    assert result["type"] == "form"
    field = result["data_schema"][-1]
    assert field["name"] == "low_battery_threshold"
    assert field["default"] == 20
    assert set(await frontend.refused(low_battery_threshold=96)) == {
        "low_battery_threshold"
    }

    runtime = fitbit_entry.runtime_data
    result = await frontend.submit(low_battery_threshold=35)

    assert result["type"] == "create_entry"
    assert fitbit_entry.options == {"low_battery_threshold": 35}
    assert isinstance(fitbit_entry.options["low_battery_threshold"], int)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert fitbit_entry.runtime_data is not runtime
    result = await frontend.configure(fitbit_entry)
    assert entered(result) == {"low_battery_threshold": 35}


async def test_no_threshold_without_percent(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_entry: MockConfigEntry,
) -> None:
    """Withings tells batteries in words, so there is no threshold to set."""
    clouds.withings.device("alice", "Body+")
    await set_up(hass, withings_entry)
    result = await frontend.configure(withings_entry)
    names = [field["name"] for field in result["data_schema"]]
    assert names == ["min_weight", "max_weight", "height"]


async def test_metric_units(
    hass: HomeAssistant, frontend: Frontend, withings_entry: MockConfigEntry
) -> None:
    """Limits are asked for in kilograms, and the height in centimetres."""
    await set_up(hass, withings_entry)
    result = await frontend.configure(withings_entry)
    assert units(result) == {"min_weight": "kg", "max_weight": "kg", "height": "cm"}
    await frontend.submit(min_weight=40.5, height=172)
    assert withings_entry.options == {"min_weight": 40.5, "height": 1.72}
    await hass.async_block_till_done(wait_background_tasks=True)
    result = await frontend.configure(withings_entry)
    assert entered(result) == {"min_weight": 40.5, "height": 172}


async def test_imperial_units(
    hass: HomeAssistant, frontend: Frontend, withings_entry: MockConfigEntry
) -> None:
    """Who uses pounds and inches is asked for these; kg and metres are stored."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    await set_up(hass, withings_entry)
    result = await frontend.configure(withings_entry)
    assert units(result) == {"min_weight": "lb", "max_weight": "lb", "height": "in"}
    await frontend.submit(min_weight=90, max_weight=200, height=68)
    assert withings_entry.options["min_weight"] == pytest.approx(40.8233)
    assert withings_entry.options["height"] == pytest.approx(1.7272)
    await hass.async_block_till_done(wait_background_tasks=True)
    result = await frontend.configure(withings_entry)
    assert entered(result) == {"min_weight": 90, "max_weight": 200, "height": 68}


async def test_reversed_limits(
    hass: HomeAssistant, frontend: Frontend, withings_entry: MockConfigEntry
) -> None:
    """The heaviest weight is above the lightest one."""
    await set_up(hass, withings_entry)
    await frontend.configure(withings_entry)
    result = await frontend.submit(min_weight=90, max_weight=80)
    assert result["errors"] == {"max_weight": "weights_reversed"}
    assert entered(result) == {"min_weight": 90, "max_weight": 80}


async def test_destinations_have_links(
    hass: HomeAssistant, clouds: Clouds, frontend: Frontend
) -> None:
    """A Garmin account has links, which a source has not."""
    clouds.garmin.account("a@example.com", "secret")
    clouds.withings.person("alice")
    await frontend.add("garmin")
    await frontend.submit(username="a@example.com", password="secret")
    entry = (await frontend.say_whose(await frontend.wait()))["result"]
    assert entry["supports_options"]
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
    result = await frontend.say_whose(result)
    assert result["result"]["supports_options"]
    assert result["result"]["supported_subentry_types"] == {}
