"""What somebody is likely to weigh, a day to half a year after the last weigh-in."""

import pytest

from custom_components.weighbridge.sources.scale.band import DAY, WEIGHT, band

STEADY = [(day, 80 + (0.2, -0.1, -0.1)[day % 3]) for day in range(30)]
VARYING = [(day, 80 + (0.9, -0.7, 0.3, -0.5)[day % 4]) for day in range(60)]
LOSING = [(day, 80 - 0.1 * day) for day in range(60)]
SELDOM = [(5 * time, 80 + (0.3, -0.2, 0.1)[time % 3]) for time in range(6)]
TWICE = [(time / 2, 80 + (0.6, -0.2)[time % 2]) for time in range(12)]
JUMP = [*STEADY, (30, 86.0)]


@pytest.mark.parametrize(
    ("weigh_ins", "likely"),
    [
        pytest.param(
            STEADY,
            {
                1: (79.964, 0.273),
                7: (79.952, 0.362),
                30: (79.917, 0.754),
                180: (79.85, 3.387),
            },
            id="steady: sure of tomorrow, less of next month",
        ),
        pytest.param(
            VARYING,
            {
                1: (79.937, 0.678),
                7: (79.922, 0.731),
                30: (79.878, 1.025),
                180: (79.795, 3.492),
            },
            id="varying: never so sure",
        ),
        pytest.param(
            TWICE,
            {
                1: (80.168, 0.454),
                7: (80.144, 0.539),
                30: (80.07, 0.984),
                180: (79.931, 3.601),
            },
            id="twice a day",
        ),
        pytest.param(
            LOSING,
            {
                1: (74.075, 0.245),
                7: (73.652, 0.338),
                30: (72.382, 0.734),
                180: (69.981, 3.375),
            },
            id="losing 100 g a day: goes on, and ends",
        ),
        pytest.param(
            SELDOM,
            {
                1: (80.029, 0.436),
                7: (80.016, 0.521),
                30: (79.979, 0.908),
                180: (79.909, 3.482),
            },
            id="seldom weighed",
        ),
        pytest.param(
            STEADY[:2],
            {
                1: (80.047, 0.486),
                7: (80.042, 0.557),
                30: (80.028, 0.999),
                180: (80.002, 3.631),
            },
            id="new",
        ),
        pytest.param(
            JUMP,
            {
                1: (85.99, 0.33),
                7: (85.979, 0.442),
                30: (85.948, 1.033),
                180: (85.889, 3.769),
            },
            id="another weight that a person has said to be theirs",
        ),
    ],
)
def test_what_is_likely(
    weigh_ins: list[tuple[float, float]], likely: dict[int, tuple[float, float]]
) -> None:
    """Nobody knows how it goes on, so the longer ago, the wider the band.

    The numbers are in kg, as they came out when households were told apart well: who
    changes one changes whom people are taken for.
    """
    found = band(WEIGHT, ((int(day * DAY), weight) for day, weight in weigh_ins))
    last = weigh_ins[-1][0]
    assert {
        days: tuple(round(value, 3) for value in found.expect(int((last + days) * DAY)))
        for days in (1, 7, 30, 180)
    } == likely
