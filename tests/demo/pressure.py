"""Measuring a blood pressure, from the cuff to Garmin Connect."""

from datetime import datetime

from ..clouds import Clouds, GarminBloodPressure
from .api import Api
from .cast import Pressure
from .devices import use_cuff
from .home import Home
from .news import BLOOD_PRESSURE, tell

_ARRIVAL_TIMEOUT = 30


async def measure_pressure(
    api: Api, clouds: Clouds, home: Home, pressure: Pressure, when: datetime
) -> None:
    """Let a person use their cuff, and wait until Garmin Connect has the reading."""
    use_cuff(clouds, home.person, pressure, when)
    await tell(api, clouds, home, BLOOD_PRESSURE)

    def has_arrived() -> bool:
        return (
            when in {held.measured_at for held in pressures(clouds, home)}
            and api.states[home.entity("pending")].state == "0"
        )

    await api.wait_for(
        "The blood pressure in Garmin Connect", has_arrived, _ARRIVAL_TIMEOUT
    )


def pressures(clouds: Clouds, home: Home) -> list[GarminBloodPressure]:
    """Return the blood pressures that a person's Garmin account holds, oldest first."""
    return clouds.garmin.blood_pressures(home.person.email)


def describe_pressure(held: GarminBloodPressure) -> str:
    """Return a blood pressure in words."""
    pulse = "" if held.pulse is None else f", pulse {held.pulse}"
    local = held.measured_at.astimezone()
    return f"{local:%Y-%m-%d %H:%M:%S %Z}: {held.systolic}/{held.diastolic} mmHg{pulse}"
