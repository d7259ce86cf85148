"""A run of the demo in which all was right, and what the checks say of others."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from ..clouds import GarminBloodPressure, GarminWeighIn, Request, SmsMessage
from ..demo.api import State
from ..demo.bluetooth import Report
from ..demo.cast import Person, Pressure, Weighing
from ..demo.checks import check_all, expected_values
from ..demo.devices import BODY, TRACKER_LOW
from ..demo.evidence import (
    Answer,
    Arrival,
    Charge,
    Evidence,
    Guest,
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
SHOWN = Report(pounds=141.3, body_fat=27.1, at=MEASURED_AT + timedelta(seconds=0.4))
VISITOR = Report(pounds=229.9, body_fat=24, at=MEASURED_AT)
BUTTONS = ["Emil", "Dora", "Nobody", "Somebody else"]
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
    message="Dora Charge 6 has a low battery (9%). Last sync: 20 Nov 2026, 08:01.",
    at=MEASURED_AT,
)


def states(**values: object) -> dict[str, State]:
    """Return states by their translation keys."""
    return {
        name: State(state=str(value), attributes={}) for name, value in values.items()
    }


def right_arrival() -> Arrival:
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


def right_run(arrival: Arrival) -> Evidence:
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
                reports=[SHOWN],
                arrived=[SHOWN_HELD],
            )
        ],
        answers=[
            Answer(
                report=SHOWN,
                pressed="Emil",
                buttons={"Dora phone": BUTTONS, "Emil phone": BUTTONS},
                candidates=["Emil", "Dora"],
            )
        ],
        guest=Guest(
            report=VISITOR,
            states=states(**{"sensor.emil_weight": 64.09, "sensor.emil_bmi": 19.8}),
            events=arrival.events,
            means={"weighbridge:emil_weight": [64.09]},
            held={"Emil": [64.09], "Dora": [80.05]},
        ),
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
