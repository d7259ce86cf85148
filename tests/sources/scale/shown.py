"""What a sensor shows once more though nobody was weighed, and when somebody was."""

from .notation import DAY, HOUR, MINUTE, Day, Sequence, weighed, weights

_PLAIN = Day()

_FAT = Day(body_fat=21.5)

SHOWN = [
    Sequence(
        "a weight that was there already is told once more",
        weights((0, "shown 80.0"), (100, 80.0)),
        [],
    ),
    Sequence(
        "the entity is edited, and its weight written just after that",
        [*_PLAIN.steps, (DAY, "weight", "edited"), (DAY + 0.1, "weight", 80.0)],
        _PLAIN.right,
    ),
    Sequence(
        "the entity is edited after the same weight was told on the next day",
        [*_PLAIN.steps, (DAY, "weight", 80.0), (DAY + 30, "weight", "edited")],
        [*_PLAIN.right, weighed(DAY, 80.0)],
    ),
    Sequence(
        "settings are edited while somebody stands there",
        [*_PLAIN.steps, (DAY, "weight", 79.0), (DAY + 2, "weight", "shown 79.0")],
        [*_PLAIN.right, weighed(DAY, 79.0)],
    ),
    Sequence(
        "settings are edited after somebody stood there",
        [*_PLAIN.steps, (DAY, "weight", 79.0), (DAY + 100, "weight", "shown 79.0")],
        [*_PLAIN.right, weighed(DAY, 79.0)],
    ),
    Sequence(
        "a restart while a scale shows somebody getting on",
        [
            *weights((0, "empty"), (100, 25.4), (101, 60.0), (102, 80.0)),
            (103, "", "restart"),
        ],
        [weighed(102, 80.0)],
    ),
    Sequence(
        "a scale goes to sleep on the second day, and wakes with the same weight",
        [
            *_PLAIN.steps,
            *weights((DAY, 79.0), (DAY + 10 * MINUTE, "away"), (2 * DAY, 79.0)),
            (3 * DAY, "weight", 78.5),
        ],
        [
            *_PLAIN.right,
            weighed(DAY, 79.0),
            weighed(2 * DAY, 79.0),
            weighed(3 * DAY, 78.5),
        ],
    ),
    Sequence(
        "an empty scale, a restart, and the same weight on the next day",
        [
            *_PLAIN.steps,
            *weights((120, "empty"), (HOUR, "restart"), (HOUR, "empty")),
            *weights((DAY, 80.0), (DAY + 20, "empty")),
        ],
        [*_PLAIN.right, weighed(DAY, 80.0)],
    ),
    Sequence(
        "a scale that was set up anew is empty, and tells the same weight",
        [
            *_PLAIN.steps,
            *weights((HOUR, "gone"), (DAY - 60, "empty"), (DAY, 80.0)),
        ],
        [*_PLAIN.right, weighed(DAY, 80.0)],
    ),
    Sequence(
        "a scale goes to sleep after a restart, and wakes with the same weight",
        [
            *_PLAIN.steps,
            (200, "", "restart"),
            *weights((200, "shown 80.0"), (10 * MINUTE, "away"), (DAY, 80.0)),
        ],
        [*_PLAIN.right, weighed(DAY, 80.0)],
    ),
    Sequence(
        "a polled sensor shows the fat of the weighing before",
        [*_FAT.steps, (DAY, "weight", 79.0), (DAY, "body_fat", 21.5)],
        [*_FAT.right, weighed(DAY, 79.0)],
        polled=True,
    ),
    Sequence(
        "a polled sensor tells the same weight for days",
        [*_PLAIN.steps, *weights((HOUR, 80.0), (DAY, 80.0), (2 * DAY, 80.0))],
        _PLAIN.right,
        polled=True,
    ),
]
