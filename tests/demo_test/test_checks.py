"""What `scripts/demo --once` would not let pass."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ..clouds import GarminBloodPressure, GarminWeighIn, Request, SmsMessage
from ..demo.api import State
from ..demo.bluetooth import Report
from ..demo.cast import Person, Pressure, Weighing
from ..demo.checks import check_all, expected_values
from ..demo.devices import ARIA, BODY, TRACKER, TRACKER_LOW, Battery
from ..demo.evidence import (
    Arrival,
    Charge,
    Evidence,
    History,
    PressureArrival,
    Secret,
    SensorArrival,
    Texts,
)

DAY = timedelta(days=1)
MEASURED_AT = datetime(2026, 11, 20, 7, 1, 2, tzinfo=UTC)
PERSON = Person(
    name="Dora",
    height=1.8,
    weight=80,
    body_fat=20,
    email="dora@example.com",
    password="a pass&word",
    code="12AB34",
)
WEIGHING = Weighing(
    weight=80.05,
    body_fat=21.37,
    muscle_mass=59.81,
    bone_mass=3.15,
    body_water=43.62,
    visceral_fat=7,
    basal_metabolic_rate=1743,
    metabolic_age=38,
    heart_rate=61,
)
HELD = GarminWeighIn(
    measured_at=MEASURED_AT,
    weight=80.05,
    body_fat=21.37,
    body_water=54.49,
    muscle_mass=59.81,
    bone_mass=3.15,
    visceral_fat=7,
    basal_metabolic_rate=1743,
    metabolic_age=38,
    bmi=24.7,
    sample_pk=1,
    source_type="FIT",
    visible_at=MEASURED_AT,
)
PRESSURE_HELD = GarminBloodPressure(
    version=1,
    measured_at=MEASURED_AT,
    measured_local=MEASURED_AT.replace(tzinfo=None),
    systolic=121,
    diastolic=79,
    pulse=63,
    notes="",
)
SHOWN_HELD = replace(
    HELD,
    weight=64.09,
    body_fat=27.1,
    body_water=None,
    muscle_mass=None,
    bone_mass=None,
    bmi=19.8,
)
ONE_PRESSURE = (
    "Dora's Garmin account holds exactly one blood pressure: 121/79 mmHg, 63 bpm"
)
LOG = """\
2026-11-20 DEBUG (MainThread) [custom_components.weighbridge.garmin.account] Pushed
2026-11-20 DEBUG (SyncWorker_1) [garminconnect.client] Asked
2026-11-20 DEBUG (SyncWorker_1) [urllib3.connectionpool] Sent
2026-11-20 WARNING (SyncWorker_0) [homeassistant.loader] We found a custom integration weighbridge
"""
TOKEN = Secret(what="a token", value="t0k/en+", place="core.config_entries")
PASSWORD = Secret(what="the password", value=PERSON.password)


def request(method: str, path: str) -> Request:
    """Return a request to Garmin."""
    return Request(
        at=MEASURED_AT,
        vendor="garmin",
        host="connectapi.garmin.com",
        method=method,
        path=path,
        query={},
        action=None,
        status=200,
        fault=None,
    )


READ = request("GET", "/garmin/weight-service/weight/range/2026-11-19/2026-11-21")
UPLOAD = request("POST", "/garmin/upload-service/upload")
READ_PRESSURE = request("GET", "/garmin/bloodpressure-service/bloodpressure/range")
ADD_PRESSURE = request("POST", "/garmin/bloodpressure-service/bloodpressure")


INTRODUCTION = SmsMessage(
    to="+491712345678",
    message="You will be texted when a battery runs low. "
    "Now: Dora Charge 6: 85%, Dora Aria Air: 64%.",
    at=MEASURED_AT,
)
WARNING = SmsMessage(
    to="+491712345678",
    message="Dora Charge 6 has a low battery (9%). Last sync: 2026-11-20 08:01.",
    at=MEASURED_AT,
)


def states(**values: object) -> dict[str, State]:
    """Return states by their translation keys."""
    return {
        name: State(state=str(value), attributes={}) for name, value in values.items()
    }


@pytest.fixture
def arrival() -> Arrival:
    """Return a weighing of which all that came was right."""
    bare = Arrival(
        person=PERSON,
        weighing=WEIGHING,
        measured_at=MEASURED_AT,
        arrived=[HELD],
        requests=[READ, UPLOAD],
        sensors={},
        sensors_again={},
        events=[],
        event_again=State(state="2026-11-20T07:02:00", attributes={}),
    )
    values = expected_values(bare)
    event = State(
        state="2026-11-20T07:02:00",
        attributes={
            "event_type": "weigh_in",
            "measured_at": "2026-11-20T08:01:02+01:00",
            **values,
        },
    )
    sensors = states(
        **values,
        last_weigh_in=MEASURED_AT.isoformat(),
        last_push=(MEASURED_AT + timedelta(seconds=9)).isoformat(),
        pending=0,
    )
    return replace(
        bare, sensors=sensors, sensors_again=sensors, events=[event], event_again=event
    )


@pytest.fixture
def good(arrival: Arrival) -> Evidence:
    """Return the evidence of a run in which all was right."""
    return Evidence(
        arrivals=[arrival],
        pressures=[
            PressureArrival(
                person=PERSON,
                pressure=Pressure(systolic=121, diastolic=79, heart_rate=63),
                measured_at=MEASURED_AT,
                arrived=[PRESSURE_HELD],
                requests=[READ_PRESSURE, ADD_PRESSURE],
            )
        ],
        sensor_arrivals=[
            SensorArrival(
                person=replace(PERSON, name="Emil"),
                report=Report(
                    pounds=141.3,
                    body_fat=27.1,
                    at=MEASURED_AT + timedelta(seconds=0.4),
                ),
                arrived=[SHOWN_HELD],
            )
        ],
        histories=[
            History(
                person=PERSON,
                past={
                    MEASURED_AT - timedelta(days=3): Weighing(weight=81, body_fat=20)
                },
                means={datetime(2026, 11, 17, 7, tzinfo=UTC): 81.0},
            )
        ],
        charges=[
            Charge(
                battery=BODY,
                when="at first",
                shown=states(battery_level="high", battery_low="off"),
            ),
            Charge(
                battery=TRACKER_LOW,
                when="at last",
                shown=states(battery=9, battery_level="low", battery_low="on"),
            ),
        ],
        texts=Texts(
            number="+49 171 2345678",
            before=[INTRODUCTION, WARNING],
            after=[],
            restarted_at=MEASURED_AT,
            asked_at=MEASURED_AT + timedelta(seconds=5),
        ),
        late_requests=[],
        files={".storage/core.config_entries": TOKEN.value, "home-assistant.log": LOG},
        log=LOG,
        secrets=[TOKEN, PASSWORD],
    )


def failed(evidence: Evidence) -> list[str]:
    """Return the names of the checks that fail."""
    return [check.name for check in check_all(evidence) if not check.passed]


def failed_of(good: Evidence, arrival: Arrival, **wrong: Any) -> list[str]:
    """Return the names of the checks that fail if something of a weighing is wrong."""
    return failed(replace(good, arrivals=[replace(arrival, **wrong)]))


def test_good_run_passes(good: Evidence) -> None:
    """Nothing is wrong with a run in which all was right."""
    assert not failed(good)


@pytest.mark.parametrize("arrived", [[], [HELD, HELD]])
def test_not_exactly_once(
    good: Evidence, arrival: Arrival, arrived: list[GarminWeighIn]
) -> None:
    """A weigh-in that is lost or twice there fails."""
    assert "Dora's Garmin account holds exactly this weigh-in" in failed_of(
        good, arrival, arrived=arrived
    )


def test_wrong_second(good: Evidence, arrival: Arrival) -> None:
    """A weigh-in a second later fails."""
    late = replace(HELD, measured_at=MEASURED_AT + timedelta(seconds=1))
    assert failed_of(good, arrival, arrived=[late]) == [
        "It was measured at 2026-11-20 07:01:02 UTC there"
    ]


@pytest.mark.parametrize(
    "change", [{"weight": 80.04}, {"body_water": None}, {"bmi": 24.6}, {"bone_mass": 0}]
)
def test_wrong_value(good: Evidence, arrival: Arrival, change: dict[str, Any]) -> None:
    """A last digit that was cut off fails, and so does a value that is missing."""
    wrong = replace(HELD, **change)
    assert failed_of(good, arrival, arrived=[wrong]) == [
        "All 9 values are right there, to the last digit"
    ]


def test_invented_value(good: Evidence, arrival: Arrival) -> None:
    """A value that the scale did not measure fails."""
    weighing = replace(WEIGHING, bone_mass=None)
    assert failed_of(good, arrival, weighing=weighing) == [
        "All 8 values are right there, to the last digit"
    ]


@pytest.mark.parametrize(
    "requests", [[], [UPLOAD], [READ, READ, UPLOAD], [READ, UPLOAD, READ]]
)
def test_wrong_requests(
    good: Evidence, arrival: Arrival, requests: list[Request]
) -> None:
    """Anything but a read and an upload fails."""
    assert failed_of(good, arrival, requests=requests) == [
        "That took two requests to Garmin: one read, one upload"
    ]


@pytest.mark.parametrize(
    ("key", "state"),
    [
        ("weight", "80.06"),
        ("fat_mass", "unknown"),
        ("last_weigh_in", "2026-11-20T07:01:03+00:00"),
        ("last_push", "2026-11-19T07:01:02+00:00"),
        ("pending", "1"),
    ],
)
def test_wrong_sensor(good: Evidence, arrival: Arrival, key: str, state: str) -> None:
    """A sensor that shows something else fails, before and after the restart."""
    wrong = {**arrival.sensors, key: State(state=state, attributes={})}
    assert failed_of(good, arrival, sensors=wrong) == ["Dora's sensors show it"]
    assert failed_of(good, arrival, sensors_again=wrong) == [
        "A restart of Home Assistant changes nothing of the weigh-ins"
    ]


def test_wrong_event(good: Evidence, arrival: Arrival) -> None:
    """An event that fires never, twice, or without all that was measured fails."""
    name = "The event entity fired once, with all that was measured"
    (event,) = arrival.events
    bare = replace(
        event, attributes={**event.attributes, "body_fat": None, "measured_at": None}
    )
    assert name in failed_of(good, arrival, events=[])
    assert failed_of(good, arrival, events=[event, event]) == [name]
    assert failed_of(good, arrival, events=[bare]) == [name]


@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        ({"arrived": []}, ONE_PRESSURE),
        ({"arrived": [PRESSURE_HELD, PRESSURE_HELD]}, ONE_PRESSURE),
        ({"arrived": [replace(PRESSURE_HELD, pulse=None)]}, ONE_PRESSURE),
        (
            {"arrived": [replace(PRESSURE_HELD, measured_at=MEASURED_AT + DAY)]},
            "It was measured at 2026-11-20 07:01:02 UTC there",
        ),
        (
            {"requests": [READ_PRESSURE, ADD_PRESSURE, ADD_PRESSURE]},
            "That took two requests to Garmin: one read, one entry",
        ),
    ],
)
def test_wrong_pressure(good: Evidence, wrong: dict[str, Any], name: str) -> None:
    """A blood pressure that is lost, doubled, changed or elsewhere fails."""
    (arrival,) = good.pressures
    assert name in failed(replace(good, pressures=[replace(arrival, **wrong)]))


@pytest.mark.parametrize(
    ("arrived", "name"),
    [
        ([], "Emil's Garmin account holds exactly what the Bluetooth scale showed"),
        (
            [SHOWN_HELD, SHOWN_HELD],
            "Emil's Garmin account holds exactly what the Bluetooth scale showed",
        ),
        (
            [replace(SHOWN_HELD, weight=141.3)],
            "141.3 lb are 64.09 kg there, with fat and BMI",
        ),
        (
            [replace(SHOWN_HELD, body_fat=None)],
            "141.3 lb are 64.09 kg there, with fat and BMI",
        ),
        (
            [replace(SHOWN_HELD, measured_at=MEASURED_AT + timedelta(seconds=9))],
            "Its time there is that of the sensors",
        ),
    ],
)
def test_wrong_sensor_arrival(
    good: Evidence, arrived: list[GarminWeighIn], name: str
) -> None:
    """A weigh-in of sensors that is lost, doubled, or taken for kilograms fails."""
    (arrival,) = good.sensor_arrivals
    assert name in failed(
        replace(good, sensor_arrivals=[replace(arrival, arrived=arrived)])
    )


def test_something_after_restart(good: Evidence, arrival: Arrival) -> None:
    """A request or an event after the restart fails."""
    name = "A restart of Home Assistant changes nothing of the weigh-ins"
    again = replace(arrival.event_again, state="2026-11-20T07:05:00")
    assert failed(replace(good, late_requests=[READ])) == [name]
    assert failed_of(good, arrival, event_again=again) == [name]


@pytest.mark.parametrize("wrong", [{}, {7: 81.5}, {8: 81.0}])
def test_wrong_statistics(good: Evidence, wrong: dict[int, float]) -> None:
    """A weigh-in that is missing, wrong or in another hour of the statistics fails."""
    means = {datetime(2026, 11, 17, h, tzinfo=UTC): wrong[h] for h in wrong}
    histories = [replace(history, means=means) for history in good.histories]
    assert failed(replace(good, histories=histories)) == [
        "Statistics hold Dora's 1 older weigh-ins at their hours"
    ]


@pytest.mark.parametrize(
    "shown",
    [
        {"battery_level": "high"},
        {"battery_level": "medium", "battery_low": "off"},
        {"battery_level": "high", "battery_low": "on"},
        {"battery": 80, "battery_level": "high", "battery_low": "off"},
    ],
)
def test_wrong_battery(good: Evidence, shown: dict[str, object]) -> None:
    """An entity that is missing, wrong, or made up of a word fails."""
    charge, *_ = good.charges
    wrong = replace(charge, shown=states(**shown))
    assert failed(replace(good, charges=[wrong])) == [
        "Body+'s battery is shown as High at first"
    ]


@pytest.mark.parametrize("battery", [TRACKER, ARIA])
def test_battery_that_is_not_low(good: Evidence, battery: Battery) -> None:
    """A battery that is called low fails if it is not."""
    level = battery.percent
    shown = states(battery=level, battery_level=battery.word, battery_low="on")
    charge = Charge(battery=battery, when="at first", shown=shown)
    assert failed(replace(good, charges=[charge])) == [
        f"{battery.model}'s battery is shown as {level}% at first"
    ]


@pytest.mark.parametrize(
    ("before", "name"),
    [
        ([WARNING, WARNING], "Run texts the introduction with each level"),
        ([INTRODUCTION], "A battery that runs low is one text"),
        ([INTRODUCTION, WARNING, WARNING], "A battery that runs low is one text"),
        (
            [INTRODUCTION, replace(WARNING, to="+49 171 2345678")],
            "The texts went to +491712345678",
        ),
    ],
)
def test_wrong_texts(good: Evidence, before: list[SmsMessage], name: str) -> None:
    """A text that is missing, twice there, or sent elsewhere fails."""
    texts = replace(good.texts, before=before)
    assert failed(replace(good, texts=texts)) == [name]


@pytest.mark.parametrize(
    "wrong",
    [{"after": [WARNING]}, {"asked_at": None}, {"asked_at": MEASURED_AT - DAY}],
)
def test_second_text(good: Evidence, wrong: dict[str, Any]) -> None:
    """A second text fails, and so does an automation that looked for none."""
    texts = replace(good.texts, **wrong)
    assert failed(replace(good, texts=texts)) == [
        "It is no second one when Home Assistant starts again"
    ]


def test_log_that_says_nothing(good: Evidence) -> None:
    """A log without debug lines proves nothing about secrets, and fails."""
    quiet = LOG.replace("DEBUG", "INFO")
    assert failed(replace(good, log=quiet)) == ["The log is at debug level"]


@pytest.mark.parametrize(
    "line", ["a pass&word", "username=x&password=a+pass%26word", "Bearer t0k/en+"]
)
def test_secret_in_log(good: Evidence, line: str) -> None:
    """A secret in the log fails, however it is written."""
    assert failed(replace(good, log=LOG + line)) == ["None of 2 secrets is in the log"]


@pytest.mark.parametrize(
    ("path", "content"),
    [
        (".storage/core.config_entries", PASSWORD.value),
        (".storage/core.restore_state", TOKEN.value),
        ("home-assistant_v2.db", f"\ufffd{TOKEN.value}\ufffd"),
    ],
)
def test_secret_in_file(good: Evidence, path: str, content: str) -> None:
    """A secret in a file that it does not belong into fails."""
    wrong = {**good.files, path: content}
    assert failed(replace(good, files=wrong)) == [
        f"None is in a file of {len(wrong)} where it does not belong"
    ]


@pytest.mark.parametrize(
    "line",
    [
        "2026-11-20 ERROR (MainThread) [custom_components.weighbridge.garmin.account] Broken",
        "2026-11-20 WARNING (MainThread) [homeassistant.helpers.frame] In weighbridge",
    ],
)
def test_complaint(good: Evidence, line: str) -> None:
    """A warning about the integration fails."""
    assert failed(replace(good, log=f"{LOG}{line}\n")) == [
        "The log has no warning about Weighbridge"
    ]
