"""What `scripts/demo --once` would not let pass."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ..clouds import GarminWeighIn, Request, SmsMessage
from ..demo.api import State
from ..demo.devices import ARIA, TRACKER, Battery
from ..demo.evidence import Arrival, Charge, Evidence
from .run import (
    ADD_PRESSURE,
    BUTTONS,
    DAY,
    HELD,
    INTRODUCTION,
    LOG,
    MEASURED_AT,
    ONE_PRESSURE,
    PASSWORD,
    PRESSURE_HELD,
    READ,
    READ_PRESSURE,
    SHOWN_HELD,
    TOKEN,
    UPLOAD,
    WARNING,
    WEIGHING,
    failed,
    failed_of,
    states,
)


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


@pytest.mark.parametrize(
    "buttons",
    [
        {},
        {"Emil phone": BUTTONS},
        {"Dora phone": BUTTONS, "Emil phone": []},
        {"Dora phone": BUTTONS, "Emil phone": BUTTONS[1:]},
    ],
)
def test_wrong_question(good: Evidence, buttons: dict[str, list[str]]) -> None:
    """A phone that was not asked, or lacks a button, fails."""
    (answer,) = good.answers
    wrong = replace(answer, buttons=buttons)
    assert failed(replace(good, answers=[wrong])) == [
        "64.09 kg: each phone asks Emil, Dora, Nobody, Somebody else; Emil was pressed"
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"states": {}},
        {"states": states(**{"sensor.emil_weight": 104.28})},
        {"states": states(**{"sensor.emil_weight": 229.9})},
        {"states": {"event.emil": State(state="", attributes={"weight": 104.28})}},
        {"events": [State(state="", attributes={"weight": 104.28})]},
        {"means": {}},
        {"means": {"weighbridge:emil_weight": [64.09, 104.3]}},
        {"held": {"Emil": [64.09], "Dora": [80.05, 104.28]}},
    ],
)
def test_guest_who_is_somewhere(good: Evidence, wrong: dict[str, Any]) -> None:
    """A guest whom somebody is taken for, wherever that shows, fails."""
    guest = replace(good.guest, **wrong)
    assert failed(replace(good, guest=guest)) == [
        "The guest is in no sensor, event, statistic or Garmin account"
    ]


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
