"""What must be true of a weighing, and of the weigh-in that came of it."""

from collections.abc import Mapping

from ...clouds import Request
from ..api import State
from ..evidence import Arrival
from .check import Check, listed, moment

# Values in Garmin Connect by their resolution in a FIT file.
_RESOLUTIONS = {
    "weight": 0.01,
    "body_fat": 0.01,
    "body_water": 0.01,
    "muscle_mass": 0.01,
    "bone_mass": 0.01,
    "visceral_fat": 1,
    "basal_metabolic_rate": 0.25,
    "metabolic_age": 1,
    "bmi": 0.1,
}
_TOLERANCE = 0.006
_BMI_TOLERANCE = 0.06


def check_arrival(arrival: Arrival) -> list[Check]:
    """Return what must be true of a weighing, the most important first."""
    return [
        _once(arrival),
        _second(arrival),
        _values(arrival),
        _requests(arrival),
        _sensors(arrival),
        _event(arrival),
    ]


def check_restart(arrivals: list[Arrival], late_requests: list[Request]) -> Check:
    """A restart brings back what was there, and nothing twice."""
    problems = [
        f"Garmin was asked {request.method} {request.path}" for request in late_requests
    ]
    for arrival in arrivals:
        problems += _wrong_sensors(arrival, arrival.sensors_again)
        if not arrival.events or arrival.event_again.state != arrival.events[-1].state:
            problems.append(f"the event entity says {arrival.event_again.state}")
    return Check(
        name="A restart of Home Assistant changes nothing of the weigh-ins",
        found=f"After it, {listed(problems)}." if problems else "",
    )


def expected_values(arrival: Arrival) -> dict[str, float]:
    """Return what Home Assistant must show of the weighing, by translation key."""
    weighing, weight = arrival.weighing, arrival.weighing.weight
    fat_mass = weight * weighing.body_fat / 100
    water = weighing.body_water
    is_withings = arrival.person.vendor == "withings"
    values = {
        "weight": weight,
        "body_fat": weighing.body_fat,
        "fat_mass": fat_mass,
        "fat_free_mass": weight - fat_mass if is_withings else None,
        "muscle_mass": weighing.muscle_mass,
        "bone_mass": weighing.bone_mass,
        "body_water": None if water is None else water / weight * 100,
        "visceral_fat": weighing.visceral_fat,
        "bmi": weight / arrival.person.height**2,
        "basal_metabolic_rate": weighing.basal_metabolic_rate,
        "metabolic_age": weighing.metabolic_age,
        "heart_rate": weighing.heart_rate,
    }
    return {name: value for name, value in values.items() if value is not None}


def _once(arrival: Arrival) -> Check:
    """Garmin holds this weigh-in, once, and none of those before the link."""
    held = len(arrival.arrived)
    return Check(
        name=f"{arrival.person.name}'s Garmin account holds exactly this weigh-in",
        found="" if held == 1 else f"It holds {held} weigh-ins.",
    )


def _second(arrival: Arrival) -> Check:
    """The weigh-in is at its own second."""
    wrong = [
        weigh_in.measured_at
        for weigh_in in arrival.arrived
        if weigh_in.measured_at != arrival.measured_at
    ]
    return Check(
        name=f"It was measured at {arrival.measured_at:%Y-%m-%d %H:%M:%S} UTC there",
        found="" if arrival.arrived and not wrong else f"It is at {listed(wrong)}.",
    )


def _values(arrival: Arrival) -> Check:
    """All that was measured is there, as exactly as Garmin can hold it."""
    expected = {
        name: round(value / resolution) * resolution
        for name, value in expected_values(arrival).items()
        if (resolution := _RESOLUTIONS.get(name))
    }
    wrong = [
        f"{name} is {value} and not {expected.get(name)}"
        for weigh_in in arrival.arrived
        for name in _RESOLUTIONS
        if not _is_exact(name, value := getattr(weigh_in, name), expected.get(name))
    ]
    return Check(
        name=f"All {len(expected)} values are right there, to the last digit",
        found="" if arrival.arrived and not wrong else f"There: {listed(wrong)}.",
    )


def _requests(arrival: Arrival) -> Check:
    """Garmin was asked twice: a read and an upload."""
    asked = [f"{request.method} {request.path}" for request in arrival.requests]
    expected = (
        "GET /garmin/weight-service/weight/range/",
        "POST /garmin/upload-service/upload",
    )
    as_expected = len(asked) == len(expected) and all(
        request.startswith(beginning)
        for request, beginning in zip(asked, expected, strict=True)
    )
    return Check(
        name="That took two requests to Garmin: one read, one upload",
        found="" if as_expected else f"It took {listed(asked)}.",
    )


def _sensors(arrival: Arrival) -> Check:
    """The sensors show the weigh-in, and that nothing waits."""
    wrong = _wrong_sensors(arrival, arrival.sensors)
    return Check(
        name=f"{arrival.person.name}'s sensors show it",
        found=f"They show {listed(wrong)}." if wrong else "",
    )


def _event(arrival: Arrival) -> Check:
    """The event entity fired once, and told all."""
    fired = [state for state in arrival.events if _is_event(state)]
    problems = [f"it fired {len(fired)} times"] if len(fired) != 1 else []
    for state in fired:
        if moment(state.attributes.get("measured_at")) != arrival.measured_at:
            problems.append(f"measured_at is {state.attributes.get('measured_at')}")
        problems += [
            f"{name} is {state.attributes.get(name)}"
            for name, value in expected_values(arrival).items()
            if not _is_close(name, state.attributes.get(name), value)
        ]
    return Check(
        name="The event entity fired once, with all that was measured",
        found=f"Of it, {listed(problems)}." if problems else "",
    )


def _wrong_sensors(arrival: Arrival, sensors: Mapping[str, State]) -> list[str]:
    """Return which sensors do not show the weigh-in."""
    wrong = [
        f"{name} as {state and state.state}"
        for name, value in expected_values(arrival).items()
        if not _is_close(name, (state := sensors.get(name)) and state.state, value)
    ]
    texts = {
        name: sensors[name].state if name in sensors else None
        for name in ("last_weigh_in", "last_push", "pending")
    }
    pushed = moment(texts["last_push"])
    right = {
        "last_weigh_in": moment(texts["last_weigh_in"]) == arrival.measured_at,
        "last_push": pushed is not None and pushed >= arrival.measured_at,
        "pending": texts["pending"] == "0",
    }
    return wrong + [f"{name} as {texts[name]}" for name in texts if not right[name]]


def _is_exact(name: str, shown: float | None, expected: float | None) -> bool:
    """Tell whether Garmin has just what it should, and nothing that was not measured."""
    if shown is None or expected is None:
        return shown is expected
    return abs(shown - expected) <= _RESOLUTIONS[name] / 100


def _is_close(name: str, shown: object, expected: float) -> bool:
    """Tell whether a shown value is the expected one, rounding aside."""
    try:
        difference = float(str(shown)) - expected
    except ValueError:
        return False
    return abs(difference) < (_BMI_TOLERANCE if name == "bmi" else _TOLERANCE)


def _is_event(state: State) -> bool:
    """Tell whether a state of the event entity is that something was weighed."""
    return state.attributes.get("event_type") == "weigh_in"
