"""When a weighing is told: as soon as it has what weighings of this scale come with."""

import pytest

from custom_components.weighbridge.sources.scale import TakenBack, Weighed

from .notation import DAY, HOUR, MINUTE, Day, weights
from .replay import Replay, Step

PLAIN = Day()
FAT = Day(body_fat=21.5)

type Telling = tuple[float, float, float | None]
"""When it was told, the weight and the fat."""

PLAIN_TOLD: list[Telling] = [(105, 80.0, None)]
FAT_TOLD: list[Telling] = [(105, 80.0, None), (106, 80.0, 21.5)]


def tellings(steps: list[Step], *, dated: bool = False) -> list[Telling]:
    """Return what is told, and when; nothing may be taken back."""
    told: list[Telling] = []
    for at, outcome in Replay(steps, dated=dated).moments():
        assert isinstance(outcome, Weighed)
        told.append((at, outcome.weigh_in.weight, outcome.weigh_in.body_fat))
    return told


def test_a_scale_without_fat() -> None:
    """Its weighings are told at rest."""
    steps = [*PLAIN.steps, (DAY, "weight", 79.0)]
    assert tellings(steps) == [*PLAIN_TOLD, (DAY + 5, 79.0, None)]


@pytest.mark.parametrize("restart", [False, True])
def test_fat_is_waited_for(restart: bool) -> None:
    """A scale that has told a fat once will do so again, and after a restart."""
    again: list[Step] = [(HOUR, "", "restart"), (HOUR, "weight", "shown 80.0")]
    steps = [
        *FAT.steps,
        *(again if restart else []),
        (DAY, "weight", 79.0),
        (DAY + 12, "body_fat", 21.2),
    ]
    assert tellings(steps) == [*FAT_TOLD, (DAY + 12, 79.0, 21.2)]


def test_fat_is_put_right() -> None:
    """What was told is told anew, with what came late."""
    steps = [
        *FAT.steps,
        (DAY, "weight", 79.0),
        (DAY + 6, "body_fat", 27.0),
        (DAY + 12, "body_fat", 21.2),
    ]
    expected = [(DAY + 6, 79.0, 27.0), (DAY + 12, 79.0, 21.2)]
    assert tellings(steps) == [*FAT_TOLD, *expected]


def test_nobody_waits_for_ever() -> None:
    """After a minute it is told as it is; after five of those, at rest once more.

    A fat that comes all the same is taken, and waited for again.
    """
    days = [DAY * day for day in range(1, 8)]
    steps = [*FAT.steps, *weights(*((at, 79 + at / DAY / 10) for at in days))]
    steps.insert(-1, (6 * DAY + 12, "body_fat", 21.0))
    assert tellings(steps) == [
        *FAT_TOLD,
        *((at + 60, 79 + at / DAY / 10, None) for at in days[:5]),
        (6 * DAY + 5, 79.6, None),
        (6 * DAY + 12, 79.6, 21.0),
        (7 * DAY + 60, 79.7, None),
    ]


def test_who_comes_next_keeps_their_fat() -> None:
    """It is not told as that of whoever stood there before."""
    steps = [
        *FAT.steps,
        (DAY, "weight", 79.0),
        (DAY + 30, "weight", 62.0),
        (DAY + 33, "body_fat", 31.0),
    ]
    expected = [(DAY + 35, 62.0, 31.0), (DAY + 60, 79.0, None)]
    assert tellings(steps) == [*FAT_TOLD, *expected]


def test_before_a_restart_all_is_told() -> None:
    """There will be no more reports of what is on the scale now."""
    steps = [
        *FAT.steps,
        (DAY, "weight", 79.0),
        (DAY + 25, "weight", 62.0),
        (DAY + 27, "", "restart"),
    ]
    expected = [(DAY + 27, 79.0, None), (DAY + 27, 62.0, None)]
    assert tellings(steps) == [*FAT_TOLD, *expected]


def test_what_was_on_the_way_is_told_of_once() -> None:
    """It may have been somebody else, who may have been asked about since."""
    steps: list[Step] = [
        *PLAIN.steps,
        (DAY, "weight", 62.0),
        (DAY + 6, "weight", 79.0),
        (DAY + 20, "body_fat", 21.2),
    ]
    outcomes = [outcome for _, outcome in Replay(steps).moments()]
    assert [
        [before.weigh_in.weight for before in outcome.instead]
        for outcome in outcomes
        if isinstance(outcome, Weighed)
    ] == [[], [], [62.0], []]


def test_a_time_and_its_weight() -> None:
    """They are told at once, in whatever order; a time alone waits for a minute."""
    steps: list[Step] = [
        (0, "weight", "shown 80.0"),
        (100, "weight", 79.0),
        (107, "measured_at", 98.0),
        (DAY, "measured_at", DAY - 2.0),
        (DAY + 5, "weight", 79.2),
        (2 * DAY, "measured_at", 2 * DAY - 2.0),
    ]
    assert tellings(steps, dated=True) == [
        (108, 79.0, None),
        (DAY + 6, 79.2, None),
        (2 * DAY + 60, 79.2, None),
    ]


def test_times_of_two_people() -> None:
    """The fat of the second one is not told as that of the first one."""
    steps: list[Step] = [
        (0, "weight", "shown 80.0"),
        (100, "measured_at", 98.0),
        (100, "weight", 79.0),
        (130, "measured_at", 128.0),
        (130, "body_fat", 31.0),
        (130.5, "weight", 62.0),
    ]
    assert tellings(steps, dated=True) == [(101, 79.0, None), (131.5, 62.0, 31.0)]


def test_what_is_told_once_more_is_no_news() -> None:
    """Nothing is taken back for a moment when a scale tells all that it remembers."""
    steps: list[Step] = []
    for at, measured, weight in (
        (0, -500, 80.0),
        (100, 98, 79.0),
        (10 * MINUTE, 590, 79.3),
        (20 * MINUTE, 98, 79.0),
        (20 * MINUTE + 2, 590, 79.3),
        (20 * MINUTE + 4, 1190, 79.6),
    ):
        steps += [(at, "measured_at", measured), (at, "weight", weight)]
    assert tellings(steps, dated=True) == [
        (101, 79.0, None),
        (601, 79.3, None),
        (20 * MINUTE + 5, 79.6, None),
    ]


@pytest.mark.parametrize("dated", [False, True])
def test_taken_back(dated: bool) -> None:
    """Whoever takes something back is told what it was, and what is shown instead."""
    steps: list[Step] = []
    for at, weight in ((0, 75.0), (100, 80.0), (DAY, 149.9), (DAY + 600, 80.0)):
        measured: Step = (at, "measured_at", 100.0 if at > DAY else float(at))
        steps += [(at, "weight", weight), *([measured] if dated else [])]
    steps[-2:-2] = [(HOUR, "", "restart"), (HOUR, "weight", "shown 80.0")]
    steps.sort(key=lambda step: step[0])
    moment, outcome = Replay(steps, dated=dated).moments()[-1]
    assert moment == DAY + 600 + (60 if dated else 5)
    assert isinstance(outcome, TakenBack)
    assert (outcome.key, outcome.shown) == (str(DAY), "100")
    assert outcome.weigh_in.weight == 149.9
