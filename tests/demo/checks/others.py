"""What must be true of a blood pressure, and of a weigh-in that sensors have shown."""

from datetime import timedelta

from ..evidence import PressureArrival, SensorArrival
from .check import Check, listed

_TOLERANCE = 0.006
# The weight stands for the moment in which the sensors have shown it.
_DELAY = timedelta(seconds=3)


def check_pressure(arrival: PressureArrival) -> list[Check]:
    """Garmin holds the blood pressure as it was measured, once, at its own second."""
    name, pressure = arrival.person.name, arrival.pressure
    wanted = f"{pressure.systolic}/{pressure.diastolic} mmHg, {pressure.heart_rate} bpm"
    found = [f"{a.systolic}/{a.diastolic} mmHg, {a.pulse} bpm" for a in arrival.arrived]
    wrong = [
        reading.measured_at
        for reading in arrival.arrived
        if reading.measured_at != arrival.measured_at
    ]
    asked = [request.method for request in arrival.requests]
    return [
        Check(
            name=f"{name}'s Garmin account holds exactly one blood pressure: {wanted}",
            found="" if found == [wanted] else f"It holds {listed(found)}.",
        ),
        Check(
            name=f"It was measured at {arrival.measured_at:%Y-%m-%d %H:%M:%S} UTC there",
            found="" if arrival.arrived and not wrong else f"It is at {listed(wrong)}.",
        ),
        Check(
            name="That took two requests to Garmin: one read, one entry",
            found="" if asked == ["GET", "POST"] else f"It took {listed(asked)}.",
        ),
    ]


def check_sensor_arrival(arrival: SensorArrival) -> list[Check]:
    """Garmin holds what the sensors have shown, in its units, once and at its time."""
    name, report = arrival.person.name, arrival.report
    bmi = report.kilograms / arrival.person.height**2
    expected = {
        "weight": (report.kilograms, _TOLERANCE),
        "body_fat": (report.body_fat, _TOLERANCE),
        "bmi": (bmi, 0.1),
    }
    wrong = [
        f"{key} is {getattr(weigh_in, key)} and not {value:.2f}"
        for weigh_in in arrival.arrived
        for key, (value, tolerance) in expected.items()
        if abs((getattr(weigh_in, key) or 0) - value) > tolerance
    ]
    away = [
        weigh_in.measured_at
        for weigh_in in arrival.arrived
        if abs(weigh_in.measured_at - report.at) > _DELAY
    ]
    held = len(arrival.arrived)
    return [
        Check(
            name=f"{name}'s Garmin account holds exactly what the Bluetooth scale showed",
            found="" if held == 1 else f"It holds {held} weigh-ins.",
        ),
        Check(
            name=f"{report.pounds} lb are {report.kilograms} kg there, with fat and BMI",
            found="" if held and not wrong else f"There: {listed(wrong)}.",
        ),
        Check(
            name="Its time there is that of the sensors",
            found="" if held and not away else f"It is at {listed(away)}.",
        ),
    ]
