"""Adding a scale that Home Assistant has sensors of, and the people who stand on it."""

from typing import Any

import pytest
from pytest_homeassistant_custom_component.common import MockConfigEntry

from custom_components.weighbridge.const import DOMAIN
from homeassistant.config_entries import SOURCE_USER
from homeassistant.core import HomeAssistant
from homeassistant.data_entry_flow import FlowResultType
from homeassistant.helpers import entity_registry as er

from ..support.frontend import Frontend
from ..support.scale import Scale
from ..support.scale_house import FAT, WEIGHT, House

TIME = "sensor.scale_time"


async def begin(hass: HomeAssistant) -> Any:
    """Choose a scale from the menu."""
    flows = hass.config_entries.flow
    menu = await flows.async_init(DOMAIN, context={"source": SOURCE_USER})
    assert menu["menu_options"] == ["withings", "fitbit", "scale", "garmin"]
    return await flows.async_configure(menu["flow_id"], {"next_step_id": "scale"})


async def test_a_page_that_is_lost_before_the_person(
    hass: HomeAssistant, house: House
) -> None:
    """A browser that went away tells nobody; to begin again is to go on."""
    await Scale(hass, {"weight": "kg"}).async_set_up()
    flows = hass.config_entries.flow
    forms = [
        await flows.async_configure(
            (await begin(hass))["flow_id"], {"name": "Bathroom", "weight": WEIGHT}
        )
        for _ in range(2)
    ]
    assert [form.get("step_id") for form in forms] == ["person", "person"]
    result = await flows.async_configure(forms[1]["flow_id"], {"name": "Carol"})
    assert result["type"] is FlowResultType.CREATE_ENTRY
    assert not flows.async_progress()


async def test_from_the_menu_to_a_person(hass: HomeAssistant, house: House) -> None:
    """The only scale of the house is suggested, and its sensors may be renamed later."""
    scale = Scale(hass, {"weight": "kg", "body_fat": "%"})
    await scale.async_set_up()
    form = await begin(hass)
    assert form["step_id"] == "scale"
    flows = hass.config_entries.flow
    form = await flows.async_configure(
        form["flow_id"],
        {"name": " Bathroom ", "weight": WEIGHT, "composition": {"body_fat": FAT}},
    )
    assert form["step_id"] == "person"
    form = await flows.async_configure(
        form["flow_id"], {"name": "Carol", "min_weight": 72, "max_weight": 50}
    )
    assert form["errors"] == {"max_weight": "weights_reversed"}
    result = await flows.async_configure(
        form["flow_id"],
        {"name": "Carol", "min_weight": 50, "max_weight": 72, "height": 165},
    )
    assert result["type"] is FlowResultType.CREATE_ENTRY
    entry = result["result"]
    registry = er.async_get(hass)
    weight = registry.async_get(WEIGHT)
    fat = registry.async_get(FAT)
    assert weight is not None
    assert fat is not None
    assert entry.title == "Bathroom"
    assert entry.unique_id == f"scale_{weight.id}"
    assert entry.data == {
        "provider": "scale",
        "weight": weight.id,
        "body_fat": fat.id,
    }
    (person,) = entry.subentries.values()
    assert (person.subentry_type, person.title) == ("person", "Carol")
    assert dict(person.data) == {"min_weight": 50, "max_weight": 72, "height": 1.65}
    await hass.async_block_till_done(wait_background_tasks=True)
    scale.show(weight=62.0)
    await house.later(seconds=6)
    state = hass.states.get("sensor.carol_weight")
    assert state is not None
    assert state.state == "62.0"
    state = hass.states.get("sensor.carol_bmi")
    assert state is not None
    assert state.state == "22.77"
    # It is there once.
    form = await begin(hass)
    result = await flows.async_configure(
        form["flow_id"], {"name": "Again", "weight": WEIGHT}
    )
    assert result["reason"] == "scale_configured"


@pytest.mark.parametrize(
    ("entered", "errors"),
    [
        ({"weight": "sensor.gone"}, {"weight": "sensor_removed"}),
        ({"weight": "sensor.no_unit"}, {"weight": "unknown_unit"}),
        ({"weight": "sensor.garbled"}, {"weight": "no_number"}),
        ({"weight": "sensor.alice_weight"}, {"weight": "own_sensor"}),
        ({"name": " "}, {"name": "name_missing"}),
        ({"weight": "sensor.silent_share"}, {"weight": "unknown_unit"}),
        ({"measured_at": "sensor.no_unit"}, {"measured_at": "no_time"}),
        (
            {"composition": {"body_fat": WEIGHT}},
            {"composition": "sensor_chosen_twice"},
        ),
        (
            {"composition": {"body_fat": "sensor.metres"}},
            {"composition": "unknown_unit"},
        ),
    ],
)
async def test_refused_with_a_reason(
    hass: HomeAssistant, house: House, entered: dict[str, Any], errors: dict[str, str]
) -> None:
    """What cannot be right is told before anything is set up, and can be put right."""
    er.async_get(hass).async_get_or_create(
        "sensor", DOMAIN, "own", suggested_object_id="alice_weight"
    )
    house.show(80.0)
    house.show("80", "sensor.no_unit", unit="")
    house.show("80,500", "sensor.garbled")
    house.show(1.8, "sensor.metres", unit="m")
    house.show("unknown", "sensor.silent_share", unit="%")
    house.show("2026-11-01T06:29:00+00:00", TIME, unit="")
    form = await begin(hass)
    flows = hass.config_entries.flow
    right = {"name": "Bathroom", "weight": WEIGHT, "measured_at": TIME}
    form = await flows.async_configure(form["flow_id"], {**right, **entered})
    assert form["errors"] == errors
    form = await flows.async_configure(form["flow_id"], right)
    assert form["step_id"] == "person"
    result = await flows.async_configure(form["flow_id"], {"name": "Carol"})
    assert result["result"].data["measured_at"] == TIME


async def test_what_is_offered(
    hass: HomeAssistant, house: House, frontend: Frontend
) -> None:
    """A field offers what can be read, be it a template in pounds, or text."""
    er.async_get(hass).async_get_or_create(
        "sensor", DOMAIN, "own", suggested_object_id="alice_weight"
    )
    for entity_id, value, unit in (
        ("sensor.alice_weight", 62.0, "kg"),
        ("sensor.template_pounds", 136.5, "lb"),
        ("sensor.template_asleep", "unavailable", "st"),
        ("sensor.template_text", "80,5 kg", ""),
        ("input_text.by_hand", "", ""),
        ("input_number.by_hand", 80.5, "kg"),
        ("sensor.template_fat", 27.1, "%"),
        ("sensor.template_fat_asleep", "unknown", "%"),
        ("sensor.count", 3, ""),
        ("sensor.weekday", "Monday", ""),
        ("sensor.garbled", "80,500", "kg"),
        ("light.bathroom", "on", ""),
    ):
        house.show(value, entity_id, unit=unit)
    form = await frontend.add("scale")
    fields = {field["name"]: field for field in form["data_schema"]}
    fields |= {field["name"]: field for field in fields["composition"]["schema"]}
    either = {"sensor.template_asleep", "sensor.template_pounds"}
    either |= {"sensor.template_text", "input_text.by_hand", "input_number.by_hand"}
    share = {"sensor.template_fat", "sensor.template_fat_asleep"}

    def offered(quantity: str) -> set[str]:
        return set(fields[quantity]["selector"]["entity"]["include_entities"])

    assert offered("weight") == either
    assert offered("body_fat") == either | share
    assert offered("basal_metabolic_rate") == {"input_text.by_hand"}


async def test_people_come_and_change(hass: HomeAssistant, house: House) -> None:
    """Others are added to the scale; each has a name of their own."""
    entry = await house.async_move_in()
    flows = hass.config_entries.subentries
    form: Any = await flows.async_init(
        (entry.entry_id, "person"), context={"source": SOURCE_USER}
    )
    assert form["description_placeholders"] == {"scale": "Bathroom"}
    for name, error in ((" ", "name_missing"), ("carol", "person_taken")):
        form = await flows.async_configure(form["flow_id"], {"name": name})
        assert form["errors"] == {"name": error}
    form = await flows.async_configure(form["flow_id"], {"name": "Erin"})
    assert form["type"] is FlowResultType.CREATE_ENTRY
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get("event.erin_weigh_in") is not None

    form = await entry.start_subentry_reconfigure_flow(hass, house.person("Erin"))
    assert form["step_id"] == "reconfigure"
    result: Any = await flows.async_configure(
        form["flow_id"], {"name": "Erin B.", "min_weight": 20, "max_weight": 40}
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    await house.weigh(30.0)
    assert house.weighed == [("Erin B.", 30.0)]
    hass.config_entries.async_remove_subentry(entry, house.person("Erin B."))
    await hass.async_block_till_done(wait_background_tasks=True)
    assert hass.states.get("event.erin_weigh_in") is None
    await house.weigh(30.5)
    assert house.asked[-1]["weight"] == 30.5


async def test_another_sensor(hass: HomeAssistant, house: House) -> None:
    """A scale is replaced, and its people stay who they are."""
    entry = await house.async_move_in(body_fat=FAT)
    await house.weigh(62.0)
    house.show(61.0, "sensor.new_scale")
    form: Any = await entry.start_reconfigure_flow(hass)
    assert form["step_id"] == "scale"
    result = await hass.config_entries.flow.async_configure(
        form["flow_id"], {"name": "Bedroom", "weight": "sensor.new_scale"}
    )
    assert result["reason"] == "reconfigure_successful"
    await hass.async_block_till_done(wait_background_tasks=True)
    assert entry.title == "Bedroom"
    assert entry.unique_id == "scale_sensor.new_scale"
    assert "body_fat" not in entry.data
    house.show(62.4, "sensor.new_scale")
    await house.later(seconds=6)
    assert house.weighed == [("Carol", 62.0), ("Carol", 62.4)]
    # Not that of another scale.
    other = MockConfigEntry(domain=DOMAIN, unique_id="scale_sensor.other", data={})
    other.add_to_hass(hass)
    house.show(61.0, "sensor.other")
    form = await entry.start_reconfigure_flow(hass)
    result = await hass.config_entries.flow.async_configure(
        form["flow_id"], {"name": "Bedroom", "weight": "sensor.other"}
    )
    assert result["reason"] == "scale_configured"
