"""Stepping on the scale, and what comes of it."""

from datetime import datetime

from ..clouds import Clouds, GarminWeighIn
from .api import Api
from .cast import Weighing
from .devices import step_on_scale
from .home import Home
from .news import tell

ARRIVAL_TIMEOUT = 30


async def weigh(
    api: Api, clouds: Clouds, home: Home, weighing: Weighing, when: datetime
) -> None:
    """Let a person step on the scale, and wait until Garmin Connect has the weigh-in."""
    step_on_scale(clouds, home.person, weighing, when)
    await tell(api, clouds, home)

    def has_arrived() -> bool:
        event = api.states[home.entity("weigh_in")]
        measured_at = event.attributes.get("measured_at")
        return (
            measured_at is not None
            and datetime.fromisoformat(measured_at) == when
            and when in {held.measured_at for held in holdings(clouds, home)}
            and api.states[home.entity("pending")].state == "0"
        )

    await api.wait_for("The weigh-in in Garmin Connect", has_arrived, ARRIVAL_TIMEOUT)


def holdings(clouds: Clouds, home: Home) -> list[GarminWeighIn]:
    """Return the weigh-ins that a person's Garmin account holds, oldest first."""
    return clouds.garmin.weigh_ins(home.person.email)


def describe(weigh_in: GarminWeighIn) -> str:
    """Return a weigh-in in words."""
    parts = [
        (weigh_in.weight, "{:.2f} kg"),
        (weigh_in.body_fat, "{:.2f} % fat"),
        (weigh_in.body_water, "{:.2f} % water"),
        (weigh_in.muscle_mass, "{:.2f} kg muscle"),
        (weigh_in.bone_mass, "{:.2f} kg bone"),
        (weigh_in.bmi, "BMI {:.1f}"),
    ]
    values = ", ".join(text.format(value) for value, text in parts if value is not None)
    local = weigh_in.measured_at.astimezone()
    return f"{local:%Y-%m-%d %H:%M:%S %Z}: {values}"
