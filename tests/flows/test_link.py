"""Linking a source to a Garmin account."""

from collections.abc import Mapping
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import CONF_PROVIDER, DOMAIN
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant

from ..clouds import Clouds
from ..support.frontend import Frontend, Result


@pytest.fixture
async def garmin_entry(
    hass: HomeAssistant, clouds: Clouds, frontend: Frontend
) -> ConfigEntry:
    """Return the entry of a Garmin account that is signed in."""
    clouds.garmin.account("alice@example.com", "secret")
    await frontend.add("garmin")
    await frontend.submit(username="alice@example.com", password="secret")
    result = await frontend.say_whose(await frontend.wait())
    entry_id = result["result"]["entry_id"]
    return hass.config_entries.async_get_known_entry(entry_id)


def sources(result: Result) -> list[dict[str, str]]:
    """Return what a form offers as the source."""
    source: Mapping[str, Any] = result["data_schema"][0]
    assert source["name"] == "source"
    options: list[dict[str, str]] = source["selector"]["select"]["options"]
    return options


def the_link(entry: ConfigEntry) -> ConfigSubentry:
    """Return the only link of an account."""
    (link,) = entry.subentries.values()
    return link


def entered(result: Result) -> dict[str, Any]:
    """Return what a form is filled in with."""
    return {
        field["name"]: field["description"]["suggested_value"]
        for field in result["data_schema"]
        if "description" in field
    }


async def test_defaults(
    hass: HomeAssistant,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A link pushes what comes from now on."""
    freezer.move_to("2026-11-20T22:30:00+00:00")
    result = await frontend.add_link(garmin_entry)
    assert result["type"] == "menu"
    assert result["step_id"] == "user"
    assert result["menu_options"] == ["account", "sensors"]
    result = await frontend.choose("account")
    assert result["type"] == "form"
    assert result["step_id"] == "account"
    assert sources(result) == [
        {"value": withings_entry.entry_id, "label": "Alice · Withings"}
    ]
    defaults = {
        field["name"]: field["default"]
        for field in result["data_schema"]
        if "default" in field
    }
    assert defaults == {
        "weigh_ins": True,
        "blood_pressure": False,
        "deletions": False,
        "history": "new",
    }

    result = await frontend.submit(source=withings_entry.entry_id)

    assert result["type"] == "create_entry"
    link = the_link(garmin_entry)
    assert link.title == "Alice · Withings"
    assert link.unique_id == withings_entry.entry_id
    assert link.data == {
        "kind": "account",
        "source": withings_entry.entry_id,
        "weigh_ins": True,
        "blood_pressure": False,
        "deletions": False,
        "history": "new",
        "start": "2026-11-20T22:30:00+00:00",
    }


@pytest.mark.parametrize(
    ("history", "start"),
    [
        ({"history": "all"}, None),
        ({"history": "all", "since": "2026-02-28"}, None),
        (
            {"history": "since", "since": "2026-07-01"},
            "2026-06-30T22:00:00+00:00",
        ),
        (
            {"history": "since", "since": "2026-11-21"},
            "2026-11-20T23:00:00+00:00",
        ),
    ],
)
async def test_history(
    hass: HomeAssistant,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    history: dict[str, str],
    start: str | None,
) -> None:
    """The past begins at midnight where Home Assistant is, in summer as in winter."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to("2026-11-20T23:30:00+00:00")
    await frontend.add_link(garmin_entry, "account")
    result = await frontend.submit(
        source=withings_entry.entry_id,
        **history,
        weigh_ins=False,
        min_weight=45,
        max_weight=99.5,
        height=1.7,
    )
    assert result["type"] == "create_entry"
    assert the_link(garmin_entry).data == {
        "kind": "account",
        "source": withings_entry.entry_id,
        "weigh_ins": False,
        "blood_pressure": False,
        "deletions": False,
        "history": history["history"],
        "start": start,
        "min_weight": 45,
        "max_weight": 99.5,
        "height": 1.7,
    }


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({"history": "since"}, {"since": "since_missing"}),
        (
            {"history": "since", "since": "2026-11-22"},
            {"since": "since_out_of_range"},
        ),
        (
            {"history": "since", "since": "0001-01-01"},
            {"since": "since_out_of_range"},
        ),
        ({"min_weight": 70, "max_weight": 70}, {"max_weight": "weights_reversed"}),
        (
            {"history": "since", "min_weight": 90, "max_weight": 50.5},
            {"since": "since_missing", "max_weight": "weights_reversed"},
        ),
    ],
)
async def test_errors(
    hass: HomeAssistant,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    data: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """What cannot be meant is asked for again, the rest of the form stays."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to("2026-11-20T23:30:00+00:00")
    await frontend.add_link(garmin_entry, "account")
    result = await frontend.submit(source=withings_entry.entry_id, height=1.8, **data)
    assert result["type"] == "form"
    assert result["step_id"] == "account"
    assert result["errors"] == errors
    assert entered(result).items() >= {"height": 1.8, **data}.items()

    result = await frontend.submit(
        source=withings_entry.entry_id,
        history="since",
        since="2026-11-21",
        max_weight=120,
    )
    assert result["type"] == "create_entry"

    (link_id,) = garmin_entry.subentries
    await frontend.change_link(garmin_entry, link_id)
    result = await frontend.submit(**data)
    assert result["step_id"] == "reconfigure"
    assert result["errors"] == errors
    result = await frontend.submit(min_weight=30)
    assert result["reason"] == "reconfigure_successful"


async def test_limits(
    frontend: Frontend, garmin_entry: ConfigEntry, withings_entry: MockConfigEntry
) -> None:
    """No person has these weights and heights; a height in cm is a typing error."""
    await frontend.add_link(garmin_entry, "account")
    errors = await frontend.refused(
        source=withings_entry.entry_id, min_weight=0, max_weight=651, height=170
    )
    assert set(errors) == {"min_weight", "max_weight", "height"}


async def test_no_sources(frontend: Frontend, garmin_entry: ConfigEntry) -> None:
    """Without a source there is nothing to link."""
    result = await frontend.add_link(garmin_entry, "account")
    assert result["type"] == "abort"
    assert result["reason"] == "no_sources"


async def test_already_linked(
    frontend: Frontend, garmin_entry: ConfigEntry, withings_entry: MockConfigEntry
) -> None:
    """One link is enough for a source; another source may have one, too."""
    other = MockConfigEntry(
        domain=DOMAIN,
        title="Withings (Bob)",
        unique_id="withings_1",
        data={CONF_PROVIDER: "withings"},
    )
    other.add_to_hass(frontend.hass)
    for source, outcome in (
        (withings_entry, "create_entry"),
        (withings_entry, "abort"),
        (other, "create_entry"),
    ):
        result = await frontend.add_link(garmin_entry, "account")
        labels = [option["label"] for option in sources(result)]
        assert labels == ["Alice · Withings", "Withings (Bob)"]
        result = await frontend.submit(source=source.entry_id)
        assert result["type"] == outcome
        assert outcome != "abort" or result["reason"] == "already_configured"
    assert len(garmin_entry.subentries) == 2


async def test_source_removed_meanwhile(
    hass: HomeAssistant,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    withings_entry: MockConfigEntry,
) -> None:
    """A source that was removed while the form was open cannot be linked."""
    other = MockConfigEntry(
        domain=DOMAIN, unique_id="withings_1", data={CONF_PROVIDER: "withings"}
    )
    other.add_to_hass(hass)
    await frontend.add_link(garmin_entry, "account")
    await hass.config_entries.async_remove(other.entry_id)
    result = await frontend.submit(source=other.entry_id)
    assert result["errors"] == {"source": "source_removed"}
    result = await frontend.submit(source=withings_entry.entry_id)
    assert result["type"] == "create_entry"


async def test_reconfigure(
    hass: HomeAssistant,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A link is filled in as it was entered, and keeps its start unless told."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to("2026-11-20T12:00:00+00:00")
    await frontend.add_link(garmin_entry, "account")
    await frontend.submit(source=withings_entry.entry_id, max_weight=99, height=1.7)
    (link_id,) = garmin_entry.subentries
    freezer.move_to("2026-11-25T12:00:00+00:00")

    async def change(**data: Any) -> Mapping[str, Any]:
        result = await frontend.submit(**data)
        assert result["type"] == "abort"
        assert result["reason"] == "reconfigure_successful"
        link = the_link(garmin_entry)
        assert link.subentry_id == link_id
        assert link.unique_id == link.data["source"] == withings_entry.entry_id
        assert link.data["kind"] == "account"
        return link.data

    result = await frontend.change_link(garmin_entry, link_id)
    assert result["type"] == "form"
    assert result["step_id"] == "reconfigure"
    assert result["description_placeholders"] == {"source": "Alice · Withings"}
    assert entered(result) == {
        "weigh_ins": True,
        "blood_pressure": False,
        "deletions": False,
        "history": "new",
        "max_weight": 99,
        "height": 1.7,
    }
    data = await change(weigh_ins=False, history="new", min_weight=40)
    assert data["start"] == "2026-11-20T12:00:00+00:00"
    assert data["weigh_ins"] is False
    assert data["min_weight"] == 40
    assert "max_weight" not in data
    assert "height" not in data

    await frontend.change_link(garmin_entry, link_id)
    data = await change(history="since", since="2026-01-15")
    assert data["start"] == "2026-01-14T23:00:00+00:00"
    result = await frontend.change_link(garmin_entry, link_id)
    assert entered(result)["since"] == "2026-01-15"
    data = await change(history="since", since="2026-01-15", height=1.71)
    assert data["start"] == "2026-01-14T23:00:00+00:00"
    await frontend.change_link(garmin_entry, link_id)
    data = await change(history="since", since="2026-01-16")
    assert data["start"] == "2026-01-15T23:00:00+00:00"

    await frontend.change_link(garmin_entry, link_id)
    assert (await change(history="all", since="2026-01-16"))["start"] is None
    await frontend.change_link(garmin_entry, link_id)
    data = await change(history="new")
    assert data["start"] == "2026-11-25T12:00:00+00:00"
