"""What a person is asked to decide, through the repairs that the user sees."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
)

from custom_components.weighbridge.const import DOMAIN
from homeassistant.core import HomeAssistant
from homeassistant.helpers import issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from .clouds import Clouds, GarminAccount
from .support.common import link, restart, set_up, update_entity, value_of
from .support.repairs import Fix, issue

NOW = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)


@pytest.fixture(autouse=True)
async def repairs(hass: HomeAssistant, freezer: FrozenDateTimeFactory) -> None:
    """Begin on a known morning in Berlin, with repairs."""
    freezer.move_to(NOW)
    await hass.config.async_set_time_zone("Europe/Berlin")
    assert await async_setup_component(hass, "repairs", {})


@pytest.fixture
async def linked(
    hass: HomeAssistant,
    clouds: Clouds,
    withings_entry: MockConfigEntry,
    garmin_entry: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
) -> MockConfigEntry:
    """Return a Garmin entry that is linked to a scale."""
    await set_up(hass, withings_entry)
    await set_up(hass, garmin_entry)
    link(hass, garmin_entry, withings_entry)
    clouds.garmin.refuse(weight_below=60.0)
    await hass.async_block_till_done(wait_background_tasks=True)
    freezer.tick(timedelta(hours=1))
    return garmin_entry


async def weigh(
    hass: HomeAssistant, clouds: Clouds, *weights: float, **how: Any
) -> None:
    """Step on the scale, a minute apart, and poll; a grown-up was there before.

    Garmin must take something to be believed that it does not take the others.
    """
    clouds.withings.step_on_scale("alice", 80.0, when=dt_util.utcnow())
    for minute, weight in enumerate(weights):
        clouds.withings.step_on_scale(
            "alice", weight, when=NOW + timedelta(minutes=minute + 1), **how
        )
    await update_entity(hass, "event.alice_weigh_in")


def light(clouds: Clouds, account: GarminAccount) -> list[float]:
    """Return the weights below those of grown-ups that Garmin holds."""
    weights = [weigh_in.weight for weigh_in in clouds.garmin.weigh_ins(account)]
    return [weight for weight in weights if weight < 60]


@pytest.mark.parametrize(("choice", "arrived"), [("push", [25.0]), ("leave_out", [])])
async def test_one_refused_weigh_in_is_a_question(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    fix: Fix,
    choice: str,
    arrived: list[float],
) -> None:
    """Push it or leave it out; either way the issue goes and stays away."""
    await weigh(hass, clouds, 25.0)
    assert light(clouds, garmin_user) == []
    clouds.garmin.accept_all()
    question = await fix.open("refused")
    assert question["type"] == "menu"
    assert question["menu_options"] == ["push", "leave_out"]
    assert question["description_placeholders"] == {
        "weigh_in": "1 Nov 2026, 07:31 · 25.0 kg"
    }
    answer = await fix.submit(next_step_id=choice)
    assert answer["type"] == "create_entry"
    assert issue(hass, "refused") is None
    await restart(hass, linked)
    await weigh(hass, clouds)
    assert issue(hass, "refused") is None
    assert light(clouds, garmin_user) == arrived


async def test_what_was_edited_while_the_question_was_open_is_asked_again(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
    fix: Fix,
) -> None:
    """A person's word is for what was shown."""
    await weigh(hass, clouds, 55.0)
    assert (
        "55.0 kg" in (await fix.open("refused"))["description_placeholders"]["weigh_in"]
    )
    group = clouds.withings.person("alice").groups[-1]
    clouds.withings.edit("alice", group.grpid, 51.0)
    freezer.tick(timedelta(minutes=15))
    await weigh(hass, clouds)
    clouds.garmin.accept_all()
    question = await fix.submit(next_step_id="push")
    assert question["type"] == "menu"
    assert "51.0 kg" in question["description_placeholders"]["weigh_in"]
    assert light(clouds, garmin_user) == []
    answer = await fix.submit(next_step_id="push")
    assert answer["type"] == "create_entry"
    assert light(clouds, garmin_user) == [51.0]


async def test_weight_is_asked_about_in_pounds_where_people_use_them(
    hass: HomeAssistant, clouds: Clouds, linked: MockConfigEntry, fix: Fix
) -> None:
    """The question names the weight that the sensors show."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    await weigh(hass, clouds, 25.0)
    question = await fix.open("refused")
    assert question["description_placeholders"] == {
        "weigh_in": "1 Nov 2026, 07:31 · 55.1 lb"
    }


async def test_several_refused_weigh_ins_are_a_list(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    fix: Fix,
) -> None:
    """The chosen ones go up, the others never."""
    await weigh(hass, clouds, 25.0, 26.0)
    await restart(hass, linked)
    question = await fix.open("refused")
    assert question["step_id"] == "choose"
    (field,) = question["data_schema"]
    labels = [option["label"] for option in field["selector"]["select"]["options"]]
    assert labels == ["1 Nov 2026, 07:32 · 26.0 kg", "1 Nov 2026, 07:31 · 25.0 kg"]
    clouds.garmin.accept_all()
    chosen = field["selector"]["select"]["options"][1]["value"]
    await fix.submit(push=[chosen])
    assert light(clouds, garmin_user) == [25.0]
    assert issue(hass, "refused") is None


async def test_more_than_a_person_looks_through_at_once(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    fix: Fix,
) -> None:
    """The dialog goes on with the rest, and the question stays as long as there is one."""
    await weigh(hass, clouds, *([20.0] * 51))
    answer = await fix.open("refused")
    (field,) = answer["data_schema"]
    assert len(field["selector"]["select"]["options"]) == 50
    answer = await fix.submit(push=[])
    assert (answer["type"], answer["step_id"]) == ("menu", "init")
    assert issue(hass, "refused") is not None
    answer = await fix.submit(next_step_id="leave_out")
    assert answer["type"] == "create_entry"
    assert issue(hass, "refused") is None
    assert light(clouds, garmin_user) == []


async def test_refused_weigh_ins_can_be_tried_again(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    fix: Fix,
) -> None:
    """What Garmin refuses today it may take tomorrow."""
    clouds.garmin.refuse(weight_above=150.0)
    await weigh(hass, clouds, 160.0)
    await fix.open("refused")
    await fix.submit(next_step_id="push")
    assert issue(hass, "refused") is not None
    clouds.garmin.accept_all()
    await fix.open("refused")
    await fix.submit(next_step_id="push")
    assert issue(hass, "refused") is None
    assert clouds.garmin.weigh_ins(garmin_user)[0].weight == 160.0


async def test_an_account_that_is_not_loaded(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    fix: Fix,
) -> None:
    """Nothing can be decided while the account is down, and the person is told."""
    await weigh(hass, clouds, 25.0)
    await fix.open("refused")
    await hass.config_entries.async_unload(linked.entry_id)
    answer = await fix.submit(next_step_id="push")
    assert (answer["type"], answer["reason"]) == ("abort", "account_not_loaded")
    answer = await fix.open("refused")
    assert (answer["type"], answer["reason"]) == ("abort", "account_not_loaded")


@pytest.mark.parametrize("damage", [{"data": {"open": 5}}, {"data": {}}])
async def test_a_damaged_ledger_is_put_aside_and_built_anew(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    hass_storage: dict[str, dict[str, Any]],
    damage: dict[str, Any],
    fix: Fix,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Neither a set-up that fails nor a weigh-in that comes twice.

    Garmin has time to show what it was given just before.
    """
    clouds.garmin.processing_delay = 300
    await weigh(hass, clouds, 80.0, 81.0)
    await hass.config_entries.async_unload(linked.entry_id)
    hass_storage[f"{DOMAIN}.{linked.entry_id}"].update(damage)
    await set_up(hass, linked)
    assert value_of(hass, linked, "pending") == 3
    freezer.tick(timedelta(minutes=11))
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 3
    assert value_of(hass, linked, "pending") == 0
    found = issue(hass, "ledger_rebuilt")
    assert found is not None
    # Nothing would tell of it again after a restart of Home Assistant.
    assert found.is_persistent
    assert found.translation_placeholders is not None
    assert ".unreadable." in found.translation_placeholders["path"]
    await fix.open("ledger_rebuilt")
    await fix.submit()
    assert issue(hass, "ledger_rebuilt") is None


async def test_a_ledger_that_is_no_json(
    hass: HomeAssistant,
    clouds: Clouds,
    linked: MockConfigEntry,
    garmin_user: GarminAccount,
    hass_storage: dict[str, dict[str, Any]],
    freezer: FrozenDateTimeFactory,
) -> None:
    """What Home Assistant puts aside by itself is built anew with the same care."""
    clouds.garmin.processing_delay = 300
    await weigh(hass, clouds, 80.0)
    await hass.config_entries.async_unload(linked.entry_id)
    key = f"{DOMAIN}.{linked.entry_id}"
    del hass_storage[key]
    aside = Path(hass.config.path(".storage", f"{key}.corrupt.2026-11-01T07:30:00"))
    await hass.async_add_executor_job(_write, aside)
    await set_up(hass, linked)
    found = issue(hass, "ledger_rebuilt")
    assert found is not None
    assert found.translation_placeholders is not None
    assert found.translation_placeholders["path"] == str(aside)
    freezer.tick(timedelta(minutes=11))
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)
    assert len(clouds.garmin.weigh_ins(garmin_user)) == 2
    assert value_of(hass, linked, "pending") == 0
    ir.async_delete_issue(hass, DOMAIN, found.issue_id)
    await restart(hass, linked)
    assert issue(hass, "ledger_rebuilt") is None


def _write(path: Path) -> None:
    """Write half a file."""
    path.parent.mkdir(exist_ok=True)
    path.write_text("{")
