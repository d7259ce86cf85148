"""Whose the fat is that a scale tells, and what tells nothing."""

from .notation import DAY, HOUR, MINUTE, Day, Sequence, every, weighed

_PLAIN = Day()

_FAT = Day(body_fat=21.5)

_THE_SAME_FAT = [(DAY, "weight", 79.0), (DAY + 20, "body_fat", 21.5)]

COMPOSING = [
    Sequence(
        "the same fat as yesterday",
        [*_FAT.steps, *_THE_SAME_FAT],
        [*_FAT.right, weighed(DAY, 79.0, body_fat=21.5)],
    ),
    Sequence(
        "a sensor that repeats its fat every hour",
        [*_FAT.steps, *every(HOUR, HOUR, DAY, 21.5, "body_fat"), *_THE_SAME_FAT],
        [*_FAT.right, weighed(DAY, 79.0)],
    ),
    Sequence(
        "a sensor that repeats its fat every hour, also after a restart",
        [
            *_FAT.steps,
            *every(HOUR, HOUR, DAY - HOUR, 21.5, "body_fat"),
            (DAY - HOUR, "", "restart"),
            (DAY - HOUR, "weight", "shown 80.0"),
            (DAY - HOUR, "body_fat", "shown 21.5"),
            *_THE_SAME_FAT,
        ],
        [*_FAT.right, weighed(DAY, 79.0)],
    ),
    Sequence(
        "two people within a minute who are gone before their fat is measured",
        [*_FAT.steps, (DAY, "weight", 79.0), (DAY + 58, "weight", 62.0)],
        [*_FAT.right, weighed(DAY, 79.0), weighed(DAY + 58, 62.0)],
    ),
    Sequence(
        "a sensor that repeats its fat every hour, and tells another one",
        [
            *_FAT.steps,
            *every(HOUR, HOUR, DAY, 21.5, "body_fat"),
            (DAY, "weight", 79.0),
            (DAY + 20, "body_fat", 21.2),
        ],
        [*_FAT.right, weighed(DAY, 79.0, body_fat=21.2)],
    ),
    Sequence(
        "a sensor that was away repeats its fat once",
        [
            *_FAT.steps,
            (HOUR, "body_fat", "away"),
            (2 * HOUR, "body_fat", 21.5),
            (3 * HOUR, "weight", 79.4),
            (3 * HOUR + 6, "body_fat", 21.5),
            *_THE_SAME_FAT,
        ],
        [
            *_FAT.right,
            weighed(3 * HOUR, 79.4, body_fat=21.5),
            weighed(DAY, 79.0, body_fat=21.5),
        ],
    ),
    Sequence(
        "a sensor that was away once repeats its fat every hour",
        [
            *_FAT.steps,
            (HOUR, "body_fat", "away"),
            *every(HOUR, 2 * HOUR, DAY, 21.5, "body_fat"),
            *_THE_SAME_FAT,
        ],
        [*_FAT.right, weighed(DAY, 79.0)],
    ),
    Sequence(
        "fat that is put right after a while is that of nobody",
        [
            *_PLAIN.steps,
            (DAY, "weight", 62.3),
            (DAY + 1, "body_fat", 31.0),
            (DAY + 17, "body_fat", 27.0),
        ],
        [*_PLAIN.right, weighed(DAY, 62.3, body_fat=31.0)],
    ),
    Sequence(
        "fat of two minutes ago is that of nobody",
        [
            *_PLAIN.steps,
            (DAY, "body_fat", 31.0),
            (DAY + 110, "heart_rate", 72),
            (DAY + 2 * MINUTE, "weight", 62.3),
        ],
        [*_PLAIN.right, weighed(DAY + 2 * MINUTE, 62.3, heart_rate=72)],
    ),
    Sequence(
        "who comes next within a minute has no fat of the one before",
        [
            *_FAT.steps,
            (DAY, "weight", 80.2),
            (DAY + 7, "body_fat", 21.4),
            (DAY + 50, "weight", 62.3),
        ],
        [*_FAT.right, weighed(DAY, 80.2, body_fat=21.4), weighed(DAY + 50, 62.3)],
    ),
    Sequence(
        "who comes next after a minute has no fat of the one before",
        [
            *_FAT.steps,
            (DAY, "weight", 80.2),
            (DAY + 12, "body_fat", 21.4),
            (DAY + 65, "weight", 62.3),
        ],
        [*_FAT.right, weighed(DAY, 80.2, body_fat=21.4), weighed(DAY + 65, 62.3)],
    ),
    Sequence(
        "the same two people within half an hour",
        [
            *_FAT.steps,
            (DAY, "weight", 62.3),
            (DAY + 6, "body_fat", 31.0),
            (DAY + 10 * MINUTE, "weight", 80.0),
            (DAY + 10 * MINUTE + 6, "body_fat", 21.6),
        ],
        [
            *_FAT.right,
            weighed(DAY, 62.3, body_fat=31.0),
            weighed(DAY + 10 * MINUTE, 80.0, body_fat=21.6),
        ],
    ),
    Sequence(
        "three in a hurry, of a scale that told a fat before",
        [
            *_FAT.steps,
            (DAY, "weight", 50.0),
            (DAY + 6, "weight", 60.0),
            (DAY + 12, "weight", 80.2),
        ],
        [
            *_FAT.right,
            weighed(DAY, 50.0),
            weighed(DAY + 6, 60.0),
            weighed(DAY + 12, 80.2),
        ],
        alone=False,
    ),
    Sequence(
        "a scale that is away in between tells the weight again, with another fat",
        [
            *_FAT.steps,
            (HOUR, "weight", "gone"),
            (DAY, "weight", 80.0),
            (DAY + 6, "body_fat", 21.1),
        ],
        [*_FAT.right, weighed(DAY, 80.0, body_fat=21.1)],
    ),
    Sequence(
        "a scale that is away in between tells the weight again, with its first fat",
        [
            *_PLAIN.steps,
            (HOUR, "weight", "gone"),
            (DAY, "weight", 80.0),
            (DAY + 6, "body_fat", 21.1),
        ],
        [_PLAIN.right[0]],
    ),
    Sequence(
        "a scale that is away in between tells the weight again, and another fat later",
        [
            *_FAT.steps,
            (HOUR, "weight", "gone"),
            (DAY, "weight", 80.0),
            (DAY + 3 * MINUTE, "body_fat", 21.1),
        ],
        _FAT.right,
    ),
]
