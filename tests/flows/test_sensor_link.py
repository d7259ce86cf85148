"""Linking the sensors of a scale to a Garmin account."""

from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import async_fire_time_changed

from homeassistant.config_entries import ConfigEntry, ConfigSubentry
from homeassistant.core import HomeAssistant
from homeassistant.helpers import entity_registry as er

from ..clouds import Clouds, GarminAccount
from ..support.frontend import Frontend, Result
from ..support.scale import Scale

WEIGHT = "sensor.scale_weight"
FAT = "sensor.scale_body_fat"
MUSCLE = "sensor.scale_muscle_mass"


@pytest.fixture
def account(clouds: Clouds) -> GarminAccount:
    """Return Alice's account at the simulated Garmin."""
    return clouds.garmin.account("alice@example.com", "secret")


@pytest.fixture
async def garmin_entry(
    hass: HomeAssistant, account: GarminAccount, frontend: Frontend
) -> ConfigEntry:
    """Return the entry of a Garmin account that is signed in."""
    await frontend.add("garmin")
    await frontend.submit(username="alice@example.com", password="secret")
    result = await frontend.say_whose(await frontend.wait())
    entry_id = result["result"]["entry_id"]
    return hass.config_entries.async_get_known_entry(entry_id)


@pytest.fixture
async def scale(hass: HomeAssistant) -> Scale:
    """Return a scale that Home Assistant reads."""
    scale = Scale(hass, {"weight": "kg", "body_fat": "%", "muscle_mass": "lb"})
    await scale.async_set_up()
    return scale


def selectors(result: Result) -> dict[str, Any]:
    """Return how a form asks for entities, by field."""
    return {
        field["name"]: field["selector"]["entity"]
        for field in result["data_schema"]
        if "entity" in field["selector"]
    }


def entered(result: Result) -> dict[str, Any]:
    """Return what a form is filled in with."""
    return {
        field["name"]: field["description"]["suggested_value"]
        for field in result["data_schema"]
        if "description" in field
    }


def the_link(entry: ConfigEntry) -> ConfigSubentry:
    """Return the only link of an account."""
    (link,) = entry.subentries.values()
    return link


def registry_id(hass: HomeAssistant, entity_id: str) -> str:
    """Return what an entity keeps when it is renamed."""
    entry = er.async_get(hass).async_get(entity_id)
    assert entry is not None
    return entry.id


async def test_form(
    hass: HomeAssistant, frontend: Frontend, garmin_entry: ConfigEntry, scale: Scale
) -> None:
    """Each field offers what can measure it, and nothing of Weighbridge itself."""
    result = await frontend.add_sensors(garmin_entry)
    assert result["type"] == "form"
    assert result["step_id"] == "sensors"
    assert [field["name"] for field in result["data_schema"]] == [
        "weight",
        "body_fat",
        "body_water",
        "muscle_mass",
        "bone_mass",
        "visceral_fat",
        "basal_metabolic_rate",
        "metabolic_age",
        "bmi",
        "heart_rate",
        "min_weight",
        "max_weight",
        "height",
    ]
    required = {f["name"] for f in result["data_schema"] if f.get("required")}
    assert required == {"weight"}
    domains = ["sensor", "number", "input_number"]
    fields = selectors(result)
    own = er.async_entries_for_config_entry(er.async_get(hass), garmin_entry.entry_id)
    assert own
    for field in fields.values():
        assert set(field["exclude_entities"]) == {entry.entity_id for entry in own}
        assert all(option["domain"] == domains for option in field["filter"])
    by_unit, by_class = fields["weight"]["filter"]
    assert {"kg", "g", "lb", "st", "oz"} <= set(by_unit["unit_of_measurement"])
    assert by_class["device_class"] == ["weight"]
    (fat,) = fields["body_fat"]["filter"]
    assert {"%", "kg", "lb"} <= set(fat["unit_of_measurement"])
    (rate,) = fields["basal_metabolic_rate"]["filter"]
    assert {"kcal", "kcal/d", "kJ"} <= set(rate["unit_of_measurement"])
    assert fields["bmi"]["filter"] == [{"domain": domains}]


async def test_link(
    hass: HomeAssistant,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    scale: Scale,
    clouds: Clouds,
    account: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A link knows its sensors by what no renaming changes."""
    freezer.move_to("2026-11-20T22:30:00+00:00")
    await frontend.add_sensors(garmin_entry)
    result = await frontend.submit(
        weight=WEIGHT,
        body_fat=FAT,
        bmi="sensor.not_registered",
        min_weight=45,
        height=1.7,
    )
    assert result["type"] == "create_entry"
    link = the_link(garmin_entry)
    assert link.title == "Scale weight"
    assert link.unique_id == f"sensors_{registry_id(hass, WEIGHT)}"
    assert link.data == {
        "kind": "sensors",
        "start": "2026-11-20T22:30:00+00:00",
        "weight": registry_id(hass, WEIGHT),
        "body_fat": registry_id(hass, FAT),
        "bmi": "sensor.not_registered",
        "min_weight": 45,
        "height": 1.7,
    }
    await hass.async_block_till_done(wait_background_tasks=True)
    scale.show(weight=80.05, body_fat=21.5)
    freezer.tick(6)
    async_fire_time_changed(hass)
    await hass.async_block_till_done(wait_background_tasks=True)
    (arrived,) = clouds.garmin.weigh_ins(account)
    assert arrived.weight == 80.05
    assert arrived.body_fat == 21.5
    assert arrived.bmi == 27.7


async def test_change(
    hass: HomeAssistant,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    scale: Scale,
    freezer: FrozenDateTimeFactory,
) -> None:
    """All of a link can be changed; what is gone or renamed is shown as it is."""
    freezer.move_to("2026-11-20T12:00:00+00:00")
    await frontend.add_sensors(garmin_entry)
    await frontend.submit(weight=WEIGHT, body_fat=FAT, muscle_mass=MUSCLE, height=1.7)
    freezer.move_to("2026-11-25T12:00:00+00:00")
    registry = er.async_get(hass)
    registry.async_update_entity(WEIGHT, new_entity_id="sensor.bathroom")
    registry.async_remove(MUSCLE)
    await hass.async_block_till_done()
    (link_id,) = garmin_entry.subentries
    result = await frontend.change_link(garmin_entry, link_id)
    assert result["type"] == "form"
    assert result["step_id"] == "reconfigure_sensors"
    assert result["description_placeholders"] == {"source": "Scale weight"}
    assert entered(result) == {
        "weight": "sensor.bathroom",
        "body_fat": FAT,
        "height": 1.7,
    }
    result = await frontend.submit(weight="sensor.bathroom", max_weight=99)
    assert result["type"] == "abort"
    assert result["reason"] == "reconfigure_successful"
    link = the_link(garmin_entry)
    assert link.unique_id == f"sensors_{registry_id(hass, 'sensor.bathroom')}"
    assert link.data == {
        "kind": "sensors",
        "start": "2026-11-20T12:00:00+00:00",
        "weight": registry_id(hass, "sensor.bathroom"),
        "max_weight": 99,
    }

    hass.states.async_set(
        "sensor.new", "80", {"unit_of_measurement": "kg", "friendly_name": "New scale"}
    )
    await frontend.change_link(garmin_entry, link_id)
    await frontend.submit(weight="sensor.new")
    link = the_link(garmin_entry)
    assert link.title == "New scale"
    assert link.unique_id == "sensors_sensor.new"
    assert link.data["weight"] == "sensor.new"


async def test_already_linked(
    hass: HomeAssistant, frontend: Frontend, garmin_entry: ConfigEntry, scale: Scale
) -> None:
    """One link is enough for a scale; another scale may have one, too."""
    for weight, outcome in (
        (WEIGHT, "create_entry"),
        (WEIGHT, "abort"),
        (registry_id(hass, WEIGHT), "abort"),
        ("sensor.other", "create_entry"),
    ):
        await frontend.add_sensors(garmin_entry)
        result = await frontend.submit(weight=weight)
        assert result["type"] == outcome
        assert outcome != "abort" or result["reason"] == "already_configured"
    assert len(garmin_entry.subentries) == 2
    _, other = garmin_entry.subentries
    await frontend.change_link(garmin_entry, other)
    result = await frontend.submit(weight=WEIGHT)
    assert result["reason"] == "already_configured"
    assert garmin_entry.subentries[other].data["weight"] == "sensor.other"


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        ({"body_fat": WEIGHT}, {"body_fat": "sensor_chosen_twice"}),
        ({"body_fat": "sensor.no_unit"}, {"body_fat": "unknown_unit"}),
        ({"weight": "sensor.no_unit"}, {"weight": "unknown_unit"}),
        ({"weight": FAT}, {"weight": "unknown_unit"}),
        (
            {"muscle_mass": "0123456789abcdef0123456789abcdef"},
            {"muscle_mass": "sensor_removed"},
        ),
        ({"min_weight": 70, "max_weight": 70}, {"max_weight": "weights_reversed"}),
    ],
)
async def test_errors(
    hass: HomeAssistant,
    frontend: Frontend,
    garmin_entry: ConfigEntry,
    scale: Scale,
    data: dict[str, Any],
    errors: dict[str, str],
) -> None:
    """What cannot be meant is asked for again, the rest of the form stays."""
    scale.show(weight=80.0, body_fat=21.5)
    hass.states.async_set("sensor.no_unit", "80")
    await frontend.add_sensors(garmin_entry)
    result = await frontend.submit(**{"weight": WEIGHT, "height": 1.8} | data)
    assert result["type"] == "form"
    assert result["step_id"] == "sensors"
    assert result["errors"] == errors
    assert entered(result) == {"weight": WEIGHT, "height": 1.8} | data
    result = await frontend.submit(weight=WEIGHT)
    assert result["type"] == "create_entry"

    (link_id,) = garmin_entry.subentries
    await frontend.change_link(garmin_entry, link_id)
    result = await frontend.submit(**{"weight": WEIGHT} | data)
    assert result["step_id"] == "reconfigure_sensors"
    assert result["errors"] == errors
    result = await frontend.submit(weight=WEIGHT, body_fat=FAT)
    assert result["reason"] == "reconfigure_successful"


async def test_nothing_of_weighbridge_itself(
    hass: HomeAssistant, frontend: Frontend, garmin_entry: ConfigEntry
) -> None:
    """What comes from a vendor has its own link; weigh-ins go in no circles."""
    own = "sensor.alice_weight"
    registry = er.async_get(hass)
    entry = registry.async_get_or_create(
        "sensor", "weighbridge", "weight", suggested_object_id="alice_weight"
    )
    assert entry.entity_id == own
    await frontend.add_sensors(garmin_entry)
    assert set(await frontend.refused(weight=own)) == {"weight"}
    result = await frontend.submit(weight=entry.id)
    assert result["errors"] == {"weight": "own_sensor"}


async def test_limits(frontend: Frontend, garmin_entry: ConfigEntry) -> None:
    """No person has these weights and heights; a height in cm is a typing error."""
    await frontend.add_sensors(garmin_entry)
    errors = await frontend.refused(
        weight=WEIGHT, min_weight=0, max_weight=651, height=170
    )
    assert set(errors) == {"min_weight", "max_weight", "height"}
    assert set(await frontend.refused(height=1.7)) == {"weight"}
