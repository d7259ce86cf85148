"""Linking a source to a Garmin account."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import CONF_PROVIDER, DOMAIN
from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from ..clouds import Clouds
from ..support.common import link as link_to, set_up
from ..support.frontend import Frontend, Result
from ..support.scale_house import House


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


@pytest.fixture
def other_entry(
    hass: HomeAssistant, withings_entry: MockConfigEntry
) -> MockConfigEntry:
    """Return a second source, beside that of Alice."""
    entry = MockConfigEntry(
        domain=DOMAIN, unique_id="withings_1", data={CONF_PROVIDER: "withings"}
    )
    entry.add_to_hass(hass)
    return entry


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
    assert result["type"] == "form"
    assert result["step_id"] == "user"
    assert result["description_placeholders"] == {"account": "Alice · Garmin Connect"}
    assert sources(result) == [
        {"value": withings_entry.entry_id, "label": "Alice · Withings"},
    ]
    defaults = {
        field["name"]: field["default"]
        for field in result["data_schema"]
        if "default" in field
    }
    assert defaults == {
        "source": withings_entry.entry_id,
        "weigh_ins": True,
        "blood_pressure": False,
        "muscle_mass": True,
        "deletions": False,
        "history": "new",
    }

    result = await frontend.submit(source=withings_entry.entry_id)

    assert result["type"] == "create_entry"
    link = the_link(garmin_entry)
    assert link.title == "Alice · Withings: weigh-ins → Alice · Garmin Connect"
    assert link.unique_id == withings_entry.unique_id
    assert link.data == {
        "source": withings_entry.entry_id,
        "weigh_ins": True,
        "blood_pressure": False,
        "muscle_mass": True,
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
    await frontend.add_link(garmin_entry)
    result = await frontend.submit(
        source=withings_entry.entry_id, **history, weigh_ins=False, muscle_mass=False
    )
    assert result["type"] == "create_entry"
    link = the_link(garmin_entry)
    assert link.title == "Alice · Withings: paused → Alice · Garmin Connect"
    assert link.data == {
        "source": withings_entry.entry_id,
        "weigh_ins": False,
        "blood_pressure": False,
        "muscle_mass": False,
        "deletions": False,
        "history": history["history"],
        "start": start,
    }


async def test_the_day_is_asked_for_when_it_is_needed(
    hass: HomeAssistant,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    withings_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Who pushes only new weigh-ins is asked for no day; for one of the past it is."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to("2026-11-20T23:30:00+00:00")
    result = await frontend.add_link(garmin_entry)
    assert "since" not in [field["name"] for field in result["data_schema"]]
    result = await frontend.submit(source=withings_entry.entry_id, history="since")
    assert result["step_id"] == "since"
    for day in ("2026-11-22", "0001-01-01"):
        result = await frontend.submit(since=day)
        assert result["errors"] == {"since": "since_out_of_range"}
        assert entered(result) == {"since": day}
    result = await frontend.submit(since="2026-11-21")
    assert result["type"] == "create_entry"
    assert the_link(garmin_entry).data["start"] == "2026-11-20T23:00:00+00:00"


@pytest.mark.parametrize("since", ["2026-11-22", "0001-01-01", "soon"])
async def test_errors_come_at_once(
    hass: HomeAssistant,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    other_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    since: str,
) -> None:
    """What cannot be meant is told beside each field, and the rest of the form stays."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    freezer.move_to("2026-11-20T23:30:00+00:00")
    await frontend.add_link(garmin_entry)
    await hass.config_entries.async_remove(other_entry.entry_id)
    result = await frontend.submit(
        source=other_entry.entry_id,
        history="since",
        since=since,
        blood_pressure=True,
    )
    assert result["errors"] == {
        "source": "source_removed",
        "since": "since_out_of_range",
    }
    assert entered(result)["blood_pressure"] is True


async def test_nobody_to_link(frontend: Frontend, garmin_entry: ConfigEntry) -> None:
    """Without a source there is nothing to choose from."""
    result = await frontend.add_link(garmin_entry)
    assert result["type"] == "abort"
    assert result["reason"] == "no_sources"


async def test_a_person_of_a_scale(
    frontend: Frontend, garmin_entry: ConfigEntry, house: House
) -> None:
    """Each person of a scale may be linked, with the last weight beside the name."""
    await house.async_move_in()
    await house.weigh(62.0)
    result = await frontend.add_link(garmin_entry)
    labels = {option["value"]: option["label"] for option in sources(result)}
    assert labels == {
        house.person("Carol"): "Carol · Bathroom · 62.0 kg · 31 Oct 2026, 23:40",
        house.person("Dave"): "Dave · Bathroom",
    }
    result = await frontend.submit(source=house.person("Carol"))
    assert result["type"] == "create_entry"
    (link,) = garmin_entry.subentries.values()
    assert link.data["source"] == house.person("Carol")
    assert link.title == "Carol · Bathroom: weigh-ins → Alice · Garmin Connect"


async def test_already_linked(
    frontend: Frontend, garmin_entry: ConfigEntry, withings_entry: MockConfigEntry
) -> None:
    """One link is enough for a source; another source may have one, too."""
    other = MockConfigEntry(
        domain=DOMAIN,
        title="Bob · Withings",
        unique_id="withings_1",
        data={CONF_PROVIDER: "withings"},
    )
    other.add_to_hass(frontend.hass)
    for source, outcome in (
        (withings_entry, "create_entry"),
        (withings_entry, "abort"),
        (other, "create_entry"),
    ):
        result = await frontend.add_link(garmin_entry)
        labels = [option["label"] for option in sources(result)]
        assert labels[:2] == ["Alice · Withings", "Bob · Withings"]
        result = await frontend.submit(source=source.entry_id)
        assert result["type"] == outcome
        assert outcome != "abort" or result["reason"] == "already_configured"
    assert len(garmin_entry.subentries) == 2


async def test_source_removed_meanwhile(
    hass: HomeAssistant,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    withings_entry: MockConfigEntry,
    other_entry: MockConfigEntry,
) -> None:
    """A source that was removed while the form was open cannot be linked."""
    await frontend.add_link(garmin_entry)
    await hass.config_entries.async_remove(other_entry.entry_id)
    result = await frontend.submit(source=other_entry.entry_id)
    assert result["errors"] == {"source": "source_removed"}
    result = await frontend.submit(source=withings_entry.entry_id)
    assert result["type"] == "create_entry"


async def test_the_only_source_removed_meanwhile(
    hass: HomeAssistant,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    withings_entry: MockConfigEntry,
) -> None:
    """There is no other one to choose: what to add first is told."""
    await frontend.add_link(garmin_entry)
    await hass.config_entries.async_remove(withings_entry.entry_id)
    result = await frontend.submit(source=withings_entry.entry_id)
    assert result["type"] == "abort"
    assert result["reason"] == "no_sources"


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
    await frontend.add_link(garmin_entry)
    await frontend.submit(source=withings_entry.entry_id, muscle_mass=False)
    (link_id,) = garmin_entry.subentries
    freezer.move_to("2026-11-25T12:00:00+00:00")

    async def change(since: str | None = None, **data: Any) -> Mapping[str, Any]:
        result = await frontend.submit(**data)
        if since is not None:
            assert result["step_id"] == "since"
            result = await frontend.submit(since=since)
        assert result["type"] == "abort"
        assert result["reason"] == "reconfigure_successful"
        link = the_link(garmin_entry)
        assert link.subentry_id == link_id
        assert link.unique_id == withings_entry.unique_id
        assert link.data["source"] == withings_entry.entry_id
        return link.data

    title = "Alice · Withings: weigh-ins → Alice · Garmin Connect"
    result = await frontend.change_link(garmin_entry, link_id)
    assert result["type"] == "form"
    assert result["step_id"] == "reconfigure"
    assert result["description_placeholders"] == {"link": title}
    assert entered(result) == {
        "weigh_ins": True,
        "blood_pressure": False,
        "muscle_mass": False,
        "deletions": False,
        "history": "new",
    }
    data = await change(blood_pressure=True, history="new")
    assert data["start"] == "2026-11-20T12:00:00+00:00"
    assert data["muscle_mass"] is True
    assert the_link(garmin_entry).title == title.replace(
        "weigh-ins", "weigh-ins and blood pressure"
    )

    await frontend.change_link(garmin_entry, link_id)
    data = await change("2026-01-15", history="since")
    assert data["start"] == "2026-01-14T23:00:00+00:00"
    await frontend.change_link(garmin_entry, link_id)
    result = await frontend.submit(history="since")
    assert entered(result) == {"since": "2026-01-15"}
    await frontend.change_link(garmin_entry, link_id)
    data = await change("2026-01-15", history="since", deletions=True)
    assert data["start"] == "2026-01-14T23:00:00+00:00"
    await frontend.change_link(garmin_entry, link_id)
    data = await change("2026-01-16", history="since")
    assert data["start"] == "2026-01-15T23:00:00+00:00"

    await frontend.change_link(garmin_entry, link_id)
    assert (await change(history="all"))["start"] is None
    await frontend.change_link(garmin_entry, link_id)
    data = await change(history="new")
    assert data["start"] == "2026-11-25T12:00:00+00:00"


def a_source(hass: HomeAssistant, title: str, unique_id: str) -> MockConfigEntry:
    """Return the entry of another source, which is never set up."""
    entry = MockConfigEntry(
        domain=DOMAIN,
        title=title,
        unique_id=unique_id,
        data={CONF_PROVIDER: "fitbit"},
    )
    entry.add_to_hass(hass)
    return entry


async def preselected(frontend: Frontend, entry: ConfigEntry) -> object:
    """Return the source that the form of a link has chosen by itself."""
    field = (await frontend.add_link(entry))["data_schema"][0]
    return field.get("default")


async def test_preselection(
    hass: HomeAssistant,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    withings_entry: MockConfigEntry,
) -> None:
    """The one of the same name is preselected, or the only one that is free."""
    bob = a_source(hass, "Bob · Fitbit", "fitbit_bob")
    assert await preselected(frontend, garmin_entry) == withings_entry.entry_id
    hass.config_entries.async_update_entry(withings_entry, title="Carol")
    assert await preselected(frontend, garmin_entry) is None
    await frontend.submit(source=withings_entry.entry_id)
    assert await preselected(frontend, garmin_entry) == bob.entry_id
    a_source(hass, "alice", "fitbit_alice")
    hass.config_entries.async_update_entry(bob, title="Alice")
    assert await preselected(frontend, garmin_entry) is None


async def test_second_destination_is_confirmed(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    withings_entry: MockConfigEntry,
) -> None:
    """Nobody sends the weights of one person to another one by a single click."""
    await frontend.add_link(garmin_entry)
    await frontend.submit(source=withings_entry.entry_id)
    clouds.garmin.account("bob@example.com", "secret")
    await frontend.add("garmin")
    await frontend.submit(username="bob@example.com", password="secret")
    result = await frontend.say_whose(await frontend.wait(), "Bob")
    bob = hass.config_entries.async_get_known_entry(result["result"]["entry_id"])

    assert await preselected(frontend, bob) is None
    result = await frontend.submit(source=withings_entry.entry_id)
    assert result["step_id"] == "confirm"
    assert result["description_placeholders"] == {
        "source": "Alice · Withings",
        "others": "Alice · Garmin Connect",
        "account": "Bob · Garmin Connect",
    }
    assert not bob.subentries
    result = await frontend.submit()
    assert result["type"] == "create_entry"
    assert result["title"] == "Alice · Withings: weigh-ins → Bob · Garmin Connect"


async def test_source_removed_before_the_word(
    hass: HomeAssistant,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    withings_entry: MockConfigEntry,
) -> None:
    """A page that is loaded once more then says that the source is gone."""
    bob = MockConfigEntry(
        domain=DOMAIN, unique_id="garmin_1", data={CONF_PROVIDER: "garmin"}
    )
    bob.add_to_hass(hass)
    link_to(hass, bob, withings_entry)
    await frontend.add_link(garmin_entry)
    result = await frontend.submit(source=withings_entry.entry_id)
    assert result["step_id"] == "confirm"
    await hass.config_entries.async_remove(withings_entry.entry_id)
    result = await frontend.look()
    assert result["type"] == "abort"
    assert result["reason"] == "source_removed"


async def test_a_name_with_an_arrow(
    hass: HomeAssistant,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    withings_entry: MockConfigEntry,
) -> None:
    """A link that is changed keeps the names of its ends, whatever is in them."""
    hass.config_entries.async_update_entry(
        withings_entry, title="Ann → Zoe: both · Withings"
    )
    await frontend.add_link(garmin_entry)
    await frontend.submit(source=withings_entry.entry_id)
    title = the_link(garmin_entry).title
    await frontend.change_link(garmin_entry, the_link(garmin_entry).subentry_id)
    await frontend.submit(history="all")
    assert the_link(garmin_entry).title == title
    assert title.startswith("Ann → Zoe: both · Withings: weigh-ins → ")


async def test_sources_tell_the_last_weight(
    hass: HomeAssistant,
    clouds: Clouds,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    withings_entry: MockConfigEntry,
) -> None:
    """The last weight, in the units of the home, and its time tell who is who."""
    await hass.config.async_set_time_zone("Europe/Berlin")
    hass.config.units = US_CUSTOMARY_SYSTEM
    clouds.withings.step_on_scale(
        "alice", 67.9, when=datetime(2026, 11, 20, 6, 10, tzinfo=UTC)
    )
    await set_up(hass, withings_entry)
    result = await frontend.add_link(garmin_entry)
    assert sources(result)[0]["label"] == (
        "Alice · Withings · 149.7 lb · 20 Nov 2026, 07:10"
    )
