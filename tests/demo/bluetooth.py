"""A scale that Home Assistant knows without Weighbridge, as those with Bluetooth.

Its sensors are made of a template. It weighs in pounds, and nobody has changed that.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from random import Random

from ..clouds import Clouds, GarminWeighIn
from .accounts import Account, add_garmin, add_link, add_scale, find_account
from .api import Api
from .cast import Person, Weighing, plausible
from .console import step

WEIGHT = "sensor.bluetooth_scale_weight"
QUESTION = "event.bluetooth_scale_whose_weigh_in"
BODY_FAT = "sensor.bluetooth_scale_body_fat"

CONFIGURATION = """\
template:
  - triggers:
      - trigger: event
        event_type: bluetooth_scale
    sensor:
      - name: Bluetooth scale weight
        unique_id: bluetooth_scale_weight
        device_class: weight
        state_class: measurement
        unit_of_measurement: lb
        state: "{{ trigger.event.data.weight }}"
      - name: Bluetooth scale body fat
        unique_id: bluetooth_scale_body_fat
        icon: mdi:percent
        state_class: measurement
        unit_of_measurement: "%"
        state: "{{ trigger.event.data.body_fat }}"
"""

_EVENT = "bluetooth_scale"
_KILOGRAMS = 0.45359237
# How far from their usual weight people may be, in kg. What is between the two may be
# either's.
MARGIN = 12
# What the scale measures in one weighing may take some seconds to come together.
_ARRIVAL_TIMEOUT = 40


@dataclass(frozen=True, kw_only=True, slots=True)
class BluetoothHome:
    """Where somebody with such a scale is found in Home Assistant."""

    person: Person
    partner: Person
    person_id: str
    """The id of the person, who is a subentry of the scale."""
    garmin: Account

    @property
    def entities(self) -> Mapping[str, str]:
        """Return the ids of the entities of the Garmin account."""
        return self.garmin.entities


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What the scale has shown, and when that was."""

    pounds: float
    body_fat: float
    at: datetime

    @property
    def kilograms(self) -> float:
        """Return the weight as Garmin must have it."""
        return round(self.pounds * _KILOGRAMS, 2)


async def move_in(api: Api, person: Person, partner: Person) -> BluetoothHome:
    """Set up a scale that two people share, and the Garmin account of the first."""
    with step(f"Add the Bluetooth scale of {person.name} and {partner.name}"):
        _, people = await add_scale(
            api,
            "Bluetooth scale",
            {"weight": WEIGHT, "body_fat": BODY_FAT},
            {
                one.name: {
                    # Limits tell who it is before anybody was weighed.
                    "min_weight": round(one.weight - MARGIN),
                    "max_weight": round(one.weight + MARGIN),
                    "height": round(100 * one.height),
                }
                for one in (person, partner)
            },
        )
    with step(f"{person.name} signs in to Garmin Connect"):
        garmin, link_flow = await add_garmin(api, person)
    with step(f"Link {person.name}'s weigh-ins to it"):
        await add_link(api, link_flow, people[person.name], blood_pressure=False)
        return BluetoothHome(
            person=person,
            partner=partner,
            person_id=people[person.name],
            garmin=await find_account(api, garmin),
        )


async def step_on(
    api: Api, clouds: Clouds, home: BluetoothHome, weighing: Weighing
) -> Report:
    """Let the scale show a weighing, and wait until Garmin Connect has it."""
    before = len(holdings(clouds, home))
    report = await step_on_unasked(api, weighing)
    await wait_for_arrival(api, clouds, home, before)
    return report


async def wait_for_arrival(
    api: Api, clouds: Clouds, home: BluetoothHome, before: int
) -> None:
    """Wait until Garmin Connect has more weigh-ins than before."""
    await api.wait_for(
        "The weigh-in of the Bluetooth scale in Garmin Connect",
        partial(_has_arrived, api, clouds, home, before),
        _ARRIVAL_TIMEOUT,
    )


async def step_on_unasked(api: Api, weighing: Weighing) -> Report:
    """Let the scale show a weighing, of whomever."""
    report = Report(
        pounds=round(weighing.weight / _KILOGRAMS, 1),
        body_fat=round(weighing.body_fat, 1),
        at=datetime.now(UTC),
    )
    await api.fire(_EVENT, weight=report.pounds, body_fat=report.body_fat)
    return report


async def ask(api: Api, weighing: Weighing) -> Report:
    """Let somebody step on the scale whom it does not know, and wait until it asks."""
    before = api.states[QUESTION].state
    report = await step_on_unasked(api, weighing)
    await api.wait_for(
        "The question whose the weigh-in is",
        lambda: api.states[QUESTION].state != before,
        _ARRIVAL_TIMEOUT,
    )
    return report


def another(person: Person, rng: Random, last: Weighing | None) -> Weighing:
    """Return a weighing with another weight than the last one.

    The same weight again within two hours would be an old value shown once more.
    """
    while True:
        weighing = plausible(person, rng)
        if last is None or abs(weighing.weight - last.weight) > _KILOGRAMS / 5:
            return weighing


def holdings(clouds: Clouds, home: BluetoothHome) -> list[GarminWeighIn]:
    """Return the weigh-ins that the Garmin account holds, oldest first."""
    return clouds.garmin.weigh_ins(home.person.email)


def _has_arrived(api: Api, clouds: Clouds, home: BluetoothHome, before: int) -> bool:
    """Tell whether Garmin has one more weigh-in, and nothing waits."""
    return (
        len(holdings(clouds, home)) > before
        and api.states[home.entities["pending"]].state == "0"
    )
