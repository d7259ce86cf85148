"""From the sensors of any scale to Garmin Connect."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

from freezegun.api import FrozenDateTimeFactory
import pytest
from pytest_homeassistant_custom_component.common import (
    MockConfigEntry,
    async_fire_time_changed,
    mock_restore_cache,
)
from pytest_homeassistant_custom_component.components.diagnostics import (
    get_diagnostics_for_config_entry,
)
from pytest_homeassistant_custom_component.typing import ClientSessionGenerator

from custom_components.weighbridge.const import DOMAIN
from custom_components.weighbridge.garmin.storage import AccountMemory
from homeassistant.config_entries import ConfigSubentry
from homeassistant.const import (
    EVENT_HOMEASSISTANT_FINAL_WRITE,
    EVENT_HOMEASSISTANT_STARTED,
    EVENT_HOMEASSISTANT_STOP,
)
from homeassistant.core import CoreState, HomeAssistant, State
from homeassistant.helpers import entity_registry as er, issue_registry as ir
from homeassistant.setup import async_setup_component
from homeassistant.util import dt as dt_util
from homeassistant.util.unit_system import US_CUSTOMARY_SYSTEM

from ..clouds import Clouds, GarminAccount, GarminWeighIn
from ..support.common import link, restart, set_up, update_entity, value_of
from ..support.scale import Scale

NOW = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
WEIGHT = "sensor.scale_weight"
FAT = "sensor.scale_body_fat"
WATER = "sensor.scale_body_water"
UNITS: Mapping[str, str | None] = {
    "weight": "kg",
    "body_fat": "%",
    "body_water": "%",
    "muscle_mass": "kg",
    "bone_mass": "kg",
    "visceral_fat": None,
    "basal_metabolic_rate": "kcal",
    "metabolic_age": "years",
    "bmi": None,
}


@pytest.fixture(autouse=True)
def morning(freezer: FrozenDateTimeFactory) -> None:
    """Begin on the morning of a known day."""
    freezer.move_to(NOW)


@pytest.fixture
async def garmin(hass: HomeAssistant, garmin_entry: MockConfigEntry) -> MockConfigEntry:
    """Return Alice's Garmin entry, set up."""
    await set_up(hass, garmin_entry)
    return garmin_entry


@pytest.fixture
async def scale(hass: HomeAssistant) -> Scale:
    """Return a scale that Home Assistant reads."""
    scale = Scale(hass, dict(UNITS))
    await scale.async_set_up()
    return scale


async def link_sensors(
    hass: HomeAssistant, garmin: MockConfigEntry, **settings: Any
) -> ConfigSubentry:
    """Link sensors to a Garmin account, from now on."""
    subentry = ConfigSubentry(
        data=MappingProxyType(
            {
                "kind": "sensors",
                "start": dt_util.utcnow().isoformat(),
                "weight": WEIGHT,
                **settings,
            }
        ),
        subentry_type="link",
        title="Scale",
        unique_id=f"sensors_{settings.get('weight', WEIGHT)}",
    )
    hass.config_entries.async_add_subentry(garmin, subentry)
    await hass.async_block_till_done(wait_background_tasks=True)
    return subentry


async def link_scale(
    hass: HomeAssistant, garmin: MockConfigEntry, **settings: Any
) -> ConfigSubentry:
    """Link all sensors of the scale, by their registry ids as the flow does."""
    entries = er.async_get(hass).entities
    sensors = {
        quantity: entries[f"sensor.scale_{quantity}"].id
        for quantity in UNITS
        if f"sensor.scale_{quantity}" in entries
    }
    return await link_sensors(hass, garmin, **sensors, **settings)


async def later(
    hass: HomeAssistant, freezer: FrozenDateTimeFactory, **wait: float
) -> None:
    """Let time pass, and what it starts come to its end."""
    freezer.tick(timedelta(**wait))
    async_fire_time_changed(hass, dt_util.utcnow())
    await hass.async_block_till_done(wait_background_tasks=True)


def show(
    hass: HomeAssistant,
    value: float | str,
    unit: str | None = "kg",
    entity_id: str = WEIGHT,
    **attributes: Any,
) -> None:
    """Write a state as an integration does."""
    if unit is not None:
        attributes["unit_of_measurement"] = unit
    hass.states.async_set(entity_id, str(value), attributes)


def issues(hass: HomeAssistant) -> dict[str | None, Mapping[str, str]]:
    """Return what fills the texts of the open repair issues, by their kinds."""
    return {
        issue.translation_key: issue.translation_placeholders or {}
        for issue in ir.async_get(hass).issues.values()
        if issue.domain == DOMAIN
    }


class Arrived:
    """The weigh-ins at Garmin."""

    def __init__(self, clouds: Clouds, account: GarminAccount) -> None:
        """Look into an account."""
        self._clouds = clouds
        self._account = account

    @property
    def all(self) -> list[GarminWeighIn]:
        """Return them, the oldest first."""
        return self._clouds.garmin.weigh_ins(self._account)

    @property
    def weights(self) -> list[float]:
        """Return their weights, the oldest first."""
        return [weigh_in.weight for weigh_in in self.all]

    @property
    def last(self) -> GarminWeighIn:
        """Return the newest."""
        return self.all[-1]


@pytest.fixture
def arrived(clouds: Clouds, garmin_user: GarminAccount) -> Arrived:
    """Return what has come to Alice's Garmin account, as it is when it is asked."""
    return Arrived(clouds, garmin_user)


async def test_all_that_a_scale_measures(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    scale: Scale,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Every value arrives with the second of the weight, and no older ones do."""
    scale.show(weight=90.0, body_fat=30.0)
    await later(hass, freezer, hours=1)
    await link_scale(hass, garmin, height=1.5)
    await later(hass, freezer, hours=1, microseconds=123)
    assert arrived.all == []

    scale.show(body_fat=18.4)
    await later(hass, freezer, seconds=2)
    measured_at = dt_util.utcnow().replace(microsecond=0)
    scale.show(weight=80.05)
    await later(hass, freezer, seconds=2)
    scale.show(
        body_water=55.0,
        muscle_mass=62.07,
        bone_mass=3.29,
        visceral_fat=6,
        basal_metabolic_rate=1766,
        metabolic_age=39,
        bmi=24.7,
    )
    await later(hass, freezer, seconds=4)
    assert arrived.all == []
    await later(hass, freezer, seconds=2)

    assert len(arrived.all) == 1
    assert arrived.last.measured_at == measured_at
    assert arrived.last.weight == 80.05
    assert arrived.last.body_fat == 18.4
    assert arrived.last.body_water == 55.0
    assert arrived.last.muscle_mass == 62.07
    assert arrived.last.bone_mass == 3.29
    assert arrived.last.visceral_fat == 6
    assert arrived.last.basal_metabolic_rate == 1766
    assert arrived.last.metabolic_age == 39
    assert arrived.last.bmi == 24.7
    assert value_of(hass, garmin, "pending") == 0


@pytest.mark.parametrize(
    ("value", "unit", "weight"),
    [
        (80.05, "kg", 80.05),
        (176.4, "lb", 80.01),
        (176.4, "lbs", 80.01),
        (12.6, "st", 80.01),
        (12.6, "stone", 80.01),
        (80050, "g", 80.05),
        (2822.0, "oz", 80.0),
        ("1.8e2", "LB", 81.65),
    ],
)
async def test_units_of_the_weight(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
    value: float | str,
    unit: str,
    weight: float,
) -> None:
    """The unit is the sensor's, wherever Home Assistant is."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    show(hass, "unknown", unit)
    await link_sensors(hass, garmin)
    show(hass, value, unit)
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [weight]


async def test_units_of_the_composition(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Parts of the body come as masses or shares, energy in either unit."""
    sensors = {name: f"sensor.{name}" for name in UNITS if name != "weight"}
    await link_sensors(hass, garmin, **sensors, height=1.8)
    show(hass, 176.37, "lb")
    show(hass, 35.27, "lb", "sensor.body_fat")
    show(hass, 44, "kg", "sensor.body_water")
    show(hass, 75, "%", "sensor.muscle_mass")
    show(hass, 3200, "g", "sensor.bone_mass")
    show(hass, 7391, "kJ/d", "sensor.basal_metabolic_rate")
    show(hass, 41, None, "sensor.metabolic_age")
    show(hass, 7, "level", "sensor.visceral_fat")
    await later(hass, freezer, seconds=6)
    assert arrived.last.weight == 80.0
    assert arrived.last.body_fat == 20.0
    assert arrived.last.body_water == 55.0
    assert arrived.last.muscle_mass == 60.0
    assert arrived.last.bone_mass == 3.2
    assert arrived.last.basal_metabolic_rate == 1766
    assert arrived.last.metabolic_age == 41
    assert arrived.last.visceral_fat == 7
    assert arrived.last.bmi == 24.7


async def test_a_display_unit_that_the_user_chose(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    scale: Scale,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """To choose another unit is no weighing, and the next one arrives in kilograms."""
    hass.config.units = US_CUSTOMARY_SYSTEM
    scale.show(weight=80.05)
    await link_scale(hass, garmin)
    await later(hass, freezer, days=1)
    for unit, shown in (("lb", "176.48"), ("st", "12.61"), ("kg", "80.05")):
        er.async_get(hass).async_update_entity_options(
            WEIGHT, "sensor", {"unit_of_measurement": unit}
        )
        await later(hass, freezer, hours=3)
        state = hass.states.get(WEIGHT)
        assert state is not None
        assert float(state.state) == pytest.approx(float(shown), abs=0.006)
    assert arrived.all == []
    er.async_get(hass).async_update_entity_options(
        WEIGHT, "sensor", {"unit_of_measurement": "lb"}
    )
    await later(hass, freezer, hours=3)
    scale.show(weight=79.25)
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [79.25]


@pytest.mark.parametrize("unit", [None, "", "m", "%"])
async def test_a_weight_without_a_unit(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
    caplog: pytest.LogCaptureFixture,
    unit: str | None,
) -> None:
    """Nobody guesses; the user is told until the unit is there."""
    await link_sensors(hass, garmin)
    for weight in (80.0, 81.0):
        show(hass, weight, unit)
        await later(hass, freezer, hours=3)
    assert arrived.all == []
    assert issues(hass) == {
        "unknown_units": {
            "account": "Alice · Garmin Connect",
            "link": "Scale",
            "sensors": WEIGHT,
        }
    }
    assert caplog.text.count("is left out of weigh-ins") == 1
    # To give it a unit is no weighing yet.
    show(hass, 81.0, "kg")
    await later(hass, freezer, hours=3)
    assert issues(hass) == {}
    assert arrived.all == []
    show(hass, 82.0, "kg")
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [82.0]


async def test_a_composition_without_a_unit(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """It is left out alone, and what no body has as well."""
    sensors = {"body_fat": FAT, "body_water": WATER, "bone_mass": "sensor.bone"}
    subentry = await link_sensors(hass, garmin, **sensors)
    show(hass, 80.0)
    show(hass, 21.5, None, FAT)
    show(hass, 101, "%", WATER)
    show(hass, 81, "kg", "sensor.bone")
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0]
    assert arrived.last.body_fat is None
    assert arrived.last.body_water is None
    assert arrived.last.bone_mass is None
    assert issues(hass)["unknown_units"]["sensors"] == FAT
    hass.config_entries.async_remove_subentry(garmin, subentry.subentry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass).keys() == {"not_linked"}


async def test_what_is_no_weight(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An empty scale and words are no weighings, nor is what comes back after them."""
    show(hass, 80.0)
    await link_sensors(hass, garmin)
    for value in ("unknown", "unavailable", "step on", "nan", "inf", "", "0", "-0.2"):
        show(hass, value)
        await later(hass, freezer, minutes=30)
        show(hass, 80.0)
        await later(hass, freezer, minutes=30)
    hass.states.async_remove(WEIGHT)
    await later(hass, freezer, hours=3)
    show(hass, 80.0)
    await later(hass, freezer, hours=3)
    assert arrived.all == []
    assert issues(hass) == {}
    show(hass, 80.1)
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.1]


@pytest.mark.parametrize("between", ["nothing", "force", "signal", "unknown", "zero"])
async def test_equal_weights_in_a_row(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
    between: str,
) -> None:
    """Who keeps the weight is weighed every day, however the sensor tells."""
    show(hass, 75.0, rssi=-70)
    await link_sensors(hass, garmin, body_fat=FAT)
    for day in range(3):
        await later(hass, freezer, days=1)
        match between:
            case "unknown":
                show(hass, "unknown")
            case "zero":
                show(hass, 0)
        if between == "force":
            hass.states.async_set(
                WEIGHT,
                "80.0",
                {"unit_of_measurement": "kg"},
                force_update=True,
            )
        elif between == "signal":
            show(hass, 80.0, rssi=-71 - day)
        else:
            show(hass, 80.0)
        show(hass, 21.5, "%", FAT)
        await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0, 80.0, 80.0]
    assert [weigh_in.body_fat for weigh_in in arrived.all] == [21.5, 21.5, 21.5]
    apart = {
        round((b.measured_at - a.measured_at) / timedelta(hours=1))
        for a, b in zip(arrived.all, arrived.all[1:], strict=False)
    }
    assert apart == {24}


@pytest.mark.parametrize("seconds", [2, 60, 1800])
async def test_a_sensor_that_repeats_itself(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    clouds: Clouds,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
    seconds: int,
) -> None:
    """A scale that says the last weight again and again has measured it once."""
    show(hass, 75.0)
    await link_sensors(hass, garmin)
    for weight in (75.0, 80.0, 79.5):
        measured_at = dt_util.utcnow()
        for _ in range(200 if seconds < 60 else 5 * 3600 // seconds):
            show(hass, weight)
            await later(hass, freezer, seconds=seconds)
        if weight != 75.0:
            assert arrived.last.measured_at == measured_at
    assert arrived.weights == [80.0, 79.5]
    assert clouds.log.count("garmin", method="POST") == 2


@pytest.mark.parametrize("hours", [1, 6, 24])
async def test_a_sensor_that_is_polled(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
    hours: int,
) -> None:
    """A poll that brings nothing new is no weighing, nor is old fat part of one."""
    scale = Scale(
        hass, {"weight": "kg", "body_fat": "%", "bone_mass": "kg"}, "cloud_polling"
    )
    await scale.async_set_up()
    scale.show(weight=80.0, body_fat=21.5, bone_mass=3.2)
    await link_scale(hass, garmin)
    for _ in range(3):
        await later(hass, freezer, hours=hours)
        scale.repeat()
    assert arrived.all == []
    await later(hass, freezer, hours=hours)
    scale.show(weight=79.0)
    scale.repeat()
    await later(hass, freezer, seconds=6)
    await later(hass, freezer, hours=hours)
    scale.show(weight=78.0, body_fat=21.0)
    scale.repeat()
    await later(hass, freezer, seconds=6)
    assert [(w.weight, w.body_fat, w.bone_mass) for w in arrived.all] == [
        (79.0, None, None),
        (78.0, 21.0, 3.2),
    ]


async def test_values_on_the_way_to_the_weight(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The last value counts, with the moment when it was first shown."""
    show(hass, 0)
    await link_sensors(hass, garmin)
    for weight in (12.5, 41.3, 79.2, 80.4, 80.0):
        await later(hass, freezer, seconds=2)
        show(hass, weight)
    measured_at = dt_util.utcnow()
    for _ in range(6):
        await later(hass, freezer, seconds=1)
        show(hass, 80.0)
    show(hass, 0)
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0]
    assert arrived.last.measured_at == measured_at


async def test_twice_on_the_scale(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Who makes sure within two minutes has one weigh-in, unless it differs."""
    await link_sensors(hass, garmin)
    for weight in (80.0, 0, 80.05, 0, 80.0, 0, 79.5):
        show(hass, weight)
        await later(hass, freezer, seconds=15)
    assert arrived.weights == [80.0, 79.5]


async def test_composition_that_comes_late(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Each value may take a few seconds; what is from another day stays there."""
    show(hass, 17.0, "%", FAT)
    await link_sensors(hass, garmin, body_fat=FAT, body_water=WATER)
    await later(hass, freezer, days=1)
    show(hass, 80.0)
    await later(hass, freezer, seconds=4)
    show(hass, 21.5, "%", FAT)
    await later(hass, freezer, seconds=4)
    show(hass, 54.0, "%", WATER)
    await later(hass, freezer, seconds=6)
    assert arrived.last.body_fat == 21.5
    assert arrived.last.body_water == 54.0

    await later(hass, freezer, days=1)
    show(hass, 79.0)
    await later(hass, freezer, seconds=4)
    show(hass, 21.5, "%", FAT)
    await later(hass, freezer, seconds=4)
    show(hass, 55.0, "%", WATER)
    await later(hass, freezer, seconds=6)
    show(hass, 22.0, "%", FAT)
    await later(hass, freezer, minutes=5)
    show(hass, 78.0)
    await later(hass, freezer, seconds=2)
    show(hass, "unavailable", "%", FAT, restored=True)
    show(hass, 22.0, "%", FAT)
    await later(hass, freezer, seconds=6)
    assert [(w.weight, w.body_fat, w.body_water) for w in arrived.all] == [
        (80.0, 21.5, 54.0),
        (79.0, 21.5, 55.0),
        (78.0, None, None),
    ]


async def test_two_people_on_one_scale(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin: MockConfigEntry,
    garmin_user: GarminAccount,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Each gets what lies in their range; nobody is asked about the other.

    What is in nobody's range goes to nobody.
    """
    bob = clouds.garmin.account("bob@example.com", "his password", display_name="Bob")
    bobs = MockConfigEntry(
        domain=DOMAIN,
        title="Bob at Garmin",
        unique_id=f"garmin_{bob.profile_id}",
        data={"provider": "garmin", "tokens": clouds.garmin.signed_in(bob)},
    )
    bobs.add_to_hass(hass)
    await set_up(hass, bobs)
    await link_sensors(hass, garmin, body_fat=FAT, min_weight=50, max_weight=70)
    await link_sensors(hass, bobs, body_fat=FAT, min_weight=70)
    show(hass, 62.0)
    show(hass, 25.0, "%", FAT)
    await later(hass, freezer, seconds=6)
    show(hass, 85.0)
    show(hass, 18.0, "%", FAT)
    await later(hass, freezer, seconds=6)
    for account, weight, fat in ((garmin_user, 62.0, 25.0), (bob, 85.0, 18.0)):
        (weigh_in,) = clouds.garmin.weigh_ins(account)
        assert weigh_in.weight == weight
        assert weigh_in.body_fat == fat

    show(hass, 22.0)
    await later(hass, freezer, seconds=6)
    for account in (garmin_user, bob):
        assert len(clouds.garmin.weigh_ins(account)) == 1


async def test_the_bmi_by_the_height_of_the_link(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What the scale does not know is computed."""
    await link_sensors(hass, garmin, bmi="sensor.bmi", height=1.75)
    show(hass, 80.0)
    await later(hass, freezer, seconds=6)
    assert arrived.last.bmi == 26.1
    show(hass, 79.0)
    show(hass, 25.5, None, "sensor.bmi")
    await later(hass, freezer, seconds=6)
    assert arrived.last.bmi == 25.5


async def test_a_weight_that_is_entered_by_hand(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A helper on a dashboard is a scale, too."""
    config = {"weight": {"min": 0, "max": 200, "unit_of_measurement": "kg"}}
    assert await async_setup_component(hass, "input_number", {"input_number": config})
    await link_sensors(hass, garmin, weight="input_number.weight")
    for weight in (79, 79.5, 80):
        await hass.services.async_call(
            "input_number",
            "set_value",
            {"entity_id": "input_number.weight", "value": weight},
            blocking=True,
        )
        await later(hass, freezer, seconds=2)
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0]


async def test_the_same_weighing_by_an_account(
    hass: HomeAssistant,
    clouds: Clouds,
    garmin: MockConfigEntry,
    withings_entry: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A scale that Home Assistant and its vendor both hear pushes once."""
    await set_up(hass, withings_entry)
    link(hass, garmin, withings_entry)
    await link_sensors(hass, garmin)
    await later(hass, freezer, hours=1)
    show(hass, 80.0)
    await later(hass, freezer, seconds=6)
    clouds.withings.step_on_scale(
        "alice", 80.02, when=dt_util.utcnow() - timedelta(seconds=40)
    )
    await update_entity(hass, "event.alice_weigh_in")
    assert arrived.weights == [80.0]


async def test_restarts(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    scale: Scale,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What was shown before a restart of either side is no weighing."""
    await link_scale(hass, garmin)
    scale.show(weight=80.0, body_fat=21.5)
    await later(hass, freezer, seconds=6)
    for _ in range(2):
        await later(hass, freezer, hours=3)
        await restart(hass, garmin)
        await later(hass, freezer, hours=3)
        await scale.async_reload()
        state = hass.states.get(WEIGHT)
        assert state is not None
        assert state.state == "80.0"
        await later(hass, freezer, minutes=1)
    assert await hass.config_entries.async_unload(garmin.entry_id)
    assert await hass.config_entries.async_unload(scale.entry.entry_id)
    await later(hass, freezer, hours=3)
    await set_up(hass, garmin)
    await scale.async_set_up()
    await later(hass, freezer, hours=3)
    assert arrived.weights == [80.0]
    scale.show(weight=79.5)
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0, 79.5]
    assert arrived.last.body_fat is None


async def test_a_state_from_before_a_crash(
    hass: HomeAssistant,
    garmin_entry: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Home Assistant may restore a weight that is older than the last one."""
    await set_up(hass, garmin_entry)
    config = {"weight": {"min": 0, "max": 200, "unit_of_measurement": "kg"}}
    await link_sensors(hass, garmin_entry, weight="input_number.weight")
    show(hass, 80.0, entity_id="input_number.weight")
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0]
    assert await hass.config_entries.async_unload(garmin_entry.entry_id)
    hass.states.async_remove("input_number.weight")

    hass.set_state(CoreState.not_running)
    mock_restore_cache(hass, [State("input_number.weight", "81.0")])
    await set_up(hass, garmin_entry)
    er.async_get(hass).async_get_or_create("sensor", "another", "id")
    await hass.async_block_till_done()
    assert issues(hass) == {}
    assert await async_setup_component(hass, "input_number", {"input_number": config})
    state = hass.states.get("input_number.weight")
    assert state is not None
    assert state.state == "81.0"
    hass.set_state(CoreState.running)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STARTED)
    await later(hass, freezer, hours=3)
    assert arrived.weights == [80.0]
    show(hass, 80.0, entity_id="input_number.weight")
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0, 80.0]


async def test_restored_states(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What an entity shows first was measured nobody knows when."""
    show(hass, 80.0)
    await link_sensors(hass, garmin)
    show(hass, "unavailable", restored=True)
    await later(hass, freezer, days=1)
    show(hass, 81.0)
    await later(hass, freezer, hours=3)
    show(hass, 82.0, restored=True)
    await later(hass, freezer, hours=3)
    assert arrived.all == []
    show(hass, "unavailable", restored=True)
    show(hass, "unknown")
    show(hass, 83.0)
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [83.0]


async def test_a_scale_that_comes_back(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    scale: Scale,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """After a loss of contact only what differs was measured meanwhile."""
    await link_scale(hass, garmin)
    scale.show(weight=80.0, body_fat=21.5)
    await later(hass, freezer, seconds=6)
    scale.lose()
    await later(hass, freezer, days=1)
    # It reports what it remembers.
    scale.show(weight=80.0, body_fat=21.5)
    await later(hass, freezer, seconds=6)
    # It is away when Weighbridge starts.
    scale.lose()
    await later(hass, freezer, days=1)
    await restart(hass, garmin)
    scale.show(weight=80.0, body_fat=21.5)
    await later(hass, freezer, seconds=6)
    # It has a new sensor, too.
    scale.lose()
    await later(hass, freezer, days=1)
    scale.show(weight=80.0, body_water=54.0)
    await later(hass, freezer, seconds=6)
    # It begins without a value, and a broker delivers the last one.
    scale.lose()
    await later(hass, freezer, days=1)
    scale.show(weight=None, body_fat=None)
    scale.show(weight=80.0, body_fat=21.5)
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0]
    # It sleeps, and somebody wakes it who weighs the same.
    scale.lose()
    await later(hass, freezer, days=1)
    scale.show(weight=80.0)
    await later(hass, freezer, seconds=1)
    scale.show(body_fat=21.9)
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0, 80.0]
    assert arrived.last.body_fat == 21.9
    scale.lose()
    await later(hass, freezer, days=1)
    scale.show(weight=79.5, body_fat=21.9)
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0, 80.0, 79.5]
    assert arrived.last.body_fat == 21.9


async def test_unloaded_before_it_has_settled(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """What was measured in the last seconds goes up after the restart."""
    await link_sensors(hass, garmin)
    show(hass, 80.0)
    assert await hass.config_entries.async_unload(garmin.entry_id)
    assert arrived.all == []
    await set_up(hass, garmin)
    assert arrived.weights == [80.0]


async def test_stopped_before_it_has_settled(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    clouds: Clouds,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """A stop of Home Assistant keeps it, too, and does not wait for Garmin."""
    await link_sensors(hass, garmin)
    clouds.log.clear()
    show(hass, 80.0)
    hass.set_state(CoreState.stopping)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_STOP)
    await hass.async_block_till_done(wait_background_tasks=True)
    hass.set_state(CoreState.final_write)
    hass.bus.async_fire(EVENT_HOMEASSISTANT_FINAL_WRITE)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert clouds.log.count("garmin") == 0
    stored = hass_storage[f"{DOMAIN}.{garmin.entry_id}"]["data"]
    (item,) = AccountMemory.from_json(stored).weigh_ins.pending()
    assert dict(item.record.values()) == {"weight": 80.0}
    hass.set_state(CoreState.running)


async def test_on_disk_before_it_is_sent(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    clouds: Clouds,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """Garmin may be down as long as it likes."""
    await link_sensors(hass, garmin, body_fat=FAT)
    fault = clouds.faults.answer("/garmin/weight-service", 503, times=None)
    show(hass, 80.0)
    show(hass, 21.5, "%", FAT)
    await later(hass, freezer, seconds=6)
    stored = hass_storage[f"{DOMAIN}.{garmin.entry_id}"]["data"]
    (item,) = AccountMemory.from_json(stored).weigh_ins.pending()
    assert dict(item.record.values()) == {"weight": 80.0, "body_fat": 21.5}
    await restart(hass, garmin)
    fault.remove()
    await later(hass, freezer, hours=2)
    assert arrived.weights == [80.0]
    assert arrived.last.measured_at == NOW


async def test_what_is_shown_is_on_disk(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    freezer: FrozenDateTimeFactory,
    hass_storage: dict[str, Any],
) -> None:
    """What was there before the link is known after a crash, too."""
    show(hass, 80.0)
    show(hass, 21.5, "%", FAT)
    subentry = await link_sensors(hass, garmin, body_fat=FAT)
    await later(hass, freezer, seconds=6)
    data = hass_storage[f"{DOMAIN}.{garmin.entry_id}"]["data"]
    assert data["shown"] == {subentry.subentry_id: {"weight": 80.0, "body_fat": 21.5}}
    hass.config_entries.async_remove_subentry(garmin, subentry.subentry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    data = hass_storage[f"{DOMAIN}.{garmin.entry_id}"]["data"]
    assert data["shown"] == {}


async def test_renamed(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    scale: Scale,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An entity may be called anything, and be called so at any time."""
    await link_scale(hass, garmin)
    scale.show(weight=80.0, body_fat=21.5)
    await later(hass, freezer, seconds=6)
    registry = er.async_get(hass)
    registry.async_update_entity(WEIGHT, new_entity_id="sensor.bathroom")
    await later(hass, freezer, hours=3)
    assert await hass.config_entries.async_unload(garmin.entry_id)
    registry.async_update_entity(FAT, new_entity_id="sensor.bathroom_fat")
    await set_up(hass, garmin)
    await later(hass, freezer, hours=3)
    assert arrived.weights == [80.0]
    scale.show(weight=79.0, body_fat=21.0)
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0, 79.0]
    assert arrived.last.body_fat == 21.0
    assert issues(hass) == {}


async def test_edited(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    scale: Scale,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A new icon, name or label of the sensor weighs nobody."""
    await link_scale(hass, garmin)
    scale.show(weight=80.0)
    await later(hass, freezer, seconds=6)
    registry = er.async_get(hass)
    for change in ({"icon": "mdi:scale"}, {"name": "Bath"}, {"labels": {"health"}}):
        await later(hass, freezer, days=1)
        registry.async_update_entity(WEIGHT, **change)
        await later(hass, freezer, seconds=6)
    device = {"unit_of_measurement": "kg", "device_class": "weight"}
    for name in ("Bath", "Bathroom"):
        await later(hass, freezer, days=1)
        hass.states.async_set(WEIGHT, "80.0", {**device, "friendly_name": name})
        await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0]
    await later(hass, freezer, hours=3)
    hass.states.async_set(WEIGHT, "80.0", {**device, "friendly_name": name})
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0, 80.0]


async def test_removed(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    scale: Scale,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """The user is told what is gone, until it is back or no longer wanted."""
    subentry = await link_scale(hass, garmin)
    registry = er.async_get(hass)
    registry.async_update_entity(WEIGHT, disabled_by=er.RegistryEntryDisabler.USER)
    await hass.async_block_till_done(wait_background_tasks=True)
    registry.async_remove(FAT)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass) == {
        "missing_sensors": {
            "account": "Alice · Garmin Connect",
            "link": "Scale",
            "sensors": "Body fat, Weight",
        }
    }
    await restart(hass, garmin)
    assert issues(hass).keys() == {"missing_sensors"}
    registry.async_update_entity(WEIGHT, disabled_by=None)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass)["missing_sensors"]["sensors"] == "Body fat"
    await scale.async_reload()
    assert issues(hass) == {}
    scale.show(weight=80.0, body_fat=21.5)
    await later(hass, freezer, seconds=6)
    assert arrived.last.body_fat == 21.5

    registry.async_remove(FAT)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass).keys() == {"missing_sensors"}
    hass.config_entries.async_remove_subentry(garmin, subentry.subentry_id)
    await hass.async_block_till_done(wait_background_tasks=True)
    assert issues(hass).keys() == {"not_linked"}
    scale.show(weight=79.0)
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0]


async def test_a_sensor_that_was_never_there(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """An entity without a registry entry is missed while it has no state."""
    await link_sensors(hass, garmin)
    assert issues(hass)["missing_sensors"]["sensors"] == "Weight"
    show(hass, 80.0)
    await later(hass, freezer, seconds=6)
    assert issues(hass) == {}
    assert arrived.weights == [80.0]
    hass.states.async_remove(WEIGHT)
    await hass.async_block_till_done()
    assert issues(hass)["missing_sensors"]["sensors"] == "Weight"


async def test_removed_while_nobody_looked(
    hass: HomeAssistant,
    hass_client: ClientSessionGenerator,
    garmin: MockConfigEntry,
    scale: Scale,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A link without any sensor left waits for them, also in a new entry of the scale."""
    await link_scale(hass, garmin)
    assert await hass.config_entries.async_unload(garmin.entry_id)
    await hass.config_entries.async_remove(scale.entry.entry_id)
    await set_up(hass, garmin)
    diagnostics: Any = await get_diagnostics_for_config_entry(hass, hass_client, garmin)
    assert diagnostics["links"][0]["sensors"] == sorted(UNITS)
    assert len(issues(hass)["missing_sensors"]["sensors"].split(", ")) == len(UNITS)
    await restart(hass, garmin)
    scale.entry = MockConfigEntry(domain="some_scale")
    await scale.async_set_up()
    assert issues(hass) == {}
    scale.show(weight=80.0)
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0]


async def test_a_changed_link(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """A link takes up its new sensors, and what has not settled is not lost."""
    show(hass, 70.0, entity_id="sensor.new_scale")
    subentry = await link_sensors(hass, garmin)
    show(hass, 80.0)
    hass.config_entries.async_update_subentry(
        garmin, subentry, data={**subentry.data, "weight": "sensor.new_scale"}
    )
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0]
    show(hass, 81.0)
    show(hass, 79.0, entity_id="sensor.new_scale")
    await later(hass, freezer, seconds=6)
    assert arrived.weights == [80.0, 79.0]


async def test_sync_leaves_sensors_alone(
    hass: HomeAssistant,
    garmin: MockConfigEntry,
    arrived: Arrived,
    freezer: FrozenDateTimeFactory,
) -> None:
    """Sensors have no past to be read."""
    await link_sensors(hass, garmin)
    show(hass, 80.0)
    await later(hass, freezer, seconds=6)
    response = await hass.services.async_call(
        DOMAIN,
        "sync",
        {"config_entry_id": garmin.entry_id},
        blocking=True,
        return_response=True,
    )
    assert response == {
        "found": 0,
        "already_there": 0,
        "pushed": 0,
        "held": 0,
        "left_out": 0,
        "failed": 0,
    }
    assert arrived.weights == [80.0]
