"""What must be true of a run that nobody watched."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
import json
import re
from urllib.parse import quote, quote_plus

from .api import State
from .evidence import Evidence, Secret

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
_STORAGE = ".storage/"
# Home Assistant says so of every custom integration.
_UNTESTED = "We found a custom integration weighbridge"
_COMPLAINT = re.compile(r"^.* (WARNING|ERROR|CRITICAL) .*weighbridge.*$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Check:
    """Something that must be true, and what was found instead if it is not."""

    name: str
    found: str = ""

    @property
    def passed(self) -> bool:
        """Tell whether it is true."""
        return not self.found


def check_all(evidence: Evidence) -> list[Check]:
    """Return what must be true of a run, the most important first."""
    return [
        _once(evidence),
        _second(evidence),
        _values(evidence),
        _requests(evidence),
        _sensors(evidence),
        _event(evidence),
        _after_restart(evidence),
        _log_level(evidence),
        _secrets_in_log(evidence),
        _secrets_in_files(evidence),
        _complaints(evidence),
    ]


def expected_values(evidence: Evidence) -> dict[str, float]:
    """Return what Home Assistant must show of the weighing, by translation key."""
    weighing, weight = evidence.weighing, evidence.weighing.weight
    fat_mass = weight * weighing.body_fat / 100
    return {
        "weight": weight,
        "body_fat": weighing.body_fat,
        "fat_mass": fat_mass,
        "fat_free_mass": weight - fat_mass,
        "muscle_mass": weighing.muscle_mass,
        "bone_mass": weighing.bone_mass,
        "body_water": weighing.body_water / weight * 100,
        "visceral_fat": weighing.visceral_fat,
        "bmi": weight / evidence.person.height**2,
        "basal_metabolic_rate": weighing.basal_metabolic_rate,
        "metabolic_age": weighing.metabolic_age,
        "heart_rate": weighing.heart_rate,
    }


def _once(evidence: Evidence) -> Check:
    """Garmin holds this weigh-in, once, and none of those before the link."""
    held = len(evidence.arrived)
    return Check(
        name="Garmin Connect holds exactly this weigh-in",
        found="" if held == 1 else f"It holds {held} weigh-ins.",
    )


def _second(evidence: Evidence) -> Check:
    """The weigh-in is at its own second."""
    wrong = [
        weigh_in.measured_at
        for weigh_in in evidence.arrived
        if weigh_in.measured_at != evidence.measured_at
    ]
    return Check(
        name=f"It was measured at {evidence.measured_at:%Y-%m-%d %H:%M:%S} UTC there",
        found="" if evidence.arrived and not wrong else f"It is at {_list(wrong)}.",
    )


def _values(evidence: Evidence) -> Check:
    """All that was measured is there, as exactly as Garmin can hold it."""
    expected = expected_values(evidence)
    wrong = [
        f"{name} is {value} and not {rounded:g}"
        for weigh_in in evidence.arrived
        for name, resolution in _RESOLUTIONS.items()
        if (value := getattr(weigh_in, name)) is None
        or abs(value - (rounded := round(expected[name] / resolution) * resolution))
        > resolution / 100
    ]
    return Check(
        name=f"All {len(_RESOLUTIONS)} values are right there, to the last digit",
        found="" if evidence.arrived and not wrong else f"There: {_list(wrong)}.",
    )


def _requests(evidence: Evidence) -> Check:
    """Garmin was asked twice: a read and an upload."""
    asked = [f"{request.method} {request.path}" for request in evidence.requests]
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
        found="" if as_expected else f"It took {_list(asked)}.",
    )


def _sensors(evidence: Evidence) -> Check:
    """The sensors show the weigh-in, and that nothing waits."""
    wrong = _wrong_sensors(evidence, evidence.sensors)
    return Check(
        name="The sensors show it", found=f"They show {_list(wrong)}." if wrong else ""
    )


def _event(evidence: Evidence) -> Check:
    """The event entity fired once, and told all."""
    fired = [state for state in evidence.events if _is_event(state)]
    problems = [f"it fired {len(fired)} times"] if len(fired) != 1 else []
    for state in fired:
        if _moment(state.attributes.get("measured_at")) != evidence.measured_at:
            problems.append(f"measured_at is {state.attributes.get('measured_at')}")
        problems += [
            f"{name} is {state.attributes.get(name)}"
            for name, value in expected_values(evidence).items()
            if not _is_close(name, state.attributes.get(name), value)
        ]
    return Check(
        name="The event entity fired once, with all that was measured",
        found=f"Of it, {_list(problems)}." if problems else "",
    )


def _after_restart(evidence: Evidence) -> Check:
    """A restart brings back what was there, and nothing twice."""
    problems = [
        f"Garmin was asked {request.method} {request.path}"
        for request in evidence.late_requests
    ]
    problems += _wrong_sensors(evidence, evidence.sensors_again)
    if not evidence.events or evidence.event_again.state != evidence.events[-1].state:
        problems.append(f"the event entity says {evidence.event_again.state}")
    return Check(
        name="A restart of Home Assistant changes nothing of this",
        found=f"After it, {_list(problems)}." if problems else "",
    )


def _log_level(evidence: Evidence) -> Check:
    """The log is one at debug level: elsewise it would say little of secrets."""
    missing = [
        logger
        for logger in ("custom_components.weighbridge", "garminconnect", "urllib3")
        if not re.search(rf" DEBUG .*\[{re.escape(logger)}[.\]]", evidence.log)
    ]
    return Check(
        name="The log is at debug level",
        found=f"Nothing there from {_list(missing)}." if missing else "",
    )


def _secrets_in_log(evidence: Evidence) -> Check:
    """No secret is in the log."""
    found = {
        secret.what
        for secret in evidence.secrets
        if any(form in evidence.log for form in _forms(secret.value))
    }
    return Check(
        name=f"None of {len(evidence.secrets)} secrets is in the log",
        found=f"It has {_list(found)}." if found else "",
    )


def _secrets_in_files(evidence: Evidence) -> Check:
    """No secret is in a file, but tokens in theirs."""
    found = {
        f"{secret.what} in {path}"
        for path, content in evidence.files.items()
        for secret in evidence.secrets
        if not _belongs(secret, path)
        and any(form in content for form in _forms(secret.value))
    }
    return Check(
        name=f"None is in a file of {len(evidence.files)} where it does not belong",
        found=f"There is {_list(found)}." if found else "",
    )


def _complaints(evidence: Evidence) -> Check:
    """Home Assistant has nothing to complain about."""
    lines = [
        match[0]
        for match in _COMPLAINT.finditer(evidence.log)
        if _UNTESTED not in match[0]
    ]
    return Check(
        name="The log has no warning about Weighbridge",
        found="\n".join(lines),
    )


def _wrong_sensors(evidence: Evidence, sensors: Mapping[str, State]) -> list[str]:
    """Return which sensors do not show the weigh-in."""
    wrong = [
        f"{name} as {state and state.state}"
        for name, value in expected_values(evidence).items()
        if not _is_close(name, (state := sensors.get(name)) and state.state, value)
    ]
    texts = {
        name: sensors[name].state if name in sensors else None
        for name in ("last_weigh_in", "last_push", "pending")
    }
    pushed = _moment(texts["last_push"])
    right = {
        "last_weigh_in": _moment(texts["last_weigh_in"]) == evidence.measured_at,
        "last_push": pushed is not None and pushed >= evidence.measured_at,
        "pending": texts["pending"] == "0",
    }
    return wrong + [f"{name} as {texts[name]}" for name in texts if not right[name]]


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


def _moment(text: object) -> datetime | None:
    """Read a time, None if there is none."""
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None


def _belongs(secret: Secret, path: str) -> bool:
    """Tell whether a file is the one that a secret belongs into."""
    return secret.place is not None and path.startswith(_STORAGE + secret.place)


def _forms(value: str) -> set[str]:
    """Return a secret as it is, and as addresses, forms and JSON write it."""
    return {value, quote(value, safe=""), quote_plus(value), json.dumps(value)[1:-1]}


def _list(things: Iterable[object]) -> str:
    """Return things in a row."""
    return ", ".join(str(thing) for thing in things) or "nothing"
