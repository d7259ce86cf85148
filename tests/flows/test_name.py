"""Whose a new account is: the last step of adding one."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from ..clouds import Clouds
from ..support.frontend import Frontend, Result


async def sign_in(frontend: Frontend, clouds: Clouds, person: str = "alice") -> Result:
    """Sign in to Withings, up to the name."""
    clouds.withings.person(person)
    clouds.withings.sign_in_as(person)
    return await frontend.approve(clouds, await frontend.add("withings"))


def suggested(result: Result) -> Any:
    """Return the name that is suggested."""
    field = result["data_schema"][0]
    assert field["name"] == "name"
    return field.get("description", {}).get("suggested_value")


@pytest.mark.parametrize(
    ("people", "name"), [((), None), (("Alice",), "Alice"), (("Alice", "Bob"), None)]
)
async def test_suggestion(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_credential: None,
    people: tuple[str, ...],
    name: str | None,
) -> None:
    """The only person of Home Assistant is suggested; among several nobody is."""
    for person in people:
        hass.states.async_set(
            f"person.{person.lower()}", "home", {"friendly_name": person}
        )
    assert suggested(await sign_in(frontend, clouds)) == name


async def test_suggestion_of_who_is_left(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_entry: MockConfigEntry,
) -> None:
    """Who has an account of the vendor is not suggested for another one."""
    for person in ("Alice", "Bob"):
        hass.states.async_set(
            f"person.{person.lower()}", "home", {"friendly_name": person}
        )
    assert suggested(await sign_in(frontend, clouds, "bob")) == "Bob"


async def test_errors_come_at_once(
    clouds: Clouds, frontend: Frontend, withings_entry: MockConfigEntry
) -> None:
    """All that is wrong is told beside its field, and what was entered stays."""
    await sign_in(frontend, clouds, "bob")
    result = await frontend.submit(name=" alice ", min_weight=90, max_weight=80)
    assert result["errors"] == {
        "name": "name_taken",
        "max_weight": "weights_reversed",
    }
    result = await frontend.submit(name=" ", min_weight=50)
    assert result["errors"] == {"name": "name_missing"}
    result = await frontend.submit(name=" Bob ", min_weight=50)
    assert result["title"] == "Bob · Withings"


async def test_a_page_that_is_lost_before_the_name(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    withings_credential: None,
) -> None:
    """A browser that went away tells nobody; to begin again is to go on."""
    await sign_in(frontend, clouds)
    result = await sign_in(frontend, clouds)
    assert result["step_id"] == "name"
    result = await frontend.submit(name="Alice")
    assert result["type"] == "create_entry"
    assert not hass.config_entries.flow.async_progress()


async def test_settings_beside_the_name(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    google_credential: None,
) -> None:
    """Limits, height and threshold are set at once, in the units of the home."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    clouds.google.person("bob")
    clouds.google.sign_in_as("bob")
    result = await frontend.approve(clouds, await frontend.add("fitbit"))
    assert [field["name"] for field in result["data_schema"]] == [
        "name",
        "min_weight",
        "max_weight",
        "height",
        "low_battery_threshold",
    ]
    result = await frontend.submit(name="Bob", height=72, low_battery_threshold=30)
    entry = hass.config_entries.async_get_known_entry(result["result"]["entry_id"])
    assert entry.options == {"height": 1.8288, "low_battery_threshold": 30}


async def test_garmin_is_only_asked_for_the_name(
    clouds: Clouds, frontend: Frontend
) -> None:
    """A destination measures nobody; it knows the name of its owner."""
    clouds.garmin.account("alice@example.com", "secret", display_name="Alice")
    await frontend.add("garmin")
    await frontend.submit(username="alice@example.com", password="secret")
    result = await frontend.wait()
    assert [field["name"] for field in result["data_schema"]] == ["name"]
    assert suggested(result) == "Alice"
    assert (await frontend.submit(name="Alice"))["title"] == "Alice · Garmin Connect"
