"""What scales show while somebody gets on, stands there, and gets off.

Where it is told in public, of an integration or a firmware, that is named.
"""

from .notation import DAY, Sequence, weighed, weights

STANDING = [
    # ble_monitor#366 #292
    Sequence(
        "stepping off is shown",
        weights(
            (0, "shown 75.0"),
            (50, "empty"),
            (100, 25.4),
            (100.3, 88.05),
            (100.6, 87.8),
            (101.1, 87.8),
            (102.2, 87.8),
            (103.7, 87.8),
            (104, 45),
            (104.4, 12.5),
            (104.8, 3.0),
            (105.2, "empty"),
        ),
        [weighed(100, 87.8)],
    ),
    Sequence(
        "stepping off is shown, but for the empty scale",
        weights(
            (0, "shown 75.0"),
            (100, 25.4),
            (100.3, 88.05),
            (100.6, 87.8),
            (103.7, 87.8),
            (104, 45),
            (104.4, 12.5),
            (104.8, 3.0),
        ),
        [weighed(100, 87.8)],
    ),
    Sequence(
        "stepping off after a long stand, reported by changes alone",
        weights(
            (0, "shown 75.0"),
            (100, 25.4),
            (100.3, 87.8),
            (130, 45),
            (130.5, 12.5),
            (131, 3.0),
            (DAY, 3.0),
        ),
        [weighed(100, 87.8)],
    ),
    Sequence(
        "stepping off after a long stand, in two steps",
        weights((0, "shown 75.0"), (100, 87.8), (130, 45), (130.5, 12.5)),
        [weighed(100, 87.8)],
    ),
    Sequence(
        "stepping off is one low value",
        weights((0, "empty"), *((100 + n, 87.8) for n in range(9)), (109, 30.0)),
        [weighed(100, 87.8)],
    ),
    Sequence(
        "stepping off at once, in one step",
        weights((0, "empty"), (100, 80.0), (103, 12.0)),
        [weighed(100, 80.0)],
    ),
    Sequence(
        "who does not wait is not weighed",
        weights(
            *((0, "empty"), (100, 30.0), (100.5, 71.2), (101.2, 45), (101.6, 12)),
            (DAY, 80.0),
        ),
        [weighed(DAY, 80.0)],
    ),
    Sequence(
        "who does not wait is not weighed, nor is the empty scale",
        weights((0, "empty"), (100, 30.0), (100.5, 71.2), (101, "empty")),
        [],
    ),
    Sequence(
        "a child comes last of three within a second",
        weights((0, "empty"), (100, 62.3), (100.5, 80.1), (101, 21.0)),
        [weighed(101, 21.0)],
    ),
    Sequence(
        "the same weight on the next day, of a scale that shows getting on",
        weights((0, "shown 75.0"), (100, 80.0), (DAY, 25.4), (DAY + 1, 80.0)),
        [weighed(100, 80.0), weighed(DAY + 1, 80.0)],
    ),
    Sequence(
        "the result is shown for a moment only",
        weights((0, "empty"), (100, 80.0), (100.9, 80.1), (101.4, "empty")),
        [weighed(100, 80.0)],
    ),
    Sequence(
        "what was shown longest without a break counts",
        weights((0, "empty"), (100, 80.0), (103, 80.1), (105.5, 80.0), (106, "empty")),
        [weighed(100, 80.0)],
    ),
    Sequence(
        "one foot first",
        weights((0, "empty"), (100, 40.0), (102.5, 80.0), (106, "empty")),
        [weighed(102, 80.0)],
    ),
    Sequence(
        "one foot, off again, and both feet",
        weights((0, "empty"), (100, 50.0), (103, 20), (103.5, 80.0), (113, "empty")),
        [weighed(103, 80.0)],
    ),
    Sequence(
        "one foot, off again, and both feet, ten minutes after a weighing",
        weights(
            *((0, "empty"), (100, 80.0), (112, "empty"), (700, 50.0), (703, 20)),
            *((703.5, 80.0), (713, "empty")),
        ),
        [weighed(100, 80.0)],
    ),
    Sequence(
        "a result is put right",
        weights((0, "empty"), (100, 80.0), (106, 80.2)),
        [weighed(106, 80.2)],
    ),
    Sequence(
        "somebody else gets on after half a minute",
        weights((0, "empty"), *((100 + n, 80.0) for n in range(30)), (131, 62.0)),
        [weighed(100, 80.0), weighed(131, 62.0)],
    ),
    Sequence(
        "a child, and at once somebody else",
        weights((0, "empty"), (100, 50.0), (103, 20), (103.5, 80.0), (113, "empty")),
        [weighed(100, 50.0), weighed(103, 80.0)],
        alone=False,
    ),
    Sequence(
        "a scale that has shown people getting on is touched, before and after a restart",
        weights(
            *((0, "empty"), (100, 25.4), (101, 60.0), (102, 80.0), (112, "empty")),
            *((200, 35.0), (201, "empty"), (300, "restart"), (300, "empty")),
            *((400, 36.0), (401, "empty")),
        ),
        [weighed(102, 80.0)],
    ),
    # ESPHome-Smart-Scale#2
    Sequence(
        "the weight drops for a moment",
        weights((0, "empty"), (100, 80.0), (103, 3.2), (104, 80.0), (112, "empty")),
        [weighed(100, 80.0)],
    ),
    Sequence(
        "the weight drops for a moment after it was at rest",
        weights((0, "empty"), (100, 80.0), (110, 3.2), (111, 80.0), (122, "empty")),
        [weighed(100, 80.0)],
    ),
    Sequence(
        "the weight drops for a moment after it was at rest, and differs a bit",
        weights((0, "empty"), (100, 80.0), (106, 3.2), (107, 80.2), (122, "empty")),
        [weighed(100, 80.0)],
    ),
    Sequence(
        "nobody stands there for ever",
        weights(
            (0, "empty"),
            *((100 + 5 * n, 80.0) for n in range(24)),
            *((221, 3.2), (222, 80.3), (232, "empty")),
        ),
        [weighed(100, 80.0), weighed(222, 80.3)],
    ),
    Sequence(
        "the weight drops for a moment, and is nobody else's",
        weights((0, "empty"), (100, 80.0), (103, 3.2), (104, 80.2), (114, "empty")),
        [weighed(104, 80.2)],
        alone=False,
    ),
    # eufylife_ble: real-time weight, unavailable when the connection ends.
    Sequence(
        "a live sensor goes away while somebody gets off",
        weights(
            (0, "away"),
            (100, 12.5),
            (101, 60.1),
            (102, 71.4),
            (103, 71.6),
            (106, 71.6),
            (107, 30.2),
            (107.5, "away"),
        ),
        [weighed(103, 71.6)],
    ),
    Sequence(
        "a live sensor goes away with the result",
        weights((0, "away"), (99.5, 30.0), (100, 71.4), (100.5, "away")),
        [weighed(100, 71.4)],
    ),
    Sequence(
        "a live sensor goes away while somebody gets off at once",
        weights((0, "away"), (100, 30.0), (100.5, 71.4), (101, 40.0), (101.5, "away")),
        [],
    ),
    # ESPHome with an HX711: a value each second, never twice the same, drift when idle.
    Sequence(
        "a home-made scale is never quite at rest",
        weights(
            *((n, 0.3 + n % 3 / 10) for n in range(100)),
            (100, 33.1),
            *((101 + n, 74.0 + (n * 7 + 1) % 5 / 10) for n in range(14)),
            (115, 20.2),
            *((116 + n, 0.4 + n % 3 / 10) for n in range(100)),
        ),
        [weighed(104, 74.2)],
    ),
]
