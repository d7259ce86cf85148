"""What scales show that tell themselves when they measured."""

from .notation import DAY, HOUR, MINUTE, Sequence, weighed
from .replay import Step


def _told(at: float, measured: float, weight: float) -> list[Step]:
    """Return what is shown of a weighing."""
    return [(at, "measured_at", measured), (at, "weight", weight)]


# The first report tells since when it counts.
_FIRST = [*_told(0, -500, 80.0), *_told(100, 98, 79.0)]

DATED = [
    Sequence(
        "all is told once more before what is new",
        [
            *_FIRST,
            *_told(10 * MINUTE, 590, 79.3),
            *_told(20 * MINUTE, 98, 79.0),
            *_told(20 * MINUTE + 2, 590, 79.3),
            *_told(20 * MINUTE + 4, 1190, 79.6),
        ],
        [weighed(98, 79.0), weighed(590, 79.3), weighed(1190, 79.6)],
        dated=True,
    ),
    Sequence(
        "an old one is told once more, and at once what is new",
        [
            *_FIRST,
            *_told(10 * MINUTE, 590, 79.3),
            *_told(20 * MINUTE, 98, 79.0),
            *_told(20 * MINUTE + 0.5, 1190, 79.6),
        ],
        [weighed(98, 79.0), weighed(590, 79.3), weighed(1190, 79.6)],
        dated=True,
    ),
    Sequence(
        "a wrong weight is removed after another one",
        [
            *_FIRST,
            *_told(DAY, DAY - 2, 79.3),
            *_told(DAY + 200, DAY + 198, 149.9),
            *_told(DAY + 300, DAY - 2, 79.3),
        ],
        [weighed(98, 79.0), weighed(DAY - 2, 79.3)],
        dated=True,
    ),
    Sequence(
        "what was measured out of reach comes later, and then the newest once more",
        [
            *_FIRST,
            *_told(DAY, DAY - 2, 79.3),
            *_told(DAY + 2, DAY - HOUR, 61.4),
            *_told(DAY + 4, DAY - 2 * HOUR, 79.5),
            *_told(DAY + 90, DAY - 2, 79.3),
        ],
        [
            weighed(98, 79.0),
            weighed(DAY - 2 * HOUR, 79.5),
            weighed(DAY - HOUR, 61.4),
            weighed(DAY - 2, 79.3),
        ],
        dated=True,
    ),
    Sequence(
        "all is told every half a minute, the time before its weight",
        [
            *_FIRST,
            *_told(DAY - 30, 98, 79.0),
            *_told(DAY, DAY - 2, 79.3),
            *_told(DAY + 30, DAY - 2, 79.3),
            (DAY + 60, "measured_at", DAY + 58.0),
            (DAY + 62, "weight", 61.4),
            *_told(DAY + 90, DAY + 58, 61.4),
        ],
        [weighed(98, 79.0), weighed(DAY - 2, 79.3), weighed(DAY + 58, 61.4)],
        dated=True,
    ),
    Sequence(
        "a weight is corrected under its time",
        [*_FIRST, *_told(200, 198, 79.3), *_told(DAY, 98, 78.5)],
        [weighed(98, 78.5), weighed(198, 79.3)],
        dated=True,
    ),
    Sequence(
        "another weight without another time is none",
        [*_FIRST, *_told(DAY, 98, 81.0)],
        [weighed(98, 79.0)],
        dated=True,
    ),
    Sequence(
        "another weight just after the time has its weight is none",
        [*_FIRST, *_told(DAY, DAY - 2, 79.3), (DAY + 0.5, "weight", 149.9)],
        [weighed(98, 79.0), weighed(DAY - 2, 79.3)],
        dated=True,
    ),
    Sequence(
        "a time that is to come is none, and what is shown again takes nothing back",
        [*_FIRST, (DAY, "measured_at", 2.0 * DAY), *_told(DAY + 9, 98, 79.0)],
        [weighed(98, 79.0)],
        dated=True,
    ),
    Sequence(
        "a time without any weight",
        [(0, "measured_at", -500.0), (100, "measured_at", 98.0)],
        [],
        dated=True,
    ),
    Sequence(
        "a weight of long ago is not that of a new time, unless no other follows",
        [
            *_FIRST,
            (DAY, "weight", 79.3),
            (DAY + 100, "measured_at", DAY + 98.0),
            (DAY + 105, "weight", 79.6),
            (2 * DAY, "weight", 79.7),
            (2 * DAY + 100, "measured_at", 2 * DAY + 98.0),
        ],
        [weighed(98, 79.0), weighed(DAY + 98, 79.6), weighed(2 * DAY + 98, 79.7)],
        dated=True,
    ),
    Sequence(
        "a polled scale shows the fat of an earlier weighing",
        [
            (0, "body_fat", "shown 21.5"),
            *_FIRST,
            (100, "body_fat", 21.5),
            *_told(DAY, DAY - 2, 79.3),
            (DAY, "body_fat", 21.2),
        ],
        [weighed(98, 79.0), weighed(DAY - 2, 79.3, body_fat=21.2)],
        polled=True,
        dated=True,
    ),
]
