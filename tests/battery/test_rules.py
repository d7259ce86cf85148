"""When a text about a battery is due: the pure rules, under any course of events."""

from datetime import UTC, datetime, time, timedelta
from enum import Enum, auto
import json
from zoneinfo import ZoneInfo

from hypothesis import example, given, strategies as st
import pytest

from custom_components.weighbridge.battery.rules import (
    Memory,
    Quiet,
    Reading,
    Rules,
    TextKind,
)
from custom_components.weighbridge.model import BatteryLevel

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
BERLIN = ZoneInfo("Europe/Berlin")


class Step(Enum):
    """What may happen to a battery, and to the one who tells of it."""

    LOW = auto()
    CHARGED = auto()
    GAP = auto()
    TELL = auto()
    FAIL_TO_TELL = auto()
    RESTART = auto()


@example(
    steps=[Step.LOW, Step.TELL, Step.CHARGED, Step.LOW, Step.CHARGED, Step.TELL],
    hours=[0] * 6,
)
@given(
    steps=st.lists(st.sampled_from(Step), max_size=40),
    hours=st.lists(st.integers(0, 100), min_size=40, max_size=40),
)
def test_one_text_for_a_discharge(steps: list[Step], hours: list[int]) -> None:
    """In any course of events, each discharge that could be told is told once."""
    memory, rules, now = Memory(), Rules(), START
    reading = Reading(low=None)
    told: list[TextKind] = []
    charged_since_low_told = True
    for step, pause in zip(steps, hours, strict=False):
        now += timedelta(hours=pause)
        match step:
            case Step.LOW:
                reading = Reading(low=True, percent=10)
            case Step.CHARGED:
                reading = Reading(low=False, percent=90)
            case Step.GAP:
                reading = Reading(low=None)
            case Step.RESTART:
                memory = Memory.from_dict(json.loads(json.dumps(memory.as_dict())))
        memory = memory.observe(reading, rules, now)
        charged_since_low_told |= reading.low is False
        if step is not Step.TELL:
            continue
        for kind in list(memory.due(reading, rules, now)):
            if kind is TextKind.LOW:
                assert charged_since_low_told
                charged_since_low_told = False
            else:
                assert told[-1] is TextKind.LOW
                assert reading.low is False
            memory = memory.told(kind, now)
            told.append(kind)
        if reading.low:
            assert told[-1] is TextKind.LOW
            assert not charged_since_low_told
        elif reading.low is False:
            assert not told or told[-1] is TextKind.CHARGED


@given(
    repeat=st.integers(1, 48),
    looks=st.lists(st.integers(1, 600), min_size=1, max_size=60),
)
def test_repetitions_keep_their_distance(repeat: int, looks: list[int]) -> None:
    """A low battery is told at the first look after each interval."""
    rules = Rules(repeat=timedelta(hours=repeat))
    reading, memory, now = Reading(low=True), Memory(), START
    assert list(memory.due(reading, rules, now)) == [TextKind.LOW]
    memory, last = memory.told(TextKind.LOW, now), now
    for minutes in looks:
        expected = memory.next_change(reading, rules, now)
        assert expected is None or expected == last + timedelta(hours=repeat)
        now += timedelta(minutes=minutes)
        memory = memory.observe(reading, rules, now)
        due = list(memory.due(reading, rules, now))
        assert due == ([TextKind.LOW] if now - last >= timedelta(hours=repeat) else [])
        if due:
            memory, last = memory.told(TextKind.LOW, now), now


def berlin_from(utc: datetime) -> st.SearchStrategy[datetime]:
    """Return the moments of two days and nights on the clock of Berlin."""
    return st.integers(0, 50 * 60).map(
        lambda minutes: (utc + timedelta(minutes=minutes)).astimezone(BERLIN)
    )


@given(
    start=st.times().map(lambda at: at.replace(microsecond=0)),
    end=st.times().map(lambda at: at.replace(microsecond=0)),
    moment=st.one_of(
        st.datetimes(timezones=st.just(BERLIN)),
        berlin_from(datetime(2026, 3, 28, tzinfo=UTC)),
        berlin_from(datetime(2026, 10, 24, tzinfo=UTC)),
    ).filter(lambda moment: 1990 < moment.year < 2100),
)
@example(
    start=time(22),
    end=time(2, 30),
    moment=datetime(2026, 10, 25, 2, 5, tzinfo=BERLIN, fold=1),
)
@example(start=time(3), end=time(2, 30), moment=datetime(2026, 3, 29, 1, tzinfo=BERLIN))
def test_quiet_hours(start: time, end: time, moment: datetime) -> None:
    """A text waits until the clock shows no quiet hour, and never for a moment past."""
    quiet = Quiet(start, end)
    until = quiet.until(moment)
    wait = until.astimezone(UTC) - moment.astimezone(UTC)
    assert start == end or not _between(start, end, until.time())
    if start != end and _between(start, end, moment.time()):
        assert timedelta(0) < wait <= timedelta(hours=50)
        # The clock may jump past the end, and is then an hour late at the most.
        seen = until.astimezone(UTC) - timedelta(hours=1, seconds=1)
        if seen > moment.astimezone(UTC):
            assert _between(start, end, seen.astimezone(BERLIN).time())
    else:
        assert wait == timedelta(0)


@pytest.mark.parametrize(
    ("fold", "end"),
    [
        (0, datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
        (1, datetime(2026, 10, 25, 1, 30, tzinfo=UTC)),
    ],
)
def test_quiet_hours_that_end_twice(fold: int, end: datetime) -> None:
    """In the night when 2:05 comes twice, quiet hours until 2:30 end after each."""
    moment = datetime(2026, 10, 25, 2, 5, tzinfo=BERLIN, fold=fold)
    assert Quiet(time(22), time(2, 30)).until(moment).astimezone(UTC) == end


def _between(start: time, end: time, at: time) -> bool:
    """Tell whether a clock that started at `start` shows `at` before `end`."""
    clock = [(t.hour * 3600 + t.minute * 60 + t.second) for t in (start, end, at)]
    return (clock[2] - clock[0]) % 86400 < (clock[1] - clock[0]) % 86400


@pytest.mark.parametrize(
    ("reading", "charged"),
    [
        (Reading(low=True, percent=90), False),
        (Reading(low=None, percent=90), False),
        (Reading(low=False, percent=24), False),
        (Reading(low=False, percent=25), True),
        (Reading(low=False, percent=34, threshold=30), False),
        (Reading(low=False, percent=100, threshold=98), True),
        (Reading(low=False, percent=90, level=BatteryLevel.LOW), True),
        (Reading(low=False, level=BatteryLevel.EMPTY), False),
        (Reading(low=False, level=BatteryLevel.LOW), False),
        (Reading(low=False, level=BatteryLevel.MEDIUM), None),
        (Reading(low=False, level=BatteryLevel.HIGH), True),
        (Reading(low=False), True),
    ],
)
def test_charged(reading: Reading, charged: bool | None) -> None:
    """A percentage well above the threshold or a good word is a charged battery."""
    assert reading.charged is charged


def test_a_gap_does_not_start_the_day_of_a_medium_level_anew() -> None:
    """A device that is away for an hour has still been medium for a day."""
    rules, medium = Rules(), Reading(low=False, level=BatteryLevel.MEDIUM)
    memory = Memory().told(TextKind.LOW, START).observe(medium, rules, START)
    later = START + timedelta(hours=12)
    memory = memory.observe(Reading(low=None), rules, later)
    assert memory.next_change(medium, rules, later) == START + timedelta(days=1)
    later = START + timedelta(days=1)
    memory = memory.observe(medium, rules, later)
    assert list(memory.due(medium, rules, later)) == [TextKind.CHARGED]


def test_an_introduction_changes_nothing() -> None:
    """Run may be chosen at any time."""
    memory = Memory(low_told=START)
    assert memory.told(TextKind.INTRODUCTION, START) == memory


def test_what_may_rest_is_never_silent() -> None:
    """A strap in its drawer is nobody's concern, however long."""
    rules = Rules(silence=timedelta(days=3))
    year_ago = START - timedelta(days=365)
    for may_rest in (True, False):
        reading = Reading(low=False, last_sync=year_ago, may_rest=may_rest)
        due = list(Memory().due(reading, rules, START))
        assert due == ([] if may_rest else [TextKind.SILENT])
        later = Memory().next_change(reading, rules, year_ago)
        assert (later is None) == may_rest
