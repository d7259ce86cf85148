"""From the scale of a household to Garmin Connect, for the person whose account it is."""

from datetime import timedelta

from pytest_homeassistant_custom_component.common import MockConfigEntry

from homeassistant.core import HomeAssistant
from homeassistant.util import dt as dt_util

from ..clouds import Clouds, GarminAccount
from ..support.common import link, restart, set_up, update_entity
from ..support.scale_house import FAT, LIMITS, House


async def move_in(hass: HomeAssistant, house: House, garmin: MockConfigEntry) -> None:
    """Add a scale of two, and link one of them to a Garmin account."""
    await set_up(hass, garmin)
    await house.async_move_in(body_fat=FAT)
    link(hass, garmin, house.entry, person=house.person("Carol"))
    await hass.async_block_till_done(wait_background_tasks=True)


async def test_only_what_is_hers(
    hass: HomeAssistant,
    house: House,
    clouds: Clouds,
    garmin_user: GarminAccount,
    garmin_entry: MockConfigEntry,
) -> None:
    """What another person weighs, or nobody knows, does not go there."""
    await move_in(hass, house, garmin_entry)
    await house.weigh(62.0, 25.0)
    await house.weigh(85.0, 18.0)
    await house.weigh(73.0)
    assert [(w.weight, w.body_fat) for w in clouds.garmin.weigh_ins(garmin_user)] == [
        (62.0, 25.0)
    ]
    measured_at = clouds.garmin.weigh_ins(garmin_user)[0].measured_at
    # Carol after all, and days later.
    await house.later(days=2)
    await house.async_answer(house.person("Carol"))
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [62.0, 73.0]
    (_, late) = clouds.garmin.weigh_ins(garmin_user)
    assert late.measured_at - measured_at < timedelta(hours=1)
    # It was a suitcase: what was said wrongly is put right there, too.
    await house.async_answer("nobody")
    await house.later(minutes=15)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [62.0]
    await house.async_answer(house.person("Dave"))
    await house.later(minutes=15)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [62.0]
    assert house.value("Dave", "weight") == 73.0


async def test_late_fat_completes_a_weigh_in(
    hass: HomeAssistant,
    house: House,
    clouds: Clouds,
    garmin_user: GarminAccount,
    garmin_entry: MockConfigEntry,
) -> None:
    """Garmin has the weight first, and one weigh-in with its fat in the end."""
    await move_in(hass, house, garmin_entry)
    house.show(62.0)
    await house.later(seconds=6)
    assert [w.body_fat for w in clouds.garmin.weigh_ins(garmin_user)] == [None]
    await house.later(seconds=20)
    house.show(25.0, FAT)
    await house.later(minutes=12)
    await house.later(minutes=12)
    assert [w.body_fat for w in clouds.garmin.weigh_ins(garmin_user)] == [25.0]


async def test_a_mistake_is_taken_back(
    hass: HomeAssistant,
    house: House,
    clouds: Clouds,
    garmin_user: GarminAccount,
    garmin_entry: MockConfigEntry,
) -> None:
    """What is removed in the app of the scale is removed everywhere."""
    await move_in(hass, house, garmin_entry)
    await house.weigh(62.0)
    await house.weigh(70.9, days=1)
    await house.later(minutes=15)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [62.0, 70.9]
    house.show(62.0)
    await house.later(seconds=6)
    await house.later(minutes=15)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [62.0]
    assert house.value("Carol", "weight") == 62.0


async def test_the_same_weighing_by_an_account(
    hass: HomeAssistant,
    house: House,
    clouds: Clouds,
    garmin_user: GarminAccount,
    garmin_entry: MockConfigEntry,
    withings_entry: MockConfigEntry,
) -> None:
    """A scale that Home Assistant and its vendor both hear pushes once."""
    await set_up(hass, withings_entry)
    await move_in(hass, house, garmin_entry)
    link(hass, garmin_entry, withings_entry)
    await house.later(hours=1)
    house.show(62.0)
    await house.later(seconds=6)
    clouds.withings.step_on_scale(
        "alice", 62.02, when=dt_util.utcnow() - timedelta(seconds=40)
    )
    await update_entity(hass, "event.alice_weigh_in")
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [62.0]


async def test_on_disk_before_it_is_sent(
    hass: HomeAssistant,
    house: House,
    clouds: Clouds,
    garmin_user: GarminAccount,
    garmin_entry: MockConfigEntry,
) -> None:
    """Garmin may be down as long as it likes."""
    await move_in(hass, house, garmin_entry)
    fault = clouds.faults.answer("/garmin/weight-service", 503, times=None)
    await house.weigh(62.0, 25.0)
    await restart(hass, garmin_entry)
    await restart(hass, house.entry)
    fault.remove()
    await house.later(hours=2)
    assert [w.weight for w in clouds.garmin.weigh_ins(garmin_user)] == [62.0]
    assert set(LIMITS) == {"Carol", "Dave"}
