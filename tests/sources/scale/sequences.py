"""What real scales report, and what a person who stood there would call right.

Each is told in public, of an integration or a firmware; the values are changed.
"""

from .notation import DAY, HOUR, MINUTE, Day, Sequence, every, weighed, weights

_PLAIN = Day()

_FAT = Day(body_fat=21.5)

SEQUENCES = [
    # bodymiscale#378 #440
    Sequence(
        "the fat comes 12 s after the weight",
        [
            *_FAT.steps,
            (DAY, "weight", 79.5),
            (DAY + 12, "body_fat", 21.2),
        ],
        [*_FAT.right, weighed(DAY, 79.5, body_fat=21.2)],
    ),
    # ble_monitor PR#777
    Sequence(
        "the fat comes 10 s before the weight",
        [
            *_FAT.steps,
            (DAY, "body_fat", 21.2),
            (DAY + 10, "weight", 79.5),
        ],
        [*_FAT.right, weighed(DAY + 10, 79.5, body_fat=21.2)],
    ),
    # bodymiscale#440
    Sequence(
        "a weight of hours ago comes with the next person's fat before the new weight",
        [
            *_FAT.steps,
            (DAY, "weight", 80.0),
            (DAY, "body_fat", 31.0),
            (DAY + 7, "weight", 62.3),
        ],
        [*_FAT.right, weighed(DAY + 7, 62.3, body_fat=31.0)],
    ),
    # etekcity_fitness_scale_ble#39
    Sequence(
        "a wrong weight is removed in the app of the scale",
        [
            *_PLAIN.steps,
            (DAY, "weight", 149.9),
            (DAY + 10 * MINUTE, "weight", 80.0),
            (2 * DAY, "weight", 79.0),
        ],
        [*_PLAIN.right, weighed(2 * DAY, 79.0)],
    ),
    Sequence(
        "a wrong weight is removed, with its fat",
        [
            *_FAT.steps,
            (DAY, "weight", 149.9),
            (DAY, "body_fat", 45.0),
            (DAY + 10 * MINUTE, "weight", 80.0),
            (DAY + 10 * MINUTE, "body_fat", 21.5),
        ],
        _FAT.right,
    ),
    # openScale#567, openScale-sync#21
    Sequence(
        "a full sync runs through old weights",
        [
            *_PLAIN.steps,
            *weights(*((DAY + n, 81.85 - n * 0.35) for n in range(5)), (DAY + 5, 80.0)),
        ],
        _PLAIN.right,
    ),
    Sequence(
        "a slow full sync runs through old weights",
        [
            *_PLAIN.steps,
            *weights(
                *((DAY + 40 * n, 81.85 - n * 0.35) for n in range(5)),
                (DAY + 200, 80.0),
            ),
        ],
        _PLAIN.right,
    ),
    # bodymiscale#441, core#142471
    Sequence(
        "a scale that sleeps wakes with the same weight and fat on the next day",
        [
            *_FAT.steps,
            (10 * MINUTE, "weight", "away"),
            (10 * MINUTE, "body_fat", "away"),
            (DAY, "weight", 80.0),
            (DAY + 6, "body_fat", 21.5),
        ],
        [*_FAT.right, weighed(DAY, 80.0, body_fat=21.5)],
    ),
    Sequence(
        "a bridge that was out of order tells the last weight once more",
        [
            *_FAT.steps,
            (20 * HOUR, "weight", "away"),
            (20 * HOUR, "body_fat", "away"),
            (DAY, "weight", 80.0),
            (DAY, "body_fat", 21.5),
        ],
        _FAT.right,
    ),
    Sequence(
        "a scale sleeps through a restart, and wakes with the same weight and fat",
        [
            *_FAT.steps,
            (10 * MINUTE, "weight", "away"),
            (10 * MINUTE, "body_fat", "away"),
            (20 * HOUR, "", "restart"),
            (20 * HOUR, "weight", "away"),
            (20 * HOUR, "body_fat", "away"),
            (DAY, "weight", 80.0),
            (DAY + 6, "body_fat", 21.5),
        ],
        [*_FAT.right, weighed(DAY, 80.0, body_fat=21.5)],
    ),
    Sequence(
        "a scale goes to sleep and wakes just after a restart",
        [
            *_FAT.steps,
            (200, "", "restart"),
            (200, "weight", "away"),
            (300, "weight", 80.0),
        ],
        _FAT.right,
    ),
    # ble_monitor#366: the first advertisement after waking holds what it remembers.
    Sequence(
        "a scale that wakes tells the last weight before the new one",
        [
            *_PLAIN.steps,
            (10 * MINUTE, "weight", "away"),
            (DAY, "weight", 80.0),
            (DAY + 1, "weight", 87.85),
            (DAY + 2, "weight", 87.8),
        ],
        [*_PLAIN.right, weighed(DAY + 2, 87.8)],
    ),
    # esphome PR#1368: the same advertisement every 5 to 10 s while it is on.
    Sequence(
        "the weight is told ten times",
        [*_PLAIN.steps, *every(9, DAY, DAY + 90, 62.5)],
        [*_PLAIN.right, weighed(DAY, 62.5)],
    ),
    # esphome PR#3132: the impedance of the person before stays.
    Sequence(
        "who gets off early has no fat, and not the other's",
        [*_FAT.steps, (DAY, "weight", 62.5), (2 * DAY, "body_fat", 30.0)],
        [*_FAT.right, weighed(DAY, 62.5)],
    ),
    # ble_monitor#617: several packets of one weighing, the impedance only in the last.
    Sequence(
        "each packet repeats the weight until the fat is there",
        [
            *_FAT.steps,
            *every(1, DAY, DAY + 20, 79.8),
            (DAY + 20, "body_fat", 21.7),
            (DAY + 20, "weight", 79.8),
            (DAY + 24, "weight", 79.8),
        ],
        [*_FAT.right, weighed(DAY, 79.8, body_fat=21.7)],
    ),
    # Xiaomi S400, ha_xiaomi_home#1620: two events; the second has no weight.
    Sequence(
        "the second half of a weighing comes with a weight of zero",
        [
            *_FAT.steps,
            (DAY, "weight", 79.8),
            (DAY, "heart_rate", 72),
            (DAY + 8, "weight", "empty"),
            (DAY + 8, "body_fat", 21.7),
        ],
        [*_FAT.right, weighed(DAY, 79.8, body_fat=21.7, heart_rate=72)],
    ),
    # xiaomi_mi_scale#44: retained messages are delivered at each start.
    Sequence(
        "a broker delivers the last weight at each start",
        [
            *_FAT.steps,
            (DAY, "", "restart"),
            (DAY, "weight", "shown 80.0"),
            (DAY, "body_fat", "shown 21.5"),
            (2 * DAY, "", "restart"),
            (2 * DAY, "weight", "gone"),
            (2 * DAY + 1, "weight", 80.0),
            (2 * DAY + 1, "body_fat", 21.5),
        ],
        _FAT.right,
    ),
    # Home Assistant adds an entity of MQTT before the broker delivers anything.
    Sequence(
        "an entity shows nothing before the broker delivers the last weight",
        [
            *_FAT.steps,
            (DAY, "", "restart"),
            (DAY, "weight", "empty"),
            (DAY, "body_fat", "empty"),
            (DAY + 20, "weight", 80.0),
            (DAY + 20, "body_fat", 21.5),
            (2 * DAY, "weight", "gone"),
            (2 * DAY + 1, "weight", "empty"),
            (2 * DAY + 2, "weight", 80.0),
            (3 * DAY, "", "restart"),
            (3 * DAY, "weight", "empty"),
            (3 * DAY + HOUR, "weight", 80.0),
            (4 * DAY, "", "restart"),
            (4 * DAY, "weight", "empty"),
            (4 * DAY + 20, "weight", 79.5),
        ],
        [
            *_FAT.right,
            weighed(3 * DAY + HOUR, 80.0),
            weighed(4 * DAY + 20, 79.5),
        ],
    ),
    # bodymiscale#393: a restored weight asks "who is on the scale" at each start.
    Sequence(
        "a weight that was measured while Home Assistant was down is only shown",
        [
            *_PLAIN.steps,
            (DAY, "", "restart"),
            (DAY, "weight", "shown 79.0"),
            (2 * DAY, "weight", 78.5),
        ],
        [*_PLAIN.right, weighed(2 * DAY, 78.5)],
    ),
    # core: withings, fitbit, garmin_connect and others write all at each poll.
    Sequence(
        "a polled sensor repeats itself every hour, and tells weight and fat at once",
        [
            *_FAT.steps,
            *every(HOUR, HOUR, DAY, 80.0),
            *every(HOUR, HOUR, DAY, 21.5, "body_fat"),
            (DAY, "weight", 79.0),
            (DAY, "body_fat", 21.5),
            (DAY + HOUR, "weight", 79.0),
            (DAY + HOUR, "body_fat", 21.5),
            (2 * DAY, "weight", 78.0),
            (2 * DAY, "body_fat", 21.0),
            (2 * DAY, "weight", 78.0),
            (2 * DAY, "body_fat", 21.0),
        ],
        [
            *_FAT.right,
            weighed(DAY, 79.0),
            weighed(2 * DAY, 78.0, body_fat=21.0),
        ],
        polled=True,
    ),
    # Template sensors with a time trigger.
    Sequence(
        "template sensors repeat weight and fat every five seconds",
        [
            *_FAT.steps,
            *every(5, 200, 3 * HOUR, 80.0),
            *every(5, 200, 3 * HOUR, 21.5, "body_fat"),
            (3 * HOUR, "weight", 62.5),
            *every(5, 3 * HOUR + 5, 4 * HOUR, 62.5),
            *every(5, 3 * HOUR + 5, 4 * HOUR, 21.5, "body_fat"),
        ],
        [*_FAT.right, weighed(3 * HOUR, 62.5)],
    ),
    # multi_user_scale_router, renpho_fitness_scale_ble: one after the other.
    Sequence(
        "two people within a minute have each their own fat",
        [
            *_FAT.steps,
            (DAY, "weight", 80.2),
            (DAY + 7, "body_fat", 21.4),
            (DAY + 45, "body_fat", 31.0),
            (DAY + 50, "weight", 62.3),
        ],
        [
            *_FAT.right,
            weighed(DAY, 80.2, body_fat=21.4),
            weighed(DAY + 50, 62.3, body_fat=31.0),
        ],
    ),
    Sequence(
        "fat that seems to be the first one's belongs to the second",
        [
            *_PLAIN.steps,
            (DAY, "weight", 80.2),
            (DAY + 45, "body_fat", 31.0),
            (DAY + 50, "weight", 62.3),
        ],
        [
            *_PLAIN.right,
            weighed(DAY, 80.2),
            weighed(DAY + 50, 62.3, body_fat=31.0),
        ],
    ),
    # bodymiscale: fat is first computed with the impedance of the person before.
    Sequence(
        "a first fat is put right at once",
        [
            *_FAT.steps,
            (DAY, "weight", 62.3),
            (DAY + 0.1, "body_fat", 27.0),
            (DAY + 5, "body_fat", 31.0),
        ],
        [*_FAT.right, weighed(DAY, 62.3, body_fat=31.0)],
    ),
    # Settings of the entity are written with the state.
    Sequence(
        "an edit of the entity writes its weight anew",
        [*_PLAIN.steps, (DAY, "weight", 80.0), (DAY, "weight", "edited")],
        _PLAIN.right,
    ),
    Sequence(
        "the same weight is reported on the next day, after one that tapped the scale",
        [
            *_PLAIN.steps,
            *weights((120, "empty"), (DAY, 80.0), (DAY + 20, "empty")),
        ],
        [*_PLAIN.right, weighed(DAY, 80.0)],
    ),
    Sequence(
        "the same weight is reported once more, with a time of its own",
        [*_PLAIN.steps, (DAY, "weight", 80.0), (DAY + 30, "weight", 80.0)],
        [*_PLAIN.right, weighed(DAY, 80.0)],
    ),
    # etekcity#26 and others: a sensor tells when it was measured.
    Sequence(
        "old weights come with their own times",
        [
            (0, "measured_at", -500.0),
            (0, "weight", "shown 80.0"),
            (100, "weight", 79.0),
            (100, "measured_at", 98.0),
            (104, "body_fat", 21.0),
            (DAY, "measured_at", -500.0),
            (DAY, "weight", 80.0),
            (DAY + 2, "measured_at", 98.0),
            (DAY + 2, "weight", 79.0),
            (DAY + 4, "measured_at", 7000.0),
            (DAY + 4, "weight", 79.4),
        ],
        [weighed(98, 79.0, body_fat=21.0), weighed(7000, 79.4)],
        dated=True,
    ),
    Sequence(
        "the same weight twice, told apart by its time, also over a restart",
        [
            (0, "weight", "shown 80.0"),
            (100, "measured_at", 98.0),
            (107, "weight", 79.0),
            (DAY, "measured_at", DAY - 2.0),
            (2 * DAY, "", "restart"),
            (2 * DAY, "weight", "shown 79.0"),
            (2 * DAY, "measured_at", 2 * DAY - 900.0),
        ],
        [
            weighed(98, 79.0),
            weighed(DAY - 2, 79.0),
            weighed(2 * DAY - 900, 79.0),
        ],
        dated=True,
    ),
    Sequence(
        "a wrong weight is removed, and the time goes back",
        [
            (0, "weight", "shown 80.0"),
            (100, "weight", 79.0),
            (100, "measured_at", 98.0),
            (DAY, "weight", 149.9),
            (DAY, "measured_at", DAY - 2.0),
            (DAY + 300, "weight", 79.0),
            (DAY + 300, "measured_at", 98.0),
        ],
        [weighed(98, 79.0)],
        dated=True,
    ),
]
