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
    name, reports, held = arrival.person.name, arrival.reports, arrival.arrived
    pairs = list(zip(reports, held, strict=False))
    wrong = [
        f"{key} is {getattr(weigh_in, key)} and not {value:.2f}"
        for report, weigh_in in pairs
        for key, value, tolerance in (
            ("weight", report.kilograms, _TOLERANCE),
            ("body_fat", report.body_fat, _TOLERANCE),
            ("bmi", report.kilograms / arrival.person.height**2, 0.1),
        )
        if abs((getattr(weigh_in, key) or 0) - value) > tolerance
    ]
    away = [
        weigh_in.measured_at
        for report, weigh_in in pairs
        if abs(weigh_in.measured_at - report.at) > _DELAY
    ]
    shown = listed(f"{report.pounds} lb" for report in reports)
    there = listed(f"{report.kilograms} kg" for report in reports)
    return [
        Check(
            name=f"{name}'s Garmin account holds exactly what the Bluetooth scale showed",
            found=""
            if len(held) == len(reports)
            else f"It holds {len(held)} weigh-ins.",
        ),
        Check(
            name=f"{shown} are {there} there, with fat and BMI",
            found="" if pairs and not wrong else f"There: {listed(wrong)}.",
        ),
        Check(
            name="Its time there is that of the sensors",
            found="" if pairs and not away else f"It is at {listed(away)}.",
        ),
    ]
