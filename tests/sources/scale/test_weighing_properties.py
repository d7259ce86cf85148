"""Whatever scales do around them, just the weighings that were made are told."""

from dataclasses import dataclass, replace
from enum import Enum
from itertools import pairwise, product
from math import floor

from hypothesis import given, settings, strategies as st

from .replay import Replay, Step, told

HOUR = 3600.0

MANY = settings(max_examples=3 * settings().max_examples, deadline=None)

# How far off the values are that somebody shows who stands still; one draw is quicker.
NOISE = st.sampled_from(list(product((-0.1, 0.0, 0.1), repeat=4)))


class Manner(Enum):
    """How a sensor tells of somebody on the scale."""

    FINAL = "the result alone"
    REPEATING = "the result, again and again"
    RESETTING = "the result, and an empty scale after it"
    LIVE = "all on the way, by changes"
    NOISY = "all the time, with noise"
    SLEEPING = "the result, and out of reach between weighings"


@dataclass(frozen=True, slots=True)
class Stand:
    """Somebody on the scale: after how long a wait, for how long, and what is measured."""

    wait: float
    seconds: float
    weight: float
    body_fat: float | None
    fat_after: float
    noise: tuple[float, ...]
    restart: bool


def stands(shortest: float) -> st.SearchStrategy[Stand]:
    """Return people one after the other."""
    return st.builds(
        Stand,
        wait=st.floats(shortest, 60) | st.floats(60, 40 * HOUR),
        seconds=st.floats(6, 20),
        weight=st.integers(60, 1400).map(lambda tenths: tenths / 10),
        body_fat=st.none() | st.integers(50, 500).map(lambda tenths: tenths / 10),
        fat_after=st.floats(-5, 12),
        noise=NOISE,
        restart=st.booleans(),
    )


def report(manner: Manner, stand: Stand, begin: float) -> list[Step]:
    """Return what the sensor of the weight reports of somebody."""
    weight = stand.weight
    end = begin + stand.seconds
    match manner:
        case Manner.FINAL:
            return [(begin, "weight", weight)]
        case Manner.REPEATING:
            times = range(int(stand.seconds))
            return [(begin + n, "weight", weight) for n in times]
        case Manner.RESETTING:
            return [(begin, "weight", weight), (end, "weight", "empty")]
        case Manner.SLEEPING:
            return [(begin, "weight", weight), (end + 20, "weight", "away")]
        case Manner.LIVE:
            return [
                (begin - 1.2, "weight", round(weight * 0.3, 1)),
                (begin - 0.6, "weight", round(weight * 0.8, 1)),
                (begin, "weight", weight),
                (end, "weight", round(weight * 0.6, 1)),
                (end + 0.4, "weight", round(weight * 0.35, 1)),
                (end + 0.8, "weight", "empty"),
            ]
        case Manner.NOISY:
            noise = stand.noise
            return [
                (begin - 0.5, "weight", round(weight * 0.5, 1)),
                *(
                    (begin + n / 2, "weight", round(weight + noise[n % len(noise)], 1))
                    for n in range(int(2 * stand.seconds))
                ),
                (end, "weight", round(weight * 0.5, 1)),
                (end + 0.5, "weight", "empty"),
            ]


@st.composite
def households(
    draw: st.DrawFn,
) -> tuple[Manner, list[tuple[float, Stand]], list[Step]]:
    """Return how a scale reports, who stood on it when, and all that it reports."""
    manner = draw(st.sampled_from(Manner))
    people = draw(st.lists(stands(40), min_size=1, max_size=8))
    steps: list[Step] = [(0.0, "weight", "shown 50.05")]
    made: list[tuple[float, Stand]] = []
    now = 100.0
    before = 50.05
    for number, person in enumerate(people):
        # Nobody weighs just what somebody else did; see the sequences for that.
        weight = round(person.weight + number / 100, 2)
        if abs(weight - before) < 1:
            weight += 3
        before = weight
        restarts = person.restart and person.wait > 120
        stand = replace(person, weight=weight, restart=restarts)
        if stand.restart:
            steps.append((now + stand.wait - 40, "", "restart"))
            for step in reversed(steps):
                if step[1] == "weight" and isinstance(step[2], float):
                    again = f"shown {step[2]}"
                    steps.append((now + stand.wait - 39, "weight", again))
                    break
        begin = now + stand.wait
        steps += report(manner, stand, begin)
        if stand.body_fat is not None:
            fat = stand.body_fat + number / 100
            steps.append((begin + stand.fat_after, "body_fat", fat))
        made.append((begin, stand))
        now = begin + stand.seconds + 25
    steps.sort(key=lambda step: step[0])
    # Within a second, sensors may come in any order.
    for index in range(len(steps) - 1):
        (a, what, _), (b, other, _) = steps[index], steps[index + 1]
        near = what != other and "" not in (what, other) and b - a < 1
        if near and draw(st.booleans()):
            swapped = (a, *steps[index + 1][1:]), (b, *steps[index][1:])
            steps[index], steps[index + 1] = swapped
    return manner, made, steps


@MANY
@given(households())
def test_just_the_weighings_that_were_made(
    household: tuple[Manner, list[tuple[float, Stand]], list[Step]],
) -> None:
    """Each has its time, its weight, and its own fat."""
    manner, made, steps = household
    found = told(Replay(steps).run())
    assert len(found) == len(made)
    for number, ((at, values), (begin, stand)) in enumerate(
        zip(found, made, strict=True)
    ):
        noise = 0.16 if manner is Manner.NOISY else 0.001
        assert abs(values["weight"] - stand.weight) < noise
        assert floor(begin) - 1 <= at <= begin + stand.seconds
        fat = values.get("body_fat")
        if stand.body_fat is None:
            assert fat is None
        else:
            assert fat == stand.body_fat + number / 100


class Next(Enum):
    """How a scale that never shows that it is empty tells of the next person."""

    FINAL = "the result alone"
    REPEATING = "the result, again and again"
    LIVE = "all on the way, by changes"
    NOISY = "all the time, with noise"


def report_next(manner: Next, stand: Stand, begin: float) -> list[Step]:
    """Return what the sensor of the weight reports of somebody who is in a hurry."""
    steps = report(Manner[manner.name], stand, begin)
    if manner in (Next.LIVE, Next.NOISY):
        # What is shown last is what is left of the weight when the feet are off.
        return [*steps[:-1], (steps[-1][0], "weight", round(stand.weight / 10, 1))]
    return steps


@st.composite
def families(draw: st.DrawFn) -> tuple[list[tuple[float, float]], list[Step]]:
    """Return who stood there at once after the other, and all that was reported."""
    manner = draw(st.sampled_from(Next))
    weights = draw(
        st.lists(st.integers(30, 120), min_size=2, max_size=5).filter(
            lambda some: all(abs(a - b) > 1 for a, b in pairwise(some))
        )
    )
    steps: list[Step] = [(0.0, "weight", "shown 50.05")]
    made: list[tuple[float, float]] = []
    now = 100.0
    for number, kilograms in enumerate(weights):
        # Between two results lies a change of people, and the time to settle.
        shortest = 6 if manner in (Next.FINAL, Next.REPEATING) else 4
        seconds = draw(st.floats(shortest, 12))
        stand = Stand(
            wait=0,
            seconds=seconds,
            weight=kilograms + number / 100,
            body_fat=None,
            fat_after=0,
            noise=draw(NOISE),
            restart=False,
        )
        begin = now + draw(st.floats(2, 4))
        steps += report_next(manner, stand, begin)
        made.append((begin, stand.weight))
        now = begin + seconds + 1
    return made, steps


@MANY
@given(families())
def test_nobody_in_a_hurry_is_lost(
    family: tuple[list[tuple[float, float]], list[Step]],
) -> None:
    """Whoever steps on at once takes nothing from the one before."""
    made, steps = family
    found = told(Replay(steps).run(), alone=False)
    assert len(found) == len(made)
    for (at, values), (begin, weight) in zip(found, made, strict=True):
        assert abs(values["weight"] - weight) < 0.16
        assert floor(begin) - 1 <= at <= begin + 12
