"""What `scripts/demo --once` would not let pass."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .clouds import GarminWeighIn, Request
from .demo.api import State
from .demo.cast import Person, Weighing
from .demo.checks import check_all, expected_values
from .demo.evidence import Evidence, Secret

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
LOG = """\
2026-11-20 DEBUG (MainThread) [custom_components.weighbridge.push] Pushed
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


@pytest.fixture
def good() -> Evidence:
    """Return the evidence of a run in which all was right."""
    bare = Evidence(
        person=PERSON,
        weighing=WEIGHING,
        measured_at=MEASURED_AT,
        arrived=[HELD],
        requests=[READ, UPLOAD],
        late_requests=[],
        sensors={},
        sensors_again={},
        events=[],
        event_again=State(state="2026-11-20T07:02:00", attributes={}),
        files={".storage/core.config_entries": TOKEN.value, "home-assistant.log": LOG},
        log=LOG,
        secrets=[TOKEN, PASSWORD],
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
    sensors = {
        **{
            name: State(state=str(value), attributes={})
            for name, value in values.items()
        },
        "last_weigh_in": State(state=MEASURED_AT.isoformat(), attributes={}),
        "last_push": State(
            state=(MEASURED_AT + timedelta(seconds=9)).isoformat(), attributes={}
        ),
        "pending": State(state="0", attributes={}),
    }
    return replace(
        bare, sensors=sensors, sensors_again=sensors, events=[event], event_again=event
    )


def failed(evidence: Evidence) -> list[str]:
    """Return the names of the checks that fail."""
    return [check.name for check in check_all(evidence) if not check.passed]


def test_good_run_passes(good: Evidence) -> None:
    """Nothing is wrong with a run in which all was right."""
    assert not failed(good)


@pytest.mark.parametrize("arrived", [[], [HELD, HELD]])
def test_not_exactly_once(good: Evidence, arrived: list[GarminWeighIn]) -> None:
    """A weigh-in that is lost or twice there fails."""
    assert "Garmin Connect holds exactly this weigh-in" in failed(
        replace(good, arrived=arrived)
    )


def test_wrong_second(good: Evidence) -> None:
    """A weigh-in a second later fails."""
    late = replace(HELD, measured_at=MEASURED_AT + timedelta(seconds=1))
    assert failed(replace(good, arrived=[late])) == [
        "It was measured at 2026-11-20 07:01:02 UTC there"
    ]


@pytest.mark.parametrize(
    "change", [{"weight": 80.04}, {"body_water": None}, {"bmi": 24.6}, {"bone_mass": 0}]
)
def test_wrong_value(good: Evidence, change: dict[str, Any]) -> None:
    """A last digit that was cut off fails, and so does a value that is missing."""
    wrong = replace(HELD, **change)
    assert failed(replace(good, arrived=[wrong])) == [
        "All 9 values are right there, to the last digit"
    ]


@pytest.mark.parametrize(
    "requests", [[], [UPLOAD], [READ, READ, UPLOAD], [READ, UPLOAD, READ]]
)
def test_wrong_requests(good: Evidence, requests: list[Request]) -> None:
    """Anything but a read and an upload fails."""
    assert failed(replace(good, requests=requests)) == [
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
def test_wrong_sensor(good: Evidence, key: str, state: str) -> None:
    """A sensor that shows something else fails, before and after the restart."""
    wrong = {**good.sensors, key: State(state=state, attributes={})}
    assert failed(replace(good, sensors=wrong)) == ["The sensors show it"]
    assert failed(replace(good, sensors_again=wrong)) == [
        "A restart of Home Assistant changes nothing of this"
    ]


def test_wrong_event(good: Evidence) -> None:
    """An event that fires never, twice, or without all that was measured fails."""
    name = "The event entity fired once, with all that was measured"
    (event,) = good.events
    bare = replace(
        event, attributes={**event.attributes, "body_fat": None, "measured_at": None}
    )
    assert name in failed(replace(good, events=[]))
    assert failed(replace(good, events=[event, event])) == [name]
    assert failed(replace(good, events=[bare])) == [name]


def test_something_after_restart(good: Evidence) -> None:
    """A request or an event after the restart fails."""
    name = "A restart of Home Assistant changes nothing of this"
    again = replace(good.event_again, state="2026-11-20T07:05:00")
    assert failed(replace(good, late_requests=[READ])) == [name]
    assert failed(replace(good, event_again=again)) == [name]


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
        "2026-11-20 ERROR (MainThread) [custom_components.weighbridge.push] Broken",
        "2026-11-20 WARNING (MainThread) [homeassistant.helpers.frame] In weighbridge",
    ],
)
def test_complaint(good: Evidence, line: str) -> None:
    """A warning about the integration fails."""
    assert failed(replace(good, log=f"{LOG}{line}\n")) == [
        "The log has no warning about Weighbridge"
    ]
